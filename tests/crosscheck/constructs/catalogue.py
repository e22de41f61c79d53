"""All cases, and the constructs of SBML that they must show, each as a pattern."""

import re

from tests.crosscheck.constructs import (
    combinations,
    compartments,
    dynamics,
    event_assignments,
    event_order,
    event_triggers,
    functions,
    initial_values,
    left_out,
    operators,
    rates_of_change,
    refusals,
    rules,
    species_forms,
    stoichiometries,
    submodels,
)

CASES = (
    *compartments.CASES,
    *species_forms.CASES,
    *rules.CASES,
    *initial_values.CASES,
    *functions.CASES,
    *stoichiometries.CASES,
    *operators.CASES,
    *rates_of_change.CASES,
    *event_triggers.CASES,
    *event_assignments.CASES,
    *event_order.CASES,
    *submodels.CASES,
    *dynamics.CASES,
    *left_out.CASES,
    *combinations.CASES,
    *refusals.CASES,
)

_OPERATORS = (
    *(
        f"{arc}{name}{end}"
        for arc in ("", "arc")
        for name in ("sin", "cos", "tan", "sec", "csc", "cot")
        for end in ("", "h")
    ),
    *("plus", "minus", "times", "divide", "power", "root", "abs", "exp", "ln", "log"),
    *("floor", "ceiling", "factorial", "eq", "neq", "lt", "gt", "leq", "geq"),
    *("and", "or", "not", "xor", "max", "min", "quotient", "rem", "implies"),
    *("pi", "exponentiale", "true", "false"),
)
_CI = r"(<ci>[^<]*</ci>|<cn[^/]*</cn>|<apply>.*?</apply>)"

CONSTRUCTS = {
    **{f"operator {name}": f"<{name}/>" for name in _OPERATORS},
    **{
        f"Level {number} Version {version}": f'level="{number}" version="{version}"'
        for number, version in ((2, 1), (2, 2), (2, 3), (2, 4), (3, 1), (3, 2))
    },
    **{
        f"a compartment of {n} dimensions": f'spatialDimensions="{n}"' for n in range(4)
    },
    **{
        f"{kind} species, only amounts {only}": (
            f'{kind}="[^"]*" hasOnlySubstanceUnits="{only}"'
        )
        for kind in ("initialAmount", "initialConcentration")
        for only in ("true", "false")
    },
    **{
        f"{element} of {what}": f'<{element} {attribute}="{name}"'
        for element, attribute in (
            ("assignmentRule", "variable"),
            ("rateRule", "variable"),
            ("initialAssignment", "symbol"),
            ("eventAssignment", "variable"),
        )
        for what, name in (
            ("a compartment", "C"),
            ("a species", "A"),
            ("a parameter", "[xyk]"),
            ("a stoichiometry", "n"),
        )
    },
    "boundary condition": 'boundaryCondition="true"',
    "constant species": 'boundaryCondition="true" constant="true"',
    "a species' conversion factor": '<species [^>]*conversionFactor="',
    "a model's conversion factor": '<model [^>]*conversionFactor="',
    "function definition": "<functionDefinition",
    "local parameter": "<localParameter ",
    "local parameter of Level 2": "<kineticLaw>.*<listOfParameters>",
    "modifier": "<modifierSpeciesReference ",
    "a reaction's id in mathematics": "<ci> (decay|go) </ci>",
    "mathematics of stoichiometry": "<stoichiometryMath>",
    "named species reference": '<speciesReference id="',
    "piecewise": "<piecewise>",
    "piecewise without otherwise": "</piece></piecewise>",
    "nested piecewise": "<piece><piecewise>",
    "logarithm to a base": "<logbase>",
    "root of a degree": "<degree>",
    "time": "symbols/time",
    "Avogadro's number": "symbols/avogadro",
    "rate of change": "symbols/rateOf",
    "number with an exponent": 'type="e-notation"',
    "rational number": 'type="rational"',
    "whole number": 'type="integer"',
    "relation of three": rf"<lt/>{_CI}{{3}}",
    "logic of nothing": "<(and|or|xor)/></apply>",
    "trigger that was false": 'initialValue="false"',
    "trigger that was true": 'initialValue="true"',
    "persistent trigger": 'persistent="true"',
    "trigger that is not persistent": 'persistent="false"',
    "delay of an event": "<delay><math",
    "values from the trigger's time": 'useValuesFromTriggerTime="true"',
    "values from execution": 'useValuesFromTriggerTime="false"',
    "priority": "<priority><math",
    "submodel": "<comp:submodel ",
    "port": "<comp:port ",
    "replaced element": "<comp:replacedElement ",
    "replaced by": "<comp:replacedBy ",
    "deletion": "<comp:deletion ",
    "element two levels down": "<comp:sBaseRef ",
    "rule without mathematics": '<rateRule variable="[^"]*"/>',
    "event without trigger": 'TriggerTime="true"><listOfEventAssignments>',
    "algebraic rule": "<algebraicRule",
    "delay of a quantity": "symbols/delay",
    "fast reaction": 'fast="true"',
    "unknown package": 'magic:required="true"',
}


def showing(pattern: str) -> int:
    """How many cases have a construct in their text."""
    found = re.compile(pattern, re.DOTALL)
    return sum(found.search(case.text) is not None for case in CASES)
