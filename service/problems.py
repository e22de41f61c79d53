"""Each way to fail, as an RFC 9457 problem: `application/problem+json`.

The twin knows no HTTP; here its errors get a status, a type and a title.  What a
person can mend says how and names the field; what they cannot mend says so without
showing our insides.
"""

import json
import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from twin.errors import (
    Cancelled,
    DrawFailed,
    ForeignFileError,
    GenotypeError,
    InputError,
    IntegrationFailed,
    LibraryError,
    ModelError,
    NumericsError,
    ObservationError,
    PatientError,
    RegimenError,
    TwinError,
    UnitError,
    UnsupportedModel,
)

MEDIA_TYPE = "application/problem+json"
TYPES = "urn:patient-twin:problem:"
_LONGEST_DETAIL = 600

_REPORT = "this is our fault, not yours: report it as number {number}"

_log = logging.getLogger("service")


@dataclass(frozen=True, slots=True)
class Kind:
    """What all problems of one sort have in common."""

    status: int
    name: str
    title: str


def _input(name: str, title: str) -> Kind:
    return Kind(HTTPStatus.UNPROCESSABLE_ENTITY, name, title)


def _fault(name: str, title: str) -> Kind:
    return Kind(HTTPStatus.INTERNAL_SERVER_ERROR, name, title)


# Every error of twin/errors.py has its own line here.
KINDS: Mapping[type[TwinError], Kind] = MappingProxyType(
    {
        TwinError: _fault("twin", "The twin could not answer"),
        InputError: _input("input", "What was asked cannot be answered as written"),
        PatientError: _input("patient", "A field of the patient cannot be used"),
        GenotypeError: _input("genotype", "The genotype cannot be understood"),
        RegimenError: _input("regimen", "The regimen is impossible"),
        ObservationError: _input("observation", "A measurement cannot be understood"),
        UnitError: _input("unit", "A unit is missing or not accepted"),
        ForeignFileError: _input("file", "A file cannot be read"),
        UnsupportedModel: _input("model-use", "A model uses what the engine lacks"),
        LibraryError: _fault("library", "The model library is damaged"),
        ModelError: _fault("model", "The model cannot be used"),
        Cancelled: Kind(
            HTTPStatus.CONFLICT, "cancelled", "The calculation was called off"
        ),
        NumericsError: _fault("numerics", "A calculation did not reach its answer"),
        DrawFailed: _fault("draw-failed", "A calculation did not reach its answer"),
        IntegrationFailed: _fault(
            "integration-failed", "A calculation did not reach its answer"
        ),
    }
)


@dataclass(eq=False)
class Refused(Exception):
    """A request turned down by the service itself, before or beside the twin."""

    kind: Kind
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)


Locate = Callable[[str], str | None]
"""JSON pointer of the field that a message is about, where it names one."""


def problem(
    kind: Kind,
    detail: str,
    *,
    pointer: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The response; `pointer` leads to the field of the body that is meant."""
    line = one_line(detail)
    content: dict[str, object] = {
        "type": TYPES + kind.name,
        "title": kind.title,
        "status": int(kind.status),
        "detail": line,
    }
    if pointer is not None:
        content["errors"] = [{"detail": line, "pointer": pointer}]
    return Response(
        json.dumps(content, ensure_ascii=False),
        status_code=kind.status,
        media_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )


def install(app: FastAPI, *, locate: Locate) -> None:
    """From here on, whatever goes wrong in `app` is answered as a problem."""

    async def twin_error(_request: Request, error: Exception) -> Response:
        assert isinstance(error, TwinError)
        kind = KINDS[type(error)]
        if kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return _reported(kind, error)
        return problem(kind, str(error), pointer=locate(str(error)))

    async def refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return problem(error.kind, error.detail, headers=error.headers)

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status = HTTPStatus(error.status_code)
        kind = Kind(status, status.phrase.lower().replace(" ", "-"), status.phrase)
        why = status.description or error.detail
        return problem(
            kind, f"{request.method} {request.url.path}: {why}", headers=error.headers
        )

    async def bug(_request: Request, _error: Exception) -> Response:
        # The server logs the traceback itself; the number finds it.
        number = _log_number(KINDS[TwinError])
        return problem(KINDS[TwinError], _REPORT.format(number=number))

    app.add_exception_handler(TwinError, twin_error)
    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(Exception, bug)


def _reported(kind: Kind, error: Exception) -> Response:
    """Logged in full under a number; the person gets the message and the number."""
    number = _log_number(kind, error)
    return problem(kind, f"{error}; {_REPORT.format(number=number)}")


def _log_number(kind: Kind, error: Exception | None = None) -> str:
    number = uuid.uuid4().hex[:12]
    _log.error("problem %s: %s", number, kind.title, exc_info=error)
    return number


def one_line(message: str) -> str:
    """Without line breaks, control characters and lone surrogates; never endless."""
    line = " ".join(message.split())
    line = "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)
    if len(line) > _LONGEST_DETAIL:
        half = _LONGEST_DETAIL // 2
        line = f"{line[:half]} … {line[-half:]}"
    return line
