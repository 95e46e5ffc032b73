"""Whose a conversation is, by the beginning of its name."""

SLACK = "slack/"
"""Begins the names of Slack's conversations; other edges may not read them under it."""
