"""Damage done to files: seeded, so that the number of an input says what it is."""

import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable

from tests.fuzz.samples import ANYWHERE, Format

LARGEST = 200_000
"""Bytes of an input; sizes are tried, but this looks for faults and not for limits."""
_NUMBER = re.compile(rb"\d+")
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)

Mutation = Callable[[random.Random, bytes, Format], bytes]


def make_input(format_: Format, seed: int, number: int) -> bytes:
    """Give the input of a number: the same for the same seed."""
    draw = random.Random(f"{seed}/{format_.name}/{number}")  # a string: hashed the same anywhere
    data = draw.choice(format_.samples)
    if format_.name == "docx" and draw.random() < 0.8:
        return _mutate_archive(draw, data, format_)
    if format_.name == "pdf" and draw.random() < 0.6:
        return _mutate_streams(draw, data, format_)
    return mutate(draw, data, format_)


def mutate(draw: random.Random, data: bytes, format_: Format) -> bytes:
    """Damage bytes in one to eight places."""
    for _ in range(draw.choice((1, 1, 2, 3, 5, 8))):
        data = draw.choice(_MUTATIONS)(draw, data, format_)[:LARGEST]
    return data


def _place(draw: random.Random, data: bytes) -> tuple[int, int]:
    start = draw.randint(0, len(data))
    return start, min(start + int(draw.expovariate(1 / 30)), len(data))


def _flip(draw: random.Random, data: bytes, __: Format) -> bytes:
    changed = bytearray(data)
    for _ in range(draw.randint(1, 8)):
        if changed:
            changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def _insert(draw: random.Random, data: bytes, format_: Format) -> bytes:
    at, _ = _place(draw, data)
    token = draw.choice((*format_.tokens, *ANYWHERE))
    return data[:at] + token * draw.choice((1, 1, 2, 50, 3000)) + data[at:]


def _replace(draw: random.Random, data: bytes, format_: Format) -> bytes:
    start, end = _place(draw, data)
    return data[:start] + draw.choice((*format_.tokens, *ANYWHERE)) + data[end:]


def _delete(draw: random.Random, data: bytes, _: Format) -> bytes:
    start, end = _place(draw, data)
    return data[:start] + data[end:]


def _repeat(draw: random.Random, data: bytes, _: Format) -> bytes:
    start, end = _place(draw, data)
    return data[:end] + data[start:end] * draw.choice((1, 3, 30, 1000)) + data[end:]


def _cut(draw: random.Random, data: bytes, _: Format) -> bytes:
    return data[: draw.randint(0, len(data))]


def _splice(draw: random.Random, data: bytes, format_: Format) -> bytes:
    other = draw.choice(format_.samples)
    return data[: draw.randint(0, len(data))] + other[draw.randint(0, len(other)) :]


def _renumber(draw: random.Random, data: bytes, _: Format) -> bytes:
    found = list(_NUMBER.finditer(data))
    if not found:
        return data
    match = draw.choice(found)
    number = draw.choice((b"0", b"1", b"-1", b"65536", b"1000000", b"4294967296", b"9" * 30))
    return data[: match.start()] + number + data[match.end() :]


_MUTATIONS: tuple[Mutation, ...] = (
    *(_flip, _insert, _insert, _replace, _delete, _repeat, _cut, _splice, _renumber),
)


def _mutate_archive(draw: random.Random, data: bytes, format_: Format) -> bytes:
    """Damage a part of an archive, and pack it again."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    usual = ["word/document.xml"] * 6
    name = draw.choice([*parts, *usual])
    parts[name] = mutate(draw, parts[name], format_)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return written.getvalue()


def _mutate_streams(draw: random.Random, data: bytes, format_: Format) -> bytes:
    """Damage what a stream of a PDF unpacks to, and pack it again."""
    found = list(_STREAM.finditer(data))
    if not found:
        return data
    match = draw.choice(found)
    try:
        content = zlib.decompress(match[1])
    except zlib.error:
        return mutate(draw, data, format_)
    packed = zlib.compress(mutate(draw, content, format_))
    return data[: match.start(1)] + packed + data[match.end(1) :]
