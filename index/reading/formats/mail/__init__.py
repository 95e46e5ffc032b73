"""Mails (EML, MBOX): what was written, apart from what was quoted."""
