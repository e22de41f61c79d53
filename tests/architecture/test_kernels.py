"""Hand-written kernels stand alone, and numba is loaded by who uses one."""

import ast
import subprocess
import sys

import pytest

from tests.architecture.repository import ROOT, python_sources

HEAVY = {
    *("numba", "pymc", "pytensor", "roadrunner", "dask", "distributed"),
    *("llvmlite", "matplotlib", "pandas", "sklearn", "SALib"),
}
HELP = """
import sys
sys.argv = ["twin", "--help"]
from twin.command_line import main
try:
    main()
except SystemExit as ended:
    assert not ended.code
"""
STANDS_ON = ("math", "numpy", "twin.kernels.")
KERNELS = [path for path in python_sources() if path.stem.endswith("_kernels")]


def imported(tree: ast.AST) -> set[str]:
    """What a piece of code imports: `a` of `import a`, `a.b` of `from a import b`."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def imported_at_once(source: str) -> set[str]:
    """What is imported when a module is, not when a function is called."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [ast.Pass()]
    return imported(tree)


def loaded_by(code: str) -> set[str]:
    """Which heavy libraries a fresh process holds after running the code."""
    told = "\nimport sys; print('loaded', *{m.partition('.')[0] for m in sys.modules})"
    report = subprocess.run(
        [sys.executable, "-c", code + told],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return HEAVY & set(report.stdout.rpartition("loaded")[2].split())


def test_there_are_kernels():
    assert KERNELS


@pytest.mark.parametrize("path", KERNELS, ids=lambda path: path.stem)
def test_a_kernels_code_depends_on_its_own_file_alone(path):
    """Numba keeps code by the content of the kernel's file, and sees no other."""
    found = imported(ast.parse(path.read_text(encoding="utf-8")))

    assert {name for name in found if not name.startswith(STANDS_ON)} == set()


def test_kernels_are_in_files_named_so():
    named = {
        path
        for path in python_sources()
        if "twin.kernels.kernel" in imported(ast.parse(path.read_text("utf-8")))
    }

    assert named == set(KERNELS)


def test_kernels_are_imported_where_they_are_called_and_nowhere_else():
    at_once = {
        str(path.relative_to(ROOT)): name
        for path in python_sources()
        for name in imported_at_once(path.read_text(encoding="utf-8"))
        if "_kernels" in name
    }

    assert at_once == {}
    assert imported_at_once("def f():\n    import x\nfrom y import z") == {"y.z"}


@pytest.mark.parametrize("code", ["import twin", HELP], ids=["import", "help"])
def test_nothing_heavy_is_loaded_before_it_is_used(code):
    assert loaded_by(code) == set()
    assert loaded_by(code + "\nimport numba") >= {"numba"}
