"""Median clearances of groups, and how they follow the population's parameters."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.credibility.calibration.objective import GroupClearance
from twin.credibility.population.parabola import parabolas, points_about
from twin.individualise import individualise
from twin.inference.patient_levers import levers_of
from twin.library import Library
from twin.vocabulary.effects import BetweenPatients
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.estimate import FreeParameter


@dataclass(frozen=True, slots=True, eq=False)
class Clearances:
    """Median clearances of groups: ln L/h, with their slopes at any x.

    observed  float64[clearance]
    n_curves  float64[clearance], how many curves each is the median of
    """

    observed: Floats
    n_curves: Floats
    columns: tuple[Floats, Floats, Floats]
    ln_unbound: Floats

    def at(self, x: Floats) -> tuple[Floats, Floats]:
        """ln clearance and its slopes, [clearance], [clearance, known]."""
        centre, slope, bend = self.columns
        # [clearance, way out, known]
        ways = np.exp(centre + slope @ x + bend @ (x * x))
        total = ways.sum(axis=1)
        by_way = ways / total[:, None]
        moves = slope + 2.0 * bend * x
        return (
            np.log(total) + self.ln_unbound,
            np.einsum("cw,cwk->ck", by_way, moves),
        )


def clearances_of(
    groups: Sequence[GroupClearance],
    library: Library,
    known: Sequence[FreeParameter],
    effects: BetweenPatients,
) -> Clearances:
    """Groups of volunteers ready for any x.

    Args:
        groups: whose clearance was published.
        library: at the point estimates.
        known: what x is about.
        effects: of people; none is moved.
    """
    points = points_about(known)
    held, unbound = [], []
    for group in groups:
        individual = individualise(group.patient, library)
        levers = levers_of(individual, library, known, effects, mean_alleles=True)
        values = levers.parameters(
            points, np.zeros((len(points), len(effects.effects)))
        )

        def of(
            name: str, values: Floats = values, names: tuple[str, ...] = levers.names
        ) -> Floats:
            return values[:, names.index(f"{group.drug}__{name}")]  # noqa: B023

        apparent = 1.0 + of("inhibition")
        held.append(
            np.log(
                np.maximum(
                    [
                        of("induction") * of("Vm_A") / (of("Km_A") * apparent),
                        of("induction") * of("Vm_B") / (of("Km_B") * apparent),
                        of("activity_linear") * of("CL_linear"),
                        of("CL_renal") / of("fu"),
                    ],
                    np.finfo(float).tiny,
                )
            )
        )
        unbound.append(np.log(of("fu")[0]))
    return Clearances(
        np.log([g.observed_l_per_h for g in groups]),
        np.array([float(g.n_curves) for g in groups]),
        parabolas(np.stack(held), known),
        np.array(unbound),
    )
