"""One mail: who wrote what to whom when, and the files that came with it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import Compat32
from email.utils import getaddresses

from index.errors import SourceError
from index.reading.formats.characters import decode
from index.reading.formats.document import Block, parse_date
from index.reading.formats.mail.quoted import read_html, read_plain

_REPLY = re.compile(
    r"\s*(?:(?:re|fwd?|aw|wg|sv|vs|vb|antw|tr|rv|res|enc|odp)(?:\[\d+\]|\(\d+\))?\s*:|"
    r"\[[\w .-]{1,30}\])\s*",
    re.IGNORECASE,
)
_IDS = re.compile(r"<[^<>\s]{3,300}>")
MOST_PARTS = 500
_MULTIPART = re.compile(rb"(?i)content-type:\s{0,9}multipart/")
_LONGEST_HEADER = 4000
DEEPEST = 10
"""Mails in mails."""


class _Policy(Compat32):
    """Cuts long headers, and parses those alone that are asked for: fifty times as fast as else."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_HEADER]


@dataclass(slots=True)
class Attachment:
    """A file that came with a mail."""

    name: str
    data: bytes


@dataclass(slots=True)
class Mail:
    """A mail as far as it is read."""

    id: str
    answers: tuple[str, ...]
    """Ids of the mails before it in its thread, from the first on."""
    subject: str
    author: str
    sent: date | None
    blocks: list[Block] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)

    @property
    def topic(self) -> str:
        """The subject without what a reply puts before it."""
        topic = self.subject
        while match := _REPLY.match(topic):
            topic = topic[match.end() :]
        return topic or self.subject


def parse_mail(data: bytes) -> Mail:
    """Parse a mail, as far as that can be done: mails have many faults that nobody minds.

    Raises:
        SourceError: it has far too many parts.
    """
    if len(_MULTIPART.findall(data)) > MOST_PARTS:
        raise SourceError("a mail has far more parts than people send", "give its text alone")
    return _read_message(message_from_bytes(data, policy=_Policy()), 0)


def _read_message(message: Message, depth: int) -> Mail:
    ids = _IDS.findall(f"{_header(message, 'References')} {_header(message, 'In-Reply-To')}")
    named = [
        (_decode(name), address) for name, address in getaddresses([str(message.get("From") or "")])
    ]
    mail = Mail(
        id=_header(message, "Message-ID"),
        answers=tuple(dict.fromkeys(ids)),
        subject=_header(message, "Subject"),
        author=", ".join(name or address for name, address in named if name or address),
        sent=parse_date(_header(message, "Date")),
    )
    html: list[str] = []
    for part in _parts(message):
        _read_part(part, mail, html, depth)
    if not mail.blocks:
        mail.blocks = [block for markup in html for block in read_html(markup)]
    return mail


def _parts(message: Message) -> Iterator[Message]:
    """Give what is no container, in its order; mails in mails are one part each."""
    waiting = [message]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        if part.get_content_maintype() == "multipart":
            waiting[:0] = [each for each in part.get_payload() if isinstance(each, Message)]
        else:
            yield part


def _read_part(part: Message, mail: Mail, html: list[str], depth: int) -> None:
    kind = part.get_content_type()
    if kind == "message/rfc822":
        inner = part.get_payload()
        if depth < DEEPEST and isinstance(inner, list) and isinstance(inner[0], Message):
            _take_in(mail, _read_message(inner[0], depth + 1))
        return
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    name = _decode(part.get_filename() or "")
    if name or part.get_content_disposition() == "attachment":
        mail.attachments.append(Attachment(name or "attachment", data))
    elif kind in ("text/plain", "text/html") and data.strip():
        text = decode(data, "a mail", part.get_content_charset())
        if kind == "text/html":
            html.append(text)
        else:
            mail.blocks += read_plain(_unflow(text) if _is_flowed(part) else text)


def _take_in(mail: Mail, inner: Mail) -> None:
    """Make a mail that came in another one a section of it."""
    heading = ", ".join(filter(None, (inner.subject, inner.author, str(inner.sent or ""))))
    mail.blocks += [Block(heading, "heading", 1), *inner.blocks] if heading else inner.blocks
    mail.attachments += inner.attachments


def _is_flowed(part: Message) -> bool:
    return str(part.get_param("format", "")).lower() == "flowed"


def _unflow(text: str) -> str:
    """Join the lines that end with a space, by which a program says that they go on."""
    text = re.sub(r"(?m)^ (?=[> ]|From )", "", text)
    return re.sub(r"(?m)(?<!^--) \r?\n(?![>\s]|-- ?$)", " ", text)


def _header(message: Message, name: str) -> str:
    return _decode(message.get(name) or "")


def _decode(value: object) -> str:
    """Give a header's text on one line; what cannot be decoded stays as it is."""
    try:
        return _one_line(str(make_header(decode_header(str(value)))))
    except (ValueError, LookupError, HeaderParseError):
        return _one_line(str(value))


def _one_line(text: str) -> str:
    return " ".join(text.split())
