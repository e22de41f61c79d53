"""Each construct of SBML in a small model of its own, against two simulators.

What is right comes from libroadrunner and COPASI, never from the compiled engine.
Where the two differ the standard decides, and the case says which of them is asked
and why; where a course can be written down it is.
"""

import re

import numpy as np
import pytest

from tests.crosscheck.constructs.case import Case
from tests.crosscheck.constructs.catalogue import CASES, CONSTRUCTS, showing
from tests.crosscheck.constructs.referees import (
    REFEREES,
    compiled,
    difference,
    times_of,
)
from twin.engine.compiled import CompiledEngine
from twin.engine.lanes.kernel import Method
from twin.engine.modes import Mode
from twin.engine.object_cache import ObjectCache
from twin.errors import UnsupportedModel

AGREE = 1e-6

RUN = [case for case in CASES if not case.refused]
REFUSED = [case for case in CASES if case.refused]


def named(case: Case) -> str:
    return case.name


@pytest.fixture(scope="module")
def engine() -> CompiledEngine:
    strict = Mode("strict", Method("Rodas5P"), 1e-9, floor=1e-5, memory=0.0)
    return CompiledEngine(strict, cache=ObjectCache(None))


@pytest.mark.parametrize("case", RUN, ids=named)
def test_the_compiled_engine_means_what_the_standard_means(case, engine):
    expected = {name: REFEREES[name](case) for name in case.referees}
    if case.exact:
        expected["exact"] = {
            name: np.array([course(time) for time in times_of(case)])
            for name, course in case.exact.items()
        }

    ours = compiled(case, engine)

    wrong = {
        (who, name): off
        for who, courses in expected.items()
        for name, course in courses.items()
        if not (off := difference(ours[name], course)) <= AGREE
    }
    assert wrong == {}


@pytest.mark.parametrize("case", REFUSED, ids=named)
def test_what_the_compiled_engine_lacks_is_refused_by_name(case, engine):
    with pytest.raises(UnsupportedModel, match=re.escape(case.refused)):
        compiled(case, engine)


def test_there_are_at_least_two_hundred_cases():
    assert len({case.name for case in CASES}) == len(CASES) >= 200


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_the_construct_is_in_some_case(construct):
    assert showing(CONSTRUCTS[construct]) > 0
