"""Subtitles and transcripts (WebVTT, SubRip): who says what, and when."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from index.errors import SourceError
from index.reading.formats.document import Block, Document, Metadata

_TIMES = re.compile(
    r"((?:\d{1,4}:)?\d{1,2}:\d\d[.,]\d{1,3})\s+-->\s+((?:\d{1,4}:)?\d{1,2}:\d\d[.,]\d{1,3})"
)
_SRT = re.compile(r"\s*\d+[ \t]*\r?\n(?:\d{1,4}:)?\d{1,2}:\d\d[.,]\d{1,3}[ \t]+-->")
_VOICE = re.compile(r"<v(?:\.[\w.-]+)?\s+([^>]{1,100})>")
_TAG = re.compile(r"<[^<>]{0,200}>|\{\\[^{}]{0,200}\}")
_NAMED = re.compile(r"(?:>>\s*|-\s*)?([A-ZÀ-Þ][\w.'’-]*(?: [A-ZÀ-Þ][\w.'’-]*){0,3}):\s+(?=\S)")
_SOUND = re.compile(r"[\[(♪♫][^\])♪♫]*[\])♪♫]?")
_ENDS = re.compile(r"[.?!…。！？][\"'”’»)\]]*$")
_PAUSE = 3.0
"""Seconds of silence after which somebody says something else."""
_LONG = 400
"""Characters of what one says, after which its next sentence has a time of its own."""


@dataclass(slots=True)
class _Turn:
    """What one says without a pause."""

    start: float
    speaker: str
    texts: list[str] = field(default_factory=list)
    end: float = 0

    @property
    def text(self) -> str:
        return " ".join(self.texts)


def is_subtitles(text: str) -> bool:
    """Tell subtitles by how they begin."""
    return text.startswith("WEBVTT") or bool(_SRT.match(text))


def read(text: str, name: str) -> Iterator[Document]:
    """Give what is said, under headings that tell who says it when: "Jo Lind, 0:01:02".

    Raises:
        SourceError: nothing is said in it.
    """
    turns = list(_read_turns(text))
    if not turns:
        raise SourceError(f"{name} holds no subtitles", "give them as VTT or SRT")
    blocks: list[Block] = []
    for turn in turns:
        when = _write_time(turn.start)
        heading = f"{turn.speaker}, {when}" if turn.speaker else when
        blocks += (Block(heading, "heading", 1), Block(turn.text))
    title = re.match(r"WEBVTT[ \t]+(?:-+[ \t]*)?(\S.*)", text)
    yield Document(about=Metadata(title=title and title.group(1).strip()), blocks=tuple(blocks))


def _read_turns(text: str) -> Iterator[_Turn]:
    turn: _Turn | None = None
    last_line = ""
    names = _find_names(text)
    for start, end, lines in _read_cues(text):
        for line in lines:
            voice = _VOICE.search(line)
            plain = " ".join(html.unescape(_TAG.sub("", line)).split())
            named = None if voice else _NAMED.match(plain)
            if named and named.group(1) not in names:
                named = None
            speaker = voice.group(1).strip() if voice else named.group(1) if named else ""
            plain = plain[named.end() :] if named else plain
            plain = _SOUND.sub(" ", plain).lstrip("-–> ").strip()
            if not plain or plain == last_line:  # captions that roll say each line twice
                continue
            last_line = plain
            if turn is None or _is_new(turn, speaker, start):
                if turn:
                    yield turn
                turn = _Turn(start, speaker or (turn.speaker if turn else ""))
            turn.texts.append(plain)
            turn.end = end
    if turn:
        yield turn


def _find_names(text: str) -> set[str]:
    """Find who speaks where lines begin with "Jo Lind:": once, it may be any word and a colon."""
    lines = {" ".join(_TAG.sub("", line).split()) for line in text.splitlines()}
    named = Counter(found.group(1) for line in lines if (found := _NAMED.match(line)))
    return {name for name, count in named.items() if count > 1 or name.isupper()}


def _is_new(turn: _Turn, speaker: str, start: float) -> bool:
    if speaker and speaker != turn.speaker:
        return True
    ended = bool(_ENDS.search(turn.texts[-1]))
    return ended and (start - turn.end > _PAUSE or sum(map(len, turn.texts)) > _LONG)


def _read_cues(text: str) -> Iterator[tuple[float, float, list[str]]]:
    """Give the cues: from when to when, and their lines. Notes and styles have no times."""
    times: tuple[float, float] | None = None
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        if found := _TIMES.search(line):
            if times:
                yield *times, lines
            times, lines = (_read_time(found.group(1)), _read_time(found.group(2))), []
        elif line.strip():
            lines.append(line)
        elif times:
            yield *times, lines
            times = None


def _read_time(stated: str) -> float:
    seconds = 0.0
    for part in stated.replace(",", ".").split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


def _write_time(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
