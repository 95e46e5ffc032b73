"""What Slack sends: events, commands, presses and forms; and what a person sees of an answer."""

import itertools
import time
from collections.abc import Mapping
from typing import Any

from slack_sdk.signature import SignatureVerifier

from tests.bot.slack.fake_slack import BOT_USER, SIGNING_SECRET, FakeSlack, text_parts

_event_ids = itertools.count(1)


def shown(post: Mapping[str, Any]) -> str:
    """Give what a person reads in a posted message or a view, buttons left out."""
    return "".join(
        part["text"] for part in text_parts(post["blocks"]) if isinstance(part.get("text"), str)
    )


def button(message: Mapping[str, Any], action_id: str) -> dict[str, Any]:
    """Give the button of a message or view that does something; KeyError where there is none."""
    for block in message["blocks"]:
        for element in block.get("elements", ()):
            if element.get("action_id") == action_id:
                found: dict[str, Any] = element
                return found
    raise KeyError(action_id)


def pressed(
    slack: FakeSlack, message: Mapping[str, Any], action_id: str, value: str | None = None
) -> dict[str, Any]:
    """Give the payload of a press on a button; `value` tells which of the two feedback buttons."""
    element = button(message, action_id)
    if value:
        both = (element["positive_button"], element["negative_button"])
        element = {**element, **next(each for each in both if each["value"].startswith(value))}
    return {
        "type": "block_actions",
        "user": {"id": "U1", "username": "ann", "team_id": "T1"},
        "api_app_id": "A1",
        "token": "unused",
        "container": {"type": "message", "channel_id": message["channel"], "is_ephemeral": False},
        "trigger_id": f"trigger-{next(_event_ids)}",
        "team": {"id": "T1", "domain": "t"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": message["channel"], "name": "news"},
        "message": dict(message),
        "response_url": slack.url("hook/pressed"),
        "actions": [
            {
                "action_id": action_id,
                "block_id": "b1",
                "type": element["type"],
                "value": element["value"],
                "action_ts": "1.1",
            }
        ],
    }


def submitted(view_id: str, view: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Give the payload of a modal that is sent off with a text in its one input."""
    return {
        "type": "view_submission",
        "team": {"id": "T1", "domain": "t"},
        "user": {"id": "U1", "name": "ann", "team_id": "T1"},
        "api_app_id": "A1",
        "token": "unused",
        "trigger_id": f"trigger-{next(_event_ids)}",
        "view": {
            **view,
            "id": view_id,
            "team_id": "T1",
            "state": {
                "values": {"input": {"input": {"type": "plain_text_input", "value": text or None}}}
            },
        },
        "response_urls": [],
        "is_enterprise_install": False,
        "enterprise": None,
    }


def shortcut(text: str) -> dict[str, Any]:
    """Give the payload of the shortcut of a message in the channel C1."""
    return {
        "type": "message_action",
        "callback_id": "ask_about_message",
        "trigger_id": f"trigger-{next(_event_ids)}",
        "message_ts": "50.1",
        "channel": {"id": "C1", "name": "news"},
        "message": {"type": "message", "user": "U2", "ts": "50.1", "text": text, "team": "T1"},
        "team": {"id": "T1", "domain": "t"},
        "user": {"id": "U1", "username": "ann", "team_id": "T1", "name": "ann"},
        "response_url": "",
        "is_enterprise_install": False,
        "enterprise": None,
        "action_ts": "51.1",
        "token": "unused",
    }


def command(slack: FakeSlack, text: str, channel: str = "C1") -> dict[str, str]:
    """Give the fields of `/ask` with a text."""
    return {
        "token": "unused",
        "team_id": "T1",
        "team_domain": "t",
        "channel_id": channel,
        "channel_name": "news",
        "user_id": "U1",
        "user_name": "ann",
        "command": "/ask",
        "text": text,
        "api_app_id": "A1",
        "is_enterprise_install": "false",
        "response_url": slack.url("hook/command"),
        "trigger_id": f"trigger-{next(_event_ids)}",
    }


def event_body(
    event: Mapping[str, Any], event_id: str | None = None, team: str = "T1"
) -> dict[str, Any]:
    """Give an event in the wrapping that Slack delivers it in."""
    return {
        "token": "unused",
        "team_id": team,
        "api_app_id": "A1",
        "event": dict(event),
        "type": "event_callback",
        "event_id": event_id or f"Ev{next(_event_ids):06}",
        "event_time": int(time.time()),
        "authorizations": [
            {"team_id": team, "user_id": BOT_USER, "is_bot": True, "is_enterprise_install": False}
        ],
    }


def mention(text: str, ts: str = "100.000001", **more: Any) -> dict[str, Any]:
    """Give the event of a mention in the channel C1; `text` follows the bot's name."""
    return {
        "type": "app_mention",
        "user": "U1",
        "text": f"<@{BOT_USER}> {text}",
        "ts": ts,
        "channel": "C1",
        "event_ts": ts,
        **more,
    }


def message(text: str, ts: str = "100.000001", kind: str = "im", **more: Any) -> dict[str, Any]:
    """Give the event of a message: in the DM D1, or for another `kind` in the channel C1."""
    return {
        "type": "message",
        "user": "U1",
        "text": text,
        "ts": ts,
        "channel": "D1" if kind == "im" else "C1",
        "channel_type": kind,
        "event_ts": ts,
        **more,
    }


def changed(
    before: Mapping[str, Any], text: str, edited: str = "900.000001", **more: Any
) -> dict[str, Any]:
    """Give the event of an edit of a message."""
    inner = {k: v for k, v in before.items() if k not in ("channel", "channel_type", "event_ts")}
    inner["type"] = "message"
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": before["channel"],
        "channel_type": before.get("channel_type", "channel"),
        "ts": edited,
        "event_ts": edited,
        "message": {**inner, "text": text, "edited": {"user": "U1", "ts": edited}, **more},
        "previous_message": inner,
    }


def deleted(before: Mapping[str, Any]) -> dict[str, Any]:
    """Give the event of a message's deletion."""
    event = changed(before, "", "901.000001")
    del event["message"]
    return {**event, "subtype": "message_deleted", "deleted_ts": before["ts"]}


def signed(
    body: bytes,
    *,
    secret: str = SIGNING_SECRET,
    age: float = 0.0,
    kind: str = "application/json",
) -> dict[str, str]:
    """Give the headers with which Slack sends a body; `age` in seconds."""
    timestamp = str(int(time.time() - age))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    assert signature
    return {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature,
    }
