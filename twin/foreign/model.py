"""Anybody's SBML, alone or in a COMBINE archive: what is in it; runs in the child.

The door through which a foreign model comes: measured as XML first, then read by
libsbml, whose crash takes this process only.
"""

from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import libsbml

from twin.errors import ForeignFileError
from twin.foreign.archive import entry, opened
from twin.foreign.limits import LARGEST_XML_BYTES
from twin.foreign.stream import regular_file
from twin.foreign.xml_guard import check_xml

_ZIP = b"PK\x03\x04"
_MANIFEST = "manifest.xml"
_OMEX = "{http://identifiers.org/combine.specifications/omex-manifest}"
_MOST_COMPLAINTS = 20


def read(path: Path, *, check: bool = False) -> dict[str, Any]:
    """What a file of SBML, or an archive's model, contains.

    Args:
        path: of the file.
        check: whether to hold it to the rules of SBML instead (names of nothing,
            circles, bad maths), which may take libsbml very long.

    Returns: location (within the archive), level, version, id, name, packages, counts
    by kind, complaints of libsbml; with `check` the complaints alone.

    Raises: ForeignFileError naming what is wrong.
    """
    location, content = _content(path)
    n_elements = check_xml(content)
    document = libsbml.readSBMLFromString(content.decode("utf-8", "replace"))
    fatal = _errors(document)
    model = document.getModel()
    if model is None:
        said = fatal[0] if fatal else "it has no <model>"
        raise ForeignFileError(f"is no SBML that libsbml can read: {said}")
    if check:
        fatal = _inconsistencies(document)
        return {"complaints": fatal[:_MOST_COMPLAINTS], "n_complaints": len(fatal)}
    return {
        "location": location,
        "bytes": len(content),
        "xml_elements": n_elements,
        "level": document.getLevel(),
        "version": document.getVersion(),
        "id": model.getId(),
        "name": model.getName(),
        "packages": [
            document.getPlugin(i).getPackageName()
            for i in range(document.getNumPlugins())
        ],
        "counts": _counts(model),
        "complaints": fatal[:_MOST_COMPLAINTS],
        "n_complaints": len(fatal),
    }


def text_of(path: Path) -> str:
    """The SBML text of a file or of an archive's model, measured as XML.

    Raises: ForeignFileError naming the file and what is wrong.
    """
    try:
        _, content = _content(path)
        check_xml(content)
    except ForeignFileError as error:
        raise ForeignFileError(f"{path}: {error}") from error
    return content.decode("utf-8", "replace")


def _errors(document: Any) -> list[str]:
    log = document.getErrorLog()
    return [
        _complaint(log.getError(i))
        for i in range(log.getNumErrors())
        if log.getError(i).getSeverity() >= libsbml.LIBSBML_SEV_ERROR
    ]


_NOT_ASKED = (
    libsbml.LIBSBML_CAT_UNITS_CONSISTENCY,
    libsbml.LIBSBML_CAT_SBO_CONSISTENCY,
    libsbml.LIBSBML_CAT_MODELING_PRACTICE,
)
"""What a model may lack and still run."""


def _inconsistencies(document: Any) -> list[str]:
    """The rules of SBML that a model breaks."""
    for category in _NOT_ASKED:
        document.setConsistencyChecks(category, False)
    document.checkConsistency()
    return _errors(document)


def _content(path: Path) -> tuple[str | None, bytes]:
    size = regular_file(path)
    with path.open("rb") as file:
        start = file.read(len(_ZIP))
    if start == _ZIP:
        return _model_of(path)
    if size > LARGEST_XML_BYTES:
        raise ForeignFileError(
            f"is {size / 1e6:.0f} MB; models of up to {LARGEST_XML_BYTES / 1e6:g} MB "
            "are read"
        )
    return None, path.read_bytes()


def _model_of(path: Path) -> tuple[str, bytes]:
    """The archive's only SBML, or the one its manifest calls the master."""
    with opened(path) as archive:
        manifest = entry(archive, _MANIFEST, largest_bytes=LARGEST_XML_BYTES)
        check_xml(manifest)
        models = [
            (content.get("master") == "true", content.get("location", ""))
            for content in ET.fromstring(manifest).iter(f"{_OMEX}content")  # noqa: S314 - just measured
            if "sbml" in content.get("format", "")
        ]
        if not models:
            raise ForeignFileError("its manifest names no SBML model")
        _, location = min(models, key=lambda model: not model[0])
        name = location.removeprefix("./")
        return name, entry(archive, name, largest_bytes=LARGEST_XML_BYTES)


def _complaint(error: Any) -> str:
    return f"[{error.getErrorId()}] {' '.join(error.getMessage().split())}"[:300]


def _counts(model: Any) -> dict[str, int]:
    rules = Counter(rule.getElementName() for rule in model.getListOfRules())
    return {
        "compartments": model.getNumCompartments(),
        "species": model.getNumSpecies(),
        "parameters": model.getNumParameters(),
        "reactions": model.getNumReactions(),
        "events": model.getNumEvents(),
        "function_definitions": model.getNumFunctionDefinitions(),
        "initial_assignments": model.getNumInitialAssignments(),
        "assignment_rules": rules["assignmentRule"],
        "rate_rules": rules["rateRule"],
        "algebraic_rules": rules["algebraicRule"],
    }
