"""How people of one description differ: named effects, and how far they spread.

An effect z of a person multiplies some constants of the model by exp(z).  What its
spread is between people is itself only known so far.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from twin.errors import LibraryError
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.scales import scale_in


@dataclass(frozen=True, slots=True)
class Effect:
    """One way in which people differ.

    scale          where in the chain it arises, one of `SCALES`
    multiplies     SBML constants; `*` stands for any ending
    ln_sd          spread between people, on the logarithm
    ln_sd_spread   how far that spread may be off, on its own logarithm
    """

    name: str
    what: str
    scale: str
    multiplies: tuple[str, ...]
    ln_sd: float
    ln_sd_spread: float
    source: str
    evidence: str

    def touches(self, constant: str) -> bool:
        """Whether it multiplies this constant."""
        return any(fnmatchcase(constant, pattern) for pattern in self.multiplies)


@dataclass(frozen=True, slots=True)
class Correlation:
    """Of two effects between people, and how far it may be off."""

    effects: tuple[str, str]
    value: float
    spread: float
    source: str
    evidence: str


@dataclass(frozen=True, slots=True)
class BetweenPatients:
    """All effects in a fixed order, and which of them go together.

    gene_scales   gene -> the scale at which its alleles act
    """

    effects: tuple[Effect, ...]
    correlations: tuple[Correlation, ...] = ()
    gene_scales: Mapping[str, str] = field(default_factory=dict, hash=False)

    @classmethod
    def of(
        cls, content: Mapping[str, Any], *, source: str = "between_patients.toml"
    ) -> "BetweenPatients":
        """From what `between_patients.toml` holds, or another file called `source`.

        Raises: LibraryError for a correlation of an effect that is not listed, or an
            entry without a scale.
        """
        effects = tuple(
            Effect(
                entry["name"],
                entry["what"],
                scale_in(entry, f"{source}: effect {entry['name']}"),
                tuple(entry["multiplies"]),
                float(entry["ln_sd"]),
                float(entry["ln_sd_spread"]),
                entry["source"],
                entry["evidence"],
            )
            for entry in content["effect"]
        )
        correlations = tuple(
            Correlation(
                (entry["effects"][0], entry["effects"][1]),
                float(entry["value"]),
                float(entry["spread"]),
                entry["source"],
                entry["evidence"],
            )
            for entry in content.get("correlation", [])
        )
        known = {effect.name for effect in effects}
        strangers = [n for c in correlations for n in c.effects if n not in known]
        if strangers:
            raise LibraryError(
                f"{source} correlates {strangers[0]!r}, which is no "
                f"effect; known are {', '.join(sorted(known))}"
            )
        genes = {
            entry["name"]: scale_in(entry, f"{source}: gene {entry['name']}")
            for entry in content.get("gene", [])
        }
        return cls(effects, correlations, genes)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the effects, in order."""
        return tuple(effect.name for effect in self.effects)

    @property
    def ln_sds(self) -> Floats:
        """float64[effect], before our own data."""
        return np.array([effect.ln_sd for effect in self.effects])

    def covariance(self, ln_sds: Floats, correlations: Floats | None = None) -> Floats:
        """Covariance of the effects, [..., effect, effect].

        Args:
            ln_sds: float64[..., effect].
            correlations: float64[..., correlation], those of the table if left out.
        """
        spreads = np.asarray(ln_sds, dtype=np.float64)
        n = len(self.effects)
        together = np.broadcast_to(np.eye(n), (*spreads.shape[:-1], n, n)).copy()
        if correlations is None:
            correlations = np.array([c.value for c in self.correlations])
        for number, correlation in enumerate(self.correlations):
            i, j = (self.names.index(name) for name in correlation.effects)
            together[..., i, j] = together[..., j, i] = correlations[..., number]
        return np.asarray(spreads[..., :, None] * together * spreads[..., None, :])
