"""What the driver and the compiled code hand each other: one block of 64-bit words.

Words are pointers, whole numbers, or the bits of a double.  Both sides name them here
and nowhere else.
"""

from enum import IntEnum, auto

# What a line of a lane's programme does when its time has come.
NOTHING, END, RECORD, ADD, SET, REPEAT = range(6)

# What became of a draw.
RUNNING, DONE, TOO_MANY_STEPS, STEP_TOO_SMALL, NOT_FINITE = range(5)
NEVER_AT_REST, EVENTS_WITHOUT_END, PARTED = range(5, 8)

# Why compiled code came back.
FINISHED, EVENT = range(2)


class Word(IntEnum):
    """Places in the block."""

    N_ROWS = 0  # draws of this call
    NEXT_ROW = auto()  # the first that no lane has taken yet
    VALUES = auto()  # double[row][column], the ensemble
    N_COLUMNS = auto()
    COLUMN_OF = auto()  # i64[given]: column of the ensemble, or -1
    DEFAULTS = auto()  # double[given]
    PROGRAMME_OF = auto()  # i64[row]: where the draw's programme begins
    LINE_TIME = auto()  # double[line]
    LINE_CODE = auto()  # i64[line]
    LINE_PLACE = auto()  # i64[line]: record, state or held quantity
    LINE_VALUE = auto()  # double[line]
    RECORDS = auto()  # double[row][record][width], out
    N_RECORDS = auto()
    TRACKED = auto()  # i64[tracked]: held quantities recorded behind the states
    N_TRACKED = auto()
    STATUS = auto()  # i64[row], out
    STEPS = auto()  # i64[row], out: steps taken, rejected ones too
    WORKSPACE = auto()  # aligned memory, see Layout
    ABSOLUTE = auto()  # double[state]: absolute tolerances
    RESTING = auto()  # i64[state]: 1 for what must be still in a steady state
    RELATIVE = auto()  # bits of a double: relative tolerance
    MEMORY = auto()  # bits: 1 holds errors against each state's largest, 0 its size
    LARGEST_STEPS = auto()  # i64 from one line or event to the next
    SHARED = auto()  # not 0: all lanes step as lane 0 does
    LANE_SHIFT = auto()  # bytes from a GPU thread's reals to its 64-bit numbers
    EVENT_TOLERANCE = auto()  # bits: how exactly a trigger's time is found


N_WORDS = len(Word)


class Lane(IntEnum):
    """Arrays of the workspace that hold one 64-bit number a lane."""

    TIME = 0  # double
    STOP = auto()  # double: when something is to be done
    DUE = auto()  # double: when a delayed event is carried out
    CROSSING = auto()  # double: a trigger is known to have changed by then
    ROW = auto()  # i64, -1 for an idle lane
    LINE = auto()  # i64: the line of the programme that is next
    COUNT = auto()  # i64: steps so far
    SINCE = auto()  # i64: steps since a line or an event was last carried out
    AFTER_BREAK = auto()  # i64: 1 until a step has been taken after a break
    REACHED = auto()  # i64: what brings the lane to @attend, see below
    TRUTHS = auto()  # i64: bits, the triggers as they were when events last had a say
    TRUTHS_NOW = auto()  # i64: bits, the triggers as they are
    RETURNS = auto()  # i64: how often a period was repeated


N_LANE_ARRAYS = len(Lane)

# What brings a lane to @attend: a line whose time has come, a trigger that changed (or
# a delayed event that is due), a draw that has just been started, or, from FAILED on,
# the status it ends with.
NO_REASON, LINE_DUE, EVENT_DUE, BEGUN = range(4)
FAILED = 16

# Triggers a model can have: one bit each.
MOST_TRIGGERS = 62


class View(IntEnum):
    """Words of the block of `@observe`."""

    N_DRAWS = 0
    N_RECORDS = auto()
    WIDTH = auto()  # numbers a record
    RECORDS = auto()  # double[draw][record][width]
    TIMES = auto()  # double[record]
    VALUES = auto()  # double[draw][column], the ensemble
    N_COLUMNS = auto()
    COLUMN_OF = auto()  # i64[given]: column of the ensemble, or -1
    DEFAULTS = auto()  # double[given]
    TRACKED_AT = auto()  # i64[held]: place in the record, or -1
    OUT = auto()  # double[draw][record][output]


N_VIEW_WORDS = len(View)
