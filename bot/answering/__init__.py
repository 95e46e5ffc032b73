"""From a question to an `Answer`: what is searched, what is cited, whether it answers."""
