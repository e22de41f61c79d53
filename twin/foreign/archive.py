"""A ZIP or COMBINE/OMEX archive, looked at before anything is unpacked.

Names that leave the archive, links, encryption, sizes that do not add up and endless
contents are refused; entries are read one by one, in memory, up to a limit.
"""

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

from twin.errors import ForeignFileError
from twin.foreign.limits import (
    HIGHEST_RATIO,
    LARGEST_ARCHIVE_BYTES,
    LARGEST_ARCHIVE_ENTRY_BYTES,
    MOST_ARCHIVE_ENTRIES,
    RATIO_COUNTS_FROM_BYTES,
)
from twin.foreign.stream import regular_file

_ENCRYPTED = 0x1


def read(path: Path) -> dict[str, Any]:
    """The entries of an archive: names and sizes.

    Raises: ForeignFileError for an archive that is damaged or a trap.
    """
    with opened(path) as archive:
        return {
            "entries": [
                {"name": info.filename, "bytes": info.file_size}
                for info in archive.infolist()
                if not info.is_dir()
            ]
        }


def opened(path: Path) -> zipfile.ZipFile:
    """The archive, all its entries checked.

    Raises: ForeignFileError naming the entry at fault.
    """
    regular_file(path)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ForeignFileError(
            f"is no ZIP archive that can be read ({error}); fetch it again"
        ) from error
    infos = archive.infolist()
    if len(infos) > MOST_ARCHIVE_ENTRIES:
        raise ForeignFileError(
            f"holds {len(infos)} entries; at most {MOST_ARCHIVE_ENTRIES} are read"
        )
    names: set[str] = set()
    for info in infos:
        _check_entry(info)
        if info.filename in names:
            raise ForeignFileError(f"holds {info.filename[:80]!r} twice")
        names.add(info.filename)
    whole = sum(info.file_size for info in infos)
    if whole > LARGEST_ARCHIVE_BYTES:
        raise ForeignFileError(
            f"unpacks to {whole / 1e6:.0f} MB; at most "
            f"{LARGEST_ARCHIVE_BYTES / 1e6:g} MB are read"
        )
    return archive


def entry(archive: zipfile.ZipFile, name: str, *, largest_bytes: int) -> bytes:
    """The content of one entry, however large it says it is.

    Raises: ForeignFileError when there is none, or more than allowed comes out.
    """
    try:
        with archive.open(name) as file:
            content = file.read(largest_bytes + 1)
    except KeyError as error:
        raise ForeignFileError(f"has no entry {name!r}") from error
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        RuntimeError,
        EOFError,
    ) as error:
        raise ForeignFileError(f"its entry {name!r} is damaged ({error})") from error
    if len(content) > largest_bytes:
        raise ForeignFileError(
            f"its entry {name!r} unpacks to more than {largest_bytes / 1e6:g} MB"
        )
    return content


def _check_entry(info: zipfile.ZipInfo) -> None:
    name = info.filename
    shown = repr(name[:80])
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or parts[0] == "/" or ".." in parts or ":" in parts[0] or "\0" in name:
        raise ForeignFileError(
            f"its entry {shown} would be written outside the archive's own folder"
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise ForeignFileError(f"its entry {shown} is a link")
    if info.flag_bits & _ENCRYPTED:
        raise ForeignFileError(f"its entry {shown} is encrypted; give it in the clear")
    if info.file_size > LARGEST_ARCHIVE_ENTRY_BYTES:
        raise ForeignFileError(
            f"its entry {shown} unpacks to {info.file_size / 1e6:.0f} MB"
        )
    if info.file_size > RATIO_COUNTS_FROM_BYTES and info.file_size > (
        HIGHEST_RATIO * max(info.compress_size, 1)
    ):
        raise ForeignFileError(
            f"its entry {shown} unpacks to more than {HIGHEST_RATIO} times its size"
        )
