"""From a source to an article: its text, its paragraphs, its sentences."""
