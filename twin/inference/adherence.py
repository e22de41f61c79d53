"""Tablets that were perhaps not taken as told: accounts of a regimen, and their odds.

A missed or doubled tablet is a hypothesis with a probability.  Every tablet that can
still be seen in a measurement is asked about in the linear picture at the mode; the few
accounts that explain the measurements better than chance then get draws of their own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from twin.inference.noise import Noise
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.regimen import Regimen

_SEEN_FOR_H = 120.0
"""A tablet's absence shows in the INR for about this long."""
_LONGEST_RUN = 3  # tablets missed one after another
_MOST_TABLETS = 48  # that are asked about, the latest ones


@dataclass(frozen=True, slots=True)
class Account:
    """What may have been taken in place of what was told.

    missed, doubled   numbers of doses of the regimen
    ln_odds           ln probability over that of the regimen as told, before any
                      measurement
    """

    missed: tuple[int, ...] = ()
    doubled: tuple[int, ...] = ()
    ln_odds: float = 0.0

    def regimen(self, told: Regimen) -> Regimen:
        """The doses of this account."""
        return replace(
            told,
            doses=tuple(
                replace(dose, amount_mg=2.0 * dose.amount_mg)
                if number in self.doubled
                else dose
                for number, dose in enumerate(told.doses)
                if number not in self.missed
            ),
        )


AS_TOLD = Account()


def visible_doses(told: Regimen, times_h: Floats) -> tuple[int, ...]:
    """Numbers of the doses that a measurement at one of the times could still miss."""
    seen = [
        number
        for number, dose in enumerate(told.doses)
        if any(dose.time_h < t <= dose.time_h + _SEEN_FOR_H for t in times_h)
    ]
    return tuple(seen[-_MOST_TABLETS:])


def single_misses(doses: Sequence[int]) -> tuple[Account, ...]:
    """One account for each dose that was missed alone."""
    return tuple(Account((number,)) for number in doses)


def accounts_of(doses: Sequence[int], noise: Noise) -> tuple[Account, ...]:
    """All accounts of some doses: runs of missed ones, and single doubled ones.

    odds of a run of n = missed · missed_again^(n-1) / (1 - missed)^n
    """
    ln_taken = math.log1p(-noise.missed)
    found = [
        Account((), (number,), math.log(noise.doubled) - ln_taken) for number in doses
    ]
    for length in range(1, _LONGEST_RUN + 1):
        ln_odds = (
            math.log(noise.missed)
            + (length - 1) * math.log(noise.missed_again)
            - length * ln_taken
        )
        for first in range(len(doses) - length + 1):
            run = doses[first : first + length]
            if all(later == earlier + 1 for earlier, later in pairwise(run)):
                found.append(Account(tuple(run), (), ln_odds))
    return tuple(found)
