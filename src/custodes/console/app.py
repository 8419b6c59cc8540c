"""The console: server-rendered pages over the register. Reading only, this machine only."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

from custodes import __version__
from custodes.console import api, api_subjects, pages, subjects
from custodes.console.edge import Edge
from custodes.console.render import page
from custodes.errors import CustodesError
from custodes.estate.register import open_register

STATIC = Path(__file__).parent / "static"
HEADLINES = {404: "There is nothing here", 503: "The register cannot be read"}


class Console(FastAPI):
    """FastAPI whose description names the problem documents that it really answers with."""

    def openapi(self) -> dict[str, Any]:
        """The description without FastAPI's own form of a bad request: ours is a 400."""
        described = super().openapi()
        for operations in described["paths"].values():
            for operation in operations.values():
                operation["responses"].pop("422", None)
        for name in ("HTTPValidationError", "ValidationError"):
            described["components"]["schemas"].pop(name, None)
        return described


def create_app(database_url: str, *, names: Iterable[str] = ()) -> FastAPI:
    """The console over the register at `database_url`.

    The register is opened when the server starts. `names` are host names to answer to besides
    localhost, 127.0.0.1 and ::1.
    """

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        opening = open_register(database_url)
        app.state.register = await run_in_threadpool(opening.__enter__)
        app.state.compared = {}
        try:
            yield
        finally:
            await run_in_threadpool(opening.__exit__, None, None, None)

    app = Console(
        title="custodes",
        version=__version__,
        description="What the register says, for programs. Reading only.",
        lifespan=life,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # FastAPI's own pages load their scripts from elsewhere
        redoc_url=None,
    )
    for part in (pages, subjects, api, api_subjects):
        app.include_router(part.router)
    app.add_api_route("/healthz", healthy, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_exception_handler(HTTPException, _on_status)
    app.add_exception_handler(RequestValidationError, _on_bad_request)
    app.add_exception_handler(CustodesError, _on_our_error)
    app.add_middleware(Edge, say=say, names=tuple(names))
    return app


def healthy() -> Response:
    """Whether the console answers."""
    return PlainTextResponse("ok\n")


def say(request: Request, status: int, headline: str, words: str, code: str = "") -> Response:
    """An answer that is not what was asked for: a problem document for programs, else a page."""
    path = request.url.path
    if path.startswith("/api/"):
        body = {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": words,
            "code": code or HTTPStatus(status).phrase.lower().replace(" ", "-"),
            "instance": path[:500],
        }
        return JSONResponse(body, status, media_type="application/problem+json")
    return page("problem.html", headline, "/problem", status=status, words=words, number=status)


def _on_status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headline = HEADLINES.get(error.status_code, HTTPStatus(error.status_code).phrase)
    words = str(error.detail)
    if words == HTTPStatus(error.status_code).phrase:
        words = "The address may be mistyped, or what it named is no longer in the register."
    return say(request, error.status_code, headline, words)


def _on_bad_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    told = "; ".join(f"{'.'.join(map(str, e['loc'][1:]))}: {e['msg']}" for e in error.errors())
    if request.url.path.startswith("/api/"):
        return say(request, 400, "The request cannot be understood", told, "bad-request")
    return say(request, 404, HEADLINES[404], "The number in the address is not a number of ours.")


def _on_our_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, CustodesError)
    words = " ".join(part for part in (str(error), error.hint) if part)
    return say(request, 503, HEADLINES[503], words, error.code)
