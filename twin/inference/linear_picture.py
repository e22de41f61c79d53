"""The linear picture at the mode: all normal, and so known without any draw.

What is predicted moves in proportion with the population's parameters and the effects,
and by a fixed amount with each pair of alleles and each account of the tablets.  Every
road takes its proposals from here; only weights or acceptance make them exact.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, logsumexp

from twin.inference.courses import Directions
from twin.inference.linear_evidence import ln_evidence
from twin.inference.mode import Mode
from twin.inference.question import Question
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.population import Population

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Tilt:
    """How what is predicted at the mode moves with all that is not the effects.

    known    float64[sample, known]
    genes    for each uncertain gene float64[possibility, sample]
    patterns float64[pattern, sample]
    """

    known: Floats
    genes: tuple[Floats, ...]
    patterns: Floats

    def moved(self, x: Floats, alleles: Integers, pattern: Integers) -> Floats:
        """How the predictions at the mode differ for some draws, [draw, sample].

        Args:
            x: float64[draw, known], less that of the mode.
            alleles: int64[draw, gene].
            pattern: int64[draw].
        """
        found = x @ self.known.T + self.patterns[pattern]
        for place, gene in enumerate(self.genes):
            found += gene[alleles[:, place]]
        return np.asarray(found)


def tilt_at(question: Question, x: Floats, mode: Mode) -> Tilt:
    """Slopes by the population, and what alleles and accounts of tablets do."""
    course = question.course
    levers = question.likeliest
    moves = levers.slopes + 2.0 * levers.bends * x[:, None]
    which = np.flatnonzero(np.any(moves != 0, axis=1))
    along = Directions(moves[which], moves[:0], moves[:0], moves[:0])
    known = np.zeros((len(mode.predicted), len(x)))
    known[:, which] = course.at(x, mode.z[None], along).slopes
    rows, patterns = [], []
    genes = question.levers.genes
    base = np.zeros(len(genes), np.int64)
    for place, gene in enumerate(genes):
        for number in range(1, len(gene.weights)):
            row = base.copy()
            row[place] = number
            rows.append(row)
            patterns.append(0)
    for number in range(1, len(question.patterns)):
        rows.append(base)
        patterns.append(number)
    found = np.zeros((len(rows), len(mode.predicted)))
    if rows:
        n = len(rows)
        parameters = question.levers.parameters(
            np.tile(x, (n, 1)), np.tile(mode.z, (n, 1)), np.array(rows)
        )
        courses = question.draws.at(parameters, np.array(patterns))
        found = course.reader.values(courses.values, parameters) - mode.predicted
        # One that does not integrate moves nothing here; its particles speak.
        found = np.where(np.isfinite(found), found, 0.0)
    nothing = np.zeros((1, found.shape[1]))
    by_gene, begin = [], 0
    for gene in genes:
        end = begin + len(gene.weights) - 1
        by_gene.append(np.concatenate([nothing, found[begin:end]]))
        begin = end
    return Tilt(known, tuple(by_gene), np.concatenate([nothing, found[begin:]]))


def pattern_shares(
    question: Question,
    tilt: Tilt,
    mode: Mode,
    prior: Floats,
    population: Population,
) -> Floats:
    """How many of the draws each account of the tablets gets, float64[pattern].

    By its probability in the linear picture, none left without a few.
    """
    n = len(question.patterns)
    if n == 1:
        return np.ones(1)
    found = question.patterns + linear_evidence(question, tilt, mode, prior, population)
    probability = np.exp(found - logsumexp(found))
    shares = probability + 0.5 / n * (1.0 - probability.max())
    return np.asarray(shares / shares.sum())


def linear_evidence(
    question: Question,
    tilt: Tilt,
    mode: Mode,
    prior: Floats,
    population: Population,
) -> Floats:
    """ln probability of the measurements under each account, in the linear picture."""
    expected, spread = linear_prediction(tilt, mode, prior, population)
    off = question.measured.ln_value - expected - tilt.patterns
    return ln_evidence(off, question.measured.below, spread)


def linear_prediction(
    tilt: Tilt, mode: Mode, prior: Floats, population: Population
) -> tuple[Floats, Floats]:
    """What was expected of each sample before any was seen, and its covariance."""
    known = np.cov(population.x, rowvar=False)
    spread = mode.slopes @ prior @ mode.slopes.T + tilt.known @ known @ tilt.known.T
    return mode.predicted - mode.slopes @ mode.z, spread + mode.noise


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """The effects given the measurements and all else: a normal for each draw.

    centre  float64[draw, effect]
    roots   float64[draw, effect, effect], Cholesky roots of the covariances
    """

    centre: Floats
    roots: Floats

    def effects(self, apart: Floats) -> Floats:
        """z of draws that lie so many roots from the centre, [draw, effect]."""
        return np.asarray(self.centre + np.einsum("nij,nj->ni", self.roots, apart))

    def apart(self, z: Floats) -> Floats:
        """How many roots draws lie from the centre, [draw, effect]."""
        return standardised(z - self.centre, self.roots)

    @property
    def ln_size(self) -> Floats:
        """ln determinant of the roots, float64[draw]."""
        return ln_determinant(self.roots)


def effects_given(
    mode: Mode, moved: Floats, priors: Floats, place: Integers, share: float = 1.0
) -> Given:
    """The effects of draws of known population, alleles and tablets.

        covariance = (S' H S + C^-1)^-1,   centre = covariance S' (g + H (S z0 - m))

    S and H are slopes and hold at the mode z0, g its pull, m what is `moved`.

    Args:
        mode: at the centre of all else.
        moved: float64[draw, sample], how each draw's prediction there differs.
        priors: float64[known, effect, effect], covariances of the effects.
        place: int64[draw], which of them a draw has.
        share: of the ln likelihood that counts, 0 to 1.
    """
    information = share * (mode.slopes.T @ mode.hold @ mode.slopes)
    covariances = np.linalg.inv(information + np.linalg.inv(priors))
    # hold is at the mode: a pull there, and its change along the linear prediction
    pull = mode.pull + (mode.slopes @ mode.z - moved) @ mode.hold
    weighed = share * (pull @ mode.slopes)
    centre = np.einsum("nij,nj->ni", covariances[place], weighed)
    return Given(centre, cholesky_roots(covariances)[place])


def cholesky_roots(covariances: Floats) -> Floats:
    """Lower triangular roots, float64[..., effect, effect]."""
    return np.asarray(np.linalg.cholesky(covariances), np.float64)


def standardised(apart: Floats, roots: Floats) -> Floats:
    """Distances in units of roots, float64[draw, effect]."""
    return np.asarray(np.linalg.solve(roots, apart[:, :, None])[:, :, 0])


def ln_determinant(roots: Floats) -> Floats:
    """Of triangular roots float64[draw, effect, effect], float64[draw]."""
    return np.asarray(np.sum(np.log(np.diagonal(roots, axis1=1, axis2=2)), axis=1))


def ln_normal(standard: Floats) -> Floats:
    """ln density of standard normal draws float64[draw, effect], float64[draw]."""
    d = standard.shape[1]
    return np.asarray(-0.5 * np.sum(standard**2, axis=1) - 0.5 * d * np.log(2 * np.pi))


def ln_student(standard: Floats, freedom: float) -> Floats:
    """The same of Student's t, its scale 1 in all directions."""
    d = standard.shape[1]
    constant = gammaln((freedom + d) / 2) - gammaln(freedom / 2)
    constant -= 0.5 * d * np.log(freedom * np.pi)
    squared = np.sum(standard**2, axis=1)
    return np.asarray(constant - 0.5 * (freedom + d) * np.log1p(squared / freedom))
