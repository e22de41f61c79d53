"""PharmCAT's phenotype file, down to what it read at each position; runs in the child.

PharmCAT's own calls are kept for comparison only: the twin calls again from the
positions, so that what PharmCAT did not see stays possible.
"""

import json
from pathlib import Path
from typing import Any

from twin.errors import ForeignFileError
from twin.foreign.limits import LARGEST_JSON_BYTES
from twin.foreign.stream import regular_file

_MATCHED, _OUTSIDE = "MATCHER", "OUTSIDE"


def read(path: Path) -> dict[str, Any]:
    """Genes of a PharmCAT 3 phenotype file.

    Returns: version, build, sample, and by gene: sites, source and labels.

    Raises: ForeignFileError for another kind of file.
    """
    document = _json(path)
    about, genes = document.get("matcherMetadata"), document.get("geneReports")
    if not isinstance(about, dict) or not isinstance(genes, dict):
        raise ForeignFileError(
            "is JSON, but no phenotype file of PharmCAT 3 (it has no matcherMetadata "
            "and geneReports); give *.phenotype.json"
        )
    return {
        "version": str(about.get("namedAlleleMatcherVersion")),
        "build": str(about.get("genomeBuild")),
        "sample": str(about.get("sampleId")),
        "genes": {
            str(name): _gene(str(name), report)
            for name, report in genes.items()
            if isinstance(report, dict)
        },
    }


def _json(path: Path) -> dict[str, Any]:
    if regular_file(path) > LARGEST_JSON_BYTES:
        raise ForeignFileError(f"is larger than {LARGEST_JSON_BYTES / 1e6:g} MB")
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ForeignFileError(
            f"is not JSON ({str(error)[:80]}); was it written to the end?"
        ) from error
    if not isinstance(document, dict):
        raise ForeignFileError("is JSON, but no phenotype file of PharmCAT 3")
    return document


def _gene(name: str, report: dict[str, Any]) -> dict[str, Any]:
    source = report.get("callSource")
    variants = [
        *_list(report, "variants"),
        *_list(report, "variantsOfInterest"),
    ]
    labels = [
        str(diplotype.get("label"))
        for diplotype in _list(report, "sourceDiplotypes")
        if isinstance(diplotype, dict)
    ]
    return {
        "source": source if source in {_MATCHED, _OUTSIDE} else str(source),
        "labels": labels,
        "phenotypes": [
            str(phenotype)
            for diplotype in _list(report, "sourceDiplotypes")
            if isinstance(diplotype, dict)
            for phenotype in _list(diplotype, "phenotypes")
        ],
        "sites": [_site(name, v) for v in variants if isinstance(v, dict)],
    }


def _list(report: dict[str, Any], key: str) -> list[Any]:
    found = report.get(key)
    return found if isinstance(found, list) else []


def _site(gene: str, variant: dict[str, Any]) -> dict[str, Any]:
    position, call = variant.get("position"), variant.get("call")
    if not isinstance(position, int) or isinstance(position, bool):
        raise ForeignFileError(f"{gene}: a variant has no position; fetch it again")
    if call is not None and not isinstance(call, str):
        raise ForeignFileError(f"{gene}:{position}: call is no text; fetch it again")
    return {
        "chromosome": str(variant.get("chromosome")),
        "position": position,
        "rsid": variant.get("dbSnpId"),
        "ref": str(variant.get("referenceAllele") or ""),
        "call": call,
        "phased": bool(variant.get("phased")),
        "phase_set": variant.get("phaseSet"),
    }
