"""Fuzzing of all that is read: `make fuzz` goes on until it is stopped, the suite for a while."""
