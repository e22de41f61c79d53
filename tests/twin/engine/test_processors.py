"""One text for every processor: run where this one can, compiled where it cannot."""

import numpy as np
import pytest

from tests.people import library, person
from twin.engine.compiled import CompiledEngine
from twin.engine.device import ThisProcessor
from twin.engine.graph.vector_field import vector_field
from twin.engine.lanes.kernel import Method, compiled
from twin.engine.lanes.machine import Processor, this_processor
from twin.engine.modes import MODES
from twin.engine.object_cache import ObjectCache
from twin.engine.simulate import simulate
from twin.sbml.equation_reader import equations_of
from twin.vocabulary.ensemble import Ensemble
from twin.vocabulary.regimen import daily

HERE = this_processor()
X86 = {
    "plain": Processor(HERE.triple, "x86-64", "+sse2"),
    "AVX2": Processor(HERE.triple, "haswell", "+avx,+avx2,+fma"),
    "AVX-512": Processor(
        HERE.triple, "skylake-avx512", "+avx,+avx2,+fma,+avx512f,+avx512dq,+avx512vl"
    ),
}
ARM = Processor("aarch64-unknown-linux-gnu", "neoverse-n1", "+neon")
# The INR's largest relative difference between processors.
WITHIN = {"reference": 1e-6, "population": 1e-4, "fast": 1e-3}


def can_run(processor: Processor) -> bool:
    return HERE.triple.startswith("x86_64") and set(
        processor.features.split(",")
    ).issubset(HERE.features.split(","))


def inr(mode, processor: Processor) -> np.ndarray:
    rng = np.random.default_rng(2)
    found = simulate(
        library().spec,
        Ensemble.of(
            dict(person("typical").parameters)
            | {"KiS": 0.0025 * np.exp(0.3 * rng.standard_normal(12))}
        ),
        daily(5.0, days=30, substance=library().substance),
        np.arange(31) * 24.0,
        outputs=("INR",),
        engine=CompiledEngine(
            mode, cache=ObjectCache(None), device=ThisProcessor(processor)
        ),
    )
    return found.of("INR")


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
@pytest.mark.parametrize("processor", X86.values(), ids=X86.keys())
def test_another_set_of_features_gives_the_same_to_the_modes_tolerance(mode, processor):
    if not can_run(processor):
        pytest.skip("this processor lacks the features")
    difference = np.abs(inr(mode, processor) / inr(mode, HERE) - 1)

    assert difference.max() < WITHIN[mode.name]


def test_vectors_are_as_wide_as_the_registers():
    widths = {name: each.lanes("double").width for name, each in X86.items()}

    assert widths == {"plain": 2, "AVX2": 4, "AVX-512": 8}
    assert ARM.lanes("double").width == 2
    assert ARM.lanes("double").fused


def test_the_same_text_becomes_code_for_arm():
    field = vector_field(equations_of(library().spec.text))
    code = compiled(field, Method("Rodas5P"), ARM).code

    assert code[:4] == b"\x7fELF"
    assert code[18:20] == (183).to_bytes(2, "little")  # EM_AARCH64


def test_processors_have_names_of_their_own():
    every = [*X86.values(), ARM, HERE]

    assert len({each.fingerprint for each in every}) == len(every)
