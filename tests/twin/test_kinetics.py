import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twin.tables import ALLELES, INTERACTIONS, KINETICS, rows
from twin.errors import LibraryError
from twin.genetics.allele_tables import Allele
from twin.interactions.co_medication import co_medication
from twin.interactions.effect import Effect
from twin.kinetics import (
    EnzymeKinetics,
    EnzymeRates,
    r_warfarin_rates,
    s_warfarin_rates,
)
from twin.vocabulary.co_medicine import CoMedicine

REFERENCE_LIVER_G = 1530.0
FU = 0.009
WILD = ALLELES.allele("CYP2C9", "*1")
names = st.sampled_from(["*1", *ALLELES.variants("CYP2C9")])
alleles = names.map(lambda name: ALLELES.allele("CYP2C9", name))
livers = st.floats(200, 4000)


def effect_of(*medicines: str) -> Effect:
    taken = [CoMedicine(name) for name in medicines]
    return co_medication(taken, interactions=INTERACTIONS).effect


def s_rates(
    a: Allele, b: Allele, liver_g: float = REFERENCE_LIVER_G, **influence
) -> EnzymeRates:
    return s_warfarin_rates(
        (a, b), functional_liver_mass_g=liver_g, kinetics=KINETICS, **influence
    )


@given(alleles, livers)
def test_an_alleles_intrinsic_clearance_is_its_share_whatever_its_km(allele, liver):
    rates = s_rates(WILD, allele, liver)
    wild, variant = (
        vm / km for vm, km in zip(rates.vm_umol_per_h, rates.km_um, strict=True)
    )

    assert variant == pytest.approx(allele.activity * wild)


@given(alleles, alleles, livers)
def test_the_order_of_two_alleles_does_not_matter(a, b, liver):
    assert s_rates(a, b, liver).intrinsic_clearance_l_per_h == pytest.approx(
        s_rates(b, a, liver).intrinsic_clearance_l_per_h
    )


@given(alleles, alleles, livers)
def test_no_variant_clears_more_than_the_wild_type(a, b, liver):
    assert (
        s_rates(a, b, liver).intrinsic_clearance_l_per_h
        <= s_rates(WILD, WILD, liver).intrinsic_clearance_l_per_h
    )


def test_cyp2c9_makes_85_per_cent_of_s_clearance_in_two_wild_alleles():
    rates = s_rates(WILD, WILD)

    assert (
        rates.cyp2c9_intrinsic_clearance_l_per_h / rates.intrinsic_clearance_l_per_h
    ) == pytest.approx(0.85)


def test_other_routes_do_not_depend_on_the_genotype():
    null = ALLELES.allele("CYP2C9", "*6")

    assert s_rates(null, null).linear_l_per_h == s_rates(WILD, WILD).linear_l_per_h


def test_a_reference_liver_has_21_litres_an_hour_of_cyp2c9_for_s_warfarin():
    # in vitro 6.9/4.4 uL/min/mg x 40 x 1530 g = 5.76 L/h, times 3.66 in vivo
    assert s_rates(WILD, WILD).cyp2c9_intrinsic_clearance_l_per_h == pytest.approx(
        5.76 * 3.66, rel=0.001
    )


def test_clearance_of_both_enantiomers_is_near_the_published_medians():
    r = r_warfarin_rates(
        functional_liver_mass_g=REFERENCE_LIVER_G,
        kinetics=KINETICS,
        reference_unbound_fraction=FU,
    )

    # medians over published curves of volunteers: S 0.242, R 0.161 L/h
    assert FU * s_rates(WILD, WILD).intrinsic_clearance_l_per_h == pytest.approx(
        0.242, rel=0.15
    )
    assert FU * r.intrinsic_clearance_l_per_h == pytest.approx(0.161, rel=0.30)


@pytest.mark.parametrize(
    ("a", "b", "observed"),
    [("*1", "*2", 0.685), ("*1", "*3", 0.547), ("*3", "*3", 0.148)],
)
def test_clearance_by_genotype_is_near_what_was_seen_in_patients(a, b, observed):
    # Hamberg 2007, relative to *1/*1; the priors come from another cohort
    pair = (ALLELES.allele("CYP2C9", a), ALLELES.allele("CYP2C9", b))
    relative = (
        s_rates(*pair).intrinsic_clearance_l_per_h
        / s_rates(WILD, WILD).intrinsic_clearance_l_per_h
    )

    assert relative == pytest.approx(observed, abs=0.10)


@given(livers)
def test_metabolism_is_proportional_to_functional_liver_mass(liver):
    rates = [
        r_warfarin_rates(
            functional_liver_mass_g=mass,
            kinetics=KINETICS,
            reference_unbound_fraction=FU,
        ).intrinsic_clearance_l_per_h
        for mass in (liver, 2 * liver)
    ]

    assert rates[1] == pytest.approx(2 * rates[0])


def test_fluconazole_takes_seventy_per_cent_of_s_clearance():
    # Cheng 2022: -69.5 % observed in *1/*1
    effect = effect_of("fluconazole")
    inhibited = s_rates(WILD, WILD, effect=effect)

    left = (
        inhibited.intrinsic_clearance_l_per_h
        / s_rates(WILD, WILD).intrinsic_clearance_l_per_h
    )
    assert 1 - left == pytest.approx(0.695, abs=0.02)


def test_rifampicin_speeds_up_every_route():
    rates = s_rates(WILD, WILD, effect=effect_of("rifampicin"))

    assert rates.inhibition == 0
    assert rates.induction == pytest.approx(1.8)
    assert rates.linear_activity == pytest.approx(3.3, rel=0.01)


def test_no_medicine_changes_nothing():
    assert s_rates(WILD, WILD, effect=Effect()) == s_rates(WILD, WILD)


def test_cirrhosis_takes_each_enzyme_of_r_warfarin_by_its_share():
    def clint(abundance: dict[str, float]) -> float:
        return r_warfarin_rates(
            functional_liver_mass_g=REFERENCE_LIVER_G,
            kinetics=KINETICS,
            reference_unbound_fraction=FU,
            abundance=abundance,
        ).intrinsic_clearance_l_per_h

    lost = clint({}) - clint({"CYP1A2": 0.1})
    assert lost == pytest.approx(0.9 * 775 / 648 * 40 * REFERENCE_LIVER_G * 60e-6)


def test_zones_whose_mean_is_not_one_are_refused():
    table = rows("warfarin/enzyme_kinetics.csv")
    zone = next(row for row in table if row["enzyme"] == "zone_5")
    zone["value"] = "2.4"

    with pytest.raises(LibraryError, match="mean 1"):
        EnzymeKinetics.from_rows(table)
