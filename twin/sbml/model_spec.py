"""A model as a value: its equations, what can be set, where doses go.

Two specs with the same digest are the same model.  Nothing here runs anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from twin.errors import ModelError


@dataclass(frozen=True, slots=True)
class Administration:
    """Where a dose of `substance` enters: species by SBML id, amount per mg."""

    substance: str
    amount_per_mg: Mapping[str, float]

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels with a plain mapping, which is made read-only again."""
        return _administration, (self.substance, dict(self.amount_per_mg))


@dataclass(frozen=True, slots=True, eq=False)
class ModelSpec:
    """One SBML model, read and checked.

    sha256           of `text`; the identity of the model
    states           species and other integrated quantities, SBML order
    concentrations   the states that mean a concentration (SBML: not substance only)
    constants        parameters and compartments that may be set, value by id
    computed         quantities given by assignment rules
    units            unit of each constant and computed quantity, as SBML unit ids
    administrations  where doses go, by substance
    notes            what stands beside a constant: `[mark] source`
    """

    identifier: str
    text: str
    sha256: str
    states: tuple[str, ...]
    concentrations: frozenset[str]
    constants: Mapping[str, float]
    computed: tuple[str, ...]
    units: Mapping[str, str]
    administrations: Mapping[str, Administration]
    notes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels with plain mappings, which are made read-only again."""
        content = (getattr(self, each.name) for each in fields(self))
        return _model_spec, tuple(
            dict(value) if isinstance(value, MappingProxyType) else value
            for value in content
        )

    def administration(self, substance: str) -> Administration:
        """Where a dose of `substance` goes; raises when the model takes none."""
        if substance not in self.administrations:
            raise ModelError(
                f"model {self.identifier} takes no {substance!r}; "
                f"it takes: {', '.join(sorted(self.administrations)) or 'nothing'}"
            )
        return self.administrations[substance]

    def require(self, names: tuple[str, ...], *, what: str) -> None:
        """Raise, naming them, when the model lacks some of `names`."""
        known = {*self.states, *self.constants, *self.computed}
        missing = [name for name in names if _plain(name) not in known]
        if missing:
            raise ModelError(
                f"model {self.identifier} has no {what} {', '.join(missing)}; "
                "names are SBML ids, as `twin model describe` lists them"
            )


def _administration(substance: str, amount_per_mg: dict[str, float]) -> Administration:
    return Administration(substance, MappingProxyType(amount_per_mg))


def _model_spec(*content: Any) -> ModelSpec:
    frozen: list[Any] = [
        MappingProxyType(v) if isinstance(v, dict) else v for v in content
    ]
    return ModelSpec(*frozen)


def _plain(name: str) -> str:
    """The species of `amount(X)` and of `[X]`; any other name as it is."""
    if name.startswith("["):
        return name[1:].removesuffix("]")
    return name.removeprefix("amount(").removesuffix(")")
