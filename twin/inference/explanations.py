"""All that is discrete of one person: draw of the population, alleles, tablets.

An explanation is one of each.  In the linear picture the probability of every one is
known without a draw; from there come proposals that are almost always right.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from twin.inference.asking import Asked
from twin.inference.linear_evidence import ln_evidence
from twin.inference.linear_picture import Given, effects_given
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.population import Population

Integers = npt.NDArray[np.int64]

_FROM_PRIOR = 0.1  # of proposals that do not look at the measurements


@dataclass(frozen=True, slots=True, eq=False)
class Explanations:
    """Every explanation, numbered: draw of the population times H + combination.

    alleles     int64[combination, gene]
    pattern     int64[combination], account of the tablets
    ln_prior    float64[combination], all draws of the population being as likely
    ln_share    float64[explanation], how often each is proposed; sum of shares 1
    cumulative  float64[explanation], of the shares
    """

    asked: Asked
    x: Floats
    priors: Floats
    alleles: Integers
    pattern: Integers
    ln_prior: Floats
    ln_share: Floats
    cumulative: Floats

    @property
    def n(self) -> int:
        """How many there are."""
        return len(self.ln_share)

    def parts(self, which: Integers) -> tuple[Integers, Integers]:
        """Draw of the population and combination of explanations, int64[draw] each."""
        known, combination = np.divmod(which, len(self.pattern))
        return known, combination

    def drawn(self, n: int, rng: np.random.Generator) -> Integers:
        """Explanations by their shares, int64[n]."""
        found = np.searchsorted(self.cumulative, rng.random(n), side="right")
        return np.minimum(found, self.n - 1).astype(np.int64)

    def drawn_before(self, n: int, rng: np.random.Generator) -> Integers:
        """Explanations as likely as before the measurements, int64[n]."""
        known = rng.integers(len(self.x), size=n)
        combination = rng.choice(len(self.pattern), size=n, p=np.exp(self.ln_prior))
        return known * len(self.pattern) + combination

    def given(self, which: Integers) -> Given:
        """The effects under explanations, in the linear picture."""
        known, combination = self.parts(which)
        tilt = self.asked.tilt
        moved = tilt.moved(
            self.x[known] - self.x.mean(axis=0),
            self.alleles[combination],
            self.pattern[combination],
        )
        few, place = np.unique(known, return_inverse=True)
        return effects_given(self.asked.mode, moved, self.priors[few], place)


def explanations_of(asked: Asked, population: Population) -> Explanations:
    """All explanations of a person's measurements.

    Their number is that of the population's draws times that of combinations of
    alleles and accounts: 600 times some hundreds at most.
    """
    genes = asked.question.levers.genes
    places = [range(len(gene.weights)) for gene in genes]
    accounts = range(len(asked.accounts))
    rows = np.array(list(product(*places, accounts)), np.int64)
    alleles, pattern = rows[:, :-1], rows[:, -1]
    ln_prior = np.array(asked.question.patterns)[pattern]
    for number, gene in enumerate(genes):
        ln_prior += np.log(gene.weights[alleles[:, number]])
    priors = population.covariances(np.arange(population.n_draws))
    ln_likely = _linear_evidence(asked, population, priors, alleles, pattern)
    ln_after = (ln_likely + ln_prior).ravel()
    ln_before = np.tile(ln_prior, population.n_draws)
    ln_share = np.logaddexp(
        np.log1p(-_FROM_PRIOR) + ln_after - logsumexp(ln_after),
        np.log(_FROM_PRIOR) + ln_before - logsumexp(ln_before),
    )
    cumulative = np.cumsum(np.exp(ln_share))
    return Explanations(
        asked,
        population.x,
        priors,
        alleles,
        pattern,
        ln_prior - logsumexp(ln_prior),
        ln_share,
        cumulative / cumulative[-1],
    )


def _linear_evidence(
    asked: Asked,
    population: Population,
    priors: Floats,
    alleles: Integers,
    pattern: Integers,
) -> Floats:
    """ln probability of what was seen, [known, combination], but for a constant."""
    mode, tilt, measured = asked.mode, asked.tilt, asked.question.measured
    below, read = measured.below, ~measured.below
    nothing = np.zeros((len(pattern), population.x.shape[1]))
    by_combination = tilt.moved(nothing, alleles, pattern)
    by_known = (population.x - population.x.mean(axis=0)) @ tilt.known.T
    off = measured.ln_value - mode.predicted + mode.slopes @ mode.z
    found = np.empty((population.n_draws, len(pattern)))
    for number, (prior, moved) in enumerate(zip(priors, by_known, strict=True)):
        spread = mode.slopes @ prior @ mode.slopes.T + mode.noise
        found[number] = ln_evidence(off - moved - by_combination, below, spread)
        # Its constant differs between draws of the population.
        found[number] -= 0.5 * np.linalg.slogdet(spread[np.ix_(read, read)])[1]
    return found
