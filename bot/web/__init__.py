"""The HTTP edge: `articlebot serve`. It translates; every answer comes from `bot.answer.ask`."""

from bot.web.app import MAX_BODY, create_app
from bot.web.server import run_app, serve

__all__ = ["MAX_BODY", "create_app", "run_app", "serve"]
