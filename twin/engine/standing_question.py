"""A question of which all is settled but the values: prepared once, asked often.

Model, programmes, outputs and rules are arrays and addresses of this process here;
what is left for a call is a row of values a draw, and whose programme it follows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.engine.code_store import CodeStore, Loaded, LoadedObserver
from twin.engine.device import Device
from twin.engine.ensemble import Chunk, run
from twin.engine.handover import Floats, Integers, Question, Rules, Window
from twin.engine.lanes.kernel import Names
from twin.engine.modes import Mode
from twin.engine.programme import programmes
from twin.engine.schedule import Schedule
from twin.errors import ModelError, NumericsError, UnsupportedModel
from twin.sbml.model_spec import ModelSpec


@dataclass(frozen=True, slots=True, eq=False)
class StandingQuestion:
    """What some plans do to a model, whatever the values.

    names      columns of the values, SBML ids
    plans      at least one, all with the same output times
    tolerance  relative, of a step; None for the mode's own
    threads    at least 1
    """

    spec: ModelSpec
    names: tuple[str, ...]
    plans: Sequence[Schedule]
    outputs: tuple[str, ...]
    tolerance: float | None
    device: Device
    threads: int
    loaded: Loaded
    window: Window
    _open: Question

    @property
    def width(self) -> int:
        """Lanes of a vector."""
        return self.loaded.machine.width

    def chunks(
        self,
        values: Floats,
        plan_of: Integers | None = None,
        *,
        shared: bool = False,
    ) -> Iterator[Chunk]:
        """Results of consecutive draws, in order.

        values   float64[draw, name]
        plan_of  i64[draw], whose programme; without it draw i follows plan i
        shared   each `width` draws, with one plan, take the steps of their first; draws
                 then come in whole vectors
        """
        if not len(values):
            return
        question, begins = self._open, self._open.programmes.begins
        whose = begins if plan_of is None else begins[plan_of]
        if whose.shape != values.shape[:1] or values.shape[1:] != (len(self.names),):
            raise NumericsError(
                f"values of shape {values.shape} for {len(whose)} schedules and "
                f"{len(self.names)} names; give a schedule a draw, a value a name"
            )
        yield from run(
            self.loaded.machine,
            self.window,
            replace(
                question,
                values=np.ascontiguousarray(values),
                programmes=replace(question.programmes, begins=whose),
                rules=replace(question.rules, shared=shared),
            ),
            integrate=self.device.integrate,
            size=self.device.chunk(len(values), self.threads),
            threads=self.threads,
        )


def standing_question(
    spec: ModelSpec,
    names: tuple[str, ...],
    plans: Sequence[Schedule],
    outputs: tuple[str, ...],
    *,
    store: CodeStore,
    mode: Mode,
    device: Device,
    threads: int,
    tolerance: float | None,
) -> StandingQuestion:
    """Code found or made, programmes written.

    Raises: ModelError, NumericsError, UnsupportedModel for what cannot be asked.
    """
    loaded, observer = store.kernel(spec), store.observer(spec, outputs)
    if loaded.machine.events and any(plan.period_h for plan in plans):
        raise UnsupportedModel(
            spec.identifier, ("events, and doses repeated before time 0",)
        )
    programme = programmes(spec, loaded.names, plans)
    tracked = np.union1d(programme.tracked, loaded.set_by_events)
    if loaded.machine.is_short:
        # As the lanes have them, whoever else's regimen changes them or not.
        tracked = np.union1d(tracked, observer.held)
    question = Question(
        values=np.empty((0, len(names))),
        column_of=_columns(spec, loaded.names, names),
        programmes=programme.lines,
        tracked=tracked,
        times=np.array(plans[0].times_h),
        rules=_rules(loaded.names, mode, tolerance),
    )
    return StandingQuestion(
        spec,
        names,
        plans,
        outputs,
        tolerance,
        device,
        threads,
        loaded,
        _window(loaded, observer, tracked),
        question,
    )


def _rules(names: Names, mode: Mode, tolerance: float | None) -> Rules:
    relative = mode.tolerance if tolerance is None else tolerance
    return Rules(
        relative,
        np.full(len(names.states), relative * mode.floor * _unit(names)),
        np.array([name not in names.sinks for name in names.states], np.int64),
        memory=mode.memory,
    )


def _unit(names: Names) -> float:
    """What counts as 1 in the model's own unit, where that is small (mol of a cell)."""
    return min(1.0, names.size) if names.size > 0 else 1.0


def _window(loaded: Loaded, observer: LoadedObserver, tracked: Integers) -> Window:
    tracked_at = np.full(len(loaded.names.held), -1, np.int64)
    tracked_at[tracked] = len(loaded.names.states) + np.arange(len(tracked))
    return Window(observer.address, observer.n_outputs, tracked_at, observer)


def _columns(spec: ModelSpec, names: Names, columns: Sequence[str]) -> Integers:
    """Which column of the values each given quantity is.

    Raises: ModelError for a quantity that is needed and has no value anywhere.
    """
    place = {name: column for column, name in enumerate(columns)}
    missing = [
        name
        for name, value in zip(names.given, names.defaults, strict=True)
        if value != value and name not in place and name in names.required
    ]
    if missing:
        raise ModelError(
            f"model {spec.identifier} gives no value for {', '.join(missing)}; set it"
        )
    return np.array([place.get(name, -1) for name in names.given], np.int64)
