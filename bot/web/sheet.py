"""The page of a PDF as a picture, beside the text of its article."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import Response

from bot.web.service import Service
from index.reading.limits import Limits
from index.reading.originals import draw_page

Offset = Annotated[int, Query(ge=0)]
"""Into the text of an article, in code points."""


def make_router(service: Service) -> APIRouter:
    """Give the pictures; the API's document leaves them out."""
    router = APIRouter(include_in_schema=False)
    library, run = service.library, service.workers.run
    limits = Limits.of(service.settings)

    @router.get("/articles/{article_id}/page.png", dependencies=[Depends(service.gate.may_see)])
    async def show_page_of_pdf(article_id: str, start: Offset, end: Offset) -> Response:
        """Show the page that a range of the text begins on, with the range marked."""

        def draw() -> bytes | None:
            article = library.article(article_id).article
            return draw_page(library.records, article, start, end, limits)

        picture = await run(draw)
        if picture is None:
            raise HTTPException(404, "The page of the file cannot be shown.")
        headers = {"Cache-Control": "private, max-age=3600"}
        return Response(picture, media_type="image/png", headers=headers)

    return router
