"""Pages of paper: lines with a place, and how they are read as paragraphs."""
