"""Published facts about patients at rest: doses, clearances, factor levels."""

import numpy as np

from twin.credibility.calibration.objective import GroupClearance
from twin.credibility.pkpd import COVARIATES
from twin.credibility.science import ScienceRow
from twin.credibility.typical import Facts, genotyped, typical_twin
from twin.dosing.recommend import Recommendation, recommend, steady_chain
from twin.engine.simulate import Engine
from twin.intake.ask import question_for
from twin.library import Library
from twin.lifecycle import build
from twin.model_parameters import ENANTIOMERS


def fda_rows(facts: Facts, library: Library, *, engine: Engine) -> list[ScienceRow]:
    """The label's 18 genotype cells, and how many of our doses are inside."""
    label = facts["fda_label"]
    tolerance = label["tolerance_mg"]
    rows, inside = [], 0
    for cyp2c9, ranges in label["mg_per_day"].items():
        doses, held = [], True
        for vkorc1, (low, high) in zip(label["vkorc1"], ranges, strict=True):
            twin = typical_twin(
                facts, library, engine=engine, genotype=genotyped(cyp2c9, vkorc1)
            )
            dose = float(np.squeeze(steady_chain(twin).dose_for(label["target_inr"])))
            fits = low - tolerance <= dose <= high + tolerance
            inside, held = inside + fits, held and fits
            doses.append(dose)
        rows.append(
            ScienceRow(
                f"FDA label, {cyp2c9}, mg/day",
                "VKORC1 " + " | ".join(label["vkorc1"]),
                " / ".join(f"{dose:.1f}" for dose in doses),
                " / ".join(f"{d:g}" for d in label["sketch_mg_per_day"][cyp2c9]),
                " | ".join(f"{low:g}-{high:g}" for low, high in ranges),
                held,
            )
        )
    n_cells = sum(len(ranges) for ranges in label["mg_per_day"].values())
    total = ScienceRow(
        "FDA label table, all cells",
        "typical 65 y, 75 kg",
        f"{inside} of {n_cells}",
        label["sketch"],
        f"range ± {tolerance:g} mg/day",
        inside == n_cells,
    )
    return [total, *rows]


def volunteer_clearances(facts: Facts, library: Library) -> list[GroupClearance]:
    """The median clearances of volunteers as the fit takes them."""
    fact = facts["volunteer_clearance"]
    patient = question_for(
        {name: library.healthy_volunteer[name] for name in COVARIATES}, library
    ).patient
    return [
        GroupClearance(patient, drug, fact[drug]["l_per_h"], fact[drug]["curves"])
        for drug in ENANTIOMERS
    ]


def volunteer_clearance_row(
    facts: Facts, library: Library, *, engine: Engine
) -> ScienceRow:
    """Clearance of both enantiomers in healthy volunteers."""
    found = []
    groups = volunteer_clearances(facts, library)
    for group in groups:
        twin = build(group.patient, library, engine=engine)
        unbound = steady_chain(twin).unbound_clearance_l_per_h(group.drug, np.zeros(1))
        found.append(twin.individual.unbound_fraction[group.drug] * float(unbound[0]))
    return ScienceRow(
        "oral clearance of S / R in volunteers, L/h",
        f"medians of {' / '.join(str(g.n_curves) for g in groups)} curves "
        "(used in fitting)",
        " / ".join(f"{clearance:.3f}" for clearance in found),
        "-",
        " / ".join(f"{g.observed_l_per_h:.3f}" for g in groups),
        None,
    )


def fluconazole_row(facts: Facts, library: Library, *, engine: Engine) -> ScienceRow:
    """Change of S-warfarin's clearance under fluconazole."""
    fact = facts["fluconazole"]
    genotype = genotyped(fact["genotype"], "G/G")
    clearance = [
        float(
            np.squeeze(
                steady_chain(
                    typical_twin(
                        facts,
                        library,
                        engine=engine,
                        genotype=genotype,
                        co_medication=medicines,
                    )
                ).unbound_clearance_l_per_h("S", np.zeros(1))
            )
        )
        for medicines in (
            [],
            [{"medicine": fact["medicine"], "daily_dose": fact["daily_dose"]}],
        )
    ]
    change = clearance[1] / clearance[0] - 1.0
    return ScienceRow(
        "fluconazole 400 mg/d, clearance of S",
        f"CYP2C9 {fact['genotype']} (Ki from formation clearances of the same study)",
        f"{change:+.1%}",
        f"{fact['sketch_change']:+.0%}",
        f"{fact['observed_change']:+.1%}",
        None,
    )


def factor_level_row(facts: Facts, library: Library, *, engine: Engine) -> ScienceRow:
    """Levels of the factors at a therapeutic INR, and their order."""
    fact = facts["factor_levels"]
    twin = typical_twin(facts, library, engine=engine)
    levels = steady_chain(twin).levels_at_inr(fact["inr"])
    shown = {name: float(np.squeeze(levels[name])) for name in fact["order"]}
    ordered = list(shown.values()) == sorted(shown.values())
    return ScienceRow(
        f"factor levels at INR {fact['inr']:g}",
        fact["source"].split(";")[0],
        ", ".join(f"{name} {level:.0%}" for name, level in shown.items()),
        "order X < II < VII < IX",
        f"X {fact['observed_X']:.0%}; order {' < '.join(fact['order'])}",
        ordered,
    )


def time_to_rest_row(facts: Facts, library: Library, *, engine: Engine) -> ScienceRow:
    """Days to 95 % of the steady INR by CYP2C9 genotype."""
    fact = facts["time_to_rest"]
    days = []
    for cyp2c9 in fact["genotypes"]:
        twin = typical_twin(
            facts, library, engine=engine, genotype=genotyped(cyp2c9, "G/G")
        )
        answer = recommend(twin, engine=engine)
        days.append(
            f"{answer.check.days_to_95_percent:.0f}"
            if isinstance(answer, Recommendation)
            else "none"
        )
    return ScienceRow(
        "days to 95 % of the steady INR",
        "CYP2C9 " + " / ".join(fact["genotypes"]),
        " / ".join(days),
        " / ".join(f"{d:g}" for d in fact["sketch_days"]),
        "-",
        None,
    )
