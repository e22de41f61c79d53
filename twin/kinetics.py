"""What the enzymes of one liver do to warfarin: rates, not clearances of organs.

Two CYP2C9 alleles are two Michaelis terms, since a person makes both proteins;
every other route is linear.  Genes, liver mass, disease and co-medication come in
as numbers; blood flow and protein binding belong to `twin.physiology`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from twin.errors import LibraryError
from twin.genetics.allele_tables import Allele
from twin.interactions.effect import Effect
from twin.interactions.medicines import Enzyme
from twin.vocabulary.constant import ConstantTable

R_ENZYMES: tuple[Enzyme, ...] = ("CYP1A2", "CYP2C19", "CYP3A4")
_UMOL_PER_H_FROM_PMOL_PER_MIN = 60e-6  # a definition, exact


@dataclass(frozen=True, slots=True)
class EnzymeKinetics:
    """`enzyme_kinetics.csv`: the enzymes of warfarin, and the lobule's zones.

    The clearances per kg are those of the reference adult.
    """

    cyp2c9_pmol_per_mg: float
    protein_mg_per_g_liver: float
    kcat_s_per_min: float
    km_s_um: float
    km_s_in_vivo_divisor: float
    cyp2c9_share_of_s: float
    cyp3a4_share_of_other_s: float
    vmax_r_pmol_per_min_per_mg: Mapping[str, float]
    km_r_um: Mapping[str, float]
    km_r_in_vivo_divisor: float
    reductase_r_ml_per_h_per_kg: float
    renal_ml_per_h_per_kg: Mapping[str, float]
    reference_weight_kg: float
    reference_liver_mass_g: float
    zone_weights: tuple[float, ...]
    constants: ConstantTable

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, str]]) -> "EnzymeKinetics":
        """From the rows of the file."""
        table = ConstantTable.from_rows(
            rows, name="enzyme_kinetics.csv", keys=("substrate", "enzyme", "quantity")
        )
        number = table.number
        zones = sum(1 for key in table.constants if key[0] == "lobule")
        weights = tuple(
            number("lobule", f"zone_{z}", "activity_weight", unit="1")
            for z in range(1, zones + 1)
        )
        if not weights or abs(sum(weights) / zones - 1) > 1e-9:
            raise LibraryError(
                "enzyme_kinetics.csv: the zones' activity weights must have mean 1, "
                f"got {weights}"
            )
        plasma, per_kg = "plasma_clearance", "mL/h/kg"
        return cls(
            number("any", "CYP2C9", "abundance", unit="pmol/mg"),
            number("any", "microsomes", "protein_per_liver", unit="mg/g"),
            number("S", "CYP2C9", "kcat", unit="1/min"),
            number("S", "CYP2C9", "km", unit="uM"),
            number("S", "CYP2C9", "km_in_vivo_divisor", unit="1"),
            number("S", "CYP2C9", "share_of_clearance", unit="1"),
            number("S", "CYP3A4", "share_of_other_routes", unit="1"),
            MappingProxyType(
                {e: number("R", e, "vmax", unit="pmol/min/mg") for e in R_ENZYMES}
            ),
            MappingProxyType({e: number("R", e, "km", unit="uM") for e in R_ENZYMES}),
            number("R", "microsomes", "km_in_vivo_divisor", unit="1"),
            number("R", "reductase", plasma, unit=per_kg),
            MappingProxyType(
                {x: number(x, "kidney", plasma, unit=per_kg) for x in ("S", "R")}
            ),
            number("any", "reference", "weight", unit="kg"),
            number("any", "reference", "liver_mass", unit="kg") * 1000,
            weights,
            table,
        )


@dataclass(frozen=True, slots=True)
class EnzymeRates:
    """What unbound drug meets in the whole liver; two places for two alleles."""

    vm_umol_per_h: tuple[float, float]
    km_um: tuple[float, float]
    linear_l_per_h: float
    inhibition: float = 0.0
    induction: float = 1.0
    linear_activity: float = 1.0

    @property
    def cyp2c9_intrinsic_clearance_l_per_h(self) -> float:
        """ind sum Vm / (Km (1 + i)), far from saturation."""
        terms = sum(v / k for v, k in zip(self.vm_umol_per_h, self.km_um, strict=True))
        return self.induction * terms / (1 + self.inhibition)

    @property
    def intrinsic_clearance_l_per_h(self) -> float:
        """All routes, of unbound drug far from saturation."""
        return (
            self.cyp2c9_intrinsic_clearance_l_per_h
            + self.linear_activity * self.linear_l_per_h
        )


def liver_capacity_umol_per_h(
    vmax_pmol_per_min_per_mg: float, *, protein_mg_per_g: float, liver_mass_g: float
) -> float:
    """Maximal rate of an enzyme in the whole liver: Vm = Vmax MPPGL M, Vmax = kcat E.

    Source: definition; scaling by microsomal protein, Houston (1994).
    """
    protein_mg = protein_mg_per_g * liver_mass_g
    return vmax_pmol_per_min_per_mg * protein_mg * _UMOL_PER_H_FROM_PMOL_PER_MIN


def s_warfarin_rates(
    alleles: tuple[Allele, Allele],
    *,
    functional_liver_mass_g: float,
    kinetics: EnzymeKinetics,
    effect: Effect | None = None,
    abundance: float = 1.0,
    other_routes: float = 1.0,
) -> EnzymeRates:
    """CYP2C9 by allele, and everything else, for S-warfarin.

        Vm_a = 1/2 kcat E MPPGL M rel_a x_a,   Km_a = x_a Km/SF,
        CLlin = (Vm/Km)(1 - fm)/fm    of *1/*1

    so that an allele's intrinsic clearance is rel_a of *1's whatever its Km.  The
    other routes do not depend on the genotype.  Losing activity never speeds
    metabolism up; *1/*1 puts the share fm through CYP2C9.

    Args:
        alleles: from `twin.genetics.function`, in either order.
        effect: of co-medicines: CYP2C9 through I/Ki and its amount, the other
            routes as far as they are CYP3A4's.
        abundance, other_routes: of CYP2C9 (disease, rs12777823) and of all other
            routes (disease) against a healthy adult.

    Source: Rettie et al. (1992), constants as in the table; SF is the effect of
    albumin on CYP2C9's Km, Rowland et al. (2008).
    """
    effect = effect or Effect()
    wild = liver_capacity_umol_per_h(
        kinetics.kcat_s_per_min * kinetics.cyp2c9_pmol_per_mg,
        protein_mg_per_g=kinetics.protein_mg_per_g_liver,
        liver_mass_g=functional_liver_mass_g,
    )
    km = kinetics.km_s_um / kinetics.km_s_in_vivo_divisor
    share = kinetics.cyp2c9_share_of_s
    by_cyp3a4 = kinetics.cyp3a4_share_of_other_s

    def capacity(allele: Allele) -> float:
        return abundance * wild * allele.activity * allele.km_multiplier / 2

    return EnzymeRates(
        (capacity(alleles[0]), capacity(alleles[1])),
        (km * alleles[0].km_multiplier, km * alleles[1].km_multiplier),
        other_routes * (wild / km) * (1 - share) / share,
        effect.inhibition["CYP2C9"],
        effect.amount["CYP2C9"],
        1.0 + by_cyp3a4 * (effect.activity("CYP3A4") - 1.0),
    )


def r_warfarin_rates(
    *,
    functional_liver_mass_g: float,
    kinetics: EnzymeKinetics,
    reference_unbound_fraction: float,
    effect: Effect | None = None,
    abundance: Mapping[str, float] | None = None,
) -> EnzymeRates:
    """All routes of R-warfarin, linear: CYP1A2, 2C19, 3A4 and reductase.

        CLint = SF sum(Vmax/Km) MPPGL M + CL_red W_ref/fu0 (M/M_ref)

    Proportional to functional liver mass.  Km is hundreds of micromolar, far above
    any unbound concentration, so no term saturates.

    Args:
        effect: of co-medicines on each enzyme; the reductase is not touched.
        abundance: of each enzyme against a healthy adult (disease), 1 if left out.
    Source: OSP Warfarin-Model (2025), constants as in the table.
    """
    effect, abundance = effect or Effect(), abundance or {}
    by_enzyme = {
        enzyme: abundance.get(enzyme, 1.0)
        * liver_capacity_umol_per_h(
            kinetics.vmax_r_pmol_per_min_per_mg[enzyme],
            protein_mg_per_g=kinetics.protein_mg_per_g_liver,
            liver_mass_g=functional_liver_mass_g,
        )
        / (kinetics.km_r_um[enzyme] / kinetics.km_r_in_vivo_divisor)
        for enzyme in R_ENZYMES
    }
    reference_l_per_h = (
        kinetics.reductase_r_ml_per_h_per_kg * kinetics.reference_weight_kg / 1000
    )
    relative_mass = functional_liver_mass_g / kinetics.reference_liver_mass_g
    reductase = reference_l_per_h / reference_unbound_fraction * relative_mass
    km = (kinetics.km_s_um, kinetics.km_s_um)  # any: the terms are empty
    linear = sum(by_enzyme.values()) + reductase
    changed = reductase + sum(
        clearance * effect.activity(enzyme) for enzyme, clearance in by_enzyme.items()
    )
    return EnzymeRates((0.0, 0.0), km, linear, linear_activity=changed / linear)
