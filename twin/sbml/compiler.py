"""Antimony sources to SBML Level 3 Version 2: composed (comp) and flattened.

Text in, text out; knows no file.  A model leaves here only when libsbml finds
nothing to say about its consistency and its units: a warning is an error.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import libsbml

from twin.errors import ModelError
from twin.sbml.evidence import marks_in

# Notes of libsbml that are no statement about our models: line numbers of composed
# models cannot be given (1090106), and a value set by a rule needs no start (80702;
# true of comp submodels only, where the rule stands in the parent).
_SILENT_IN_COMPOSED = frozenset({1090106, 80702})


@dataclass(frozen=True, slots=True)
class Preset:
    """A value written into the compiled model, and where it comes from."""

    value: float
    note: str


@dataclass(frozen=True, slots=True)
class CompiledModel:
    """One model as two SBML texts: with its submodels, and flattened."""

    composed: str
    flat: str


def compile_antimony(
    sources: Sequence[str], *, top: str, presets: Mapping[str, Preset]
) -> CompiledModel:
    """The SBML of the module `top`, its submodels in `sources`.

    `presets` go into the flattened model by SBML id; an id that is not a constant
    parameter, compartment or the start of one is refused.

    Raises: ModelError with Antimony's or libsbml's own words.
    """
    antimony = _antimony()
    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString("\n".join(sources)) < 0:
        raise ModelError(f"Antimony cannot read {top}: {antimony.getLastError()}")
    written = antimony.getCompSBMLString(top)
    if not written:
        raise ModelError(f"the Antimony sources hold no module {top!r}")
    composed = libsbml.readSBMLFromString(written)
    _declare_function_numbers(composed)
    _note_evidence(composed, marks_in(sources))
    complaints = check(composed, ignored=_SILENT_IN_COMPOSED)
    if complaints:
        raise ModelError(f"{top} (composed): " + "; ".join(complaints[:10]))
    return CompiledModel(
        text_of_document(composed), _filled(flatten(composed), presets)
    )


def with_presets(model: CompiledModel, presets: Mapping[str, Preset]) -> CompiledModel:
    """The same model with other values in its flattened text.

    What `compile_antimony` gives with these presets, without composing again.
    """
    flat = libsbml.readSBMLFromString(model.flat)
    return CompiledModel(model.composed, _filled(flat, presets))


def _filled(flat: Any, presets: Mapping[str, Preset]) -> str:
    apply_presets(flat, presets)
    complaints = check(flat)
    if complaints:
        name = flat.getModel().getId()
        raise ModelError(f"{name} (flattened): " + "; ".join(complaints[:10]))
    return text_of_document(flat)


def flatten(document: Any) -> Any:
    """A copy of a composed document without submodels (libsbml's converter)."""
    flat = document.clone()
    properties = libsbml.ConversionProperties()
    properties.addOption("flatten comp", True)
    properties.addOption("leavePorts", False)
    properties.addOption("performValidation", False)
    if flat.convert(properties) != libsbml.LIBSBML_OPERATION_SUCCESS:
        raise ModelError(
            f"libsbml cannot flatten the model: {flat.getErrorLog().toString()}"
        )
    return flat


def check(document: Any, *, ignored: frozenset[int] = frozenset()) -> list[str]:
    """What libsbml says against a document, units included; empty is clean.

    Each complaint once, however often the document was checked before.
    """
    for category in (
        libsbml.LIBSBML_CAT_UNITS_CONSISTENCY,
        libsbml.LIBSBML_CAT_MODELING_PRACTICE,
        libsbml.LIBSBML_CAT_IDENTIFIER_CONSISTENCY,
        libsbml.LIBSBML_CAT_MATHML_CONSISTENCY,
        libsbml.LIBSBML_CAT_SBO_CONSISTENCY,
        libsbml.LIBSBML_CAT_OVERDETERMINED_MODEL,
    ):
        document.setConsistencyChecks(category, True)
    document.checkConsistency()
    log = document.getErrorLog()
    errors = (log.getError(i) for i in range(log.getNumErrors()))
    said = (
        f"[{error.getErrorId()}] {' '.join(error.getMessage().split())}"
        for error in errors
        if error.getErrorId() not in ignored
    )
    return list(dict.fromkeys(said))


@cache
def _antimony() -> Any:
    try:
        import antimony  # noqa: PLC0415 - only `make models` needs it
    except ImportError as error:
        raise ModelError(
            "compiling the models needs Antimony: pip install antimony"
        ) from error
    return antimony


def _declare_function_numbers(document: Any) -> None:
    """Numbers in function definitions are dimensionless: Antimony cannot say so."""
    for model in _models(document):
        for function in model.getListOfFunctionDefinitions():
            tree = function.getMath().deepCopy()
            _declare_numbers(tree)
            function.setMath(tree)


def _models(document: Any) -> list[Any]:
    """The top model and the definitions it is composed of."""
    plugin = document.getPlugin("comp")
    models = [document.getModel()]
    if plugin is not None:
        models += [
            plugin.getModelDefinition(i) for i in range(plugin.getNumModelDefinitions())
        ]
    return models


def _note_evidence(document: Any, marks: Mapping[str, Mapping[str, str]]) -> None:
    """Mark and source of every number as its note; flattening keeps it."""
    for model in _models(document):
        for name, mark in marks.get(model.getId(), {}).items():
            element = model.getParameter(name) or model.getCompartment(name)
            if element is not None:
                _set_note(element, mark)


def _set_note(element: Any, text: str) -> None:
    element.setNotes(f'<p xmlns="http://www.w3.org/1999/xhtml">{_escaped(text)}</p>')


def _declare_numbers(node: Any) -> None:
    if node.isNumber() and not node.isSetUnits():
        node.setUnits("dimensionless")
    for i in range(node.getNumChildren()):
        _declare_numbers(node.getChild(i))


def apply_presets(document: Any, presets: Mapping[str, Preset]) -> None:
    """Write values and their notes into a flattened document.

    Raises: ModelError for an id that is no constant of the model.
    """
    model = document.getModel()
    for name, preset in presets.items():
        compartment = model.getCompartment(name)
        parameter = model.getParameter(name)
        if compartment is not None:
            compartment.setSize(preset.value)
            element = compartment
        elif parameter is not None and parameter.getConstant():
            parameter.setValue(preset.value)
            element = parameter
        else:
            raise ModelError(f"{name} is no constant of the model; it cannot be preset")
        _set_note(element, preset.note)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def text_of_document(document: Any) -> str:
    """SBML text without the lines that name the writing program and its date."""
    lines = libsbml.writeSBMLToString(document).splitlines()
    kept = [line for line in lines if not line.startswith("<!-- Created by")]
    return "\n".join(kept) + "\n"
