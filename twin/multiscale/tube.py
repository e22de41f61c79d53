"""The in-vitro clotting tests run by any engine, piece by piece.

Makes of an engine and a clotting test's model what `clotting_network` asks for.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from twin.engine.simulate import Engine, simulate
from twin.multiscale.clotting_network import Piece, Plasma
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Ensemble
from twin.vocabulary.regimen import Regimen

TOLERANCE = 1e-9
LONGEST_S = 1536.0
"""Where the observer gives up."""

_OUTPUTS = ("fibrin_integral", "network__thrombin")


@dataclass(frozen=True, slots=True)
class Tube:
    """One clotting test; called with a plasma, it integrates as far as is asked.

    The engine starts anew for each piece, so a piece is twice as long as all before.

    spec       the test, its clock in seconds
    first_s    length of the first piece
    longest_s  where the observer gives up, `LONGEST_S`
    step_s     between two points
    """

    spec: ModelSpec
    engine: Engine
    first_s: float = 24.0
    longest_s: float = LONGEST_S
    step_s: float = 0.05

    @property
    def threshold_nmol_s_per_l(self) -> float:
        """The integral of fibrin at which a clot is seen."""
        return self.spec.constants["clot_threshold"]

    def __call__(self, plasma: Plasma) -> Iterator[Piece]:
        """Pieces of the run from mixing on."""
        begin, end = 0.0, self.first_s
        while begin < self.longest_s:
            points = round((end - begin) / self.step_s) + 1
            times_s = np.linspace(begin, end, points)
            found = simulate(
                self.spec,
                Ensemble.of(dict(plasma)),
                Regimen(),
                times_s,
                outputs=_OUTPUTS,
                engine=self.engine,
                tolerance=TOLERANCE,
            )
            fibrin, thrombin = (found.typical(output) for output in _OUTPUTS)
            yield times_s, fibrin, thrombin
            begin, end = end, 2.0 * end
