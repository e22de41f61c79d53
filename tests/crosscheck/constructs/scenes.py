"""What many cases have in common: a compartment, a reaction in it, a clock."""

from tests.crosscheck.constructs.sbml_text import (
    compartment,
    rated,
    reaction,
    species,
    variable,
)

TWO_LITRES = compartment(size=2.0)
DECAY = (
    species("A", concentration=4.0),
    species("B", 1.0),
    reaction("go", "A -> B", "0.6 * A"),
)
RAMP = (variable("x", 0.0), rated("x", "1"), variable("y", 0.0))
