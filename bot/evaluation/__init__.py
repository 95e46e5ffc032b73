"""Questions with known answers, and the figures of how they are answered."""
