"""Which tablets were perhaps not taken as told, by what the measurements say of it.

Every tablet that can still be seen in a measurement is asked about in the linear
picture at the mode; the few accounts that explain the measurements are kept.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import logsumexp

from twin.engine.prepared_courses import prepare_courses
from twin.inference.adherence import (
    AS_TOLD,
    Account,
    accounts_of,
    single_misses,
    visible_doses,
)
from twin.inference.linear_evidence import ln_evidence
from twin.inference.linear_picture import Tilt, linear_prediction
from twin.inference.mode import Mode
from twin.inference.question import Person, Question
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.regimen import Regimen

_WORTH_DRAWS = 1e-3  # probability of an account in the linear picture
_MOST_ACCOUNTS = 7


def plausible_accounts(
    person: Person, question: Question, taken: Regimen, tilt: Tilt, mode: Mode
) -> tuple[Account, ...]:
    """The account as told, and those that explain the measurements as well.

    Args:
        person: who was measured.
        question: of the regimen as told.
        taken: that regimen.
        tilt, mode: the linear picture at the population's centre.
    """
    doses = visible_doses(taken, question.measured.time_h)
    if not doses:
        return (AS_TOLD,)
    shifts = _shifts_of_misses(person, question, taken, doses, mode)
    accounts = accounts_of(doses, person.noise)
    moved = np.stack(
        [
            sum(shifts[n] for n in a.missed) - sum(shifts[n] for n in a.doubled)
            for a in accounts
        ]
    )
    below = question.measured.below
    expected, spread = linear_prediction(
        tilt, mode, person.population.typical_covariance, person.population
    )
    off = question.measured.ln_value - expected
    as_told = ln_evidence(off[None], below, spread)[0]
    ln_odds = np.array([a.ln_odds for a in accounts])
    found = ln_odds + ln_evidence(off - moved, below, spread) - as_told
    probability = np.exp(found - logsumexp(np.append(found, 0.0)))
    best = np.argsort(-probability)[:_MOST_ACCOUNTS]
    chosen = [accounts[n] for n in best if probability[n] > _WORTH_DRAWS]
    return (AS_TOLD, *chosen)


def _shifts_of_misses(
    person: Person,
    question: Question,
    taken: Regimen,
    doses: Sequence[int],
    mode: Mode,
) -> dict[int, Floats]:
    """Dose -> what its absence does to the ln of each sample, at the mode."""
    misses = single_misses(doses)
    reader = question.course.reader
    courses = prepare_courses(
        person.spec,
        [account.regimen(taken) for account in misses],
        reader.times,
        names=person.levers.names,
        outputs=reader.outputs,
        engine=person.draws,
    )
    n = len(misses)
    x = person.population.x.mean(axis=0)
    rows = question.likeliest.parameters(np.tile(x, (n, 1)), np.tile(mode.z, (n, 1)))
    values = reader.values(courses.at(rows, np.arange(n)).values, rows)
    moved = np.where(np.isfinite(values), values - mode.predicted, 0.0)
    return dict(zip(doses, moved, strict=True))
