"""All draws of an ensemble through compiled code: threads over chunks, a status a draw.

Sees arrays and addresses only.  A chunk of draws goes to one call of compiled code,
which lets go of Python's lock; chunks are independent and results keep their rows, so
that neither their size nor the number of threads can be seen in a result.
"""

import ctypes
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.engine.events import EventDesk
from twin.engine.handover import (
    Arrays,
    Floats,
    Integers,
    Machine,
    Question,
    Window,
    arrays_of,
    block_of,
    lanes_of,
    view_of,
    workspace,
)
from twin.engine.kept_threads import kept_threads
from twin.engine.lanes.block import DONE, EVENT, NOT_FINITE, PARTED, REPEAT, Word

CHUNK = 512
"""Draws a call on a processor: enough that lanes are seldom idle at its end, few enough
that what they record stays in the cache."""


# Bytes of records a chunk may take: long courses go in smaller chunks.
_MOST_RECORDED = 1 << 26


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Results of some consecutive draws: [draw, record, output], and how they ended."""

    first: int
    outputs: Floats
    status: Integers
    steps: Integers


# Integrates the draws of a chunk and comes back when all are done.
Integrate = Callable[[Machine, Question, Arrays], None]


def run(
    machine: Machine,
    window: Window,
    question: Question,
    *,
    integrate: Integrate,
    size: int,
    threads: int,
) -> Iterator[Chunk]:
    """Results chunk by chunk, in the order of the draws; memory does not grow.

    size  of a chunk, about; no result depends on it

    A draw that failed is NaN in all its outputs.  Draws that share their steps come in
    whole vectors.
    """
    n_draws = len(question.values)
    size = _size(machine, question, size)
    starts = range(0, n_draws, size)

    def one(first: int) -> Chunk:
        last = min(first + size, n_draws)
        return _chunk(machine, window, question, range(first, last), integrate)

    if threads == 1 or len(starts) == 1:
        yield from map(one, starts)
        return
    with kept_threads(threads) as pool:
        yield from _in_order(pool, one, starts, ahead=2 * threads)


def _size(machine: Machine, question: Question, size: int) -> int:
    """Draws a chunk: as wished, in whole vectors, and no more records than fit.

    Lanes that share their steps take the next vector's draws together, for they end
    together; where an event or a steady state may part them, a vector is a chunk.
    """
    width, rules = machine.width, question.rules
    record = machine.layout.n_states + len(question.tracked)
    fit = max(1, _MOST_RECORDED // (8 * max(1, record) * len(question.times)))
    if not rules.shared:
        return min(-(-size // width) * width, fit)
    if machine.events or np.any(question.programmes.codes == REPEAT):
        return width
    return max(1, min(-(-size // width), fit // width)) * width


def _in_order(
    pool: ThreadPoolExecutor,
    one: Callable[[int], Chunk],
    starts: Sequence[int],
    *,
    ahead: int,
) -> Iterator[Chunk]:
    """Results in order, with at most `ahead` of them waiting."""
    waiting: list[Future[Chunk]] = []
    try:
        waiting += [pool.submit(one, first) for first in starts[:ahead]]
        for following in [*starts[ahead:], *[None] * len(waiting)]:
            yield waiting.pop(0).result()
            if following is not None:
                waiting.append(pool.submit(one, following))
    finally:
        for unwanted in waiting:
            unwanted.cancel()


def _chunk(
    machine: Machine,
    window: Window,
    question: Question,
    draws: range,
    integrate: Integrate,
) -> Chunk:
    n, n_records = len(draws), len(question.times)
    width = machine.layout.n_states + len(question.tracked)
    here = slice(draws.start, draws.stop)
    values = question.values[here]
    records = np.empty((n, n_records, width))
    status, steps = np.zeros(n, np.int64), np.zeros(n, np.int64)
    own: Arrays = {
        Word.VALUES: values,
        Word.DEFAULTS: machine.defaults,
        Word.PROGRAMME_OF: np.ascontiguousarray(question.programmes.begins[here]),
        Word.RECORDS: records,
        Word.STATUS: status,
        Word.STEPS: steps,
    }
    integrate(machine, question, arrays_of(question, own))
    outputs = np.empty((n, n_records, window.n_outputs))
    view = view_of(machine, window, question, values, records, outputs)
    _OBSERVE(window.observe)(view.ctypes.data)
    missing = ~np.isfinite(outputs).reshape(n, -1).all(axis=1)
    status[(status == DONE) & missing] = NOT_FINITE
    if question.rules.shared:
        status[(status == DONE) & _parted(steps, machine.width)] = PARTED
    outputs[status != DONE] = np.nan
    return Chunk(draws.start, outputs, status, steps)


def _parted(steps: Integers, width: int) -> npt.NDArray[np.bool_]:
    """By draw: whether the lanes of its vector did not end together.

    Their steps were then not the first's, or were judged by nobody.
    """
    taken = steps.reshape(-1, width)
    return np.repeat(np.any(taken != taken[:, :1], axis=1), width)


def on_processor(machine: Machine, question: Question, arrays: Arrays) -> None:
    """Integrate here, in the calling thread, without Python's lock."""
    space = workspace(machine)
    addresses = {word: array.ctypes.data for word, array in arrays.items()}
    addresses[Word.WORKSPACE] = space.ctypes.data
    block = block_of(question, len(arrays[Word.VALUES]), addresses)
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
