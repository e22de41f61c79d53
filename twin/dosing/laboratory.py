"""The INR of a course as a laboratory would read it, whatever is left of the factors.

The model's own INR is a response surface of the clotting network.  Where factor levels
leave the box it was fitted in, the network itself is asked: a test tube for each time.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from twin.coagulation.assays import inr
from twin.engine.simulate import Engine
from twin.inference.readings import LEVELS
from twin.library import prothrombin_time_test
from twin.lifecycle import Twin
from twin.multiscale.clotting_ensemble import prothrombin_ratios
from twin.multiscale.tube import LONGEST_S
from twin.vocabulary.ensemble import Floats, frozen_array
from twin.vocabulary.prediction import Prediction

READ_FROM = ("INR", *LEVELS.values())
"""Outputs that a prediction needs to be read."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A course with its INR read.

    prediction   as it was, but for `INR` where the network was asked
    by_network   bool[draw, time]
    highest_inr  that a laboratory reads
    """

    prediction: Prediction
    by_network: npt.NDArray[np.bool_]
    highest_inr: float

    def shown(self, output: str) -> Floats:
        """float64[time], the typical course; an INR no higher than one can be read."""
        course = self.prediction.typical(output)
        return np.minimum(course, self.highest_inr) if output == "INR" else course


def read_by_laboratory(
    twin: Twin, prediction: Prediction, *, engine: Engine
) -> Reading:
    """The prediction with every INR right to the response surface's error or better.

    A plasma that does not clot within `LONGEST_S` counts as one that clots then.

    Args:
        twin: whose fibrinogen, factor V and reagent (ISI) count.
        prediction: of that twin, with at least the outputs `READ_FROM`.
        engine: runs the tubes; one that knows many at once is wise.
    """
    constants = {**twin.library.spec.constants, **twin.individual.parameters}
    surrogate = twin.library.surrogate
    untouched = {name: constants[f"PT__{name}"] for name in surrogate.supplied}
    held = {factor: prediction.of(output) for factor, output in LEVELS.items()}
    whole = np.isfinite(prediction.of("INR"))
    found = prothrombin_ratios(
        prothrombin_time_test(),
        {**{name: level[whole] for name, level in held.items()}, **untouched},
        surrogate=surrogate,
        engine=engine,
    )
    by_network = np.zeros(whole.shape, dtype=np.bool_)
    by_network[whole] = found.by_network
    ratio = found.ratio[found.by_network]
    ratio[np.isnan(ratio)] = LONGEST_S / surrogate.normal_time_s
    values = np.array(prediction.values)
    read = values[:, :, prediction.outputs.index("INR")]
    read[by_network] = inr(ratio, float(constants["PT__ISI"]))
    return Reading(
        replace(prediction, values=frozen_array(values)),
        by_network,
        twin.library.highest_readable_inr,
    )
