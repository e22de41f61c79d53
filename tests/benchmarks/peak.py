"""How near the compiled code comes to what a core can do.

Floating-point operations are counted in the text that is compiled, a multiply-add as
two; the core's own limit is measured with a loop of nothing but multiply-adds.
"""

import ctypes
import re
import time
from collections import Counter

from twin.engine.graph.vector_field import VectorField
from twin.engine.lanes import machine
from twin.engine.lanes.kernel import Method, lanes_of, written

_ONE = re.compile(r"= (fadd|fsub|fmul|fdiv) <")
_CALL = re.compile(r"call .*?@([\w.]+)\(")
_BOUND = re.compile(r"= icmp sge i64 %\w+, (\d+)")
_HEAD = re.compile(r"^define .*?@(\w+)\(")
# Not part of a step: looked after at a dose or an output time.
_ELSEWHERE = frozenset({"attend", "lines", "hoist", "start"})

# Enough independent sums that no multiply-add waits for another.
_CHAINS = 16
_TURNS = 20_000_000


def operations_a_step(field: VectorField, method: Method) -> int:
    """Floating-point operations of one draw's step, its error and its control too."""
    lanes = lanes_of(method, machine.this_processor())
    _, text = written(field, method, lanes)
    costs, calls = _counted(text)
    return _total("loop", costs, calls)


def _total(name: str, costs: Counter[str], calls: dict[str, Counter[str]]) -> int:
    below = calls.get(name, Counter())
    return costs[name] + sum(
        times * _total(called, costs, calls)
        for called, times in below.items()
        if called not in _ELSEWHERE
    )


def _counted(text: str) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """Of each function its own operations, and how often it calls which."""
    costs: Counter[str] = Counter()
    calls: dict[str, Counter[str]] = {}
    function, turns = "", [1]
    for line in text.splitlines():
        if head := _HEAD.match(line):
            function, turns = head[1], [1]
            calls[function] = Counter()
        elif re.match(r"loop\d+\.top:", line):
            turns.append(turns[-1])
        elif re.match(r"loop\d+\.end:", line):
            turns.pop()
        elif (bound := _BOUND.search(line)) and len(turns) > 1:
            turns[-1] = turns[-2] * int(bound[1])
        elif _ONE.search(line):
            costs[function] += turns[-1]
        elif call := _CALL.search(line):
            if call[1].startswith("llvm.fma"):
                costs[function] += 2 * turns[-1]
            elif call[1].startswith("llvm.sqrt"):
                costs[function] += turns[-1]
            elif not call[1].startswith("llvm."):
                calls[function][call[1]] += turns[-1]
    return costs, calls


def peak_flops(real: str) -> float:
    """Operations a second of one core, measured; best of five."""
    processor = machine.this_processor()
    lanes = processor.lanes("float" if real == "float" else "double")
    code = machine.LoadedCode(
        machine.object_code(
            _loop_text(lanes.vector, lanes.bits, lanes.width), processor
        )
    )
    turn = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_void_p)(code.address("spin"))
    room = (ctypes.c_char * 8192)()
    aligned = (ctypes.addressof(room) + 63) // 64 * 64
    quickest = float("inf")
    for _ in range(5):
        begun = time.perf_counter()
        turn(_TURNS // 5, aligned)
        quickest = min(quickest, time.perf_counter() - begun)
    return 2 * _CHAINS * lanes.width * (_TURNS // 5) / quickest


def _loop_text(vector: str, bits: int, width: int) -> str:
    """x_k = a x_k + b, `_CHAINS` of them, n times; what comes out is kept."""
    chains = range(_CHAINS)
    fma = f"llvm.fma.v{width}f{bits}"
    begin = [f"  %s{k} = load {vector}, ptr %room" for k in chains]
    phis = [f"  %x{k} = phi {vector} [%s{k}, %entry], [%y{k}, %top]" for k in chains]
    steps = [
        f"  %y{k} = call {vector} @{fma}({vector} %x{k}, {vector} %a, {vector} %x{k})"
        for k in chains
    ]
    keep = [
        line
        for k in chains
        for line in (
            f"  %p{k} = getelementptr {vector}, ptr %room, i64 {k + 2}",
            f"  store {vector} %y{k}, ptr %p{k}",
        )
    ]
    return "\n".join(
        [
            f"declare {vector} @{fma}({vector}, {vector}, {vector})",
            "define void @spin(i64 %n, ptr %room) {",
            "entry:",
            *begin,
            f"  %q = getelementptr {vector}, ptr %room, i64 1",
            f"  %a = load {vector}, ptr %q",
            "  br label %top",
            "top:",
            "  %i = phi i64 [0, %entry], [%next, %top]",
            *phis,
            *steps,
            "  %next = add i64 %i, 1",
            "  %more = icmp slt i64 %next, %n",
            "  br i1 %more, label %top, label %done",
            "done:",
            *keep,
            "  ret void",
            "}",
            "",
        ]
    )
