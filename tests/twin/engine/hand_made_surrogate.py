"""A surrogate nobody trained: it says what a test wants to hear, and knows where."""

from functools import cache

import numpy as np

from tests.one_compartment import TABLET, spec
from twin.engine.surrogate import (
    DOSE,
    CourseSurrogate,
    Domain,
    HeldOut,
    Subject,
    entry_sha256,
)
from twin.vocabulary.ensemble import frozen_array

TIMES = np.linspace(12.0, 120.0, 10)
SAID = np.linspace(2.0, 3.0, 10)  # what it says, true or not
K_LOW, K_HIGH = 0.05, 0.2
AGREE, DIFFER, OUTSIDE = 0.06, 0.19, 0.3  # of k


@cache
def hand_made() -> CourseSurrogate:
    """Two networks of one layer that say `SAID`, and part as k grows."""
    model = spec()
    fixed = {n: v for n, v in model.constants.items() if n != "k"}
    apart = np.zeros((2, 2, TIMES.size))
    apart[0, 0], apart[1, 0] = 1.0, -1.0
    from_low_k = np.full((2, 1, TIMES.size), np.sqrt(3.0)) * [[[1.0]], [[-1.0]]]
    return CourseSurrogate(
        Subject(
            model.sha256,
            entry_sha256(model, TABLET),
            TABLET,
            tuple(fixed),
            frozen_array(list(fixed.values())),
            "drug",
            frozen_array(TIMES),
        ),
        Domain(("k", DOSE), frozen_array([K_LOW, 1.0]), frozen_array([K_HIGH, 10.0])),
        (frozen_array(apart),),
        (frozen_array(from_low_k),),
        frozen_array(np.log(SAID)),
        frozen_array(np.ones(TIMES.size)),
        ceiling=np.inf,
        disagreement=2.0,
        bound=0.05,
        held_out=HeldOut(100, 0.01, 0.02, 0.05, 0.5, 0.03),
        engine="by hand",
    )
