"""Compiled objects on disk, by the hash of all that made them.

One file a key: a line that says what it is, its own hash, then the bytes.  A file is
used only if it belongs to this user (or the system), nobody else may write to it, and
its hash is right; anything else is made anew.  Files are written aside and renamed, so
that writers at the same time and readers at any time see whole files only.  Where the
folder cannot be written, the program runs without.
"""

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MAGIC = b"patient-twin object 1\n"
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class Artefact:
    """What is kept: a small description as JSON, and code."""

    description: dict[str, Any]
    code: bytes


class ObjectCache:
    """Artefacts in a folder, or nowhere (`folder` None: all is made anew)."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(self, key: str, make: Callable[[], Artefact]) -> Artefact:
        """The artefact of a key: kept, or made now and kept.

        key  everything the artefact depends on, as text
        """
        name = hashlib.sha256(key.encode()).hexdigest()
        kept = self._read(name)
        if kept is None:
            kept = make()
            self._write(name, kept)
        return kept

    def _read(self, name: str) -> Artefact | None:
        if self._folder is None:
            return None
        try:
            with (self._folder / f"{name}.o").open("rb") as file:
                if not _trusted(os.fstat(file.fileno())):
                    return None
                return _unpacked(file.read(), name)
        except OSError:
            return None

    def _write(self, name: str, artefact: Artefact) -> None:
        if self._folder is None:
            return
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, aside = tempfile.mkstemp(dir=self._folder, prefix=f"{name}.")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_packed(artefact, name))
                Path(aside).replace(self._folder / f"{name}.o")
            except OSError:
                with suppress(OSError):
                    Path(aside).unlink()
                raise


def default_folder() -> Path | None:
    """Where compiled objects are kept unless the caller says otherwise.

    Follows the XDG base directories on Linux; knows no environment but the home.  A
    user without a home (a container's number that no list of users has) keeps them
    among the temporary files, in a folder of their own, or nowhere.
    """
    try:
        return Path.home() / ".cache" / "patient-twin" / "objects"
    except RuntimeError:
        return _own_temporary_folder()


def _own_temporary_folder() -> Path | None:
    """Nobody else's to enter; None where somebody else has made it first."""
    if not hasattr(os, "getuid"):  # Windows: everybody has a home there
        return None
    try:
        folder = Path(tempfile.gettempdir()) / f"patient-twin-{os.getuid()}"
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        status = folder.lstat()  # not where a link of somebody else's leads
    except OSError:
        return None
    is_private = stat.S_ISDIR(status.st_mode) and not status.st_mode & 0o077
    return folder if is_private and status.st_uid == os.getuid() else None


def _trusted(status: os.stat_result) -> bool:
    """Ours or the system's, and nobody else's to write."""
    if not hasattr(os, "getuid"):  # Windows: folders guard files there
        return stat.S_ISREG(status.st_mode)
    owner = status.st_uid in {0, os.getuid()}
    return (
        owner
        and stat.S_ISREG(status.st_mode)
        and not status.st_mode & _OTHERS_MAY_WRITE
    )


def _packed(artefact: Artefact, name: str) -> bytes:
    description = json.dumps(artefact.description).encode()
    body = b"%d\n%s%s" % (len(description), description, artefact.code)
    return _MAGIC + _hash(name, body) + b"\n" + body


def _unpacked(data: bytes, name: str) -> Artefact | None:
    """The artefact in a file, or nothing where the file is not what it says."""
    if not data.startswith(_MAGIC):
        return None
    hashed, _, body = data[len(_MAGIC) :].partition(b"\n")
    if hashed != _hash(name, body):
        return None
    length, _, rest = body.partition(b"\n")
    description = json.loads(rest[: int(length)])
    return Artefact(description, rest[int(length) :])


def _hash(name: str, body: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + body).hexdigest().encode()
