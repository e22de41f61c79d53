"""Every error of the twin has its problem, and none shows our insides."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from service.problems import KINDS, MEDIA_TYPE, TYPES, Kind, Refused, install, one_line
from twin.errors import (
    DrawFailed,
    InputError,
    IntegrationFailed,
    TwinError,
    UnsupportedModel,
)

INSIDES = "a line of our own code"


def tree(error: type[TwinError]) -> set[type[TwinError]]:
    return {error}.union(*(tree(child) for child in error.__subclasses__()))


def asked(app: FastAPI) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.get("http://localhost/")

    return asyncio.run(ask())


def raised(error: Exception) -> tuple[int, dict[str, Any], str]:
    """Status, body and media type of what a handler that raises `error` answers."""
    app = FastAPI()
    install(app, locate=lambda message: "/age" if message.startswith("age") else None)

    @app.get("/")
    def handler() -> None:
        raise error

    answer = asked(app)
    return answer.status_code, answer.json(), answer.headers["content-type"]


def an_error(kind: type[TwinError]) -> TwinError:
    if kind is DrawFailed:
        return DrawFailed(3, 24.0, "step too small")
    if kind is IntegrationFailed:
        return IntegrationFailed(2, 10, "step too small")
    if kind is UnsupportedModel:
        return UnsupportedModel("m", ("algebraic rule",))
    return kind("age: -1 a is outside what is accepted")


def test_every_error_of_the_twin_has_a_line_of_its_own():
    assert set(KINDS) == tree(TwinError)
    assert len({kind.name for kind in KINDS.values()}) == len(KINDS)


def test_an_error_nobody_mapped_would_be_seen():
    class Unheard(TwinError):
        pass

    assert Unheard in tree(TwinError) - set(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_becomes_its_problem(kind):
    status, body, media_type = raised(an_error(kind))

    assert media_type == MEDIA_TYPE
    assert body["type"] == TYPES + KINDS[kind].name
    assert body["status"] == status == KINDS[kind].status
    assert (status == 422) == issubclass(kind, InputError)
    assert str(an_error(kind)) in body["detail"]


def test_the_field_at_fault_is_pointed_at():
    _, body, _ = raised(an_error(InputError))

    assert body["errors"] == [{"detail": body["detail"], "pointer": "/age"}]


def test_a_bug_shows_a_number_and_nothing_else():
    status, body, media_type = raised(ZeroDivisionError(INSIDES))

    assert (status, media_type) == (500, MEDIA_TYPE)
    assert "number" in body["detail"]
    assert INSIDES not in json.dumps(body)
    assert "Traceback" not in json.dumps(body)


def test_a_refusal_keeps_its_headers():
    app = FastAPI()
    install(app, locate=lambda _message: None)

    @app.get("/")
    def handler() -> None:
        raise Refused(Kind(503, "busy", "Busy"), "later", {"Retry-After": "5"})

    answer = asked(app)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_a_message_is_one_line_of_whole_characters():
    assert one_line("a\nb\x00c\ud800") == "a b\\x00c\\ud800"
    assert len(one_line("x" * 100_000)) < 700
