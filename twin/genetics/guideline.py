"""CPIC's 2017 trees for warfarin (figures 2 and 3) as logic, with their reasons.

Answers which boxes of the figure a patient passes, in order, and what they ask for.
It computes no dose of its own: the figure's percentages multiply the dose of a
published algorithm.  Ancestry enters as the clinician states it, or not at all; then
every branch is shown and none is chosen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

Branch = Literal[
    "non-African", "African", "African American", "European", "non-European"
]
BRANCHES: tuple[Branch, ...] = ("non-African", "African", "African American")
CHILD_BRANCHES: tuple[Branch, ...] = ("European", "non-European")


@dataclass(frozen=True, slots=True)
class Box:
    """One box of the figure: what it says, how strongly, and its factors."""

    says: str
    strength: str
    dose: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class GuidelineTable:
    """`cpic_2017.toml`: the figure's boxes, footnotes and lists of alleles."""

    boxes: Mapping[str, Box]
    notes: Mapping[str, str]
    algorithm_alleles: tuple[str, ...]
    african_alleles: tuple[str, ...]
    african: frozenset[str]
    african_american: frozenset[str]
    european: frozenset[str]
    source: str

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "GuidelineTable":
        """From what the file holds."""
        alleles, ancestry = content["alleles"], content["ancestry"]
        boxes = {
            name: Box(
                entry["says"],
                entry["strength"],
                (entry["dose"][0], entry["dose"][1]) if "dose" in entry else None,
            )
            for name, entry in content["step"].items()
        }
        return cls(
            MappingProxyType(boxes),
            MappingProxyType(dict(content["note"])),
            tuple(alleles["of_the_algorithm"]),
            tuple(alleles["of_african_ancestry"]),
            frozenset(ancestry["african"]),
            frozenset(ancestry["african_american"]),
            frozenset(ancestry["european"]),
            content["source"],
        )

    def branch_of(self, population: str | None, *, child: bool) -> Branch | None:
        """The figure's branch of a stated population; None when none is stated."""
        if population is None:
            return None
        if child:
            return "European" if population in self.european else "non-European"
        if population in self.african_american:
            return "African American"
        return "African" if population in self.african else "non-African"


@dataclass(frozen=True, slots=True)
class GuidelineFacts:
    """What the figure asks of a patient; None is "not tested".

    vkorc1             letters of -1639, `A/G`
    cyp2c9             diplotype in terms of *1, *2 and *3 alone, `*1/*3`
    african_variants   alleles found of *5, *6, *8, *11; None unless all were tested
    cyp4f2_t           carries rs2108622 T
    rs12777823_a       carries rs12777823 A
    poor_metaboliser   whether CPIC calls CYP2C9 that
    beyond_algorithm   alleles found that work less than the algorithm's term for them,
                       and have no step of their own
    child              figure 3 is asked, not figure 2
    """

    vkorc1: str | None
    cyp2c9: str | None
    african_variants: tuple[str, ...] | None
    cyp4f2_t: bool | None
    rs12777823_a: bool | None
    branch: Branch | None
    poor_metaboliser: bool = False
    beyond_algorithm: tuple[str, ...] = ()
    child: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A box that was passed, and why there."""

    name: str
    says: str
    strength: str
    because: str
    dose: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """The boxes one branch passes, in the figure's order.

    dose_clinically   the figure sends the patient away from genetics
    dose_factor       lowest and highest of what the steps make of the algorithm's
                      dose; (1, 1) where nothing changes it
    """

    branch: Branch | None
    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    dose_clinically: bool
    dose_factor: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Guideline:
    """The figure's answer.

    chosen   the path of the stated ancestry; None where it is not stated and matters
    paths    every path that is possible
    """

    chosen: Path | None
    paths: tuple[Path, ...]
    source: str
    notes: tuple[str, ...]


def follow(facts: GuidelineFacts, table: GuidelineTable) -> Guideline:
    """Walk the figure.

    The same facts always pass the same boxes; a gene that was not tested never opens
    one.  Without an ancestry all branches are walked and none is chosen, except where
    the genes are not known: then there is one way only.
    """
    every = CHILD_BRANCHES if facts.child else BRANCHES
    branches = every if facts.branch is None else (facts.branch,)
    walk = _child_path if facts.child else _path
    paths = tuple(walk(facts, branch, table) for branch in branches)
    if facts.vkorc1 is None or facts.cyp2c9 is None:
        paths = (_without_genotype(facts, table),)
    chosen = paths[0] if len(paths) == 1 else None
    notes = [table.notes["children" if facts.child else "target"]]
    if chosen is None:
        notes.insert(0, table.notes["ancestry_missing"])
    return Guideline(chosen, paths, table.source, tuple(notes))


def _without_genotype(facts: GuidelineFacts, table: GuidelineTable) -> Path:
    notes = (table.notes["poor_without_alleles"],) if facts.poor_metaboliser else ()
    return _away(None, "no_genotype", table, notes=notes)


def _away(
    branch: Branch | None, why: str, table: GuidelineTable, *, notes: tuple[str, ...]
) -> Path:
    """Out of the figure, to a dose without genetics."""
    step = _step("dose_clinically", table.notes[why], table)
    return Path(branch, (step,), notes, True, (1.0, 1.0))


def _child_path(facts: GuidelineFacts, branch: Branch, table: GuidelineTable) -> Path:
    """Figure 3: two ways, by ancestry alone."""
    if branch != "European":
        return _away(branch, "children_elsewhere", table, notes=())
    step = _step("algorithm_child", _known(facts), table)
    notes = [table.notes["children_alleles"]]
    if facts.beyond_algorithm:
        notes.append(_beyond(facts, table))
    return Path(branch, (step,), tuple(notes), False, (1.0, 1.0))


def _path(facts: GuidelineFacts, branch: Branch, table: GuidelineTable) -> Path:
    if branch == "non-African":
        steps, notes = _outside_africa(facts, table)
    else:
        if facts.african_variants is None:
            return _away(branch, "african_untested", table, notes=())
        steps, notes = _within_africa(facts, branch, table)
    if facts.beyond_algorithm:
        notes.insert(0, _beyond(facts, table))
    factor = _product(step.dose for step in steps if step.dose is not None)
    if sum(step.dose is not None for step in steps) > 1:
        notes.append(table.notes["stacking"])
    return Path(branch, tuple(steps), tuple(notes), False, factor)


def _known(facts: GuidelineFacts) -> str:
    return f"VKORC1 {facts.vkorc1} and CYP2C9 {facts.cyp2c9} are known"


def _beyond(facts: GuidelineFacts, table: GuidelineTable) -> str:
    found = ", ".join(facts.beyond_algorithm)
    return f"CYP2C9 {found}: {table.notes['beyond_algorithm']}"


def _outside_africa(
    facts: GuidelineFacts, table: GuidelineTable
) -> tuple[list[Step], list[str]]:
    steps = [_step("algorithm", _known(facts), table)]
    notes: list[str] = []
    _alternative(facts, steps, notes, table)
    steps.append(_step("loading", "any patient of this branch", table))
    if facts.african_variants is None:
        notes.append(table.notes["other_untested"])
    elif facts.african_variants:
        steps.append(_carrier(facts.african_variants, "", table))
        notes += _two_different(facts.african_variants, table)
    if facts.cyp4f2_t is None:
        notes.append(table.notes["cyp4f2_untested"])
    elif facts.cyp4f2_t:
        steps.append(_step("cyp4f2", "rs2108622 T was found", table))
    return steps, notes


def _within_africa(
    facts: GuidelineFacts, branch: Branch, table: GuidelineTable
) -> tuple[list[Step], list[str]]:
    known = f"{_known(facts)}, and *5, *6, *8 and *11 were tested"
    steps = [_step("algorithm_african", known, table)]
    notes = [table.notes["cyp4f2_african"]]
    _alternative(facts, steps, notes, table)
    if facts.african_variants:
        steps.append(_carrier(facts.african_variants, "_african", table))
        notes += _two_different(facts.african_variants, table)
    if branch != "African American":
        notes.append(table.notes["not_african_american"])
    elif facts.rs12777823_a is None:
        notes.append(table.notes["tag_untested"])
    elif facts.rs12777823_a:
        steps.append(_step("rs12777823", "rs12777823 A was found", table))
    steps.append(_step("loading_african", "any patient of this branch", table))
    return steps, notes


def _alternative(
    facts: GuidelineFacts, steps: list[Step], notes: list[str], table: GuidelineTable
) -> None:
    if facts.poor_metaboliser:
        because = f"CYP2C9 poor metabolizer, VKORC1 {facts.vkorc1}"
        steps.append(_step("alternative", because, table))
        notes.append(table.notes["alternative_ambiguous"])


def _carrier(found: tuple[str, ...], branch: str, table: GuidelineTable) -> Step:
    """The figure names *8/*11 with the carriers of one: only twice the same is more."""
    homozygous = len(found) > 1 and len(set(found)) == 1
    name = "homozygote" if homozygous else "carrier"
    because = f"{' and '.join(found)} {'were' if len(found) > 1 else 'was'} found"
    return _step(name + branch, because, table)


def _two_different(found: tuple[str, ...], table: GuidelineTable) -> list[str]:
    return [table.notes["two_alleles"]] if len(set(found)) > 1 else []


def _step(name: str, because: str, table: GuidelineTable) -> Step:
    box = table.boxes[name]
    return Step(name, box.says, box.strength, because, box.dose)


def _product(factors: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """Lowest and highest, each step at the end that makes it so."""
    low = high = 1.0
    for ends in factors:
        low *= min(ends)
        high *= max(ends)
    return low, high
