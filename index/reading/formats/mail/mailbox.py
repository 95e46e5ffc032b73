"""Mails and mailboxes: an article for each thread, one for each file that came with a mail."""

import re
from pathlib import PurePath

from index.errors import SourceError
from index.reading.formats.blocks import count_left_out
from index.reading.formats.document import Block, Document, Metadata
from index.reading.formats.inside import Found, Inside
from index.reading.formats.mail.message import Mail, parse_mail
from index.reading.formats.names import SUFFIXES

MOST_MAILS = 20_000
_HEADER = re.compile(rb"[!-9;-~]{1,76}:(?:[ \t]|\r?\n[ \t])")
_TELLING = frozenset(
    {
        *(b"from", b"to", b"subject", b"date", b"message-id", b"received", b"return-path"),
        *(b"mime-version", b"delivered-to", b"reply-to", b"in-reply-to", b"content-type"),
    }
)
_BOX = re.compile(rb"From \S+ .{0,20}\d\d:\d\d.{0,30}\r?\n(?=[!-9;-~]{1,76}:)")
_BETWEEN = re.compile(rb"(?m)^From \S+ .{0,20}\d\d:\d\d.{0,30}\r?\n")
_ESCAPED = re.compile(rb"(?m)^>(>*From )")


def is_mail(data: bytes) -> bool:
    """Tell a mail, or a mailbox, by the headers that it begins with."""
    top = data.lstrip()[:4096]
    if _BOX.match(top):
        return True
    names = set()
    for line in top.splitlines()[:60]:
        if not line.strip():
            break
        if line[:1] in b" \t":
            continue
        if not _HEADER.match(line + b" "):
            return False
        names.add(line.partition(b":")[0].lower())
    return len(names & _TELLING) > 2 and bool(names & {b"from", b"message-id", b"received"})


def read(data: bytes, name: str, inside: Inside) -> Found:
    """Give the threads, mail by mail, and what was attached; errors are among what is given."""
    data = data.lstrip()
    in_box = bool(_BOX.match(data))
    pieces = _split(data) if in_box else [data]
    if len(pieces) > MOST_MAILS:
        raise SourceError(f"{name} holds more than {MOST_MAILS:,} mails", "split it")
    mails: list[Mail] = []
    for number, piece in enumerate(pieces, 1):
        try:
            mails.append(parse_mail(piece))
        except (SourceError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - the library raises whatever a mail leads it to
            what = f"mail {number} of {name} is damaged ({type(error).__name__})"
            yield SourceError(what, "give its text alone")
    for key, thread in _group(mails).items():
        if any(mail.blocks for mail in thread):
            yield _tell(thread, key if in_box else "")
        elif not any(mail.attachments for mail in thread):
            yield SourceError(
                f"the mail {thread[0].subject!r} of {name} has no text", "leave it out"
            )
        for mail in thread:
            yield from _read_attachments(mail, name, key, inside)


def _split(data: bytes) -> list[bytes]:
    return [_ESCAPED.sub(rb"\1", piece) for piece in _BETWEEN.split(data) if piece.strip()]


def _group(mails: list[Mail]) -> dict[str, list[Mail]]:
    """Give the threads: mails that answer each other, or that have a topic in common."""
    roots: dict[str, str] = {}
    threads: dict[str, list[Mail]] = {}
    for number, mail in enumerate(mails):
        own = mail.id or f"mail {number + 1}"
        known = (roots[each] for each in (own, *mail.answers) if each in roots)
        is_reply = bool(mail.answers) or mail.topic != mail.subject
        topic = f"topic {mail.topic.casefold()}" if mail.topic else own
        root = next(known, None) or (roots.get(topic) if is_reply else None) or own
        for each in (own, topic, *mail.answers):
            roots.setdefault(each, root)
        threads.setdefault(root, []).append(mail)
    for thread in threads.values():
        thread.sort(key=lambda mail: str(mail.sent or ""))
    return threads


def _tell(thread: list[Mail], key: str) -> Document:
    first = thread[0]
    blocks: list[Block] = []
    for mail in thread:
        if len(thread) > 1:
            heading = ", ".join(filter(None, (mail.author, str(mail.sent or ""))))
            blocks.append(Block(heading or mail.subject or "…", "heading", 1))
        blocks += mail.blocks
    others = [each.name for mail in thread for each in mail.attachments]
    others = [each for each in others if PurePath(each).suffix.lower() not in SUFFIXES]
    about = Metadata(
        title=first.topic or None,
        author="; ".join(dict.fromkeys(mail.author for mail in thread if mail.author)) or None,
        published=first.sent,
    )
    warnings = count_left_out({"attachment": len(others)})
    return Document(about=about, key=key, blocks=tuple(blocks), warnings=warnings)


def _read_attachments(mail: Mail, name: str, key: str, inside: Inside) -> Found:
    about = Metadata(published=mail.sent)
    for number, attachment in enumerate(mail.attachments, 1):
        suffix = PurePath(attachment.name).suffix.lower()
        if suffix in SUFFIXES:
            place = f"{key}/{number}/{attachment.name}"
            yield from inside.read(attachment.data, attachment.name, name, place, about)
