"""The layers hold, and would be seen to break.

The second half copies both packages, commits one sin at a time to the copy and
asks import-linter for its verdict: a contract that no sin can break holds nothing.
"""

import os
import re
import shutil
import subprocess
import sysconfig
import tomllib
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT

LINT_IMPORTS = Path(sysconfig.get_path("scripts")) / "lint-imports"
SETTINGS = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
CONTRACTS = [
    contract["name"]
    for contract in tomllib.loads(SETTINGS)["tool"]["importlinter"]["contracts"]
]

# contract: the file that sins, and the line with which it does
SINS = {
    "the service knows the twin; the twin does not know the service": (
        "twin/errors.py",
        "import service",
    ),
    "each layer of the twin stands on those below": ("twin/helpers.py", "ANYTHING = 1"),
    "the engine is told of equations, never of patients": (
        "twin/engine/schedule.py",
        "from twin.vocabulary.patient import Patient",
    ),
    "the ensemble loop sees arrays only": (
        "twin/engine/ensemble.py",
        "from twin.sbml import model_spec",
    ),
    "inside the engine: graph, then lanes, then what runs them": (
        "twin/engine/graph/nodes.py",
        "from twin.engine import ensemble",
    ),
    "LLVM is asked in one place": (
        "twin/engine/lanes/kernel.py",
        "import llvmlite",
    ),
    "numba is asked in one place": (
        "twin/dosing/removal_kernels.py",
        "import numba",
    ),
    "no web, no database, no network in the twin": (
        "twin/dosing/sin.py",
        "import httpx",
    ),
    "PyMC and PyTensor are asked in few places": (
        "twin/inference/learn.py",
        "import pytensor",
    ),
    "no request waits for PyMC: only a worker may load it": (
        "twin/lifecycle.py",
        "import pymc",
    ),
    "SALib is asked in one place": (
        "twin/inference/scale_shares.py",
        "import SALib",
    ),
    "roadrunner is the referee: only its own module loads it": (
        "twin/dosing/sin.py",
        "import roadrunner",
    ),
    "the referee is passed in from above, never reached for": (
        "twin/lifecycle.py",
        "from twin.engine import reference",
    ),
    "inside the service": (
        "service/settings.py",
        "from service.twins import endpoints",
    ),
}


def verdicts(tree: Path) -> dict[str, bool]:
    """Each contract of the tree's settings: is it kept?"""
    report = subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--no-logo"],
        cwd=tree,
        env={**os.environ, "COLUMNS": "240", "NO_COLOR": "1"},
        capture_output=True,
        encoding="utf-8",
    )
    found = re.findall(r"^(.+?) (KEPT|BROKEN)\b", report.stdout, re.MULTILINE)
    assert found, report.stdout + report.stderr
    return {name.strip(): verdict == "KEPT" for name, verdict in found}


def loosenings(settings: str) -> list[str]:
    """Lines of the contracts that let something through."""
    entries, inside = [], False
    for line in settings.splitlines():
        inside |= line.startswith(
            ("ignore_imports", "exhaustive_ignores", "allowed_importers")
        )
        if inside and '"' in line:
            entries.append(line.strip())
        inside &= not line.partition("#")[0].rstrip().endswith("]")
    return entries


@pytest.fixture(scope="module")
def copied_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both packages as they are, with the rooms that a sin needs and nobody built."""
    tree = tmp_path_factory.mktemp("copy")
    for package in ("twin", "service"):
        shutil.copytree(
            ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    (tree / "service/twins").mkdir(exist_ok=True)
    for room in ("settings.py", "twins/__init__.py", "twins/endpoints.py"):
        (tree / "service" / room).touch()
    shutil.copy(ROOT / "pyproject.toml", tree)
    return tree


def test_every_contract_is_kept():
    assert verdicts(ROOT) == dict.fromkeys(CONTRACTS, True)


def test_every_contract_has_its_sin():
    assert set(SINS) == set(CONTRACTS)


def test_a_copy_without_sin_is_as_clean_as_the_original(copied_tree):
    assert verdicts(copied_tree) == verdicts(ROOT)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_sin_breaks_its_contract(contract, copied_tree):
    name, line = SINS[contract]
    path = copied_tree / name
    virtuous = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(f"{virtuous or ''}\n{line}\n", encoding="utf-8")
    try:
        kept = verdicts(copied_tree)
    finally:
        if virtuous is None:
            path.unlink()
        else:
            path.write_text(virtuous, encoding="utf-8")

    assert kept[contract] is False


def test_every_loosening_is_a_named_line_with_its_reason():
    entries = loosenings(SETTINGS)

    assert loosenings('ignore_imports = [\n  "a -> b",\n]\nname = "x"') == ['"a -> b",']
    assert len(entries) > 3
    assert [entry for entry in entries if "#" not in entry] == []
