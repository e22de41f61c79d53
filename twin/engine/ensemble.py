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
import numpy.typing as npt

from twin.engine.block import (
    DONE,
    EVENT,
    N_LANE_ARRAYS,
    N_WORDS,
    Lane,
    Word,
)
from twin.engine.emit_observe import N_VIEW_WORDS, View
from twin.engine.emit_step import Layout
from twin.engine.events import EventDesk, EventPlan, Lanes

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# Draws a call: enough that lanes are seldom idle at its end, few enough that what they
# record stays in the processor's cache.
_CHUNK = 256
_ALIGNMENT = 128
# How exactly the moment of a trigger is found, against the end of the course.
_EVENT_TOLERANCE = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class Programmes:
    """Lines in order of time, programme after programme.

    begins  i64[draw]: where the programme of a draw begins
    """

    times: Floats
    codes: Integers
    places: Integers
    values: Floats
    begins: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Machine:
    """Addresses and sizes of one kernel."""

    advance: int
    width: int
    vector_bytes: int
    layout: Layout
    defaults: Floats
    events: tuple[EventPlan, ...] = ()
    n_event_values: int = 0
    judge: int = 0
    observe_events: int = 0

    @property
    def lane_arrays(self) -> int:
        """Where the workspace's lane arrays begin, in bytes."""
        return self.layout.lanes * self.vector_bytes


@dataclass(frozen=True, slots=True)
class Rules:
    """When a step is good enough, and when to give up.

    memory  1: errors are held against each state's largest value so far; 0: its size
    """

    relative: float
    absolute: Floats
    memory: float = 1.0
    largest_steps: int = 100_000
    shared: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Addresses of one observer, and where it finds held quantities in a record."""

    observe: int
    n_outputs: int
    tracked_at: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked of a kernel: all arrays of one call.

    values      float64[draw, column], the ensemble
    column_of   i64[given]: its column, or -1 for the default
    tracked     i64[tracked]: held quantities that lines change
    times       float64[record]
    """

    values: Floats
    column_of: Integers
    programmes: Programmes
    tracked: Integers
    times: Floats
    rules: Rules


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
    starts = range(0, n_draws, _CHUNK)

    def one(first: int) -> Chunk:
        return _chunk(machine, window, question, first, min(first + _CHUNK, n_draws))

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
    space = _workspace(machine)
    block = _block(
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
    view = _view(machine, window, question, values, records, outputs)
    _OBSERVE(window.observe)(view.ctypes.data)
    outputs[status != DONE] = np.nan
    return Chunk(first, outputs, status, steps)


def _advance(
    machine: Machine, block: Integers, space: npt.NDArray[np.uint8]
) -> None:
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
        _lanes(machine, space),
    )
    while advance(block.ctypes.data) == EVENT:
        desk.attend()


def _lanes(machine: Machine, space: npt.NDArray[np.uint8]) -> Lanes:
    """The arrays of a workspace that events read and write."""
    layout, width = machine.layout, machine.width
    kind = np.float64 if machine.vector_bytes == 8 * width else np.float32
    vectors = space[: machine.lane_arrays].view(kind).reshape(-1, width)
    numbers = space[machine.lane_arrays :].view(np.int64)[: N_LANE_ARRAYS * width]
    return Lanes(
        states=vectors[layout.state : layout.state + layout.n_states],
        held=vectors[layout.held : layout.held + layout.n_held],
        largest=vectors[layout.largest : layout.largest + layout.n_states],
        step=vectors[layout.control],
        step_after_break=vectors[layout.control + 1],
        numbers=numbers.reshape(N_LANE_ARRAYS, width),
    )


_ADVANCE = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)
_OBSERVE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


def _workspace(machine: Machine) -> npt.NDArray[np.uint8]:
    """Aligned memory in which every lane is idle."""
    size = machine.lane_arrays + N_LANE_ARRAYS * machine.width * 8 + machine.vector_bytes
    raw = np.zeros(size + _ALIGNMENT, np.uint8)
    skip = -raw.ctypes.data % _ALIGNMENT
    space = raw[skip : skip + size]
    arrays = space[machine.lane_arrays :].view(np.int64)[: N_LANE_ARRAYS * machine.width]
    lanes = arrays.reshape(N_LANE_ARRAYS, machine.width)
    lanes[Lane.ROW] = -1
    lanes[Lane.STOP].view(np.float64)[:] = np.inf
    return space


def _block(
    question: Question, own: dict[Word, npt.NDArray[np.generic]]
) -> Integers:
    programmes, rules = question.programmes, question.rules
    block = np.zeros(N_WORDS, np.int64)
    arrays: dict[Word, npt.NDArray[np.generic]] = {
        Word.COLUMN_OF: question.column_of,
        Word.LINE_TIME: programmes.times,
        Word.LINE_CODE: programmes.codes,
        Word.LINE_PLACE: programmes.places,
        Word.LINE_VALUE: programmes.values,
        Word.TRACKED: question.tracked,
        Word.ABSOLUTE: rules.absolute,
        **own,
    }
    for word, array in arrays.items():
        block[word] = array.ctypes.data
    block[Word.N_ROWS] = len(own[Word.VALUES])
    block[Word.N_COLUMNS] = question.values.shape[1]
    block[Word.N_RECORDS] = len(question.times)
    block[Word.N_TRACKED] = len(question.tracked)
    block[Word.LARGEST_STEPS] = rules.largest_steps
    block[Word.SHARED] = int(rules.shared)
    numbers = block.view(np.float64)
    numbers[Word.RELATIVE] = rules.relative
    numbers[Word.MEMORY] = rules.memory
    numbers[Word.EVENT_TOLERANCE] = _EVENT_TOLERANCE * programmes.times.max()
    return block


def _view(
    machine: Machine,
    window: Window,
    question: Question,
    values: Floats,
    records: Floats,
    outputs: Floats,
) -> Integers:
    view = np.zeros(N_VIEW_WORDS, np.int64)
    for word, array in {
        View.RECORDS: records,
        View.TIMES: question.times,
        View.VALUES: values,
        View.COLUMN_OF: question.column_of,
        View.DEFAULTS: machine.defaults,
        View.TRACKED_AT: window.tracked_at,
        View.OUT: outputs,
    }.items():
        view[word] = array.ctypes.data
    view[View.N_DRAWS], view[View.N_RECORDS], view[View.WIDTH] = records.shape
    view[View.N_COLUMNS] = question.values.shape[1]
    return view
