"""The typical dose with its scatter: centre of the chain, width of the unexplained."""

from dataclasses import replace

import numpy as np
import pytest

from tests.people import library
from tests.twin.credibility.calibration.population import people, predicted
from twin.credibility.typical_with_scatter import typical_with_scatter
from twin.vocabulary.genotype import Genotype

N = 12
PATIENTS = [each.patient for each in people(N)]
TARGETS = np.array([each.inr for each in people(N)])


def predict(patients=PATIENTS, targets=TARGETS, ln_sd=0.36):
    return typical_with_scatter(patients, targets, library=library(), ln_sd=ln_sd)


def without(*genes: str):
    """The patients, some genes not tested."""
    return [
        replace(
            patient,
            genotype=Genotype(
                tuple(d for d in patient.genotype.diplotypes if d.gene not in genes)
            ),
        )
        for patient in PATIENTS
    ]


def test_the_centre_is_the_typical_dose():
    assert predict().predicted == pytest.approx(7.0 * predicted(N))


def test_the_width_is_what_no_covariate_explains():
    found = predict(ln_sd=0.25)
    z90 = 1.6448536269514722

    assert found.high[2] / found.predicted == pytest.approx(np.exp(z90 * 0.25))
    assert found.shares["not explained"] == pytest.approx(1.0)


def test_a_gene_not_tested_widens_and_never_stops_a_prediction():
    known, one, two = (
        predict(each)
        for each in (PATIENTS, without("VKORC1"), without("VKORC1", "CYP2C9"))
    )
    widths = [np.log(each.high[2] / each.low[2]) for each in (known, one, two)]

    assert one.given.all()
    assert two.given.all()
    assert np.all(widths[1] > 1.1 * widths[0])
    assert np.all(widths[2] > widths[1])


def test_an_untested_gene_is_the_mean_over_what_it_may_be():
    """Somebody of unknown VKORC1 lies between the two homozygotes."""
    unknown = predict(without("VKORC1")).predicted
    homozygous = {
        allele: predict(
            [
                replace(
                    patient,
                    genotype=patient.genotype.with_result(
                        "VKORC1",
                        replace(
                            PATIENTS[0].genotype.diplotypes[1], alleles=(allele, allele)
                        ),
                    ),
                )
                for patient in PATIENTS
            ]
        ).predicted
        for allele in "AG"
    }

    assert np.all(homozygous["A"] < unknown)
    assert np.all(unknown < homozygous["G"])


def test_each_is_predicted_from_itself_alone():
    mixed = [*without("VKORC1")[:3], *PATIENTS[3:]]
    together = predict(mixed).predicted
    alone = [
        predict([patient], TARGETS[i : i + 1]).predicted[0]
        for i, patient in enumerate(mixed)
    ]

    assert together == pytest.approx(alone, rel=1e-12)


def test_where_no_dose_keeps_the_inr_the_reason_is_told():
    targets = np.where(np.arange(N) == 3, 0.5, TARGETS)
    found = predict(targets=targets)

    assert np.flatnonzero(~found.given).tolist() == [3]
    assert found.reasons[3] == "no dose keeps the target INR in the twin"


def test_a_dose_that_is_never_proposed_is_not_predicted_either():
    whole = predict().predicted
    cautious = replace(library(), farthest_dose_mg=float(np.median(whole)) / 7)
    found = typical_with_scatter(PATIENTS, TARGETS, library=cautious, ln_sd=0.36)

    assert found.given.tolist() == (whole <= np.median(whole)).tolist()
    assert {reason[-16:] for reason in found.reasons} == {"", "none is proposed"}


def test_nobody_is_predicted_for_nobody():
    assert predict([], np.array([])).n == 0
