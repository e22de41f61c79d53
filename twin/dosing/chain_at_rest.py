"""The chain at rest on a dose: liver, target, vitamin K cycle, factors, test."""

import numpy as np

from twin.coagulation.assays import PROTHROMBIN_COMPLEX
from twin.dosing.closed_form import SteadyChain
from twin.dosing.figures import Scale, computed, from_sbml
from twin.lifecycle import Twin
from twin.model_parameters import ENANTIOMERS
from twin.units import HOURS_PER_DAY

_NM_PER_UM = 1000.0


def scales_at_rest(
    twin: Twin, chain: SteadyChain, dose_mg_per_day: float
) -> tuple[Scale, ...]:
    """What a dose does, from the hepatocyte to the laboratory."""
    parts = (_liver, _target, _cycle, _factors, _laboratory)
    return tuple(part(twin, chain, dose_mg_per_day) for part in parts)


def _liver(twin: Twin, chain: SteadyChain, dose: float) -> Scale:
    fu = twin.individual.unbound_fraction
    figures = [computed("dose", dose, "mg/d", "of the tablet")]
    for drug in ENANTIOMERS:
        unbound = _unbound_um(chain, drug, dose)
        total = unbound / fu[drug] * twin.individual.parameters["molar_mass"]
        figures += [
            computed(
                f"{drug} unbound in the liver",
                unbound * _NM_PER_UM,
                "nM",
                "dose rate over clearance of unbound drug",
            ),
            computed(f"{drug} in plasma, total", total, "mg/L", "unbound over fu"),
        ]
    return Scale(
        "liver at rest", "what the hepatocytes see of the drug", tuple(figures)
    )


def _target(twin: Twin, chain: SteadyChain, dose: float) -> Scale:
    library = twin.library
    inhibition = float(np.squeeze(chain.inhibition(dose)))
    return Scale(
        "target",
        "VKORC1 held by the drug",
        (
            from_sbml(library, "KiS", "Ki of S-warfarin, unbound"),
            from_sbml(library, "KiR_ratio", "Ki of R over Ki of S"),
            computed(
                "VKORC1 made, against G/G",
                twin.individual.parameters["VKORC1_capacity"],
                "1",
                "two alleles averaged",
            ),
            computed(
                "inhibition I = CuS/KiS + CuR/KiR", inhibition, "1", "held over free"
            ),
            computed(
                "VKORC1 held", 100 * inhibition / (1 + inhibition), "%", "I/(1 + I)"
            ),
        ),
    )


def _cycle(twin: Twin, chain: SteadyChain, dose: float) -> Scale:
    library = twin.library
    before = chain.cycle_at(0.0)
    under = chain.cycle_at(chain.inhibition(dose))
    return Scale(
        "vitamin K cycle",
        "carboxylation that is left",
        (
            from_sbml(library, "VK__reserve", "VKORC1 capacity over demand in G/G"),
            from_sbml(library, "VK__phi0", "carboxylation at the reference baseline"),
            computed(
                "carboxylation without the drug",
                100 * float(np.squeeze(before.carboxylation)),
                "%",
                "the cycle's balance",
            ),
            computed(
                "carboxylation under the dose",
                100 * float(np.squeeze(under.carboxylation)),
                "%",
                "the cycle's balance",
            ),
        ),
    )


def _factors(twin: Twin, chain: SteadyChain, dose: float) -> Scale:
    levels = chain.levels_on(dose)
    return Scale(
        "clotting factors",
        "levels in plasma at rest",
        (
            from_sbml(twin.library, "F__m", "exponent of carboxylation"),
            *(
                computed(
                    f"factor {factor}",
                    100 * float(np.squeeze(levels[factor])),
                    "% of normal",
                    "synthesis over loss",
                )
                for factor in PROTHROMBIN_COMPLEX
            ),
        ),
    )


def _laboratory(twin: Twin, chain: SteadyChain, dose: float) -> Scale:
    inr = float(np.squeeze(chain.inr(dose)))
    isi = float(np.asarray(chain.parameters["PT__ISI"]))
    ratio = inr ** (1 / isi)
    normal_s = twin.library.surrogate.normal_time_s
    return Scale(
        "laboratory",
        "what the clotting test says",
        (
            computed(
                "PT of normal plasma", normal_s, "s", "network after Wajima (2009)"
            ),
            computed("PT of the patient", normal_s * ratio, "s", "factor levels"),
            computed("PT ratio", ratio, "1", "surrogate of the network"),
            from_sbml(twin.library, "PT__ISI", "ISI of the reagent"),
            computed("INR", inr, "1", "ratio to the power of ISI"),
        ),
    )


def _unbound_um(chain: SteadyChain, drug: str, dose_mg_per_day: float) -> float:
    rate = dose_mg_per_day / HOURS_PER_DAY * chain.amount_per_mg[drug]
    return float(np.squeeze(chain.unbound_um(drug, rate)))
