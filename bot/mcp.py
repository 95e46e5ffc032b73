"""A Model Context Protocol server: ask, search and read articles, over stdio or HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from pydantic import Field
from starlette.types import ASGIApp

from bot.answering.answer import Answer, ask
from bot.answering.hits import SearchHits, SearchQuery, find_hits
from bot.answering.query import Query
from bot.article_view import ArticleView, view_article
from bot.failures import describe_error
from index.errors import ArticlebotError, UnknownArticleError
from index.library import Library
from index.settings import Settings

INSTRUCTIONS = (
    "Answers questions from a library of articles. Each answer is quoted word for word, with a"
    " citation (article, paragraph, character range). When found is false, the articles do not"
    " answer, and what is under closest is not an answer: say so. Quote and cite what is given."
)
_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)


def make_server(library: Library) -> MCPServer[Any]:
    """Make the server over a library, which stays the caller's to close."""
    server: MCPServer[Any] = MCPServer("articlebot", instructions=INSTRUCTIONS)

    @contextmanager
    def telling() -> Iterator[None]:
        try:
            yield
        except UnknownArticleError as error:
            raise ToolError(f"{error.what}: citations and hits name the ids of articles") from None
        except ArticlebotError as error:
            failure = describe_error(error, library.settings)
            raise ToolError(": ".join(filter(None, (failure.detail, failure.remedy)))) from None

    @server.tool(name="ask", annotations=_READS)
    def answer_question(
        question: Annotated[str, Field(description="A question in plain words.")],
        top_k: Annotated[int, Field(ge=1, le=20, description="Passages at most.")] = 3,
        article: Annotated[str | None, Field(description="Only the article with this id.")] = None,
    ) -> Answer:
        """Answer a question with quoted passages and their checked citations."""
        with telling():
            return ask(library, Query(question=question, top_k=top_k, article=article))

    @server.tool(annotations=_READS)
    def search(
        question: Annotated[str, Field(description="What to look for.")],
        k: Annotated[int, Field(ge=1, le=100, description="Sentences at most.")] = 10,
        article: Annotated[str | None, Field(description="Only the article with this id.")] = None,
    ) -> SearchHits:
        """Find the sentences nearest to a question, with their scores; not judged as answers."""
        with telling():
            return find_hits(library, SearchQuery(question=question, k=k, article=article))

    @server.tool(annotations=_READS)
    def read_article(
        article_id: Annotated[str, Field(description="As citations and hits name it.")],
    ) -> ArticleView:
        """Read an article: its text and paragraphs. Offsets are in code points of the text."""
        with telling():
            return view_article(library.article(article_id))

    return server


def run_stdio(settings: Settings) -> None:
    """Serve one client over standard input and output until it leaves."""
    with Library.open(settings) as library:
        make_server(library).run("stdio")


def http_app(library: Library) -> ASGIApp:
    """Make the application that serves streamable HTTP at `/mcp`, to be guarded by the caller."""
    # Hosts and origins are the guard's to see to: it knows of the public address and of keys.
    unguarded = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    return make_server(library).streamable_http_app(transport_security=unguarded)
