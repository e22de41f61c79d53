"""The population as a predictor of stable doses."""

from dataclasses import replace

import numpy as np
import pytest

from tests.believed import population
from tests.people import library
from tests.twin.credibility.calibration.population import people, predicted
from twin.credibility.population.predictor import predict_stable_doses
from twin.vocabulary.genotype import Genotype

N = 12
PATIENTS = [each.patient for each in people(N)]
TARGETS = np.array([each.inr for each in people(N)])


def predict(patients=PATIENTS, targets=TARGETS, **options):
    asked = {"library": library(), "population": population(), **options}
    return predict_stable_doses(patients, targets, **asked)


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


def test_the_centre_lies_about_the_typical_dose():
    assert predict().predicted == pytest.approx(7.0 * predicted(N), rel=0.25)


def test_another_seed_moves_a_prediction_little():
    one, two = (predict(seed=seed).predicted for seed in (1, 2))

    assert np.max(np.abs(np.log(one / two))) < 0.03


def test_weights_of_the_draws_count():
    """Of a population that is one draw, what is not known of people is nothing."""
    alone = np.full(population().n_draws, -np.inf)
    alone[3] = 0.0
    found = predict(log_weights=alone)

    assert np.max(found.shares["knowledge"]) < 1e-12
    assert np.min(predict().shares["knowledge"]) > 0.0


def test_the_shares_sum_to_one():
    assert sum(predict(without("VKORC1")).shares.values()) == pytest.approx(1.0)


def test_a_gene_not_tested_widens_and_never_stops_a_prediction():
    known, one, two = (
        predict(each)
        for each in (PATIENTS, without("VKORC1"), without("VKORC1", "CYP2C9"))
    )
    widths = [np.log(each.high[1] / each.low[1]) for each in (known, one, two)]

    assert one.given.all()
    assert two.given.all()
    assert np.all(widths[1] > widths[0])
    assert np.all(widths[2] > widths[1])


def test_an_untested_gene_lies_between_what_it_may_be():
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
    together = predict(mixed)
    alone = [predict([patient], TARGETS[i : i + 1]) for i, patient in enumerate(mixed)]

    assert together.predicted == pytest.approx(
        [each.predicted[0] for each in alone], rel=1e-9
    )
    assert together.high[2] == pytest.approx(
        [each.high[2, 0] for each in alone], rel=1e-9
    )


def test_where_no_dose_keeps_the_inr_the_reason_is_told():
    targets = np.where(np.arange(N) == 3, 0.5, TARGETS)
    found = predict(targets=targets)

    assert np.flatnonzero(~found.given).tolist() == [3]
    assert found.reasons[3].startswith("no dose keeps the target INR in 100 %")


def test_a_dose_that_is_never_proposed_is_not_predicted_either():
    whole = predict().predicted
    cautious = replace(library(), farthest_dose_mg=float(np.median(whole)) / 7)
    found = predict(library=cautious)

    assert found.given.tolist() == (whole <= np.median(whole)).tolist()
    assert {reason[-16:] for reason in found.reasons} == {"", "none is proposed"}


def test_nobody_is_predicted_for_nobody():
    assert predict([], np.array([])).n == 0
