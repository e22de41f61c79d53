"""The code for a GPU: what its threads compute, shown without one."""

import subprocess
import sys
from ctypes.util import find_library
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.one_compartment import spec as tablet_model
from tests.people import library, person
from tests.twin.engine.threads_here import ThreadsHere
from twin.engine.compiled import CompiledEngine
from twin.engine.gpu import Gpu
from twin.engine.graph.vector_field import vector_field
from twin.engine.lanes.kernel import Method, compiled_for_threads
from twin.engine.modes import MODES
from twin.engine.object_cache import ObjectCache
from twin.engine.simulate import simulate
from twin.errors import NumericsError, UnsupportedModel
from twin.sbml.equation_reader import equations_of
from twin.vocabulary.ensemble import Ensemble
from twin.vocabulary.regimen import Change, Regimen, daily

PTXAS = Path(sys.prefix).glob("lib/python3*/site-packages/nvidia/**/bin/ptxas")
ASSEMBLER = next(PTXAS, None)

needs_assembler = pytest.mark.skipif(
    ASSEMBLER is None, reason="NVIDIA's assembler is to be had for Linux on x86-64"
)


def ptx(text: str, method: Method) -> bytes:
    return compiled_for_threads(vector_field(equations_of(text)), method, None).code


def warfarin(mode, **options):
    """Seventy people (more than two warps), with a diet that changes."""
    rng = np.random.default_rng(1)
    columns: dict[str, npt.ArrayLike] = {
        **dict(person("typical").parameters),
        "KiS": 0.0025 * np.exp(0.3 * rng.standard_normal(70)),
        "F__m": 2.0 * np.exp(0.2 * rng.standard_normal(70)),
    }
    regimen = daily(5.0, days=10, substance=library().substance).joined(
        Regimen(changes=(Change(100.0, "VK__intake", 50.0),))
    )
    return simulate(
        library().spec,
        Ensemble.of(columns),
        regimen,
        np.arange(11) * 24.0,
        outputs=("INR", "S_plasma"),
        engine=CompiledEngine(mode, cache=ObjectCache(None), **options),
    )


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
def test_a_thread_computes_what_a_lane_computes_to_the_last_bit(mode):
    lanes, threads = warfarin(mode), warfarin(mode, device=ThreadsHere())

    assert threads.n_failed == 0
    assert lanes.values.tobytes() == threads.values.tobytes()


@needs_assembler
@pytest.mark.parametrize(
    "method", [Method("Rodas5P"), Method("Veldd4", "float")], ids=str
)
def test_nvidias_assembler_takes_the_code(method, tmp_path):
    (tmp_path / "kernel.ptx").write_bytes(ptx(library().spec.text, method))

    made = subprocess.run(
        [str(ASSEMBLER), "-arch=sm_90", "kernel.ptx", "-o", "kernel.cubin"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert made.returncode == 0, made.stderr


def test_one_kernel_is_there_for_the_driver_to_launch():
    code = ptx(tablet_model().text, Method("Rodas4"))

    assert code.count(b".visible .entry advance_gpu(") == 1


def with_rate(formula: str) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">
<model id="m"><listOfParameters>
<parameter id="x" value="1" constant="false"/></listOfParameters>
<listOfRules><rateRule variable="x">
<math xmlns="http://www.w3.org/1998/Math/MathML">{formula}</math>
</rateRule></listOfRules></model></sbml>"""


def test_a_function_of_the_c_library_is_refused_by_name():
    with pytest.raises(UnsupportedModel, match=r"function sin \(on a GPU\)"):
        ptx(with_rate("<apply><sin/><ci>x</ci></apply>"), Method("Rodas4"))


@pytest.mark.skipif(find_library("cuda") is not None, reason="there is a driver here")
def test_without_a_driver_the_answer_is_what_to_do():
    with pytest.raises(NumericsError, match="choose the processor as the device"):
        warfarin(MODES["population"], device=Gpu())
