"""XML as it lies in files of strangers: nothing of it is fetched, and no entity grows."""

import re
from html.entities import html5
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,30};)")
_OF_XML = (b"amp;", b"lt;", b"gt;", b"quot;", b"apos;")


def parse_xml(data: bytes, *, forgiving: bool = False) -> "_Element":
    """Parse XML, 256 levels deep at most.

    Args:
        data: of one document.
        forgiving: whether damage is passed over.

    Raises:
        XMLSyntaxError: it is damaged.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        recover=forgiving,
        remove_comments=True,
        remove_pis=True,
    )
    root = etree.fromstring(data, parser)
    if root is None:
        raise etree.XMLSyntaxError("nothing in it", 0, 0, 0)
    return root


def parse_xhtml(data: bytes) -> "_Element":
    """Parse a page in XHTML as far as it can be; the names of HTML for characters are known.

    Raises:
        XMLSyntaxError: there is nothing in it.
    """

    def number(match: re.Match[bytes]) -> bytes:
        name = match.group(1)
        known = None if name in _OF_XML else html5.get(name.decode())
        return "".join(f"&#{ord(each)};" for each in known).encode() if known else match.group()

    return parse_xml(_ENTITY.sub(number, data), forgiving=True)
