"""Bytes of a file, unpacked as they are asked for: memory stays flat.

Plain or gzip (bgzip included), told by the first bytes, never by the name.
"""

import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from twin.errors import ForeignFileError
from twin.foreign.limits import (
    HIGHEST_RATIO,
    LARGEST_COMPRESSED_BYTES,
    LARGEST_UNPACKED_BYTES,
    LONGEST_LINE_BYTES,
    RATIO_COUNTS_FROM_BYTES,
)

_CHUNK = 1 << 18
_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31  # zlib's way of saying "gzip, any window"
_BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")


def regular_file(path: Path) -> int:
    """Its size. Raises: ForeignFileError unless it is a file that can be read."""
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise ForeignFileError("there is no such file; check the path") from error
    except (OSError, ValueError) as error:
        raise ForeignFileError(f"cannot be opened ({error})") from error
    if not stat.S_ISREG(found.st_mode):
        raise ForeignFileError("is no regular file; name a file")
    if found.st_size == 0:
        raise ForeignFileError("is empty; was it written to the end?")
    return found.st_size


def chunks(path: Path) -> Iterator[bytes]:
    """The unpacked content, piece by piece.

    Raises: ForeignFileError for a file that is cut off, damaged, or a bomb.
    """
    size = regular_file(path)
    if size > LARGEST_COMPRESSED_BYTES and _starts_with(path, _GZIP):
        raise ForeignFileError(
            f"is {size / 1e9:.1f} GB packed; cut the genes asked about out of it "
            "(bcftools view -R)"
        )
    try:
        with path.open("rb") as file:
            start = file.read(len(_GZIP))
            file.seek(0)
            if start == _GZIP:
                yield from _unpacked(file, size)
                return
            while piece := file.read(_CHUNK):
                yield piece
    except OSError as error:
        raise ForeignFileError(f"cannot be read ({error.strerror})") from error


def _starts_with(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def _unpacked(file: BinaryIO, size: int) -> Iterator[bytes]:
    """All members of a gzip file, one after the other."""
    taken = given = 0
    packed = end = b""
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    within = blocked = False
    while True:
        if not packed:
            packed = file.read(_CHUNK)
            blocked = blocked or (taken == 0 and packed[12:14] == b"BC")
            taken += len(packed)
            end = (end + packed)[-len(_BGZF_END) :]
        at_end = not packed
        try:
            piece = unpacker.decompress(packed, _CHUNK)
        except zlib.error as error:
            raise ForeignFileError(
                f"its compression is damaged ({error}); fetch the file again"
            ) from error
        given += len(piece)
        if given > LARGEST_UNPACKED_BYTES or (
            given > RATIO_COUNTS_FROM_BYTES and given > HIGHEST_RATIO * taken
        ):
            raise ForeignFileError(
                f"unpacks to more than {given / taken:.0f} times its size; no "
                "laboratory's file does, and it is not read further"
            )
        if piece:
            yield piece
        elif at_end:
            break
        packed, within = unpacker.unconsumed_tail, not unpacker.eof
        if unpacker.eof:
            packed = unpacker.unused_data
            unpacker = zlib.decompressobj(_GZIP_WINDOW)
            if packed and not packed.startswith(_GZIP[: len(packed)]):
                raise ForeignFileError(
                    "has other bytes behind its compressed part; fetch it again"
                )
    if within or taken != size or (blocked and end != _BGZF_END):
        raise ForeignFileError("is cut off: its compression has no end; fetch it again")


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines without their ends, numbered from 1.

    Raises: ForeignFileError where a line is longer than any laboratory writes.
    """
    rest = b""
    number = 0
    for piece in chunks(path):
        parts = (rest + piece).split(b"\n")
        rest = parts.pop()
        for part in parts:
            number += 1
            yield number, part
        if len(rest) > LONGEST_LINE_BYTES:
            raise ForeignFileError(
                f"line {number + 1} is longer than {LONGEST_LINE_BYTES / 1e6:g} MB; "
                "no such line is read"
            )
    if rest:
        yield number + 1, rest
