"""How log lines look: for people, or one JSON object a line for programs."""

import json
import logging
from datetime import UTC, datetime

from bot.web.middleware import add_request_id

TEXT = "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"


class JsonFormatter(logging.Formatter):
    """One object a line; what a record carries as `facts` stands in it by name."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry)  # ASCII: nothing in it can end a line or act on a terminal


def set_up_logs(level: str, form: str) -> None:
    """Log to standard error, each line with the id of its request; replaces what was set up."""
    handler = logging.StreamHandler()
    handler.addFilter(add_request_id)
    handler.setFormatter(JsonFormatter() if form == "json" else logging.Formatter(TEXT))
    logging.basicConfig(level=level, handlers=[handler], force=True)
