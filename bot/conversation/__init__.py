"""A follow-up said in full."""
