"""Killing the real program at random moments: nothing may be half there afterwards."""
