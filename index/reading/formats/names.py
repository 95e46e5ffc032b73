"""The formats that are read, and how their files are named."""

FORMATS: dict[str, tuple[str, ...]] = {
    "plain text": (".txt", ".text"),
    "Markdown": (".md", ".markdown"),
    "reStructuredText": (".rst",),
    "HTML": (".html", ".htm", ".xhtml"),
    "PDF": (".pdf",),
    "Word (DOCX)": (".docx", ".docm"),
    "PowerPoint (PPTX)": (".pptx", ".pptm", ".ppsx"),
    "Excel (XLSX)": (".xlsx", ".xlsm"),
    "OpenDocument (ODT, ODS, ODP)": (".odt", ".ods", ".odp"),
    "CSV and TSV": (".csv", ".tsv"),
    "EPUB": (".epub",),
    "mail (EML, MBOX)": (".eml", ".mbox"),
    "subtitles (VTT, SRT)": (".vtt", ".srt"),
    "RSS and Atom": (".rss", ".atom", ".xml"),
    "JSON Lines": (".jsonl", ".ndjson"),
    "ZIP of these": (".zip",),
}
"""What a folder is searched for; a file that is named itself may have any suffix."""

SUFFIXES = frozenset(suffix for suffixes in FORMATS.values() for suffix in suffixes)
