"""Whether the process lives, and whether it can answer."""

from dataclasses import asdict
from typing import Literal

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from bot.answering.answer import IndexInfo
from bot.web.metrics import CONTENT_TYPE
from bot.web.openapi import problems
from bot.web.problems import error_response
from bot.web.samples import METRICS
from bot.web.service import Service
from index.errors import EmptyLibraryError


class Health(BaseModel):
    """The process serves requests."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """The model is loaded and there are articles to search."""

    status: Literal["ready"] = "ready"
    index: IndexInfo


def make_router(service: Service) -> APIRouter:
    """Give the endpoints for those who watch over the process; probes need no key."""
    router = APIRouter(tags=["health"])
    # A place of its own, so that a probe need not queue behind questions.
    limiter = CapacityLimiter(1)

    @router.get("/healthz", responses=problems())
    async def read_health() -> Health:
        """Is the process alive? Answers at once, also while the model is still being loaded."""
        return Health()

    @router.get("/readyz", response_model=Ready, responses=problems(503))
    async def read_readiness() -> Ready | Response:
        """Can questions be answered? 503 with the reason until the index and the model are open."""
        if missing := service.readiness.missing:
            return error_response(missing, service.settings)
        info = await to_thread.run_sync(service.library.info, limiter=limiter)
        if not info.articles:
            empty = EmptyLibraryError(
                "there is no article to search", "index some with `articlebot index PATH`"
            )
            return error_response(empty, service.settings)
        return Ready(index=IndexInfo(**asdict(info)))

    @router.get(
        "/metrics",
        dependencies=[Depends(service.gate.may_read)],
        response_class=PlainTextResponse,
        responses=problems(401, 403, 429)
        | {200: {"content": {"text/plain": {"example": METRICS}}}},
    )
    async def read_metrics() -> Response:
        """Requests, latencies, abstentions, jobs and the size of the index, for Prometheus."""
        text = await to_thread.run_sync(service.metrics.read, limiter=limiter)
        return Response(text, media_type=CONTENT_TYPE)

    return router
