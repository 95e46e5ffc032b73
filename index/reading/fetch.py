"""Fetch a page from the web, within limits of time, size, redirects and content type."""

import asyncio
import base64
import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urljoin

import httpx

from index.article import is_url, without_credentials
from index.errors import SourceError

LARGEST_PAGE = 20 * 1024 * 1024
"""Bytes, unpacked."""
SECONDS = 30.0
"""For everything: names, connections, redirects and the page."""
MOST_REDIRECTS = 5
_CONTENT_TYPES = re.compile(
    r"text/.*|message/rfc822|application/(?:xhtml\+xml|xml|rss\+xml|atom\+xml|rdf\+xml|pdf|json|"
    r"jsonl|x-ndjson|ndjson|mbox|csv|toml|yaml|x-subrip|epub\+zip|zip|x-zip-compressed|"
    r"vnd\.openxmlformats-officedocument\..*|vnd\.oasis\.opendocument\..*)",
    re.IGNORECASE,
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NOT_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.0/24",  # of protocols; 192.0.0.192 tells a machine of Oracle's who it is
            "168.63.129.16/32",  # the host of a machine of Azure's
            "100.64.0.0/10",  # behind a carrier's translation; 100.100.100.200 is Alibaba's
            "192.88.99.0/24",
            "fec0::/10",  # of a site, given up but still routed there
            "64:ff9b:1::/48",
            "100::/64",
        ),
    )
)
"""What Python's own list leaves out, or did in some version."""
_HEADERS = {
    "User-Agent": "articlebot",
    "Accept": "text/html,application/xhtml+xml,text/*;q=0.9,application/*;q=0.8",
}


@dataclass(frozen=True, slots=True)
class Page:
    """What a server sent."""

    data: bytes
    url: str
    """Where it was found in the end, after redirects."""
    charset: str | None


def fetch(url: str, *, public_only: bool, seconds: float = SECONDS) -> Page:
    """Fetch a URL. Blocks; must not be called in a thread that runs an event loop.

    Args:
        url: http or https.
        public_only: refuse every address that is not public, checked after its name is resolved
            and for every redirect; the connection goes to the very address that was checked.
        seconds: for everything.

    Raises:
        SourceError: it cannot be reached, is refused, or goes beyond a limit.
    """
    shown = without_credentials(url)
    try:
        return asyncio.run(_fetch_in_time(url, public_only, seconds))
    except TimeoutError:
        raise SourceError(f"{shown} takes more than {seconds:.0f} seconds", "try later") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        reason = str(error).replace(url, shown).split("\n")[0][:200] or type(error).__name__
        raise SourceError(f"{shown} cannot be fetched ({reason})", "check the address") from None


async def _fetch_in_time(url: str, public_only: bool, seconds: float) -> Page:
    async with (
        asyncio.timeout(seconds),
        # An environment's proxy would connect to what nobody has checked.
        httpx.AsyncClient(timeout=None, trust_env=not public_only, headers=_HEADERS) as client,  # noqa: S113 - the time for everything is limited
    ):
        here, url = url, without_credentials(url)
        for _ in range(MOST_REDIRECTS + 1):
            if not is_url(here):
                told = here.rpartition("@")[2][:100]
                raise SourceError(f"{url} leads to {told}", "only http and https are fetched")
            request = await _request(client, here, public_only)
            response = await client.send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    page = await _read(response, url)
                    return Page(page, without_credentials(here), _charset(response))
                here = urljoin(here, response.headers["location"])
            finally:
                await response.aclose()
        raise SourceError(f"{url} redirects more than {MOST_REDIRECTS} times", "check the address")


async def _request(client: httpx.AsyncClient, url: str, public_only: bool) -> httpx.Request:
    """Make a request, to a checked address in place of the name where only such are allowed."""
    parsed = httpx.URL(url)
    # In the address they would be in httpx's log, too.
    credentials = parsed.userinfo
    parsed = parsed.copy_with(userinfo=b"")
    headers = {"Authorization": _basic(credentials)} if credentials else {}
    if not public_only:
        return client.build_request("GET", parsed, headers=headers)
    address = await _public_address(parsed.host, parsed.port or 443)
    return client.build_request(
        "GET",
        parsed.copy_with(host=address),
        headers={"Host": parsed.netloc.decode("ascii"), **headers},
        extensions={"sni_hostname": parsed.host},  # whose certificate it has to be
    )


def _basic(credentials: bytes) -> str:
    """Give the header that the name and the password of an address stand for."""
    return f"Basic {base64.b64encode(unquote_to_bytes(credentials)).decode('ascii')}"


async def _public_address(host: str, port: int) -> str:
    """Resolve a name; refuse it when any of its addresses is not public."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(map(is_public, addresses)):
        raise SourceError(f"{host} is not a public address", "give a page of the public web")
    return addresses[0]


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet, whatever it is wrapped in."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner:
            return is_public(str(inner))
    if any(ip in network for network in _NOT_PUBLIC):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


async def _read(response: httpx.Response, url: str) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise SourceError(
            f"{url} answers {response.status_code} {response.reason_phrase}".rstrip(),
            "check the address",
        )
    kind = response.headers.get("content-type", "text/html").partition(";")[0].strip()
    if not _CONTENT_TYPES.fullmatch(kind):
        raise SourceError(f"{url} is {kind[:80]}, not an article", "give a page, a PDF or a feed")
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > LARGEST_PAGE:
            raise SourceError(
                f"{url} is larger than {LARGEST_PAGE // 2**20} MB", "download it and split it"
            )
        parts.append(part)
    return b"".join(parts)


def _charset(response: httpx.Response) -> str | None:
    match = _CHARSET.search(response.headers.get("content-type", ""))
    return match.group(1) if match else None
