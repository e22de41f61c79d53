"""The liver of the whole model, zone by zone, as a simulation shows it.

What is read are states and rates of the simulated model, none of them derived from
another; the claims about zones and organ compare them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.engine.simulate import Engine
from twin.individualise import Individual
from twin.library import Library
from twin.model_parameters import ENANTIOMERS
from twin.multiscale.whole_model import TIGHT, altered, course, value
from twin.units import HOURS_PER_DAY
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.regimen import Dose, Regimen

_STREAMS = ("hepatic_artery", "gut", "spleen")

# The share of a tablet that dissolves in an hour where a constant input is wanted;
# over the run the input falls by this much times the hours.
_DISSOLVING_PER_H = 1e-11

_REST_H = 20_000.0  # e^-50 for a half-life of 11 days


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """One enantiomer passing the zones; blood side, from portal to central vein.

    times_h                  float64[time]
    flow_l_per_h             all blood that passes the liver
    holdup_h                 how long blood's drug dwells in one zone
    inflow_um                float64[time], blood entering: three streams mixed
    inflow_unbound_um        float64[time], free in the plasma water of that blood
    zone_blood_um            float64[time, zone], blood leaving each zone
    zone_unbound_um          float64[time, zone], free in hepatocyte water
    zone_removal_umol_per_h  float64[time, zone], metabolised
    zone_binding_umol_per_h  float64[time, zone], net, to the target
    """

    times_h: Floats
    flow_l_per_h: float
    holdup_h: float
    inflow_um: Floats
    inflow_unbound_um: Floats
    zone_blood_um: Floats
    zone_unbound_um: Floats
    zone_removal_umol_per_h: Floats
    zone_binding_umol_per_h: Floats

    @property
    def extraction(self) -> Floats:
        """float64[time]: the share that does not leave again, 0 to 1 at rest."""
        return np.asarray(1.0 - self.zone_blood_um[:, -1] / self.inflow_um)


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedLiver:
    """Both enantiomers in one liver, and how much of its VKORC1 they hold.

    occupancy   float64[time], of the whole liver's VKORC1, 0 to 1
    """

    passages: Mapping[str, Passage]
    occupancy: Floats


def liver_at_rest(
    individual: Individual,
    library: Library,
    *,
    dose_mg_per_day: float,
    engine: Engine,
) -> SimulatedLiver:
    """The liver once a constant input has settled; one time.

    A tablet that hardly dissolves gives the constant input: every other equation
    and value is the patient's.
    """
    slow = altered(
        individual, {f"{drug}__kd": _DISSOLVING_PER_H for drug in ENANTIOMERS}
    )
    amount_mg = dose_mg_per_day / HOURS_PER_DAY / _DISSOLVING_PER_H
    tablet = Regimen((Dose(0.0, amount_mg, library.substance),))
    return simulated_liver(slow, library, tablet, [_REST_H], engine=engine)


def simulated_liver(
    individual: Individual,
    library: Library,
    regimen: Regimen,
    times_h: npt.ArrayLike,
    *,
    engine: Engine,
) -> SimulatedLiver:
    """The liver at some times of a regimen."""
    zones = range(1, len(library.kinetics.zone_weights) + 1)
    found = course(
        individual,
        library,
        regimen,
        times_h,
        outputs=[
            "VKORC1_free",
            "VKORC1_occupancy",
            *(
                f"{drug}{name}"
                for drug in ENANTIOMERS
                for name in (
                    *("__arterial", "__gut", "__spleen", "__bound"),
                    *("_k_on", "__Q_liver"),
                    *(f"__{q}_{z}" for q in ("liver", "Cu", "v") for z in zones),
                )
            ),
        ],
        engine=engine,
        tolerance=TIGHT,
    )
    return SimulatedLiver(
        {
            drug: _passage(drug, np.asarray(times_h), found, individual, library)
            for drug in ENANTIOMERS
        },
        found["VKORC1_occupancy"],
    )


def _passage(
    drug: str,
    times_h: Floats,
    found: Mapping[str, Floats],
    individual: Individual,
    library: Library,
) -> Passage:
    zones = range(1, len(library.kinetics.zone_weights) + 1)

    def own(name: str) -> float:
        return value(individual, library, f"{drug}__{name}")

    def by_zone(name: str) -> Floats:
        return np.stack([found[f"{drug}__{name}_{z}"] for z in zones], axis=1)

    blood = {
        "hepatic_artery": found[f"{drug}__arterial"],
        "gut": found[f"{drug}__gut"] * own("BP") / own("Kp_gut"),
        "spleen": found[f"{drug}__spleen"] * own("BP") / own("Kp_spleen"),
    }
    flow = float(found[f"{drug}__Q_liver"][0])
    entering = np.sum([own(f"Q_{s}") * blood[s] for s in _STREAMS], axis=0)
    inflow = np.asarray(entering / flow)
    unbound = by_zone("Cu")
    free = found[f"{drug}_k_on"] * found["VKORC1_free"]
    released = value(individual, library, "k_off") * found[f"{drug}__bound"]
    blood_per_zone = own("BP") / own("Kp_liver")
    return Passage(
        times_h=times_h,
        flow_l_per_h=flow,
        holdup_h=own("V_liver_1") / (flow * blood_per_zone),
        inflow_um=inflow,
        inflow_unbound_um=own("fu") * inflow / own("BP"),
        zone_blood_um=by_zone("liver") * blood_per_zone,
        zone_unbound_um=unbound,
        zone_removal_umol_per_h=by_zone("v"),
        zone_binding_umol_per_h=(free[:, None] * unbound - released[:, None])
        / len(zones),
    )
