"""The engine that is compiled: an engine for `simulate`, on lane code of the model.

Bitwise the same results whatever the neighbours of a draw, the lane width and the
number of threads, on processors with one set of features (named in the provenance,
with the engine's version); elsewhere to the mode's tolerance.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from twin.engine.code_store import CodeStore
from twin.engine.courses import Courses
from twin.engine.device import Device, ThisProcessor
from twin.engine.ensemble import Chunk
from twin.engine.handover import Integers
from twin.engine.lanes.block import (
    DONE,
    EVENTS_WITHOUT_END,
    NEVER_AT_REST,
    NOT_FINITE,
    PARTED,
    STEP_TOO_SMALL,
    TOO_MANY_STEPS,
)
from twin.engine.lanes.kernel import ENGINE_VERSION, JACOBIAN
from twin.engine.modes import REFERENCE, Mode
from twin.engine.object_cache import ObjectCache, default_folder
from twin.engine.schedule import Schedule
from twin.engine.short_reals import CHECKED_EVERY, check_short, with_times_between
from twin.engine.standing_question import StandingQuestion, standing_question
from twin.errors import NumericsError
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Ensemble, Floats

_REASONS = {
    TOO_MANY_STEPS: "it took more steps than allowed",
    STEP_TOO_SMALL: "no step is short enough for the tolerance",
    NOT_FINITE: "a state, a rate or an output is not finite",
    EVENTS_WITHOUT_END: "events set each other off without end",
    NEVER_AT_REST: "the repeated doses never come to a steady state",
    PARTED: "an event or a steady state comes at another step than in its neighbours",
}


@dataclass(eq=False)
class CompiledEngine:
    """Integrates ensembles with compiled code.

    mode     see `MODES`
    threads  0 for one a processor core
    cache    of compiled objects; the user's by default
    device   this processor, or `twin.engine.gpu.Gpu`
    """

    mode: Mode = REFERENCE
    threads: int = 0
    cache: ObjectCache = field(default_factory=lambda: ObjectCache(default_folder()))
    device: Device = field(default_factory=ThisProcessor)
    _store: CodeStore | None = field(default=None, repr=False)
    _double: CodeStore | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """Name, version and processor, for provenance."""
        method = self.mode.method
        return (
            f"compiled {ENGINE_VERSION} {method.tableau} {method.real} "
            f"{self.mode.tolerance:g} on {self.device.fingerprint}"
        )

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled without its code: another process has its own processor."""
        return (type(self), (self.mode, self.threads, self.cache, self.device))

    @property
    def store(self) -> CodeStore:
        """The code of the models seen so far."""
        if self._store is None:
            self._store = CodeStore(self.mode.method, self.cache, self.device)
        return self._store

    def courses(
        self,
        spec: ModelSpec,
        ensemble: Ensemble,
        plans: Sequence[Schedule],
        outputs: tuple[str, ...],
        *,
        tolerance: float | None = None,
    ) -> Iterator[Courses]:
        """Results of consecutive draws, in order; see `twin.engine.simulate.Engine`."""
        if len(plans) != ensemble.n_draws:
            raise NumericsError(
                f"{len(plans)} schedules for {ensemble.n_draws} draws; give one a draw"
            )
        if not plans:
            return
        question = self.question(
            spec, ensemble.names, plans, outputs, tolerance=tolerance
        )
        for chunk in question.chunks(ensemble.values):
            yield _courses(self._in_double(chunk, question, ensemble.values, None))

    def question(
        self,
        spec: ModelSpec,
        names: tuple[str, ...],
        plans: Sequence[Schedule],
        outputs: tuple[str, ...],
        *,
        tolerance: float | None = None,
    ) -> StandingQuestion:
        """What some plans do to a model, to be asked again and again with `answer`.

        Args:
            names: of the columns of the values to come.
            plans: at least one, all with the same output times.

        Raises: ModelError, NumericsError, UnsupportedModel for what cannot be asked.
        """
        return standing_question(
            spec,
            names,
            plans,
            outputs,
            store=self.store,
            mode=self.mode,
            device=self.device,
            threads=self.threads or os.cpu_count() or 1,
            tolerance=tolerance,
        )

    def answer(
        self,
        question: StandingQuestion,
        values: Floats,
        plan_of: Integers,
        *,
        shared: bool = False,
    ) -> Courses:
        """All draws at once: bitwise what `courses` gives in parts.

        Args:
            question: of this engine.
            values: float64[draw, name].
            plan_of: i64[draw], which of the question's plans a draw follows.
            shared: each `question.width` draws take the steps of the first of them,
                and follow its plan.  Differences between such draws are differences of
                one discrete solution: they have no noise from the choice of steps.
        """
        chunks = list(question.chunks(values, plan_of, shared=shared))
        whole = chunks[0] if len(chunks) == 1 else _joined(chunks)
        return _courses(self._in_double(whole, question, values, plan_of))

    def _in_double(
        self,
        chunk: Chunk,
        question: StandingQuestion,
        values: Floats,
        plan_of: Integers | None,
    ) -> Chunk:
        """Short reals that failed, again in double; every hundredth draw, to check.

        To the caller's tolerance, or else to that of the mode in double.

        Raises: NumericsError when a checked draw is too far off; see `check_short`.
        """
        if self.mode.in_double is None:
            return chunk
        double = replace(self, mode=self.mode.in_double, threads=1, _store=self._double)

        def plans_of(draws: Integers) -> list[Schedule]:
            own = draws if plan_of is None else plan_of[draws]
            return [question.plans[number] for number in own]

        def run(draws: Integers, plans: Sequence[Schedule]) -> tuple[Floats, Integers]:
            again = double.question(
                question.spec,
                question.names,
                plans,
                question.outputs,
                tolerance=question.tolerance,
            )
            self._double = double.store
            found = list(again.chunks(values[draws]))
            return (
                np.concatenate([each.outputs for each in found]),
                np.concatenate([each.status for each in found]),
            )

        draws = chunk.first + np.arange(len(chunk.status))
        failed = chunk.status != DONE
        if np.any(failed):
            again = draws[failed]
            chunk.outputs[failed], chunk.status[failed] = run(again, plans_of(again))
        checked = ~failed & (draws % CHECKED_EVERY == 0)
        if np.any(checked):
            some = draws[checked]
            closely, asked = with_times_between(plans_of(some))
            check_short(chunk.outputs[checked], run(some, closely)[0], asked)
        return chunk

    def width(self, spec: ModelSpec) -> int:
        """How many draws share their steps; see `answer`."""
        return self.store.kernel(spec).machine.width

    def jacobian(
        self,
        spec: ModelSpec,
        parameters: dict[str, float],
        plan: Schedule,
        *,
        tolerance: float | None = None,
    ) -> Floats:
        """float64[state, state]: d(dA_i/dt)/dA_j of the amounts where `plan` ends.

        In the order of `spec.states`, 1/h; exact derivatives of the model's formulas.

        Raises: NumericsError where a state is no species, or the draw fails.
        """
        states = self.store.kernel(spec).names.states
        order = {name: place for place, name in enumerate(states)}
        wanted = [f"amount({name})" for name in spec.states]
        if not order.keys() >= set(wanted):
            raise NumericsError(
                f"model {spec.identifier} integrates quantities that are no species; "
                "their Jacobian is not served"
            )
        last = replace(plan, times_h=plan.times_h[-1:])
        one = Ensemble.of(parameters)
        question = self.question(spec, one.names, [last], JACOBIAN, tolerance=tolerance)
        (chunk,) = question.chunks(one.values)
        if chunk.status[0] != DONE:
            raise NumericsError(f"no Jacobian: {_REASONS[int(chunk.status[0])]}")
        full = np.zeros((len(states), len(states)))
        for (i, j), value in zip(
            self.store.observer(spec, JACOBIAN).places,
            chunk.outputs[0, 0],
            strict=True,
        ):
            full[i, j] = value
        place = [order[name] for name in wanted]
        return full[np.ix_(place, place)]


def _joined(chunks: Sequence[Chunk]) -> Chunk:
    return Chunk(
        chunks[0].first,
        np.concatenate([chunk.outputs for chunk in chunks]),
        np.concatenate([chunk.status for chunk in chunks]),
        np.concatenate([chunk.steps for chunk in chunks]),
    )


def _courses(chunk: Chunk) -> Courses:
    failed = np.flatnonzero(chunk.status != DONE)
    return Courses(
        chunk.first,
        chunk.outputs,
        tuple((chunk.first + int(i), _REASONS[int(chunk.status[i])]) for i in failed),
    )
