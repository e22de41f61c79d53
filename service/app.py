"""The only place where the service is wired together.

The engine and the array kernels are warmed before the first request is taken: whoever
reaches the service gets an answer in its usual time.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp

from service import health, problems
from service.headers import SafeHeaders
from service.page import serve_page
from service.settings import Settings
from service.twins import endpoints
from service.twins.operations import DosingDesk
from service.twins.schemas import pointer_of
from twin.engine.compiled import CompiledEngine
from twin.engine.simulate import Engine
from twin.library import load_library
from twin.lifecycle import SOFTWARE_VERSION


def create_app(settings: Settings, *, engine: Engine | None = None) -> ASGIApp:
    """The service, headers and all; `engine` is the compiled one where none is given.

    Raises: LibraryError at once when `models/` cannot be used.
    """
    desk = DosingDesk(
        load_library(),
        engine or CompiledEngine(),
        answer_within_s=settings.answer_within_s,
        longest_queue=settings.longest_queue,
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await desk.open()
        try:
            yield
        finally:
            desk.close()

    app = FastAPI(
        title="Patient Twin",
        version=SOFTWARE_VERSION,
        summary="Decision support for warfarin dosing; it makes no decision.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # both would load scripts from another host
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.desk = desk
    problems.install(app, locate=pointer_of)
    app.include_router(health.router)
    app.include_router(endpoints.router)
    serve_page(app)
    # Around everything, so that the answer to a bug of ours carries them too.
    return SafeHeaders(app, allowed_hosts=settings.allowed_hosts)
