"""A model that contradicts itself or names nothing is refused, the place named."""

import time
from itertools import pairwise

import libsbml
import pytest

from tests.crosscheck.constructs.catalogue import CASES
from tests.crosscheck.constructs.sbml_text import (
    L2V1,
    L2V4,
    Part,
    assigned,
    compartment,
    event,
    function,
    parameter,
    rated,
    raw,
    reaction,
    sbml,
    species,
    starts,
    variable,
)
from twin.errors import ForeignFileError, UnsupportedModel
from twin.model_files import models_folder
from twin.sbml.any_model import any_model
from twin.sbml.consistency import inconsistencies

C = compartment("C", 2.0)
A = species("A", concentration=3.0)
X, Y = variable("x", 1.0), variable("y", 1.0)
CONSTANT = parameter("x", 1.0)
GO = reaction("go", "A ->", "A")


def found_in(*parts: Part, level=(3, 2), **options) -> tuple[str, ...]:
    text = sbml(*parts, level=level, **options)
    return inconsistencies(libsbml.readSBMLFromString(text).getModel())


NAMES_OF_NOTHING = {
    "reaction go names species 'Z', which": (C, A, reaction("go", "Z ->", "1")),
    "reaction go names species 'M', which": (
        *(C, A, reaction("go", "A ->", "1", modifiers=("M",))),
    ),
    "species A names compartment 'C', which": (A,),
    "species A names parameter 'f', which": (
        *(C, species("A", 1.0, factor="f"), reaction("go", "A ->", "1")),
    ),
    "an assignment rule sets 'x', which": (assigned("x", "2"),),
    "a rate rule sets 'x', which": (rated("x", "2"),),
    "an initial assignment sets 'x', which": (starts("x", "2"),),
    "event e sets 'x', which": (event("e", "time > 1", {"x": "2"}),),
    "the rule of x reads 'q', which": (X, assigned("x", "q")),
    "the initial assignment to x reads 'q', which": (X, starts("x", "q")),
    "the rate of reaction go reads 'q', which": (C, A, reaction("go", "A ->", "q")),
    "the trigger of event e reads 'q', which": (X, event("e", "q > 1", {"x": "2"})),
    "the delay of event e reads 'q', which": (
        *(X, event("e", "time > 1", {"x": "2"}, delay="q")),
    ),
    "the priority of event e reads 'q', which": (
        *(X, event("e", "time > 1", {"x": "2"}, priority="q")),
    ),
    "the assignment to x in event e reads 'q', which": (
        *(X, event("e", "time > 1", {"x": "q"})),
    ),
    "function f reads 'y', which": (X, Y, function("f", "lambda a: a + y")),
    "the rule of x names function 'f', which": (X, assigned("x", "f(2)")),
    "the rule of x calls function f with 2 arguments; it takes 1": (
        *(X, function("f", "lambda a: a"), assigned("x", "f(2, 3)")),
    ),
    "the rule of x reads 'k', which": (  # a parameter of another formula alone
        *(C, A, X, assigned("x", "k"), reaction("go", "A ->", "k", local={"k": 1.0})),
    ),
}

TWO_VALUES = {
    "x has an assignment rule and a rate rule": (
        X,
        assigned("x", "2"),
        rated("x", "1"),
    ),
    "x has an assignment rule and an assignment rule": (
        *(X, assigned("x", "2"), assigned("x", "3")),
    ),
    "x has a rate rule and a rate rule": (X, rated("x", "2"), rated("x", "3")),
    "x has 2 initial assignments": (X, starts("x", "2"), starts("x", "3")),
    "x has an initial assignment and an assignment rule": (
        *(X, starts("x", "2"), assigned("x", "3")),
    ),
    "event e sets x, which an assignment rule computes": (
        *(X, assigned("x", "1"), event("e", "time > 1", {"x": "2"})),
    ),
    "parameter and parameter share the id x": (X, X),
    "compartment and parameter share the id C": (C, parameter("C", 1.0)),
    "species and reaction share the id A": (C, A, reaction("A", "A ->", "1")),
}

CONSTANTS = {
    "an assignment rule sets parameter x, which is constant": (
        *(CONSTANT, assigned("x", "2")),
    ),
    "a rate rule sets parameter x, which is constant": (CONSTANT, rated("x", "2")),
    "an assignment rule sets compartment C, which is constant": (C, assigned("C", "2")),
    "a rate rule sets species A, which is constant": (
        *(C, species("A", 1.0, constant=True, boundary=True), rated("A", "2")),
    ),
    "event e sets parameter x, which is constant": (
        *(CONSTANT, event("e", "time > 1", {"x": "2"})),
    ),
    "reaction go changes species A, which is constant": (
        *(C, species("A", 1.0, constant=True), GO),
    ),
}

CIRCLES = {
    "f is defined by itself;": (function("f", "lambda a: f(a)"),),
    "defined by itself by way of": (
        *(function("f", "lambda a: g(a)"), function("g", "lambda a: f(a)")),
    ),
    "x is defined by itself;": (X, assigned("x", "x + 1")),
    "x is defined by itself by way of y;": (
        X,
        Y,
        assigned("x", "y"),
        assigned("y", "x"),
    ),
    "x is defined by itself by way of y; ": (
        X,
        Y,
        starts("x", "y"),
        assigned("y", "x"),
    ),
    "x is defined by itself by way of y; b": (X, Y, starts("x", "y"), starts("y", "x")),
    "x is defined by itself by way of go": (
        *(C, A, X, assigned("x", "go"), reaction("go", "A ->", "x")),
    ),
}


@pytest.mark.parametrize(
    ("said", "parts"),
    [*NAMES_OF_NOTHING.items(), *TWO_VALUES.items(), *CONSTANTS.items()],
)
def test_what_contradicts_itself_is_named(said, parts):
    found = found_in(*parts)

    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize(("said", "parts"), CIRCLES.items())
def test_a_circle_is_named_from_end_to_end(said, parts):
    found = found_in(*parts)

    assert len(found) == 1
    assert said in found[0]


def test_one_event_sets_a_thing_once():
    twice = event("e", "time > 1", {"x": "2"}).write((3, 2))
    place = twice.index("<eventAssignment"), twice.index("</listOfEventAssignments")
    twice = twice[: place[1]] + twice[slice(*place)] + twice[place[1] :]

    assert found_in(X, raw("Events", twice)) == ("event e sets x 2 times; leave one",)


def test_a_model_says_the_first_and_how_many_more():
    text = sbml(X, *(assigned("x", f"q{i}") for i in range(5)))

    with pytest.raises(ForeignFileError, match=r"model model is not valid: x has .*;"):
        any_model(text)
    with pytest.raises(ForeignFileError, match="and 3 more"):
        any_model(text)


@pytest.mark.parametrize(
    "parts",
    [
        (X, rated("x", "-x")),
        (X, starts("x", "2"), rated("x", "-x")),
        (CONSTANT, starts("x", "2")),
        (X, rated("x", "-delay(x, 1)")),
        (X, Y, rated("x", "1"), assigned("y", "rateOf(x)")),
        (X, event("e", "x < time", {"x": "x + 1"}), event("f", "x < 1", {"x": "2"})),
        (C, A, species("B", 1.0), reaction("go", "A ->", "A * B")),
        (C, species("A", 1.0, constant=True, boundary=True), GO),
        (C, A, X, reaction("go", "A ->", "x", local={"x": 1.0})),
        (C, A, X, reaction("go", "n:A ->", "x"), rated("n", "1")),
    ],
)
def test_what_means_something_is_left_alone(parts):
    assert found_in(*parts) == ()


@pytest.mark.parametrize("level", [L2V1, L2V4])
def test_what_level_2_leaves_out_is_constant_or_not_by_its_rules(level):
    silent = raw("Parameters", '<parameter id="x" value="1"/>')

    assert found_in(silent, level=level) == ()
    assert len(found_in(silent, rated("x", "1"), level=level)) == 1


def test_no_case_of_the_standard_is_refused():
    refused = {}
    for case in CASES:
        try:
            any_model(case.text)
        except UnsupportedModel:
            continue
        except ForeignFileError as error:
            refused[case.name] = str(error)

    assert refused == {}


def test_our_own_models_are_consistent_with_and_without_submodels():
    for path in sorted(models_folder().rglob("*.xml")):
        any_model(path.read_text(encoding="utf-8"))


def test_a_chain_of_thousands_of_rules_is_looked_at_in_a_moment():
    names = [f"x{i}" for i in range(4000)]
    chain = (assigned(a, f"{b} + 1") for a, b in pairwise(names))
    text = sbml(*(variable(name, 1.0) for name in names), *chain)
    model = libsbml.readSBMLFromString(text).getModel()

    before = time.process_time()

    assert inconsistencies(model) == ()
    assert time.process_time() - before < 5.0  # libsbml's own search takes an hour
