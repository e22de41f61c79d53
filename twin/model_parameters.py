"""Numbers of one body under the ids the SBML gives them, scale by scale.

Pure renaming and algebra: what the numbers are is decided in `individualise`.
"""

from collections.abc import Mapping

from twin.coagulation.vitamin_k_cycle import VitaminKCycle, steady_state
from twin.genetics.possibilities import GeneFunction
from twin.kinetics import EnzymeRates
from twin.library import Library
from twin.physiology.anatomy import Anatomy
from twin.physiology.distribution import acid_partition, blood_plasma_ratio
from twin.physiology.elimination import renal_clearance_l_per_h
from twin.physiology.organ_function import Kidney, Liver
from twin.vocabulary.patient import Patient

ENANTIOMERS = ("S", "R")


def organ_scale_parameters(
    drug: str, fu: float, anatomy: Anatomy, library: Library
) -> dict[str, float]:
    """Volumes, flows, partition and binding of one enantiomer."""
    number = library.drug.number
    partition = acid_partition(
        number("warfarin", "pka", unit="1"),
        log_p=number("warfarin", "log_p", unit="1"),
        unbound_fraction=fu,
        composition=library.composition,
        scale=number(drug, "partition_scale", unit="1"),
    )
    values = {f"{drug}__Kp_{tissue}": kp for tissue, kp in partition.items()}
    n_zones = len(library.kinetics.zone_weights)
    for organ, volume in anatomy.volumes_l.items():
        if organ == "liver":
            for zone in range(1, n_zones + 1):
                values[f"{drug}__V_liver_{zone}"] = volume / n_zones
        else:
            values[f"{drug}__V_{organ}"] = volume
    for organ, flow in anatomy.flows_l_per_h.items():
        if organ != "liver":
            values[f"{drug}__Q_{organ}"] = flow
    values[f"{drug}__fu"] = fu
    values[f"{drug}__BP"] = blood_plasma_ratio(anatomy.haematocrit, unbound_fraction=fu)
    return values


def enzyme_scale_parameters(
    drug: str,
    rates: EnzymeRates,
    fu: float,
    kidney: Kidney,
    library: Library,
    *,
    fed: bool,
) -> dict[str, float]:
    """Absorption and elimination of one enantiomer."""
    number = library.drug.number
    absorption = "absorption_rate_fed" if fed else "absorption_rate_fasted"
    own = {
        "Vm_A": rates.vm_umol_per_h[0],
        "Vm_B": rates.vm_umol_per_h[1],
        "Km_A": rates.km_um[0],
        "Km_B": rates.km_um[1],
        "CL_linear": rates.linear_l_per_h,
        "inhibition": rates.inhibition,
        "induction": rates.induction,
        "activity_linear": rates.linear_activity,
        # Unbound drug is filtered: the clearance of the total follows fu.
        "CL_renal": renal_clearance_l_per_h(
            library.kinetics.renal_ml_per_h_per_kg[drug],
            reference_weight_kg=library.kinetics.reference_weight_kg,
            relative_filtration=kidney.relative_filtration,
        )
        * (fu / number(drug, "unbound_fraction", unit="1")),
        "ka": number("warfarin", absorption, unit="1/h"),
        "kd": number("warfarin", "dissolution_rate", unit="1/h"),
        "F_absorbed": number("warfarin", "bioavailability", unit="1"),
        **{
            f"zone_weight_{zone}": weight
            for zone, weight in enumerate(library.kinetics.zone_weights, start=1)
        },
    }
    return {f"{drug}__{name}": value for name, value in own.items()}


def clotting_scale_parameters(
    patient: Patient,
    genes: Mapping[str, GeneFunction],
    anatomy: Anatomy,
    liver: Liver,
    fitted: Mapping[str, float],
    library: Library,
    *,
    factors: Mapping[str, float],
) -> dict[str, float]:
    """VKORC1, the vitamin K cycle at its drug-free rest, and the factors.

    `factors`: what other medicines do to vitamin K, its enzyme and synthesis.
    """
    values = {
        "VKORC1_capacity": genes["VKORC1"].mean_activity * factors["VKORC1"],
        "VK__catabolism": genes["CYP4F2"].mean_activity,
        "F__synthesis": liver.effects.factor_synthesis * factors["factor_synthesis"],
        # Factor V is made by the same liver; fibrinogen is kept up until late.
        "PT__V": liver.effects.factor_synthesis,
        "F__plasma": anatomy.blood_volume_l * (1 - anatomy.haematocrit),
        "molar_mass": library.drug.number("warfarin", "molar_mass", unit="g/mol")
        / 1000,
    }
    usual = {**library.spec.constants, **fitted}["VK__intake"]
    eaten = patient.vitamin_k_intake_ug_per_day or usual
    values["VK__intake"] = eaten * factors["vitamin_K_intake"]
    cycle = VitaminKCycle.of(
        {
            **library.spec.constants,
            **fitted,
            **values,
            "VK__capacity": values["VKORC1_capacity"],
        }
    )
    rest = steady_state(cycle, 0.0)
    return values | {
        "VK__K_start": float(rest.quinone_umol),
        "KH2_start": float(rest.hydroquinone_umol),
        "VK__KO_start": float(rest.epoxide_umol),
    }
