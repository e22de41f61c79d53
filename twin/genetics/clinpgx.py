"""Rows of our allele tables from the files that CPIC and ClinPGx publish.

Used once for each release of theirs, by `twin model alleles`.  A blank in their
definition means the reference base: two alleles differ where a core variant does.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import combinations_with_replacement
from typing import Any

from twin.errors import LibraryError

POSITION_COLUMNS = ("gene", "position", "rsid", "ref", "alts", "repeat", "written")
DEFINITION_COLUMNS = ("gene", "allele", "position", "base")
FUNCTION_COLUMNS = ("gene", "allele", "function", "activity_score")
PHENOTYPE_COLUMNS = ("gene", "first", "second", "phenotype")

_RANGE = re.compile(r"g\.(\d+)(?:_(\d+))?(del|dup)")
_REPEAT = re.compile(r"g\.(\d+)([ACGT]+)\[(\d+)\]")
NO_FUNCTION_GIVEN = "Not assigned"

_Row = dict[str, str]


def position_rows(definition: Mapping[str, Any]) -> list[_Row]:
    """The positions of a gene's definition, each with the bases around an indel.

    repeat    the reference from `position` on, as far as an insertion or deletion
              could be written anywhere and mean the same; the reference base
              itself for a substitution
    written   other ways in which CPIC writes the alleles, `delA=G`
    """
    rows = []
    for variant in definition["variants"]:
        ref = variant["ref"]
        written = {
            theirs: ours
            for theirs, ours in sorted(variant["cpicToVcfAlleleMap"].items())
            if theirs != ours
        }
        rows.append(
            {
                "gene": definition["gene"],
                "position": str(variant["position"]),
                "rsid": variant["rsid"] or "",
                "ref": ref,
                "alts": " ".join(variant["alts"]),
                "repeat": _repeat(variant),
                "written": " ".join(f"{theirs}={v}" for theirs, v in written.items()),
            }
        )
    return rows


def _repeat(variant: Mapping[str, Any]) -> str:
    """Reference bases over which the same insertion or deletion may slide."""
    ref, start = str(variant["ref"]), int(variant["position"])
    if len(ref) == 1 and all(len(alt) == 1 for alt in variant["alts"]):
        return ref
    name = variant["chromosomeHgvsName"].split(";")[0]
    if found := _REPEAT.match(name):
        first, unit = int(found[1]), found[2]
        # The reference's own number of units is the one its VCF allele stands for.
        count = next(
            int(written[len(unit) + 1 : -1])
            for written, vcf in variant["cpicToVcfAlleleMap"].items()
            if vcf == ref
        )
        last = first + len(unit) * count - 1
        changed: str = min(variant["alts"], key=len)
        period = ref[len(changed) :] or unit
    elif found := _RANGE.match(name):
        last = int(found[2] or found[1])
        longest: str = max((ref, *variant["alts"]), key=len)
        period = longest[1:]
    else:
        raise LibraryError(
            f"{name}: no deletion, duplication or repeat; its place is unknown"
        )
    length = last - start
    return ref[0] + (period * (length // len(period) + 1))[:length]


def definition_rows(definition: Mapping[str, Any]) -> list[_Row]:
    """Where each named allele differs from the reference; sub-alleles under one name.

    Two spellings of one allele (`*45.001`, `*45.002`) become alternatives: the rows
    of the second have its number after a colon.
    """
    positions = [variant["position"] for variant in definition["variants"]]
    reference = _reference(definition)["alleles"]
    parents = definition.get("suballelesMap") or {}
    seen: dict[str, int] = {}
    rows = []
    for allele in definition["namedAlleles"]:
        name = parents.get(allele["name"], allele["name"])
        seen[name] = seen.get(name, 0) + 1
        label = name if seen[name] == 1 else f"{name}:{seen[name]}"
        if allele["structuralVariant"]:
            continue
        rows += [
            {
                "gene": definition["gene"],
                "allele": label,
                "position": str(position),
                "base": base,
            }
            for position, base, usual in zip(
                positions, allele["alleles"], reference, strict=True
            )
            if base not in {None, usual}
        ]
    return rows


def reference_allele(definition: Mapping[str, Any]) -> str:
    """The allele that has the reference base everywhere."""
    return str(_reference(definition)["name"])


def _reference(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    return next(a for a in definition["namedAlleles"] if a["reference"])


def function_rows(definition: Mapping[str, Any], functions: Any) -> list[_Row]:
    """CPIC's function of every allele that is named; `Not assigned` where it has none.

    `functions`: their file of the gene, or None where they publish none.
    """
    given = {
        entry["name"]: entry for entry in (functions or {}).get("namedAlleles", ())
    }
    parents = definition.get("suballelesMap") or {}
    defined = [parents.get(a["name"], a["name"]) for a in definition["namedAlleles"]]
    rows = []
    for name in dict.fromkeys((*defined, *given)):
        entry = given.get(name, {})
        score = entry.get("activityValue")
        rows.append(
            {
                "gene": definition["gene"],
                "allele": name,
                "function": entry.get("functionValue") or NO_FUNCTION_GIVEN,
                "activity_score": "" if score in {None, "n/a"} else str(score),
            }
        )
    return rows


def phenotype_rows(gene: str, functions: Mapping[str, Any]) -> list[_Row]:
    """What two functions make, as CPIC's table of diplotypes has it.

    Raises: LibraryError when two diplotypes of the same functions differ.
    """
    function_of = {e["name"]: e["functionValue"] for e in functions["namedAlleles"]}
    score_of = {e["name"]: e.get("activityValue") for e in functions["namedAlleles"]}
    found: dict[tuple[str, str], set[str]] = {}
    for entry in functions["diplotypes"]:
        names = [n for n, k in entry["diplotypekey"].items() for _ in range(k)]
        pair = sorted(_kind(function_of[n], score_of[n]) for n in names)
        found.setdefault((pair[0], pair[1]), set()).add(entry["phenotype"])
    if strange := [pair for pair, phenotypes in found.items() if len(phenotypes) > 1]:
        raise LibraryError(f"{gene}: {strange[0]} has {found[strange[0]]}")
    kinds = sorted({kind for pair in found for kind in pair})
    return [
        {"gene": gene, "first": a, "second": b, "phenotype": found[a, b].pop()}
        for a, b in combinations_with_replacement(kinds, 2)
        if (a, b) in found
    ]


def _kind(function: str, score: str | None) -> str:
    """What CPIC's table of phenotypes is read by: the score where there is one."""
    return function if score is None else score


def distinct(rows: Iterable[_Row]) -> list[_Row]:
    """Rows without repetitions, in order."""
    return [dict(row) for row in dict.fromkeys(tuple(r.items()) for r in rows)]
