"""Published facts about courses: diet, antidote, albumin, the start of therapy."""

from dataclasses import replace

import numpy as np

from twin.credibility.calibration.objective import GroupLevel
from twin.credibility.science import ScienceRow
from twin.credibility.typical import Facts, typical_question, typical_twin
from twin.dosing.recommend import steady_chain
from twin.engine.simulate import Engine
from twin.library import Library
from twin.lifecycle import Twin, predict
from twin.units import HOURS_PER_DAY
from twin.vocabulary.regimen import Change, Dose, Regimen, daily

# Long enough for every factor and the drug to be at rest (half-lives below 3 days).
_DAYS_TO_REST = 60
_CORRECTIONS = 4  # of a dose that is nearly right: the INR is then right to 0.001


def dietary_vitamin_k_row(
    facts: Facts, library: Library, *, engine: Engine
) -> ScienceRow:
    """INR some days after more vitamin K in the diet."""
    fact = facts["dietary_vitamin_k"]
    twin = typical_twin(facts, library, engine=engine)
    dose = _dose_from_morning_inr(twin, fact["start_inr"], engine=engine)
    intake = library.spec.constants["VK__intake"]
    start = _DAYS_TO_REST * HOURS_PER_DAY
    days = _DAYS_TO_REST + fact["days"] + 1
    regimen = daily(dose, days=days, substance=library.substance).joined(
        Regimen(
            changes=(Change(start, "VK__intake", intake + fact["more_ug_per_day"]),)
        )
    )
    end = start + fact["days"] * HOURS_PER_DAY
    inr = predict(twin, regimen, [start, end], outputs=("INR",), engine=engine).typical(
        "INR"
    )
    return ScienceRow(
        f"vitamin K {fact['more_ug_per_day']:+g} ug/day, INR after {fact['days']} d",
        "Khan 2004",
        f"{inr[0]:.2f} -> {inr[1]:.2f} ({inr[1] - inr[0]:+.2f})",
        fact["sketch"],
        f"{fact['observed_change']:+.1f}",
        None,
    )


def oral_vitamin_k_row(facts: Facts, library: Library, *, engine: Engine) -> ScienceRow:
    """INR a day after oral K1 with doses held."""
    fact = facts["oral_vitamin_k"]
    twin = typical_twin(facts, library, engine=engine)
    dose = _dose_from_morning_inr(twin, fact["start_inr"], engine=engine)
    start = _DAYS_TO_REST * HOURS_PER_DAY
    found = []
    for k1_mg in fact["k1_mg"]:
        taken = daily(dose, days=_DAYS_TO_REST, substance=library.substance)
        if k1_mg > 0:
            taken = taken.joined(Regimen((Dose(start, k1_mg, "vitamin K1"),)))
        inr = predict(
            twin,
            taken,
            [start, start + fact["after_h"]],
            outputs=("INR",),
            engine=engine,
        ).typical("INR")
        found.append(inr)
    return ScienceRow(
        "oral K1, two doses held, INR after 24 h",
        f"Weibert 1997; from INR {found[0][0]:.1f}; K1 "
        + " / ".join(f"{mg:g}" for mg in fact["k1_mg"])
        + " mg",
        " / ".join(f"{inr[1]:.1f}" for inr in found),
        " / ".join(f"{inr:.1f}" for inr in fact["sketch_inr"]),
        "not read",
        None,
    )


def albumin_row(facts: Facts, library: Library, *, engine: Engine) -> ScienceRow:
    """Low albumin: total S falls, unbound S and the INR stay."""
    fact = facts["albumin"]
    start = _DAYS_TO_REST * HOURS_PER_DAY
    hours = np.arange(start, start + HOURS_PER_DAY)
    levels, constant = [], []
    for albumin in (fact["from_g_per_l"], fact["to_g_per_l"]):
        twin = typical_twin(facts, library, engine=engine, albumin=f"{albumin} g/L")
        course = predict(
            twin,
            daily(fact["dose_mg"], days=_DAYS_TO_REST + 1, substance=library.substance),
            hours,
            outputs=("S_plasma", "S__Cu_plasma", "INR"),
            engine=engine,
        )
        total, unbound, inr = (
            float(np.mean(course.typical(o))) for o in course.outputs
        )
        levels.append((twin.individual.unbound_fraction["S"], total, unbound, inr))
        without_swing = replace(steady_chain(twin), interval_h=0.0)
        constant.append(float(np.squeeze(without_swing.inr(fact["dose_mg"]))))
    (fu0, total0, unbound0, inr0), (fu1, total1, unbound1, inr1) = levels
    steady0, steady1 = constant
    return ScienceRow(
        f"albumin {fact['from_g_per_l']:g} -> {fact['to_g_per_l']:g} g/L",
        "low-extraction theory, at constant input",
        f"fu {fu0:.4f} -> {fu1:.4f}, total S {total1 / total0 - 1:+.0%}, "
        f"unbound S {unbound1 / unbound0 - 1:+.1%}, INR {steady0:.2f} -> {steady1:.2f}"
        f" (once a day, with a larger swing, {inr0:.2f} -> {inr1:.2f})",
        fact["sketch"],
        "total falls, unbound and INR unchanged",
        abs(unbound1 / unbound0 - 1) < 0.02 and abs(steady1 / steady0 - 1) < 0.005,
    )


def _dose_from_morning_inr(twin: Twin, inr: float, *, engine: Engine) -> float:
    """The daily dose at rest on which the INR before the dose is `inr`."""
    dose = float(np.squeeze(steady_chain(twin).dose_for(inr)))
    start = _DAYS_TO_REST * HOURS_PER_DAY
    for _ in range(_CORRECTIONS):
        taken = daily(dose, days=_DAYS_TO_REST, substance=twin.library.substance)
        found = predict(twin, taken, [start], outputs=("INR",), engine=engine)
        dose *= inr / float(found.typical("INR")[0])
    return dose


def start_of_therapy_rows(
    facts: Facts, library: Library, *, engine: Engine
) -> list[ScienceRow]:
    """Levels of VII and II a day and a half into therapy."""
    fact = facts["start_of_therapy"]
    twin = typical_twin(facts, library, engine=engine)
    found = [
        predict(
            twin,
            daily(dose, days=2, substance=library.substance),
            [fact["after_h"]],
            outputs=("VII_relative", "II_relative"),
            engine=engine,
        ).values[0, 0]
        for dose in fact["doses_mg"]
    ]
    doses = " / ".join(f"{dose:g}" for dose in fact["doses_mg"])
    return [
        ScienceRow(
            f"start of therapy, factor VII at {fact['after_h']:g} h",
            f"Harrison 1997 (used in fitting); {doses} mg daily",
            " / ".join(f"{level[0]:.2f}" for level in found),
            " / ".join(f"{level:.2f}" for level in fact["sketch_VII"]),
            " / ".join(f"{level:.2f}" for level in fact["observed_VII"]),
            None,
        ),
        ScienceRow(
            f"start of therapy, factor II at {fact['after_h']:g} h",
            f"Harrison 1997 (used in fitting); {fact['doses_mg'][-1]:g} mg daily",
            f"{found[-1][1]:.2f}",
            f"{fact['sketch_II_highest_dose']:.2f}",
            f"{fact['observed_II_highest_dose']:.2f}",
            None,
        ),
    ]


def start_of_therapy_levels(facts: Facts, library: Library) -> list[GroupLevel]:
    """The levels of Harrison 1997 as the fit takes them."""
    fact = facts["start_of_therapy"]
    patient = typical_question(facts, library).patient
    seen = [
        (dose, "VII_relative", level)
        for dose, level in zip(fact["doses_mg"], fact["observed_VII"], strict=True)
    ]
    seen.append((fact["doses_mg"][-1], "II_relative", fact["observed_II_highest_dose"]))
    return [
        GroupLevel(patient, dose, fact["after_h"], output, level)
        for dose, output, level in seen
    ]
