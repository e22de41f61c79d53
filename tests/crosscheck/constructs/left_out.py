"""What a file may leave out: defaults of Level 2, mathematics in Level 3 Version 2."""

from math import exp

from tests.crosscheck.constructs.case import case
from tests.crosscheck.constructs.sbml_text import (
    L2V1,
    L2V4,
    assigned,
    event,
    rated,
    raw,
    reaction,
    species,
    starts,
    variable,
)
from tests.crosscheck.constructs.scenes import TWO_LITRES

_DECAY = (species("A", concentration=4.0), reaction("decay", "A ->", "0.3 * A"))
_COURSE = {"A": lambda t: 4 * exp(-0.15 * t)}
_MATH = "http://www.w3.org/1998/Math/MathML"
_K_A = f'<math xmlns="{_MATH}"><apply><times/><cn>0.3</cn><ci>A</ci></apply></math>'

CASES = (
    case(
        "a species of Level 2 with nothing but its start",
        TWO_LITRES,
        raw("Species", '<species id="A" compartment="C" initialConcentration="4"/>'),
        reaction("decay", "A ->", "0.3 * A"),
        level=L2V4,
        exact=_COURSE,
    ),
    case(
        "a compartment of Level 2 with nothing but its size",
        raw("Compartments", '<compartment id="C" size="2"/>'),
        *_DECAY,
        level=L2V4,
        exact=_COURSE,
    ),
    case(
        "a parameter of Level 2 with nothing but its value",
        TWO_LITRES,
        species("A", concentration=4.0),
        raw("Parameters", '<parameter id="k" value="0.3"/>'),
        reaction("decay", "A ->", "k * A"),
        level=L2V4,
        exact=_COURSE,
    ),
    case(
        "a reaction of Level 2 with nothing but its law",
        TWO_LITRES,
        species("A", concentration=4.0),
        raw(
            "Reactions",
            '<reaction id="r"><listOfReactants><speciesReference species="A"/>'
            f"</listOfReactants><kineticLaw>{_K_A}</kineticLaw></reaction>",
        ),
        level=L2V1,
        exact=_COURSE,
    ),
    case(
        "an event of Level 2 without id and attributes",
        TWO_LITRES,
        *_DECAY,
        raw(
            "Events",
            f'<event><trigger><math xmlns="{_MATH}"><apply><lt/><ci>A</ci>'
            "<cn>2.2</cn></apply></math></trigger><listOfEventAssignments>"
            f'<eventAssignment variable="A"><math xmlns="{_MATH}"><cn>3</cn></math>'
            "</eventAssignment></listOfEventAssignments></event>",
        ),
        level=L2V4,
    ),
    case(
        "an event of Level 3 without id",
        TWO_LITRES,
        *_DECAY,
        raw(
            "Events",
            '<event useValuesFromTriggerTime="true">'
            '<trigger initialValue="true" persistent="true">'
            f'<math xmlns="{_MATH}"><apply><lt/><ci>A</ci>'
            "<cn>2.2</cn></apply></math></trigger><listOfEventAssignments>"
            f'<eventAssignment variable="A"><math xmlns="{_MATH}"><cn>3</cn></math>'
            "</eventAssignment></listOfEventAssignments></event>",
        ),
    ),
    case(
        "two events without id",
        variable("y", 0.0),
        *(
            raw(
                "Events",
                '<event useValuesFromTriggerTime="true">'
                '<trigger initialValue="true" persistent="true">'
                f'<math xmlns="{_MATH}"><apply><gt/><csymbol encoding="text" '
                'definitionURL="http://www.sbml.org/sbml/symbols/time">t</csymbol>'
                f"<cn>{when}</cn></apply></math></trigger><listOfEventAssignments>"
                f'<eventAssignment variable="y"><math xmlns="{_MATH}"><apply><plus/>'
                f"<ci>y</ci><cn>{when}</cn></apply></math>"
                "</eventAssignment></listOfEventAssignments></event>",
            )
            for when in (2.2, 5.6)
        ),
    ),
    case(
        "a rule without mathematics says nothing",
        variable("x", 3.0),
        variable("y", 1.0),
        raw("Rules", '<rateRule variable="x"/>'),
        rated("y", "0.5"),
        exact={"x": lambda _: 3.0, "y": lambda t: 1 + t / 2},
    ),
    case(
        "an assignment rule without mathematics says nothing",
        variable("x", 3.0),
        variable("y", 1.0),
        raw("Rules", '<assignmentRule variable="x"/>'),
        rated("y", "x"),
        exact={"x": lambda _: 3.0},
    ),
    case(
        "an initial assignment without mathematics says nothing",
        variable("x", 3.0),
        raw("InitialAssignments", '<initialAssignment symbol="x"/>'),
        rated("x", "-x"),
    ),
    case(
        "an event without a trigger never fires",
        variable("x", 3.0),
        rated("x", "-x"),
        raw(
            "Events",
            '<event id="e" useValuesFromTriggerTime="true"><listOfEventAssignments>'
            f'<eventAssignment variable="x"><math xmlns="{_MATH}"><cn>9</cn></math>'
            "</eventAssignment></listOfEventAssignments></event>",
        ),
    ),
    case(
        "an event without mathematics in its trigger never fires",
        variable("x", 3.0),
        rated("x", "-x"),
        raw(
            "Events",
            '<event id="e" useValuesFromTriggerTime="true">'
            '<trigger initialValue="false" persistent="true"/>'
            "<listOfEventAssignments>"
            f'<eventAssignment variable="x"><math xmlns="{_MATH}"><cn>9</cn></math>'
            "</eventAssignment></listOfEventAssignments></event>",
        ),
    ),
    case(
        "an event assignment without mathematics changes nothing",
        variable("x", 3.0),
        variable("y", 3.0),
        rated("x", "-x"),
        raw(
            "Events",
            '<event id="e" useValuesFromTriggerTime="true">'
            '<trigger initialValue="true" persistent="true">'
            f'<math xmlns="{_MATH}"><apply><lt/><ci>x</ci><cn>1</cn></apply></math>'
            '</trigger><listOfEventAssignments><eventAssignment variable="x"/>'
            f'<eventAssignment variable="y"><math xmlns="{_MATH}"><cn>9</cn></math>'
            "</eventAssignment></listOfEventAssignments></event>",
        ),
    ),
    case(
        "a priority and a delay without mathematics",
        variable("x", 3.0),
        rated("x", "-x"),
        raw(
            "Events",
            '<event id="e" useValuesFromTriggerTime="true">'
            '<trigger initialValue="true" persistent="true">'
            f'<math xmlns="{_MATH}"><apply><lt/><ci>x</ci><cn>1</cn></apply></math>'
            "</trigger><priority/><delay/><listOfEventAssignments>"
            f'<eventAssignment variable="x"><math xmlns="{_MATH}"><cn>9</cn></math>'
            "</eventAssignment></listOfEventAssignments></event>",
        ),
    ),
    case(
        "a model of parameters alone",
        variable("x", 3.0),
        assigned("x", "4"),
        exact={"x": lambda _: 4.0},
    ),
    case("a model of constants and a start", variable("x"), starts("x", "2 + 2")),
    case(
        "a constraint is no part of the mathematics",
        TWO_LITRES,
        *_DECAY,
        raw(
            "Constraints",
            f'<constraint><math xmlns="{_MATH}"><apply><gt/><ci>A</ci><cn>1</cn>'
            "</apply></math></constraint>",
        ),
        level=L2V4,
    ),
    case(
        "units are read past",
        TWO_LITRES,
        *_DECAY,
        raw(
            "UnitDefinitions",
            '<unitDefinition id="per_s"><listOfUnits><unit kind="second" '
            'exponent="-1" scale="0" multiplier="1"/></listOfUnits></unitDefinition>',
        ),
        variable("x", 1.0),
        rated("x", "-x"),
    ),
    case(
        "an event list beside a rule only model",
        variable("x", 3.0),
        rated("x", "-x"),
        event("e", "x < 1", {"x": "3"}),
        level=L2V1,
    ),
)
