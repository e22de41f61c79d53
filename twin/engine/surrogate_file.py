"""Surrogates in files: arrays and a header, no pickles, and a hash over all of it.

Reading one needs nothing that making one needs, and runs nothing.
"""

import hashlib
import io
import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from twin.engine.surrogate import CourseSurrogate, Domain, HeldOut, Subject
from twin.errors import InputError, ModelError
from twin.vocabulary.ensemble import Floats, frozen_array

_MAGIC = b"patient-twin course surrogate 1 "


def save_surrogate(surrogate: CourseSurrogate, path: Path) -> None:
    """Write one .npz file without pickles; the same surrogate, the same bytes.

    The archive's comment says what it is and ends in the SHA-256 of all before.

    Raises: InputError naming the file.
    """
    arrays: dict[str, Any] = {}

    def aside(array: Floats) -> dict[str, str]:
        arrays[name := f"array_{len(arrays)}"] = array
        return {"array": name}

    header = json.dumps(asdict(surrogate), default=aside).encode()
    whole = io.BytesIO()
    np.savez(whole, header=np.frombuffer(header, np.uint8), **arrays)
    with zipfile.ZipFile(whole, "a") as archive:
        archive.comment = _MAGIC + b"0" * 64
    content = whole.getvalue()[:-64]
    try:
        path.write_bytes(content + hashlib.sha256(content).hexdigest().encode())
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written ({error.strerror}); name another file"
        ) from error


def load_surrogate(path: Path) -> CourseSurrogate:
    """The surrogate in a file; nothing is parsed before its SHA-256 is right.

    Raises: InputError where it cannot be read, ModelError where it is another kind of
    file, or not as it was written.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); check the path and its rights"
        ) from error
    hashed = hashlib.sha256(content[:-64]).hexdigest().encode()
    if not content.endswith(_MAGIC + hashed):
        raise ModelError(
            f"{path}: is no surrogate of this version, or not as it was written; "
            "make it again with `twin model emulate`"
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as kept:
        arrays = {name: frozen_array(kept[name]) for name in set(kept) - {"header"}}
        header = json.loads(
            kept["header"].tobytes(),
            object_hook=lambda each: arrays[each["array"]] if "array" in each else each,
        )
    kinds = {"subject": Subject, "domain": Domain, "held_out": HeldOut}
    parts = {name: kind(**_tuples(header[name])) for name, kind in kinds.items()}
    return CourseSurrogate(**_tuples(header) | parts)


def _tuples(fields: dict[str, Any]) -> dict[str, Any]:
    return {n: tuple(v) if isinstance(v, list) else v for n, v in fields.items()}
