"""About how Slack shows messages and views: HTML made of their JSON, and pictures of it."""

import hashlib
import io
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

STYLE = """
* { box-sizing: border-box }
body { margin: 0; padding: 12px 16px; width: 640px; background: #fff; color: #1d1c1d;
       font: 15px/22px "Liberation Sans", Arial, sans-serif }
.message { display: flex; gap: 8px; margin: 4px 0 14px }
.face { flex: none; width: 36px; height: 36px; border-radius: 8px; background: #611f69;
        color: #fff; font: bold 20px/36px serif; text-align: center }
.who { font-weight: bold } .app { background: #e8e8e8; color: #616061; font-size: 10px;
       border-radius: 2px; padding: 1px 3px; margin-left: 4px }
.alone { color: #616061; font-size: 12px }
.section { white-space: pre-wrap } a { color: #1264a3 }
.user { background: #e8f5fa; color: #1264a3 }
blockquote { margin: 6px 0; padding: 0 0 0 12px; border-left: 4px solid #ddd;
             white-space: pre-wrap }
.block { margin-bottom: 6px }
.button { display: inline-block; border: 1px solid #bbb; border-radius: 4px; font-weight: bold;
          font-size: 13px; line-height: 26px; padding: 0 11px; margin: 4px 8px 0 0 }
.go { background: #007a5a; border-color: #007a5a; color: #fff }
.modal { width: 520px; border: 1px solid #ddd; border-radius: 8px; margin: 8px auto 14px;
         padding: 14px 22px; box-shadow: 0 2px 8px #0002 }
.title { font-weight: bold; font-size: 20px; margin-bottom: 10px }
.foot { text-align: right } h3 { font-size: 18px; margin: 12px 0 4px }
.field { border: 1px solid #888; border-radius: 4px; padding: 6px 10px; min-height: 68px;
         margin: 4px 0 6px }
.label { font-weight: bold }
svg { vertical-align: -3px }
"""
THUMB = (
    '<svg width="16" height="16" viewBox="0 0 24 24" fill="none" stroke="#616061" stroke-width="2"'
    ' style="rotate: {}deg"><path d="M7 10v11H3V10zM7 10l4-8c2 0 3 1 3 3l-1 4h6c2 0 2 1 2 2l-2 8'
    'c0 1-1 2-2 2H7"/></svg>'
)
COLOURS = 48
"""Of a picture: it looks the same as with all of them, and takes a third of the room."""
_NOTED = "source"


def draw(shown: Sequence[tuple[Mapping[str, Any], str]]) -> str:
    """Give a page that shows messages and views; beside each, what stands above it."""
    drawn = "".join(_draw(each, above) for each, above in shown)
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{drawn}"


def photograph(pages: Mapping[Path, str]) -> None:
    """Write a picture of each page, with a note of what it shows."""
    from playwright.sync_api import sync_playwright

    from tests.bot.web.conftest import CHROMIUM

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 640, "height": 100})
        for file, html in pages.items():
            page.set_content(html)
            taken = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
            note = PngInfo()
            note.add_text(_NOTED, _fingerprint(html))
            taken.quantize(COLOURS).save(file, optimize=True, pnginfo=note)
        browser.close()


def shows(picture: Path, html: str) -> bool:
    """Tell whether a picture is of this page, by the note in it."""
    with Image.open(picture) as taken:
        return taken.info.get(_NOTED) == _fingerprint(html)


def _fingerprint(html: str) -> str:
    return hashlib.sha256(html.encode()).hexdigest()


def _draw(shown: Mapping[str, Any], above: str) -> str:
    body = "".join(f'<div class="block">{_block(block)}</div>' for block in shown["blocks"])
    if shown.get("type") == "home":
        return body
    if shown.get("type") == "modal":
        buttons = [_button(shown["close"])]
        if "submit" in shown:
            buttons.append(_button(shown["submit"], "go"))
        title = f'<div class="title">{_plain(shown["title"])}</div>'
        return f'<div class="modal">{title}{body}<div class="foot">{"".join(buttons)}</div></div>'
    alone = f'<div class="alone">{escape(above)}</div>' if above else ""
    who = '<span class="who">articlebot</span><span class="app">APP</span>'
    face = '<div class="face">“</div>'
    return f'<div class="message">{face}<div>{alone}<div>{who}</div>{body}</div></div>'


def _block(block: Mapping[str, Any]) -> str:
    match block["type"]:
        case "rich_text":
            return "".join(map(_rich, block["elements"]))
        case "header":
            return f"<h3>{_plain(block['text'])}</h3>"
        case "actions":
            return "".join(_button(each["text"]) for each in block["elements"])
        case "context_actions":
            return f"{THUMB.format(0)}&ensp;{THUMB.format(180)}"
        case "input":
            filled = escape(block["element"].get("initial_value", ""))
            label = f'<div class="label">{_plain(block["label"])}</div>'
            return f'{label}<div class="field">{filled}</div>'
        case other:
            raise ValueError(f"how a block {other!r} looks is not known here")


def _rich(element: Mapping[str, Any]) -> str:
    inner = "".join(map(_part, element["elements"]))
    match element["type"]:
        case "rich_text_quote":
            return f"<blockquote>{inner}</blockquote>"
        case "rich_text_section":
            return f'<div class="section">{inner.strip(chr(10))}</div>'
        case other:
            raise ValueError(f"how an element {other!r} looks is not known here")


def _part(part: Mapping[str, Any]) -> str:
    if part["type"] == "user":
        return '<span class="user">@Ada</span>'
    text = escape(part["text"])
    if part["type"] == "link":
        return f'<a href="{escape(part["url"])}">{text}</a>'
    for style, tag in (("bold", "b"), ("italic", "i")):
        if part.get("style", {}).get(style):
            text = f"<{tag}>{text}</{tag}>"
    return text


def _button(text: Mapping[str, Any], kind: str = "") -> str:
    return f'<span class="button {kind}">{_plain(text)}</span>'


def _plain(text: Mapping[str, Any]) -> str:
    return escape(text["text"])
