"""What the app needs from a workspace, and what each part of it is for."""

NEEDED = {
    "app_mentions:read": "to be asked in a channel",
    "assistant:write": "to suggest questions, and to show that it is reading",
    "chat:write": "to answer",
    "commands": "for /ask, and to be asked about a message",
    "im:history": "to be asked in a direct message",
}
"""Scopes of the bot token."""
FOR_THREADS = {
    "channels:history": "to be asked on in its threads without a mention, in public channels",
    "groups:history": "the same in private channels",
}
"""Needed only for follow-ups without a mention."""
FOR_FILES = {"files:read": "to add articles from files"}
"""Needed only where ARTICLEBOT_SLACK_EDITORS names somebody."""
EVENTS = ("app_home_opened", "app_mention", "message.im")
"""Events that the app has to be subscribed to."""
EVENTS_FOR_THREADS = ("message.channels", "message.groups")
