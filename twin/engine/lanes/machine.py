"""This processor, and LLVM's way from text to machine code for it.

The only module that imports llvmlite.  Nothing is optimised that could change a bit:
no pass may reassociate, and products are fused with sums only where the text says so.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from twin.engine.lanes.llvm_writer import Lanes


@dataclass(frozen=True, slots=True)
class Processor:
    """What the code is made for.

    triple    LLVM's name of machine and system
    name      LLVM's name of the processor
    features  LLVM's list of instruction sets, `+avx2,-avx512f,...`
    """

    triple: str
    name: str
    features: str

    @property
    def fingerprint(self) -> str:
        """Short and stable: results are bitwise the same for the same one."""
        text = f"{self.triple}\n{self.name}\n{self.features}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def lanes(self, real: Literal["double", "float"]) -> Lanes:
        """The lane vectors that suit its registers."""
        has = set(self.features.split(","))
        if "+avx512f" in has and "+avx512dq" in has:
            bits, fused = 512, True
        elif "+avx" in has:
            bits, fused = 256, "+fma" in has
        else:
            bits, fused = 128, self.triple.startswith(("aarch64", "arm64"))
        return Lanes(real, bits // (64 if real == "double" else 32), fused)


@cache
def this_processor() -> Processor:
    """The one this process runs on."""
    llvm = _llvm()
    return Processor(
        llvm.get_process_triple(),
        llvm.get_host_cpu_name(),
        llvm.get_host_cpu_features().flatten(),
    )


@cache
def _llvm() -> Any:
    import llvmlite.binding as llvm  # noqa: PLC0415 - a twentieth of a second

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


@cache
def _every_target() -> Any:
    """LLVM with the machines this process does not run on."""
    llvm = _llvm()
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    return llvm


def version() -> str:
    """Of LLVM, for provenance."""
    return ".".join(str(part) for part in _llvm().llvm_version_info)


def object_code(text: str, processor: Processor) -> bytes:
    """LLVM assembly to an object file for `processor`."""
    machine = _target_machine(processor)
    return bytes(machine.emit_object(_optimised(text, processor.triple, machine)))


def _optimised(text: str, triple: str, machine: Any) -> Any:
    llvm = _llvm()
    module = llvm.parse_assembly(text)
    module.triple = triple
    module.data_layout = str(machine.target_data)
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    options.slp_vectorization = False
    options.loop_vectorization = False
    builder = llvm.create_pass_builder(machine, options)
    passes = llvm.create_new_module_pass_manager()
    passes.add_always_inliner_pass()
    passes.add_sroa_pass()
    passes.add_simplify_cfg_pass()
    passes.run(module, builder)
    return module


# Virtual code for NVIDIA's Volta (2017) and all later; the driver makes the real one.
_GPU = ("nvptx64-nvidia-cuda", "sm_70", "+ptx70")


def ptx_code(text: str) -> bytes:
    """LLVM assembly to PTX, for any NVIDIA GPU from Volta on."""
    llvm = _every_target()
    triple, name, features = _GPU
    target = llvm.Target.from_triple(triple)
    gpu = target.create_target_machine(cpu=name, features=features, opt=2)
    module = _optimised(text, triple, gpu)
    return str(gpu.emit_assembly(module)).encode()


def _target_machine(processor: Processor) -> Any:
    llvm = _llvm()
    if processor.triple != llvm.get_process_triple():
        _every_target()
    target = llvm.Target.from_triple(processor.triple)
    return target.create_target_machine(
        cpu=processor.name, features=processor.features, opt=2, reloc="pic", jit=True
    )


class LoadedCode:
    """Object code in this process; functions by address.

    Keeps LLVM's engine alive as long as itself.
    """

    def __init__(self, code: bytes) -> None:
        llvm = _llvm()
        empty = llvm.parse_assembly("")
        empty.triple = llvm.get_process_triple()
        machine = _target_machine(this_processor())
        self._engine = llvm.create_mcjit_compiler(empty, machine)
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()

    def address(self, function: str) -> int:
        """Where a function begins."""
        return int(self._engine.get_function_address(function))
