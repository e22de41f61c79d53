"""A question to compiled code as arrays, and the blocks that hand it over.

Arrays and addresses only.  Whoever makes a block keeps its arrays alive until the code
has come back.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.engine.event_plan import EventPlan
from twin.engine.events import Lanes
from twin.engine.lanes.block import (
    N_LANE_ARRAYS,
    N_VIEW_WORDS,
    N_WORDS,
    Lane,
    View,
    Word,
)
from twin.engine.lanes.layout import Layout

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Space = npt.NDArray[np.uint8]

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
    def is_short(self) -> bool:
        """Whether its reals are floats."""
        return self.vector_bytes < 8 * self.width

    @property
    def lane_arrays(self) -> int:
        """Where the workspace's lane arrays begin, in bytes."""
        return self.layout.lanes * self.vector_bytes


@dataclass(frozen=True, slots=True)
class Rules:
    """When a step is good enough, and when to give up.

    resting  i64[state]: 1 for what must be still in a steady state
    memory   1: errors are held against each state's largest value so far; 0: its size
    """

    relative: float
    absolute: Floats
    resting: Integers
    memory: float = 1.0
    largest_steps: int = 100_000  # from one line or event to the next
    shared: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Addresses of one observer, and where it finds held quantities in a record.

    owner  keeps the code at those addresses loaded
    """

    observe: int
    n_outputs: int
    tracked_at: Integers
    owner: object


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


def workspace(machine: Machine) -> Space:
    """Aligned memory in which every lane is idle."""
    size = (
        machine.lane_arrays + N_LANE_ARRAYS * machine.width * 8 + machine.vector_bytes
    )
    raw = np.zeros(size + _ALIGNMENT, np.uint8)
    skip = -raw.ctypes.data % _ALIGNMENT
    space = raw[skip : skip + size]
    arrays = space[machine.lane_arrays :].view(np.int64)[
        : N_LANE_ARRAYS * machine.width
    ]
    lanes = arrays.reshape(N_LANE_ARRAYS, machine.width)
    lanes[Lane.ROW] = -1
    lanes[Lane.STOP].view(np.float64)[:] = np.inf
    return space


Arrays = dict[Word, npt.NDArray[np.generic]]


def arrays_of(question: Question, own: Arrays) -> Arrays:
    """Every array a block points to: those of the question, those of the chunk."""
    programmes, rules = question.programmes, question.rules
    return {
        Word.COLUMN_OF: question.column_of,
        Word.LINE_TIME: programmes.times,
        Word.LINE_CODE: programmes.codes,
        Word.LINE_PLACE: programmes.places,
        Word.LINE_VALUE: programmes.values,
        Word.TRACKED: question.tracked,
        Word.ABSOLUTE: rules.absolute,
        Word.RESTING: rules.resting,
        **own,
    }


def block_of(question: Question, n_rows: int, addresses: dict[Word, int]) -> Integers:
    """The words of a call."""
    programmes, rules = question.programmes, question.rules
    block = np.zeros(N_WORDS, np.int64)
    for word, address in addresses.items():
        block[word] = address
    block[Word.N_ROWS] = n_rows
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


def view_of(
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


def lanes_of(machine: Machine, space: Space) -> Lanes:
    """The arrays of a workspace that events read and write."""
    layout, width = machine.layout, machine.width
    vectors = space[: machine.lane_arrays].view(np.float64).reshape(-1, width)
    numbers = space[machine.lane_arrays :].view(np.int64)[: N_LANE_ARRAYS * width]
    return Lanes(
        states=vectors[layout.state : layout.state + layout.n_states],
        held=vectors[layout.held : layout.held + layout.n_held],
        largest=vectors[layout.largest : layout.largest + layout.n_states],
        step=vectors[layout.control],
        step_after_break=vectors[layout.control + 1],
        numbers=numbers.reshape(N_LANE_ARRAYS, width),
    )
