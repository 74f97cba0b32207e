"""TIFF files: their pages, what each declares of its samples, and a page alone without its metadata."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import IO, Any

__all__ = ["TiffPage", "page_alone", "tiff_pages"]

# bytes of a value of each type, and how struct writes the integers
_SIZES = dict(zip((*range(1, 14), 16, 17, 18), (1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 8, 8, 8), strict=True))
_CODES = {1: "B", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}
_ASCII = 2

KIND, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, ORIENTATION = 254, 256, 257, 258, 259, 262, 274
STRIPS, STRIP_BYTES, TILES, TILE_BYTES = 273, 279, 324, 325
SAMPLES, PLANAR, HIGHEST, EXTRA, SAMPLE_FORMAT = 277, 284, 281, 338, 339

# all that says how samples lie in the file
_NEEDED = (
    *(WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, 266, STRIPS, SAMPLES, 278, STRIP_BYTES, PLANAR),
    *(292, 293, 317, 320, 322, 323, TILES, TILE_BYTES, 332, EXTRA, SAMPLE_FORMAT, 347),
    *(512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532),
)
# bytes of a value or offset, how struct writes a count and an offset, bytes of an entry; of a BigTIFF last
_LAYOUT = ((4, "H", "I", 12), (8, "Q", "Q", 20))
_MOST_PAGES = 100_000
_LONGEST = 1 << 26  # bytes of a tag; more is a fault
_REDUCED, _MASK = 1, 4
_LOSSY = (6, 7, 34712, 50001, 34892)


@dataclass(frozen=True)
class TiffPage:
    """One page of a TIFF file.

    Attributes:
        order: How struct writes the file's byte order.
        big: Whether the file is a BigTIFF.
        entries: Type, count and bytes of each tag that could be read.
        number: Its place among all directories, reduced copies of other pages included.
    """

    order: str
    big: bool
    entries: Mapping[int, tuple[int, int, bytes]]
    number: int

    def numbers(self, tag: int) -> tuple[int, ...]:
        """Return a tag's integers; a text of digits is one too. Empty where there are none."""
        kind, count, content = self.entries.get(tag, (0, 0, b""))
        if kind == _ASCII:
            text = content.strip(b"\0 ")
            return (int(text),) if text.isdigit() else ()
        code = _CODES.get(kind)
        return struct.unpack(f"{self.order}{count}{code}", content) if code else ()

    def number_of(self, tag: int, default: int) -> int:
        """Return a tag's first integer."""
        return next(iter(self.numbers(tag)), default)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width as they are stored."""
        return self.number_of(HEIGHT, 0), self.number_of(WIDTH, 0)

    @property
    def bits(self) -> int:
        """Bits of each sample; 0 where its samples differ in that."""
        bits = set(self.numbers(BITS)) or {1}
        return bits.pop() if len(bits) == 1 else 0

    @property
    def samples(self) -> int:
        """Samples of each pixel."""
        return self.number_of(SAMPLES, 1)

    @property
    def orientation(self) -> int:
        """How it is to be turned, as EXIF numbers it."""
        return self.number_of(ORIENTATION, 1)

    @property
    def is_lossy(self) -> bool:
        """Whether its compression blurs edges."""
        return self.number_of(COMPRESSION, 1) in _LOSSY

    def planes(self) -> list[TiffPage]:
        """Return each sample as a grey page of its own, where the file stores them one after the other."""
        split = {}
        for tag in (STRIPS, STRIP_BYTES, TILES, TILE_BYTES):
            if tag in self.entries:
                kind, count, content = self.entries[tag]
                part, share = count // self.samples, len(content) // self.samples
                split[tag] = [
                    (kind, part, content[row * share : (row + 1) * share]) for row in range(self.samples)
                ]
        grey = {
            BITS: self._short(self.bits),
            SAMPLES: self._short(1),
            PHOTOMETRIC: self._short(1),
            PLANAR: self._short(1),
            SAMPLE_FORMAT: self._short(self.number_of(SAMPLE_FORMAT, 1)),
        }
        kept = {tag: entry for tag, entry in self.entries.items() if tag != EXTRA}
        return [
            replace(self, entries={**kept, **grey, **{tag: parts[row] for tag, parts in split.items()}})
            for row in range(self.samples)
        ]

    def _short(self, value: int) -> tuple[int, int, bytes]:
        return 3, 1, struct.pack(f"{self.order}H", value)


def tiff_pages(file: IO[bytes]) -> list[TiffPage]:
    """Return the pages of a file, without reduced copies and transparency masks of others.

    Raises:
        ValueError: If it is no TIFF file.
    """
    found = list(_directories(file))
    pages = [page for page in found if not page.number_of(KIND, 0) & (_REDUCED | _MASK)]
    if not found:
        raise ValueError("no TIFF directory")
    return pages or found[:1]


def page_alone(data: bytes, page: TiffPage) -> bytes:
    """Return a file of one page, with nothing but what its pixels need: it is not turned, and has no texts.

    Args:
        data: The whole file.
        page: One of its pages.
    """
    kept = {tag: page.entries[tag] for tag in sorted(_NEEDED) if tag in page.entries}
    order, big = page.order, page.big
    start = len(data) + len(data) % 2
    room, count_code, offset_code, length = _LAYOUT[big]
    places = struct.calcsize(f"{order}{count_code}") + len(kept) * length + room
    directory, beyond = struct.pack(f"{order}{count_code}", len(kept)), b""
    for tag, (kind, count, content) in kept.items():
        if len(content) > room:
            value = struct.pack(f"{order}{offset_code}", start + places + len(beyond))
            beyond += content + b"\0" * (len(content) % 2)
        else:
            value = content.ljust(room, b"\0")
        directory += struct.pack(f"{order}HH{offset_code}", tag, kind, count) + value
    directory += struct.pack(f"{order}{offset_code}", 0)
    first = struct.pack(f"{order}{offset_code}", start)
    head = data[:8] + first + data[16:] if big else data[:4] + first + data[8:]
    return head + b"\0" * (len(data) % 2) + directory + beyond


def _directories(file: IO[bytes]) -> Iterator[TiffPage]:
    file.seek(0)
    head = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2], "")
    magic = struct.unpack(f"{order}H", head[2:4])[0] if order and len(head) >= 8 else 0
    if magic not in (42, 43):
        raise ValueError("no TIFF header")
    big = magic == 43
    offset = _unpacked(f"{order}Q", head[8:16]) if big else _unpacked(f"{order}I", head[4:8])
    seen: set[int] = set()
    while offset and offset not in seen and len(seen) < _MOST_PAGES:
        seen.add(offset)
        entries, offset = _entries(file, offset, order, big=big)
        if not entries:
            return
        yield TiffPage(order, big, entries, len(seen) - 1)


def _entries(
    file: IO[bytes], offset: int, order: str, *, big: bool
) -> tuple[dict[int, tuple[int, int, bytes]], int]:
    """Return a directory's entries, those that cannot be read left out, and where the next one lies."""
    room, count_code, offset_code, length = _LAYOUT[big]
    file.seek(offset)
    count = _unpacked(f"{order}{count_code}", file.read(struct.calcsize(f"<{count_code}")))
    content = file.read(length * min(count, 4096))
    following = _unpacked(f"{order}{offset_code}", file.read(room)) if count <= 4096 else 0
    found = {}
    for place in range(0, len(content) - length + 1, length):
        tag, kind, number = struct.unpack_from(f"{order}HH{offset_code}", content, place)
        value = content[place + length - room : place + length]
        needed = _SIZES.get(kind, 0) * number
        if tag not in (*_NEEDED, KIND, ORIENTATION, HIGHEST) or not 0 < needed <= _LONGEST:
            continue
        if needed > room:
            file.seek(_unpacked(f"{order}{offset_code}", value))
            value = file.read(needed)
        if len(value) >= needed:
            found[tag] = (kind, number, value[:needed])
    return found, following


def _unpacked(code: str, content: bytes) -> int:
    """Return one number; 0 where the file ends before."""
    values: tuple[Any, ...] = struct.unpack(code, content) if len(content) == struct.calcsize(code) else (0,)
    return int(values[0])
