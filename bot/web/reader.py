"""The reader page: an article as HTML, where a citation's link leads to its exact words."""

from urllib.parse import quote

from fastapi.responses import HTMLResponse

from bot.web.html import escape_text, source_name
from index.article import Paragraph, ParsedArticle
from index.reading.originals import has_pages

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/reader.css">
<script src="/static/theme.js"></script>
<script src="/static/reader.js" defer></script>
</head>
<body>
<header>
<h1 lang="{language}" dir="auto">{title}</h1>
<p>{about}</p>
</header>
<main lang="{language}">
{paragraphs}
</main>
{sheet}</body>
</html>
"""

_SHEET = """\
<aside class="sheet" data-sheet="{address}" hidden>\
<img alt="The page of the PDF, with the words marked on it"></aside>
"""

_PARAGRAPH = """\
<div class="paragraph {kind}" id="p{number}">\
<a class="number" href="#p{number}" aria-label="Paragraph {number}">{number}</a>\
<p dir="auto" data-start="{start}" data-end="{end}">{text}</p></div>"""


def render_page(parsed: ParsedArticle) -> str:
    """Give the page of an article; `/static/reader.js` marks the range of its `#s=START-END`.

    The text of each `<p data-start data-end>` is `article.text[start:end]`, code point for code
    point, so that offsets into the article are offsets into the page.
    """
    article = parsed.article
    about = [_source(article.source)]
    if article.author:
        about.append(escape_text(article.author))
    if article.published:
        about.append(f"<time>{article.published.isoformat()}</time>")
    return _PAGE.format(
        title=escape_text(article.title),
        about=" · ".join(about),
        language=escape_text(article.language or ""),
        sheet=_sheet(article.id) if has_pages(article) else "",
        paragraphs="\n".join(_paragraph(article.text, each) for each in parsed.paragraphs),
    )


def page_response(parsed: ParsedArticle) -> HTMLResponse:
    """Give the page as a response that may load nothing but the bot's own script and style."""
    headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Cache-Control": "no-cache"}
    return HTMLResponse(render_page(parsed), headers=headers)


def _paragraph(text: str, paragraph: Paragraph) -> str:
    return _PARAGRAPH.format(
        kind=paragraph.kind,
        number=paragraph.number,
        start=paragraph.start,
        end=paragraph.end,
        text=escape_text(text[paragraph.start : paragraph.end]),
    )


def _sheet(article_id: str) -> str:
    """Give the place of the PDF's page, which `/static/reader.js` shows beside the text."""
    return _SHEET.format(address=escape_text(f"/articles/{quote(article_id, safe='')}/page.png"))


def _source(source: str) -> str:
    if source.startswith(("http://", "https://")):
        address = escape_text(source)
        return f'<a href="{address}" rel="nofollow noreferrer">{address}</a>'
    return f"<span>{escape_text(source_name(source))}</span>"
