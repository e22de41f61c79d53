"""All draws of an ensemble through compiled code: threads over chunks, a status a draw.

Sees arrays and addresses only.  A chunk of draws goes to one call of compiled code,
which lets go of Python's lock; chunks are independent and results keep their rows, so
that neither their size nor the number of threads can be seen in a result.
"""

import ctypes
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from twin.engine.events import EventDesk
from twin.engine.handover import (
    Floats,
    Integers,
    Machine,
    Question,
    Space,
    Window,
    block_of,
    lanes_of,
    view_of,
    workspace,
)
from twin.engine.lanes.block import DONE, EVENT, Word

# Draws a call: enough that lanes are seldom idle at its end, few enough that what they
# record stays in the processor's cache.
_CHUNK = 256


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Results of some consecutive draws: [draw, record, output], and how they ended."""

    first: int
    outputs: Floats
    status: Integers
    steps: Integers


def run(
    machine: Machine, window: Window, question: Question, *, threads: int
) -> Iterator[Chunk]:
    """Results chunk by chunk, in the order of the draws; memory does not grow.

    A draw that failed is NaN in all its outputs.
    """
    n_draws = len(question.values)
    # Draws that share their steps are the lanes of one vector.
    size = machine.width if question.rules.shared else _CHUNK
    starts = range(0, n_draws, size)

    def one(first: int) -> Chunk:
        return _chunk(machine, window, question, first, min(first + size, n_draws))

    if threads == 1 or len(starts) == 1:
        yield from map(one, starts)
        return
    with ThreadPoolExecutor(threads) as pool:
        yield from _in_order(pool, one, starts, ahead=2 * threads)


def _in_order(
    pool: ThreadPoolExecutor,
    one: Callable[[int], Chunk],
    starts: Sequence[int],
    *,
    ahead: int,
) -> Iterator[Chunk]:
    """Results in order, with at most `ahead` of them waiting."""
    waiting = [pool.submit(one, first) for first in starts[:ahead]]
    for following in [*starts[ahead:], *[None] * len(waiting)]:
        yield waiting.pop(0).result()
        if following is not None:
            waiting.append(pool.submit(one, following))


def _chunk(
    machine: Machine, window: Window, question: Question, first: int, last: int
) -> Chunk:
    n, n_records = last - first, len(question.times)
    n_tracked = len(question.tracked)
    width = machine.layout.n_states + n_tracked
    values = question.values[first:last]
    records = np.empty((n, n_records, width))
    status, steps = np.zeros(n, np.int64), np.zeros(n, np.int64)
    begins = np.ascontiguousarray(question.programmes.begins[first:last])
    space = workspace(machine)
    block = block_of(
        question,
        {
            Word.VALUES: values,
            Word.DEFAULTS: machine.defaults,
            Word.PROGRAMME_OF: begins,
            Word.RECORDS: records,
            Word.STATUS: status,
            Word.STEPS: steps,
            Word.WORKSPACE: space,
        },
    )
    _advance(machine, block, space)
    outputs = np.empty((n, n_records, window.n_outputs))
    view = view_of(machine, window, question, values, records, outputs)
    _OBSERVE(window.observe)(view.ctypes.data)
    outputs[status != DONE] = np.nan
    return Chunk(first, outputs, status, steps)


def _advance(machine: Machine, block: Integers, space: Space) -> None:
    """Until all draws are done; events are seen to as they come."""
    advance = _ADVANCE(machine.advance)
    if not machine.events:
        advance(block.ctypes.data)
        return
    judge = _OBSERVE(machine.judge)
    desk = EventDesk(
        machine.events,
        machine.observe_events,
        machine.n_event_values,
        lambda: judge(block.ctypes.data),
        lanes_of(machine, space),
    )
    while advance(block.ctypes.data) == EVENT:
        desk.attend()


_ADVANCE = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)
_OBSERVE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
