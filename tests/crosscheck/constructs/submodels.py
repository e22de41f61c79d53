"""Models of models: the package comp, that COPASI flattens by itself."""

from tests.crosscheck.constructs.case import BOTH, Case, Course
from tests.crosscheck.constructs.sbml_text import (
    COMP,
    L3V1,
    Part,
    assigned,
    compartment,
    event,
    model,
    parameter,
    rated,
    raw,
    reaction,
    sbml,
    species,
    submodel,
    variable,
)

_NAMESPACES = f' xmlns:comp="{COMP}" comp:required="true"'


def _case(name: str, definitions: str, *parts: Part, **exact: Course) -> Case:
    text = sbml(
        *parts,
        level=L3V1,
        namespaces=_NAMESPACES,
        definitions="<comp:listOfModelDefinitions>"
        f"{definitions}</comp:listOfModelDefinitions>",
    )
    return Case(name, text, referees=BOTH, exact=exact)


def _definition(name: str, *parts: Part) -> str:
    return model(name, *parts, level=L3V1, element="comp:modelDefinition")


def _replaces(submodel: str, name: str, *, by: str = "idRef", factor: str = "") -> str:
    converted = f' comp:conversionFactor="{factor}"' if factor else ""
    return (
        "<comp:listOfReplacedElements><comp:replacedElement "
        f'comp:submodelRef="{submodel}" comp:{by}="{name}"{converted}/>'
        "</comp:listOfReplacedElements>"
    )


def _within(submodel: str, inner: str, name: str) -> str:
    return (
        "<comp:listOfReplacedElements><comp:replacedElement "
        f'comp:submodelRef="{submodel}" comp:idRef="{inner}">'
        f'<comp:sBaseRef comp:idRef="{name}"/></comp:replacedElement>'
        "</comp:listOfReplacedElements>"
    )


def _replaced_by(submodel: str, name: str) -> str:
    return f'<comp:replacedBy comp:submodelRef="{submodel}" comp:idRef="{name}"/>'


def _deleted(name: str) -> str:
    return (
        f'<comp:listOfDeletions><comp:deletion comp:idRef="{name}"/>'
        "</comp:listOfDeletions>"
    )


def _port(name: str, inner: str) -> Part:
    text = f'<comp:port comp:id="{name}" comp:idRef="{inner}"/>'
    return raw("comp:Ports", text)


_INSIDE = (
    compartment(size=2.0),
    species("A", concentration=4.0),
    species("B", concentration=0.0),
    parameter("k", 0.3),
    reaction("go", "A -> B", "k * A"),
)
_DECAY = _definition("decay", *_INSIDE)
_PORTED = _definition(
    "decay",
    *_INSIDE,
    _port("rate_constant", "k"),
    _port("room", "C"),
    _port("food", "A"),
)
_RAMP = _definition(
    "ramp", variable("x", 0.0), parameter("slope", 1.0), rated("x", "slope")
)

CASES = (
    _case("one submodel as it is", _DECAY, submodel("M", "decay")),
    _case(
        "the same model twice",
        _DECAY,
        submodel("M", "decay"),
        submodel("N", "decay"),
    ),
    _case(
        "a parameter replaced, by id",
        _DECAY,
        submodel("M", "decay"),
        parameter("k", 0.05, comp=_replaces("M", "k")),
    ),
    _case(
        "a parameter replaced, by port",
        _PORTED,
        submodel("M", "decay"),
        parameter("k", 0.05, comp=_replaces("M", "rate_constant", by="portRef")),
    ),
    _case(
        "two submodels share a species",
        _PORTED,
        submodel("M", "decay"),
        submodel("N", "decay"),
        compartment(
            "room",
            3.0,
            comp="<comp:listOfReplacedElements>"
            '<comp:replacedElement comp:submodelRef="M" comp:portRef="room"/>'
            '<comp:replacedElement comp:submodelRef="N" comp:portRef="room"/>'
            "</comp:listOfReplacedElements>",
        ),
        species(
            "food",
            concentration=7.0,
            where="room",
            comp="<comp:listOfReplacedElements>"
            '<comp:replacedElement comp:submodelRef="M" comp:portRef="food"/>'
            '<comp:replacedElement comp:submodelRef="N" comp:portRef="food"/>'
            "</comp:listOfReplacedElements>",
        ),
    ),
    _case(
        "a parameter of ours is replaced by the submodel's",
        _DECAY,
        submodel("M", "decay"),
        parameter("k", 9.0, comp=_replaced_by("M", "k")),
        variable("x", 0.0),
        rated("x", "k"),
        x=lambda t: 0.3 * t,
    ),
    _case(
        "a reaction deleted",
        _DECAY,
        submodel("M", "decay", _deleted("go")),
        M__A=lambda _: 4.0,
    ),
    _case(
        "a deleted reaction made anew with what is replaced",
        _DECAY,
        submodel("M", "decay", _deleted("go")),
        compartment("C", 5.0, comp=_replaces("M", "C")),
        species("A", concentration=1.0, comp=_replaces("M", "A")),
        reaction("grow", "-> A", "0.4"),
    ),
    _case(
        "two levels of submodels",
        _DECAY
        + _definition("middle", submodel("inner", "decay"), parameter("unused", 1.0)),
        submodel("outer", "middle"),
    ),
    _case(
        "a parameter two levels down is replaced",
        _DECAY
        + _definition("middle", submodel("inner", "decay"), parameter("unused", 1.0)),
        submodel("outer", "middle"),
        parameter("k", 0.05, comp=_within("outer", "inner", "k")),
    ),
    _case(
        "two levels, each replaces",
        _DECAY
        + _definition(
            "middle",
            submodel("inner", "decay"),
            parameter("q", 0.5, comp=_replaces("inner", "k")),
        ),
        submodel("outer", "middle"),
        parameter("k", 0.05, comp=_replaces("outer", "q")),
    ),
    _case(
        "rules and events within a submodel",
        _definition(
            "timer",
            variable("x", 0.0),
            variable("y"),
            rated("x", "1"),
            assigned("y", "x * 2"),
            event("reset", "y > 5.3", {"x": "0"}),
        ),
        submodel("M", "timer"),
    ),
    _case(
        "a rule of ours on what is replaced in a submodel",
        _DECAY,
        submodel("M", "decay"),
        parameter("k", constant=False, comp=_replaces("M", "k")),
        assigned("k", "0.01 * time"),
    ),
    _case(
        "an event of ours on what is replaced in a submodel",
        _RAMP,
        submodel("M", "ramp"),
        parameter("slope", 1.0, constant=False, comp=_replaces("M", "slope")),
        event("back", "time > 3.3", {"slope": "-2"}),
    ),
    _case(
        "a submodel's result read through a replaced parameter",
        _RAMP,
        submodel("M", "ramp"),
        parameter("x", 2.0, constant=False, comp=_replaces("M", "x")),
        variable("y", 0.0),
        rated("y", "x"),
    ),
    _case(
        "a submodel in its own time",
        _RAMP,
        parameter("faster", 0.5),
        raw(
            "comp:Submodels",
            '<comp:submodel comp:id="M" comp:modelRef="ramp" '
            'comp:timeConversionFactor="faster"/>',
        ),
    ),
    _case(
        "a submodel in its own extent",
        _DECAY,
        parameter("more", 3.0),
        raw(
            "comp:Submodels",
            '<comp:submodel comp:id="M" comp:modelRef="decay" '
            'comp:extentConversionFactor="more"/>',
        ),
    ),
    _case(
        "a replaced parameter in another unit",
        _DECAY,
        submodel("M", "decay"),
        parameter("factor", 10.0),
        parameter("k", 0.01, comp=_replaces("M", "k", factor="factor")),
    ),
)
