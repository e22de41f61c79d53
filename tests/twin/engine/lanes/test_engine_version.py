"""The engine's version says when a result may have changed by a bit."""

import hashlib

from tests.one_compartment import spec
from twin.engine.graph.vector_field import vector_field
from twin.engine.lanes.emit_model import ModelEmitter
from twin.engine.lanes.kernel import ENGINE_VERSION, Method, written
from twin.engine.lanes.llvm_writer import Lanes
from twin.sbml.equation_reader import equations_of

# Version -> hash of the text that is written for a small model.  A text that differs
# needs a version of its own: old answers carry the old one, and caches look for it.
WRITTEN = {"2": "6c88c8fa7bbb6c2f"}


def test_another_text_is_another_version():
    field = vector_field(equations_of(spec().text))
    texts = [
        written(field, Method("Rodas5P"), Lanes("double", 4, fused=True))[1],
        written(field, Method("Rodas4"), Lanes("float", 8, fused=True))[1],
        written(field, Method("Veldd4"), Lanes("double", 4, fused=False))[1],
        ModelEmitter(field, Lanes("double", 4, fused=True), -1).code().text,  # as loops
    ]
    digest = hashlib.sha256("".join(texts).encode()).hexdigest()[:16]

    assert {ENGINE_VERSION: digest} == WRITTEN, (
        "raise ENGINE_VERSION in twin/engine/lanes/kernel.py, then write the new pair"
    )
