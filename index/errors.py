"""Errors that a user can act on: each carries what happened and what to do about it."""


class ArticlebotError(Exception):
    """Base of every error that is told to a user as one sentence.

    Only the outermost layer turns it into an exit code, an HTTP status or a Slack message.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(f"{what}: {remedy}" if remedy else what)
        self.what = what
        self.remedy = remedy


class UsageError(ArticlebotError):
    """The request itself is wrong: an empty question, an unknown option or article."""


class UnknownArticleError(UsageError):
    """No article of the library has the id that was asked for."""


class SettingsError(ArticlebotError):
    """A setting has a value that cannot be used; names the key and the value."""


class SourceError(ArticlebotError):
    """A file or folder cannot be read as an article; names it and the reason."""


class ModelError(ArticlebotError):
    """The embedding model is missing, altered or cannot be exported."""


class LibraryError(ArticlebotError):
    """The data directory cannot be used: not writable, damaged, of another format or model."""


class EmptyLibraryError(LibraryError):
    """There is no article to search yet."""


class UnavailableError(LibraryError):
    """The library cannot be used for the moment; what is tried again may well succeed."""


class BusyError(UnavailableError):
    """Another process is writing to the same data directory."""
