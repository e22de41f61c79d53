"""A formula that MathML can write and SBML does not mean is refused."""

import pytest

from tests.crosscheck.constructs.sbml_text import assigned, rated, sbml, variable
from twin.errors import ForeignFileError
from twin.sbml.equation_reader import equations_of

SYMBOLS = "http://www.sbml.org/sbml/symbols"
SYMBOL = f'<csymbol encoding="text" definitionURL="{SYMBOLS}/{{}}">it</csymbol>'
RATE = SYMBOL.format("rateOf")


def with_formula(mathml: str) -> str:
    """A model in which x is given by a formula."""
    text = sbml(variable("x"), variable("y", 1.0), rated("y", "1"), assigned("x", "77"))
    before, _, after = text.rpartition("<cn")
    return before + mathml + after[after.index("</cn>") + len("</cn>") :]


@pytest.mark.parametrize(
    "mathml",
    [
        RATE,
        f"<apply>{RATE}</apply>",
        f"<apply>{RATE}<cn>1</cn></apply>",
        f"<apply>{RATE}<apply><minus/><ci>y</ci></apply></apply>",
    ],
)
def test_only_a_quantity_has_a_rate(mathml):
    with pytest.raises(ForeignFileError, match="rateOf takes"):
        equations_of(with_formula(mathml))


def test_a_symbol_that_sbml_does_not_have_is_refused():
    with pytest.raises(ForeignFileError, match="not valid SBML"):
        equations_of(with_formula(SYMBOL.format("weather")))


def test_the_rate_of_a_quantity_is_read():
    equations_of(with_formula(f"<apply>{RATE}<ci>y</ci></apply>"))
