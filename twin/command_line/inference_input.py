"""Part of `twin verify inference`: what is said to impossible measurements."""

from dataclasses import dataclass

from twin.command_line.inference_parts import Section, Setting, apparatus, prose
from twin.command_line.input_slips import PLAIN
from twin.command_line.learn_slips import refused_measurements
from twin.command_line.record import markdown_table
from twin.credibility.learning.apparatus import Apparatus
from twin.dosing.learned_answer import LearnedAnswer, learned_answer
from twin.dosing.learned_dose import DoseDistribution
from twin.intake.ask import question_for
from twin.intake.regimen import told_until_h
from twin.reproducibility import stream

REFUSED = {
    "an INR in mg/L": "mg/L",
    "ug/dL": "ug/dL",
    "an INR of 45": "45",
    "a dose of a gram": "1000",
}
"""Slip -> what the refusal must quote."""

OPPOSED = [{"time": "96 h", "INR": 1.5}, {"time": "97 h", "INR": 4.0}]
_TAKEN = {"daily_dose": "5 mg", "duration": "7 d"}


@dataclass(frozen=True, slots=True)
class Opposed:
    """What is said to two INRs an hour apart that contradict each other."""

    contradictions: tuple[str, ...]
    measurements: tuple[str, ...]
    diagnostics: str
    usable: bool
    dose_before: DoseDistribution | None
    dose_after: DoseDistribution | None


def bad_input(setting: Setting) -> Section:
    """Wrong units, an INR of 45, two INRs that contradict each other, a gram."""
    own = apparatus(1)
    cases = {c.slip: c for c in refused_measurements(own.library) if c.slip in REFUSED}
    said = opposed(own, seed=setting.seed)
    doses = f"{_dose(said.dose_before)} before, {_dose(said.dose_after)} after"
    lines = [
        "Refused, before anything is learned (all slips: input-errors.md):",
        "",
        *markdown_table(
            ("slip", "written", "answer"),
            [(c.slip, f"`{c.written}`", c.answer) for c in cases.values()],
        ),
        "",
        *prose(
            f"Taken, and said: `observations: {OPPOSED}` while taking 5 mg a day.  "
            "Both "
            "count in full; the twin does not choose between them."
        ),
        "",
        *(f"- {line}" for line in (*said.contradictions, *said.measurements)),
        f"- {said.diagnostics}",
        f"- maintenance dose, mg/day (central 90 %): {doses}",
    ]
    broken = [
        f"bad input: {slip} is not answered by name"
        for slip, quoted in REFUSED.items()
        if slip not in cases or quoted not in cases[slip].answer
    ]
    if not said.contradictions:
        broken.append("bad input: two INRs an hour apart are not called contradictory")
    return Section(
        "Measurements that cannot be right",
        tuple(lines),
        {"refused": {s: c.answer for s, c in cases.items()}, "opposed": said},
        tuple(broken),
    )


def opposed(own: Apparatus, *, seed: int) -> Opposed:
    """Two INRs that contradict each other, as a request answers them."""
    document = {**PLAIN, "observations": OPPOSED, "regimen": _TAKEN}
    question = question_for(document, own.library)
    assert question.regimen is not None
    before, after = own.learned(
        own.twin(question.patient),
        question.regimen,
        question.observations,
        rng=stream(seed, "bad input"),
    )
    answer = learned_answer(
        before, after, told_until_h=told_until_h(question.regimen, question.days)
    )
    return Opposed(
        tuple(each.says for each in answer.contradictions),
        tuple(_measurement(answer)),
        answer.diagnostics.says,
        answer.diagnostics.usable,
        answer.maintenance.before,
        answer.maintenance.after,
    )


def _measurement(answer: LearnedAnswer) -> list[str]:
    return [
        f"INR {m.value:g} at {m.time_h:g} h: expected {m.expected_median:.1f} "
        f"({m.expected_low:.1f} to {m.expected_high:.1f})"
        + (f", {m.flag}" if m.flag else "")
        for m in answer.measurements
    ]


def _dose(found: DoseDistribution | None) -> str:
    if found is None or found.mg_per_day is None:
        return "none"
    at = dict(zip(found.probabilities, found.mg_per_day, strict=True))
    return f"{at[0.5]:.1f} ({at[0.05]:.1f} to {at[0.95]:.1f})"
