"""Groups of parameters that are known only together: what each contributes.

The draws of a posterior lie along narrow ridges: one parameter moved alone leaves all
that was observed.  A group is therefore never moved without what the others would be:
the others follow by their regression on it, and what that leaves open is taken from
another whole draw.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.credibility.global_sensitivity.pick_freeze import indices_of
from twin.inference.scale_shares import linear_parts
from twin.vocabulary.ensemble import Floats

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class DependentIndices:
    """Shares of an output's variance by group, float64[group, output] or [output].

    share    by covariance, of the linear part: sum 1, negative where others cancel it
    alone    the same if the groups were independent: above `share` where they cancel
    told     Var(E[y | group])/V: what would be known once this group were
    left     E[Var(y | all others)]/V: what would be open if all others were known
    `_half`  half widths of intervals of 95 %, of the picks
    linear   how much of the variance the linear part is
    """

    groups: tuple[str, ...]
    outputs: tuple[str, ...]
    share: Floats
    alone: Floats
    told: Floats
    told_half: Floats
    left: Floats
    left_half: Floats
    linear: Floats
    variance: Floats
    n_base: int
    n_lost: Integers


def dependent_indices(
    draws: Floats,
    group: Integers,
    model: Callable[[Floats], Floats],
    *,
    groups: Sequence[str],
    outputs: Sequence[str],
    n_base: int,
    rng: np.random.Generator,
) -> DependentIndices:
    """What groups of jointly known parameters contribute.

        told_g = Cov(f(x), f(x_g, M x_g + r'))/V      r' from another draw
        left_g = E[(f(x) - f(N x_o + s', x_o))²]/(2 V)

    M and N are regressions of the others on the group and back; r and s what they leave
    of each draw.

    Args:
        draws: float64[draw, parameter], of the joint posterior.
        group: int64[parameter], place in `groups`; each has one or more.
        model: float64[pick, parameter] -> float64[pick, output], NaN for no value.
        groups, outputs: names.
        n_base: picks; the model is run for n_base (2 + 2 groups) rows.
        rng: of the picks and the bootstrap.

    Source: Mara & Tarantola (2012), Reliab Eng Syst Saf 107:115-121 (full and
    independent contributions of dependent inputs); Kucherenko, Tarantola & Annoni
    (2012), Comput Phys Commun 183:937-946.
    Assumes: means of the others that are linear in the group, what is left independent
    of it; exact for a normal posterior.  Regressions on d parameters over n draws tell
    about d/n too much.
    """
    first, second = _places(len(draws), n_base, rng), _places(len(draws), n_base, rng)
    centre = draws.mean(axis=0)
    apart = draws - centre
    at_a, at_b = model(draws[first]), model(draws[second])
    told, left = [], []
    for number in range(len(groups)):
        own = group == number
        told.append(model(centre + _following(apart, own, first, second)))
        left.append(model(centre + _following(apart, ~own, first, second)))
    names = tuple(groups), tuple(outputs)
    # What shares the group with A, and all else with B: first order, A in B's place.
    of_told = indices_of(
        at_b, at_a, np.stack(told), factors=names[0], outputs=names[1], rng=rng
    )
    of_left = indices_of(
        at_a, at_b, np.stack(left), factors=names[0], outputs=names[1], rng=rng
    )
    whole = np.all(np.isfinite(at_a), axis=1)
    parts = linear_parts(at_a[whole], apart[first][whole], group, n_groups=len(groups))
    return DependentIndices(
        *names,
        parts.share,
        parts.own,
        of_told.first,
        of_told.first_half,
        of_left.total,
        of_left.total_half,
        parts.linear,
        of_left.variance,
        n_base,
        np.maximum(of_told.n_lost, of_left.n_lost),
    )


def _following(
    apart: Floats, held: npt.NDArray[np.bool_], first: Integers, second: Integers
) -> Floats:
    """What is held is the first's; the rest follows it, and else is the second's."""
    found = apart[first].copy()
    if np.all(held):
        return found
    slopes = np.linalg.lstsq(apart[:, held], apart[:, ~held], rcond=1e-10)[0]
    left = apart[:, ~held] - apart[:, held] @ slopes
    found[:, ~held] = apart[first][:, held] @ slopes + left[second]
    return found


def _places(n: int, wanted: int, rng: np.random.Generator) -> Integers:
    """Which draws; each equally often, but for the last round."""
    rounds = [rng.permutation(n) for _ in range(-(-wanted // n))]
    return np.concatenate(rounds)[:wanted].astype(np.int64)
