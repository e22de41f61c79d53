"""A small model, how long it runs, and who is asked what is right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.crosscheck.constructs.sbml_text import Level, Part, sbml

ROADRUNNER, COPASI = "roadrunner", "copasi"
BOTH = (ROADRUNNER, COPASI)
Course = Callable[[float], float]


@dataclass(frozen=True)
class Case:
    """One model.

    name      a sentence about the construct
    referees  who can judge; `why` says what hinders the others
    exact     the course by name, where it can be written down
    refused   what the refusal must name, where the engine does not have it
    """

    name: str
    text: str
    end: float = 10.0
    points: int = 21
    referees: tuple[str, ...] = BOTH
    why: str = ""
    exact: Mapping[str, Course] = field(default_factory=dict)
    refused: str = ""

    def __post_init__(self) -> None:
        assert self.referees == BOTH or self.why or self.refused, self.name
        assert self.referees or self.exact or self.refused, self.name


def case(
    name: str,
    *parts: Part,
    level: Level = (3, 2),
    end: float = 10.0,
    points: int = 21,
    referees: tuple[str, ...] = BOTH,
    why: str = "",
    exact: Mapping[str, Course] | None = None,
    refused: str = "",
    conversion: str | None = None,
) -> Case:
    """A case of parts in a core document."""
    text = sbml(*parts, level=level, conversion=conversion)
    return Case(name, text, end, points, referees, why, exact or {}, refused)
