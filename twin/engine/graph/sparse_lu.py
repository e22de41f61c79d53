"""Elimination of a sparse matrix whose pattern is known before its numbers.

    W = w I - J = L U,   rows and columns in one order (diagonal pivots)

The order is Markowitz's: the pivot whose row and column have the fewest neighbours
goes first, which also takes a triangular part from its end.  Every operation is then
a line of a list: no index is looked up while the twin runs.
"""

from collections.abc import Iterable
from dataclasses import dataclass

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Elimination:
    """How to factor and solve, entry by entry.

    order     pivots, first to last
    entries   places of L (below) and U (on and above the diagonal, in that order)
    columns   for each pivot: rows it must be taken out of
    rows      for each pivot: columns its row reaches
    """

    order: tuple[int, ...]
    entries: tuple[Place, ...]
    columns: tuple[tuple[int, ...], ...]
    rows: tuple[tuple[int, ...], ...]


def elimination(n: int, pattern: Iterable[Place]) -> Elimination:
    """The elimination of an n × n matrix with entries at `pattern` and the diagonal."""
    row: list[set[int]] = [set() for _ in range(n)]
    column: list[set[int]] = [set() for _ in range(n)]
    for i, j in pattern:
        if i != j:
            row[i].add(j)
            column[j].add(i)
    entries: set[Place] = {(i, i) for i in range(n)}
    order: list[int] = []
    columns: list[tuple[int, ...]] = []
    rows: list[tuple[int, ...]] = []
    left = set(range(n))
    while left:
        pivot = min(left, key=lambda k: (len(row[k]) * len(column[k]), k))
        left.remove(pivot)
        order.append(pivot)
        below, right = sorted(column[pivot]), sorted(row[pivot])
        columns.append(tuple(below))
        rows.append(tuple(right))
        entries.update((i, pivot) for i in below)
        entries.update((pivot, j) for j in right)
        for i in below:
            row[i].discard(pivot)
            for j in right:
                if i != j:
                    row[i].add(j)
                    column[j].add(i)
        for j in right:
            column[j].discard(pivot)
    return Elimination(
        tuple(order), tuple(sorted(entries)), tuple(columns), tuple(rows)
    )
