"""Kernels are compiled once an installation, whatever the installation allows."""

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from tests.architecture.repository import ROOT
from twin.kernels import side_by_side

MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted((ROOT / "twin").rglob("*_kernels.py"))
]
TALLY = """
import importlib, json, sys
kernels = [
    made
    for name in sys.argv[1:]
    for made in vars(importlib.import_module(name)).values()
    if hasattr(made, "stats") and made.stats.cache_path
]
print(json.dumps([
    len(kernels),
    sum(sum(made.stats.cache_hits.values()) for made in kernels),
    sum(sum(made.stats.cache_misses.values()) for made in kernels),
]))
"""
DOUBLING = """
from twin.kernels import kernel

@kernel("void(float64[::1])")
def double(values):
    for row in range(values.size):
        values[row] *= 2.0
"""
USE = """
import numpy, doubling_kernels
values = numpy.ones(3)
doubling_kernels.double(values)
print(values.tolist())
"""


def run(
    code: str, *arguments: str, installed: Path, home: Path
) -> subprocess.CompletedProcess[str]:
    """A fresh process of an installation, for a user with that home."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("NUMBA_", "XDG_"))
    }
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=installed,
        env={
            **kept,
            "HOME": str(home),
            "PYTHONPATH": os.pathsep.join([str(installed), str(ROOT)]),
            "PYTHONDONTWRITEBYTECODE": "1",  # Python's own goes by time and size
        },
        capture_output=True,
        encoding="utf-8",
    )


def tally(installed: Path, home: Path) -> dict[str, int]:
    """Of the product's kernels in a fresh process: how many came from where."""
    report = run(TALLY, *MODULES, installed=installed, home=home)
    assert report.returncode == 0, report.stderr
    n, loaded, compiled = json.loads(report.stdout)
    return {"kernels": n, "loaded": loaded, "compiled": compiled}


def close(folder: Path) -> None:
    """Nobody, not even root, keeps anything beside the source files any more."""
    for cache in [folder / "__pycache__", *folder.rglob("*/__pycache__")]:
        shutil.rmtree(cache, ignore_errors=True)
    for below in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        (below / "__pycache__").touch()


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The twin's package in a place of its own, never run."""
    place = tmp_path / "installed"
    shutil.copytree(
        ROOT / "twin", place / "twin", ignore=shutil.ignore_patterns("__pycache__")
    )
    return place


@pytest.fixture
def doubling(tmp_path: Path) -> Path:
    """A folder with one small kernel."""
    place = tmp_path / "doubling"
    place.mkdir()
    (place / "doubling_kernels.py").write_text(DOUBLING, encoding="utf-8")
    return place


@pytest.mark.parametrize("read_only", [False, True])
def test_a_second_process_loads_what_the_first_compiled(installed, tmp_path, read_only):
    if read_only:
        close(installed)
    first = tally(installed, tmp_path)
    second = tally(installed, tmp_path)

    assert first["kernels"] == first["compiled"] >= len(MODULES) > 0
    assert second == {**first, "compiled": 0, "loaded": first["kernels"]}
    assert bool(list(installed.rglob("*.nbc"))) is not read_only


def test_where_nothing_can_be_kept_a_kernel_is_compiled_for_its_process(doubling):
    close(doubling)

    report = run(USE, installed=doubling, home=Path("/proc/nobody"))

    assert report.stdout.strip() == "[2.0, 2.0, 2.0]", report.stderr
    assert list(doubling.rglob("*.nb?")) == []


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize("left", [0, 40])
def test_a_kept_file_cut_short_is_no_obstacle(doubling, tmp_path, kind, left):
    run(USE, installed=doubling, home=tmp_path)
    (file,) = doubling.rglob(f"*.{kind}")
    file.write_bytes(file.read_bytes()[:left])

    report = run(USE, installed=doubling, home=tmp_path)

    assert report.stdout.strip() == "[2.0, 2.0, 2.0]", report.stderr


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize("place", [0, 10, 100, -100, -1])
def test_a_kept_file_with_a_wrong_byte_is_never_run_and_is_mended(
    doubling, tmp_path, kind, place
):
    run(USE, installed=doubling, home=tmp_path)
    (file,) = doubling.rglob(f"*.{kind}")
    right = file.read_bytes()
    wrong = bytearray(right)
    wrong[place] ^= 0xFF
    file.write_bytes(wrong)

    report = run(USE, installed=doubling, home=tmp_path)

    assert report.stdout.strip() == "[2.0, 2.0, 2.0]", report.stderr
    mended = file.read_bytes()
    assert mended[:32] == sha256(mended[32:]).digest()
    assert mended != wrong


def test_a_kernel_whose_file_changed_is_compiled_anew(doubling, tmp_path):
    run(USE, installed=doubling, home=tmp_path)
    source = doubling / "doubling_kernels.py"
    before = source.stat()
    source.write_text(DOUBLING.replace("2.0", "3.0"), encoding="utf-8")
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))

    report = run(USE, installed=doubling, home=tmp_path)

    assert report.stdout.strip() == "[3.0, 3.0, 3.0]", report.stderr


def test_a_kernel_is_never_compiled_for_another_type():
    from twin.dosing.removal_kernels import balance  # noqa: PLC0415 - as the product

    with pytest.raises(TypeError, match="No matching definition"):
        balance(np.ones((6, 1), np.float32), np.empty(1))


def test_columns_stand_side_by_side_in_one_shape_and_belong_to_nobody_else():
    column = np.array([1.0, 2.0])
    table, shape = side_by_side(0, column, [[3.0], [4.0], [5.0]])
    table[1] = 9.0

    assert shape == (3, 2)
    assert table.tolist() == [[0.0] * 6, [9.0] * 6, [3.0, 3.0, 4.0, 4.0, 5.0, 5.0]]
    assert column.tolist() == [1.0, 2.0]
    assert side_by_side(1.0, 2.0)[1] == ()
    assert side_by_side(1.0, np.empty(0))[0].shape == (2, 0)
