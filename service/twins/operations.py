"""Questions become answers, one at a time, on the one engine of this process.

The engine is not made for two callers, so all work on it is done by one thread of
its own; whoever waits too long is told so, and leaves the queue.
"""

import asyncio
import math
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar, get_args, get_type_hints

from service.problems import Kind, Refused
from service.twins.schemas import (
    NEEDED,
    POINTERS,
    Amount,
    FieldForm,
    Form,
    GeneForm,
    IndicationForm,
    Limits,
    MedicineForm,
    TargetForm,
    UnitForm,
)
from twin.dosing.answer import Answer, answer
from twin.dosing.grounds import load_grounds
from twin.engine.simulate import Engine
from twin.intake.ask import gene_names, question_for
from twin.intake.question import Question
from twin.interactions.medicines import Hazard, Medicine
from twin.library import Library
from twin.lifecycle import build
from twin.units import Quantity, accepted_units, canonical_unit, to_canonical
from twin.vocabulary.domain import FieldLimits
from twin.vocabulary.patient import ChildPughClass, LiverDisease, Sex

_BUSY = Kind(503, "busy", "The service is busy")

_Result = TypeVar("_Result")


class DosingDesk:
    """Takes questions about patients, hands out answers of one drug's twin.

    Args:
        library: of the drug.
        engine: integrates the typical patient; only this desk's thread ever touches
            it, and the engines of the draws.
        answer_within_s: how long a question may take, waiting included.
        longest_queue: questions that may wait; more are refused at once.

    The draws of the population are read here, once.

    Raises: LibraryError where they cannot be used.
    """

    def __init__(
        self,
        library: Library,
        engine: Engine,
        *,
        answer_within_s: float,
        longest_queue: int,
    ) -> None:
        self._library = library
        self._engine = engine
        self._grounds = load_grounds(library)
        self._answer_within_s = answer_within_s
        self._longest_queue = longest_queue
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="engine")
        self._waiting = 0
        self._busy_since: float | None = None
        self._open = False

    async def open(self) -> None:
        """Answer one question nobody asked, so that the next is answered quickly.

        It goes through all that is compiled: the model's code and every kernel.
        """
        question = question_for(self._library.reference_patient, self._library)
        await asyncio.wrap_future(self._submit(lambda: self._answer(question)))
        self._open = True

    def close(self) -> None:
        """Take no more questions, let go who waits, let the engine finish its own."""
        self._open = False
        self._thread.shutdown(wait=True, cancel_futures=True)

    @property
    def ready(self) -> bool:
        """Open, and not held up by one question beyond what any may take."""
        since = self._busy_since
        return self._open and (
            since is None or time.monotonic() - since < 2 * self._answer_within_s
        )

    def form(self) -> Form:
        """What a question may hold, with units and limits."""
        return form_of(self._library)

    async def dose(self, document: object) -> Answer:
        """The answer document of `twin dose` to a patient's document.

        Raises: InputError for what is wrong with it; Refused when it takes too long.
        """
        question = question_for(document, self._library)
        return await self._in_time(lambda: self._answer(question))

    def _answer(self, question: Question) -> Answer:
        twin = build(
            question.patient,
            self._library,
            engine=self._engine,
            warnings=(*question.warnings, *question.not_learned),
        )
        return answer(
            self._grounds.believed(twin),
            engine=self._engine,
            regimen=question.regimen,
            days=question.days,
        )

    async def _in_time(self, work: Callable[[], _Result]) -> _Result:
        if self._waiting >= self._longest_queue:
            raise _busy(f"{self._waiting} questions are waiting already")
        self._waiting += 1
        try:
            return await asyncio.wait_for(
                asyncio.wrap_future(self._submit(work)), self._answer_within_s
            )
        except TimeoutError as error:
            raise _busy(
                f"no answer within {self._answer_within_s:g} s; nothing was decided"
            ) from error
        finally:
            self._waiting -= 1

    def _submit(self, work: Callable[[], _Result]) -> Future[_Result]:
        def watched() -> _Result:
            self._busy_since = time.monotonic()
            try:
                return work()
            finally:
                self._busy_since = None

        return self._thread.submit(watched)


def _busy(why: str) -> Refused:
    return Refused(_BUSY, f"{why}; try again in a few seconds", {"Retry-After": "5"})


def form_of(library: Library) -> Form:
    """Every field of a question, as the library limits it."""
    liver = get_type_hints(LiverDisease)
    target = library.target
    return Form(
        drug=library.substance,
        model=library.spec.identifier,
        model_version=library.version,
        model_sha256=library.spec.sha256,
        fields=tuple(
            _field(name, limits) for name, limits in library.domain.fields.items()
        ),
        choices={
            "sex": get_args(Sex),
            "child_pugh_class": get_args(ChildPughClass),
            "ascites": get_args(get_args(liver["ascites"])[0]),
            "encephalopathy": get_args(get_args(liver["encephalopathy"])[0]),
        },
        genes=tuple(
            GeneForm(
                name=gene,
                alleles=names.alleles,
                measured=names.measured,
                reference=names.reference,
                panel=tuple(sorted(names.panel)),
                synonyms=dict(names.synonyms),
            )
            for gene, names in gene_names(library).items()
        ),
        populations=library.frequencies.populations,
        medicines=tuple(
            _medicine(medicine, library.interactions.hazards.get(name))
            for name, medicine in sorted(library.interactions.medicines.items())
        ),
        indications=tuple(
            IndicationForm(
                code=indication.code,
                name=indication.name,
                low=Amount(value=indication.target.low, unit=canonical_unit("inr")),
                high=Amount(value=indication.target.high, unit=canonical_unit("inr")),
                source=indication.target.source,
                evidence=indication.target.evidence,
            )
            for indication in library.indications.values()
        ),
        target_inr=TargetForm(
            low=Amount(value=target.low, unit=canonical_unit("inr")),
            high=Amount(value=target.high, unit=canonical_unit("inr")),
            source=target.source,
            evidence=target.evidence,
        ),
    )


def _medicine(medicine: Medicine, hazard: Hazard | None) -> MedicineForm:
    usual = medicine.usual_daily_dose_mg
    return MedicineForm(
        name=medicine.name,
        other_names=medicine.other_names,
        usual_daily_dose=None if usual is None else Amount(value=usual, unit="mg"),
        hazard=None if hazard is None else hazard.says,
        blocks=hazard is not None and hazard.blocks,
    )


def _field(name: str, limits: FieldLimits) -> FieldForm:
    return FieldForm(
        name=name,
        pointer=POINTERS[name],
        needed=name in NEEDED,
        units=tuple(_unit(code, limits) for code in accepted_units(limits.kind)),
        evidence=limits.evidence,
    )


def _unit(code: str, limits: FieldLimits) -> UnitForm:
    one = to_canonical(Quantity(1.0, code), limits.kind)

    def span(ends: tuple[float, float]) -> Limits:
        low = _round(ends[0] / one, math.ceil)
        high = _round(ends[1] / one, math.floor)
        return Limits(
            low=Amount(value=low, unit=code), high=Amount(value=high, unit=code)
        )

    return UnitForm(code=code, accepted=span(limits.hard), usual=span(limits.soft))


def _round(value: float, inwards: Callable[[float], int]) -> float:
    """`value` to at most four figures, never beyond the limit it is."""
    if value == 0:
        return 0.0
    decimals = 3 - math.floor(math.log10(abs(value)))
    # Rounded to ten figures first: 2.4000000000000004 is 2.4, not 2.401.
    scaled = round(value * 10.0**decimals, 6)
    return float(f"{inwards(scaled) / 10.0**decimals:.10g}")
