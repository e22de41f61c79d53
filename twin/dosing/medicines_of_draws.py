"""What medicines that come and go change in each draw of a person.

The typical person's parameters follow the days of the medicines; a draw's follow them
by the same factors, as everything else moves a draw by factors.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from twin.body_parameters import changes_over
from twin.inference.levers import Levers, set_starts
from twin.lifecycle import Twin
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.regimen import Change, Regimen


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Parameters of the typical person while medicines come and go.

    rest      by SBML id, with all of them taken and at rest
    start     likewise, at the first dose
    changes   from the second day on, earliest first
    """

    rest: Mapping[str, float]
    start: Mapping[str, float]
    changes: tuple[Change, ...]

    def of_draws(
        self, levers: Levers, rows: Floats, taken: Regimen
    ) -> tuple[Floats, list[Regimen]]:
        """The same in every draw: parameters at the first dose, and a regimen each.

            p(t) + o = (p + o) (typical(t) + o)/(typical at rest + o)

        Args:
            levers: of the person with all medicines at rest.
            rows: float64[draw, parameter], in the order of `levers.names`.
            taken: by all draws alike.
        """
        place = {name: n for n, name in enumerate(levers.names)}

        def moved(name: str, typical: float) -> Floats:
            own, offset = place[name], levers.offset[place[name]]
            rest = self.rest[name] + offset
            factor = (typical + offset) / rest if rest else 1.0
            return np.asarray((rows[:, own] + offset) * factor - offset)

        begun = rows.copy()
        for name, value in self.start.items():
            if name in place:
                begun[:, place[name]] = moved(name, value)
        if levers.has_cycle:
            set_starts(begun, levers.names, levers.fixed)
        columns = [moved(each.parameter, each.value) for each in self.changes]
        regimens = [
            taken.joined(
                Regimen(
                    changes=tuple(
                        replace(each, value=float(column[draw]))
                        for each, column in zip(self.changes, columns, strict=True)
                    )
                )
            )
            for draw in range(len(rows))
        ]
        return begun, regimens


def meanwhile_of(twin: Twin, *, days: int) -> Meanwhile | None:
    """What changes over so many days; None where no medicine starts or stops."""
    if not any(m.changes_in_time for m in twin.patient.co_medication):
        return None
    start, changes = changes_over(twin.individual.body, twin.library, days=days)
    return Meanwhile(twin.individual.parameters, start, changes)
