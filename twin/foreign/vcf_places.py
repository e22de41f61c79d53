"""Where in the genome the lines of a VCF file matter."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches of one chromosome, apart and in order."""

    starts: list[int]
    ends: list[int]

    @classmethod
    def of(cls, pieces: Iterable[tuple[int, int]]) -> "Spans":
        starts: list[int] = []
        ends: list[int] = []
        for first, last in sorted(pieces):
            if ends and first <= ends[-1] + 1:
                ends[-1] = max(ends[-1], last)
            else:
                starts.append(first)
                ends.append(last)
        return cls(starts, ends)

    def touch(self, first: int, last: int) -> bool:
        """Whether any of them shares a base with `first` to `last`."""
        n = bisect_right(self.starts, last) - 1
        return n >= 0 and self.ends[n] >= first


def by_chromosome(regions: Iterable[list[Any]]) -> dict[str, Spans]:
    """[chromosome number, first base, last base] as stretches of each chromosome."""
    found: dict[str, list[tuple[int, int]]] = {}
    for chromosome, first, last in regions:
        found.setdefault(str(chromosome), []).append((int(first), int(last)))
    return {chromosome: Spans.of(pieces) for chromosome, pieces in found.items()}


@dataclass(frozen=True, slots=True)
class Genes:
    """Chromosome number, first and last base, and name of each."""

    spans: list[tuple[str, int, int, str]]

    def at(self, number: str, position: int) -> str | None:
        """The gene a position lies in."""
        for chromosome, first, last, name in self.spans:
            if chromosome == number and first <= position <= last:
                return name
        return None
