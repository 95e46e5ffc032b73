"""Slack: reads what people write there, and answers."""
