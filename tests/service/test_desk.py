"""One engine, many callers: they wait their turn, and not for ever."""

import asyncio
import threading

import pytest

from service.problems import Refused
from service.twins.operations import DosingDesk
from tests.service.conftest import PATIENT
from twin.engine.reference import ReferenceEngine
from twin.library import load_library


class Held:
    """The referee, kept from answering while `held` is set."""

    name = "held"

    def __init__(self) -> None:
        self._engine = ReferenceEngine()
        self.go = threading.Event()
        self.go.set()
        self.threads: set[int] = set()

    def courses(self, *arguments, **options):
        self.threads.add(threading.get_ident())
        self.go.wait(10)
        return self._engine.courses(*arguments, **options)


@pytest.fixture(scope="module")
def engine() -> Held:
    return Held()


def with_desk(engine, story, **options):
    """Run `story(desk)` at an open desk."""
    settings = {"answer_within_s": 10.0, "longest_queue": 4, **options}

    async def told():
        desk = DosingDesk(load_library(), engine, **settings)
        assert not desk.ready
        await desk.open()
        try:
            return await story(desk)
        finally:
            engine.go.set()
            desk.close()

    return asyncio.run(told())


def refusal(outcome) -> str:
    assert isinstance(outcome, Refused), outcome
    assert outcome.kind.status == 503
    assert outcome.headers["Retry-After"]
    return outcome.detail


def test_only_one_thread_ever_touches_the_engine(engine):
    async def story(desk):
        engine.threads.clear()
        return await asyncio.gather(*(desk.dose(PATIENT) for _ in range(3)))

    answers = with_desk(engine, story)

    assert len({answer.twin_digest for answer in answers}) == 1
    assert len(engine.threads) == 1
    assert threading.get_ident() not in engine.threads


def test_who_waits_too_long_is_told_so_and_leaves_the_queue(engine):
    async def story(desk):
        engine.go.clear()
        asked = [desk.dose(PATIENT) for _ in range(2)]
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
        engine.go.set()
        return outcomes

    for outcome in with_desk(engine, story, answer_within_s=0.3):
        assert "no answer within 0.3 s" in refusal(outcome)


def test_a_full_queue_refuses_at_once(engine):
    async def story(desk):
        engine.go.clear()
        waiting = [asyncio.create_task(desk.dose(PATIENT)) for _ in range(2)]
        await asyncio.sleep(0.05)
        with pytest.raises(Refused) as refused:
            await desk.dose(PATIENT)
        engine.go.set()
        return refused.value, await asyncio.gather(*waiting)

    refused, answers = with_desk(engine, story, longest_queue=2)

    assert "2 questions are waiting" in refusal(refused)
    assert len(answers) == 2


def test_a_desk_held_up_too_long_is_not_ready_until_it_moves_on(engine):
    async def story(desk):
        seen = [desk.ready]
        engine.go.clear()
        await asyncio.gather(desk.dose(PATIENT), return_exceptions=True)
        await asyncio.sleep(0.5)
        seen.append(desk.ready)
        engine.go.set()
        for _ in range(100):
            await asyncio.sleep(0.05)
            if desk.ready:
                break
        return [*seen, desk.ready]

    assert with_desk(engine, story, answer_within_s=0.2) == [True, False, True]


def test_bad_input_never_reaches_the_engine(engine):
    async def story(desk):
        engine.threads.clear()
        return await asyncio.gather(desk.dose({"age": 1}), return_exceptions=True)

    with_desk(engine, story)

    assert engine.threads == set()
