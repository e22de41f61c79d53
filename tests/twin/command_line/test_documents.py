"""What is written about the command line is what the code does."""

import ast
import dataclasses
import re

import pytest

from tests.architecture.repository import ROOT
from tests.twin.command_line.iwpc_people import crowd, text_of
from tests.twin.command_line.terminal import EXAMPLES, document
from twin.command_line.record_multiscale import LoopRow, PushRow
from twin.command_line.verify_inputs import LISTING, listing, sections_of
from twin.credibility.forms import GenotypeDoses
from twin.credibility.science import ScienceRow
from twin.engine.surrogate import HeldOut
from twin.library import load_library
from twin.multiscale.claims import Claim
from twin.multiscale.clotting_network import SurrogateError
from twin.vocabulary.estimate import Estimate, Estimates

BY_NAME = {
    "factors",
    "outputs",
    "left_out",
    "abstained",
    "not_scored",
    "target_from",
    "spread_shares",
    "assumptions",
    "area_scores",
    "sections",
    "evidence_counts",
}
"""Objects whose keys are names of things, not fields."""


def fields_of(value, inside=""):
    """Every field of a JSON document."""
    if isinstance(value, dict):
        for name, item in value.items():
            if inside not in BY_NAME:
                yield name
            yield from fields_of(item, name if inside not in BY_NAME else "")
    elif isinstance(value, list):
        for item in value:
            yield from fields_of(item, inside)


def test_the_listing_of_input_errors_is_what_the_code_says():
    committed = (ROOT / "docs" / "verification" / LISTING).read_text(encoding="utf-8")

    assert listing(sections_of(load_library())) == committed, (
        "renew it with `twin verify inputs --out docs/verification`"
    )


def test_every_refusal_is_one_line_and_every_slip_is_answered():
    sections = sections_of(load_library())
    refused = [
        case
        for heading, cases in sections.items()
        if heading.startswith("Refused:")
        for case in cases
    ]

    assert len(refused) > 200
    assert all("\n" not in case.answer for case in refused)
    assert [c for c in refused if c.answer == "accepted without a remark"] == []


TEXT = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
DOCUMENTED = set(re.findall(r"[\w]+", " ".join(re.findall(r"`([^`]*)`", TEXT))))
MEASURED = (
    "subject,time_h,kind,value,unit\n1,0,dose,25,mg\n"
    "1,12,warfarin_S_plasma,1.5,mg/L\n1,24,warfarin_S_plasma,1.1,mg/L\n"
    "1,48,warfarin_S_plasma,0.8,mg/L\n1,72,warfarin_S_plasma,BLQ,mg/L\n"
)


def test_every_field_of_the_json_is_documented(tmp_path):
    patient = EXAMPLES / "hard_cirrhosis.yaml"
    measured = tmp_path / "measured.csv"
    measured.write_text(MEASURED, encoding="utf-8")
    doses = tmp_path / "doses.csv"
    doses.write_text(text_of(*crowd(90)), encoding="utf-8")
    found = {
        name
        for arguments in (
            ("dose", patient),
            ("explain", patient),
            ("learn", EXAMPLES / "learn_missed_tablets.yaml"),
            ("simulate", patient, "--daily-dose", "5 mg", "--days", "3"),
            ("model", "describe", "--evidence", "fitted"),
            ("validate", "--pkpd", measured),
            ("validate", "--iwpc", doses),
            ("verify", "inputs"),
        )
        for name in fields_of(document(*arguments))
    }

    assert sorted(found - DOCUMENTED) == []


@pytest.mark.parametrize(
    "row",
    [
        ScienceRow,
        Claim,
        LoopRow,
        PushRow,
        Estimates,
        Estimate,
        SurrogateError,
        HeldOut,
        GenotypeDoses,
    ],
)
def test_what_slow_commands_list_is_documented(row):
    assert {field.name for field in dataclasses.fields(row)} <= DOCUMENTED


@pytest.mark.parametrize(
    "module",
    [
        "model",
        "fit",
        "model_surrogate",
        "model_simulate",
        "model_emulate",
        "verify_science",
        "verify_multiscale",
        "verify_alternatives",
        "verify_forms",
        "verify_inputs",
    ],
)
def test_every_key_a_command_hands_over_is_documented(module):
    path = ROOT / "twin" / "command_line" / f"{module}.py"
    answers = [
        call.args[0]
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "done"
    ]
    keys = {
        key.value
        for answer in answers
        for node in ast.walk(answer)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }

    assert keys
    assert sorted(keys - DOCUMENTED) == []
