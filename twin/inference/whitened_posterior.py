"""One person's posterior where the linear picture is a ball: density, slopes, jumps.

    z = centre + root u,   centre and root of the explanation in the linear picture

In u the posterior is nearly standard normal whatever the explanation is, so that short
trees are enough for NUTS, and an explanation may be changed while u stays.  The density
is exact: it is that of the fast road's question, on courses in double.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from twin.engine.prepared_courses import prepare_courses
from twin.errors import IntegrationFailed
from twin.inference.adherence import Account
from twin.inference.asking import Asked, person_course
from twin.inference.courses import CourseModel
from twin.inference.explanations import Explanations, explanations_of
from twin.inference.linear_picture import (
    cholesky_roots,
    ln_determinant,
    ln_normal,
    ln_student,
    standardised,
)
from twin.inference.mode import ln_likelihood, pull_and_hold
from twin.inference.question import Answered, Person, Question
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.observation import Observation
from twin.vocabulary.regimen import Regimen

Integers = npt.NDArray[np.int64]

_AT_ONCE = 8  # draws compared in one call: a vector of the engine
_FREEDOM, _WIDER = 8.0, 1.1  # of Student's t in place of the linear picture's normal


@dataclass(frozen=True, slots=True, eq=False)
class Density:
    """ln density at one u, and its slope float64[effect]."""

    ln_density: float
    slope: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """ln densities of many draws, float64[draw], and what they predict."""

    ln_density: Floats
    z: Floats
    answered: Answered


@dataclass(eq=False)
class WhitenedPosterior:
    """The posterior of (u, explanation).

    fine      the question, its courses by the engine that gives slopes
    roots     float64[known, effect, effect], of the prior
    n_slopes  how often slopes were asked for; n_failed courses that did not integrate
    """

    person: Person
    taken: Regimen
    observations: tuple[Observation, ...]
    explanations: Explanations
    fine: Question
    roots: Floats
    n_slopes: int = 0
    n_failed: int = 0
    _courses: dict[int, CourseModel] = field(default_factory=dict)

    def at(self, apart: Floats, which: int) -> Density:
        """ln density and slope at u.

        Args:
            apart: float64[effect], u.
            which: explanation.

        Where the course does not integrate the density is 0, without a slope.
        """
        own = np.array([which])
        (known,), (combination,) = self.explanations.parts(own)
        given = self.explanations.given(own)
        z = given.effects(apart[None])[0]
        self.n_slopes += 1
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                found = self._course(int(combination)).at(
                    self.explanations.x[known], z[None]
                )
        except IntegrationFailed:
            self.n_failed += 1
            return Density(-np.inf, np.zeros_like(apart))
        error, measured = self.explanations.asked.mode.noise, self.fine.measured
        likelihood = ln_likelihood(found.ln_value[None], measured, error)[0]
        pull, _ = pull_and_hold(found.ln_value, measured, error)
        white = standardised(z[None], self.roots[known][None])[0]
        by_z = found.slopes.T @ pull - np.linalg.solve(self.roots[known].T, white)
        return Density(
            float(likelihood + self._ln_prior(z[None], own)[0] + given.ln_size[0]),
            given.roots[0].T @ by_z,
        )

    def many(self, apart: Floats, which: Integers) -> Seen:
        """ln densities without slopes.

        Args:
            apart: float64[draw, effect], u.
            which: int64[draw], explanations.
        """
        known, combination = self.explanations.parts(which)
        given = self.explanations.given(which)
        z = given.effects(apart)
        answered = self.fine.answered(
            self.explanations.x[known],
            z,
            self.explanations.alleles[combination],
            self.explanations.pattern[combination],
            self.explanations.asked.mode.noise,
        )
        ln_density = answered.ln_likelihood + self._ln_prior(z, which) + given.ln_size
        return Seen(ln_density, z, answered)

    def explained_anew(
        self, apart: Floats, which: int, rng: np.random.Generator
    ) -> int:
        """Another explanation, or the same one, while u stays.

        Seven are proposed as the linear picture has it; of these and the present one
        each is taken in proportion to posterior over proposal.  The posterior stays as
        it is, whatever is proposed.

        Source: Andrieu, Lee & Vihola (2018), Bernoulli 24:842, iterated sampling
        importance resampling.
        """
        others = self.explanations.drawn(_AT_ONCE - 1, rng)
        tried = np.append(others, which)
        seen = self.many(np.tile(apart, (_AT_ONCE, 1)), tried)
        weights = seen.ln_density - self.explanations.ln_share[tried]
        return int(tried[self._one_of(weights, seen, rng)])

    def placed_anew(
        self, apart: Floats, which: int, rng: np.random.Generator
    ) -> tuple[Floats, int]:
        """Another u and explanation, or the same; in the way of `explained_anew`."""
        others, explained = self.proposed(_AT_ONCE - 1, rng)
        tried = np.concatenate([others, apart[None]])
        explained = np.append(explained, which)
        seen = self.many(tried, explained)
        weights = seen.ln_density - self.ln_proposal(tried, explained)
        taken = self._one_of(weights, seen, rng)
        return tried[taken], int(explained[taken])

    def proposed(self, n: int, rng: np.random.Generator) -> tuple[Floats, Integers]:
        """Draws of the linear picture, a little wider and with heavier tails.

        Returns: u float64[draw, effect], explanations int64[draw].
        """
        heavy = np.sqrt(_FREEDOM / rng.chisquare(_FREEDOM, size=n))
        normal = rng.normal(size=(n, self.roots.shape[1]))
        return _WIDER * heavy[:, None] * normal, self.explanations.drawn(n, rng)

    def ln_proposal(self, apart: Floats, which: Integers) -> Floats:
        """ln density of `proposed`, float64[draw]."""
        student = ln_student(apart / _WIDER, _FREEDOM)
        student -= apart.shape[1] * np.log(_WIDER)
        return np.asarray(student + self.explanations.ln_share[which])

    def _one_of(self, weights: Floats, seen: Seen, rng: np.random.Generator) -> int:
        """One draw in proportion to ln weights, by Gumbel's way."""
        self.n_failed += seen.answered.n_failed
        return int(np.argmax(weights - np.log(rng.exponential(size=len(weights)))))

    def _ln_prior(self, z: Floats, which: Integers) -> Floats:
        known, combination = self.explanations.parts(which)
        roots = self.roots[known]
        own = ln_normal(standardised(z, roots)) - ln_determinant(roots)
        own += self.explanations.ln_prior[combination]
        return np.asarray(own - np.log(len(self.explanations.x)))

    def _course(self, combination: int) -> CourseModel:
        """With slopes, of one combination of alleles and account."""
        if combination not in self._courses:
            alleles = self.explanations.alleles[combination]
            account = self._accounts[self.explanations.pattern[combination]]
            self._courses[combination] = person_course(
                self.person,
                self.person.levers.fixed_at(alleles),
                account.regimen(self.taken),
                self.observations,
            )
        return self._courses[combination]

    @property
    def _accounts(self) -> tuple[Account, ...]:
        return self.explanations.asked.accounts


def whitened_posterior(
    person: Person, taken: Regimen, observations: Sequence[Observation], asked: Asked
) -> WhitenedPosterior:
    """The posterior of a person, ready to be asked.

    Args:
        person, taken, observations: what `asked` was made of.
        asked: of `asked_of`.
    """
    draws = asked.question.draws
    fine = prepare_courses(
        draws.spec,
        draws.regimens,
        draws.times_h,
        names=draws.names,
        outputs=draws.outputs,
        engine=person.slopes,
    )
    explanations = explanations_of(asked, person.population)
    return WhitenedPosterior(
        person,
        taken,
        tuple(observations),
        explanations,
        replace(asked.question, draws=fine),
        cholesky_roots(explanations.priors),
    )
