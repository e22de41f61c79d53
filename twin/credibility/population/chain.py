"""What a chain of the population's posterior holds, and where it is written down."""

import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twin.vocabulary.ensemble import Floats


@dataclass(slots=True, eq=False)
class Chain:
    """All that a chain is between two draws.

    stage     how many draws were made, tuning included
    whole     how many there will be
    point     float64[variable]
    metric    float64[variable, variable], covariance
    curves    second derivatives seen, of a pilot
    draws     kept ones; of a pilot, those after its looks
    diverged  what NUTS said of each divergence
    """

    stage: int
    whole: int
    point: Floats
    metric: Floats
    curves: list[Floats] = field(default_factory=list)
    draws: list[Floats] = field(default_factory=list)
    diverged: list[str] = field(default_factory=list)
    evaluations: int = 0
    seconds: float = 0.0
    depths: list[int] = field(default_factory=list)
    step: Any = None
    randomness: Any = None

    @property
    def divergences(self) -> int:
        """How many of the kept draws ended in one."""
        return len(self.diverged)

    @property
    def is_finished(self) -> bool:
        """All draws are made."""
        return self.stage >= self.whole


def read_chain(path: Path) -> Chain | None:
    """What a chain held when it was last written down; None where there is none."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        chain: Chain = pickle.load(file)  # noqa: S301 - written by the same command
    return chain


def write_chain(path: Path, chain: Chain) -> None:
    """Whole or not at all."""
    beside = path.with_suffix(".part")
    with beside.open("wb") as file:
        pickle.dump(chain, file)
    beside.replace(path)
