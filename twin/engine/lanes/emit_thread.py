"""The same code for a GPU: a thread is a vector with one lane, and has one draw.

    @advance_thread(block, number)   one draw, from its start to its end
    @advance_gpu(block)              that, for the thread's own number

The threads of a warp keep their arrays in one tile, place by place, so that they read
side by side.  Nothing else differs from a processor: the arithmetic is the same text.
"""

import math
from typing import Literal

from twin.engine.lanes.block import N_WORDS, Lane, Word
from twin.engine.lanes.emit_arrays import Space
from twin.engine.lanes.layout import Layout
from twin.engine.lanes.literals import literal
from twin.engine.lanes.llvm_writer import Lanes, Writer

WARP = 32


def lanes_of_threads(real: Literal["double", "float"]) -> Lanes:
    """One lane a thread; the threads of a warp side by side."""
    return Lanes(real, 1, fused=True, stride=WARP)


def tile_bytes(lanes: Lanes, layout: Layout) -> int:
    """Memory of one warp: its vectors, then its 64-bit numbers."""
    return WARP * (layout.lanes * lanes.bytes + 8 * len(Lane))


def emit_thread(lanes: Lanes, layout: Layout) -> str:
    """`@advance_thread`, which calls `@loop`."""
    w = Writer(lanes)
    words = [w.load("%given", k, "i64") for k in range(N_WORDS)]
    own = w.room(f"[{N_WORDS} x i64]")
    for k, value in enumerate(words):
        w.store(value, own, k, "i64")
    w.do(f"%block = getelementptr i8, ptr {own}, i64 0")
    _shift(w, Word.VALUES, w.let(f"mul i64 {words[Word.N_COLUMNS]}, 8"))
    for word in (Word.PROGRAMME_OF, Word.STATUS, Word.STEPS):
        _shift(w, word, "8")
    width = w.let(f"add i64 {words[Word.N_TRACKED]}, {layout.n_states}")
    record = w.let(f"mul i64 {words[Word.N_RECORDS]}, {width}")
    _shift(w, Word.RECORDS, w.let(f"mul i64 {record}, 8"))
    w.store("1", "%block", int(Word.N_ROWS), "i64")
    w.store("0", "%block", int(Word.NEXT_ROW), "i64")
    size = lanes.bits // 8
    warp = w.let(f"udiv i64 %number, {WARP}")
    place = w.let(f"urem i64 %number, {WARP}")
    tile = w.let(f"mul i64 {warp}, {tile_bytes(lanes, layout)}")
    within = w.let(f"mul i64 {place}, {size}")
    start = w.let(f"add i64 {tile}, {within}")
    start = w.let(f"add i64 {start}, {words[Word.WORKSPACE]}")
    w.store(start, "%block", int(Word.WORKSPACE), "i64")
    shift = w.let(f"mul i64 {place}, {8 - size}")
    w.store(shift, "%block", int(Word.LANE_SHIFT), "i64")
    w.do(f"%space = inttoptr i64 {start} to ptr")
    space = Space(w, layout)
    w.store("-1", space.array(Lane.ROW), 0, "i64")
    never = literal(math.inf, "double")
    w.store(never, space.array(Lane.STOP), 0, "double")
    w.do("call i64 @loop(ptr %block, ptr %space)")
    w.do("ret void")
    return w.text("define void @advance_thread(ptr %given, i64 %number)")


def _shift(w: Writer, word: Word, by: str) -> None:
    """Move a pointer of the block to the thread's own row."""
    before = w.load("%block", int(word), "i64")
    distance = w.let(f"mul i64 %number, {by}")
    w.store(w.let(f"add i64 {before}, {distance}"), "%block", int(word), "i64")


def emit_gpu_entry() -> str:
    """The kernel: each thread below the number of rows takes its own."""
    return f"""
declare i32 @llvm.nvvm.read.ptx.sreg.tid.x()
declare i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
declare i32 @llvm.nvvm.read.ptx.sreg.ntid.x()

define ptx_kernel void @advance_gpu(ptr %block) {{
  %thread = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %group = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
  %size = call i32 @llvm.nvvm.read.ptx.sreg.ntid.x()
  %before = mul i32 %group, %size
  %narrow = add i32 %before, %thread
  %number = zext i32 %narrow to i64
  %place = getelementptr i64, ptr %block, i64 {int(Word.N_ROWS)}
  %rows = load i64, ptr %place
  %mine = icmp ult i64 %number, %rows
  br i1 %mine, label %work, label %end
work:
  call void @advance_thread(ptr %block, i64 %number)
  br label %end
end:
  ret void
}}
"""
