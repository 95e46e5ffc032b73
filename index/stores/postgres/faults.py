"""What the errors of a PostgreSQL server mean to a user, and what to do about them.

None of it shows the address, which may hold a password.
"""

import logging

import psycopg
from psycopg_pool import PoolClosed, PoolTimeout

from index.errors import LibraryError, UnavailableError

log = logging.getLogger(__name__)

ENCODED = "special characters in the password are percent-encoded (%40 for @, %2F for /, %25 for %)"

_PASSING: tuple[tuple[type[Exception], str, str], ...] = (
    (psycopg.errors.QueryCanceled, "took too long", "try again, or see what keeps it busy"),
    (psycopg.errors.DiskFull, "is full", "free some space on its disk; nothing was changed"),
    (
        psycopg.errors.SerializationFailure,
        "is a standby, which had to go on",
        "try again; hot_standby_feedback=on on it avoids this",
    ),
    (
        psycopg.errors.ReadOnlySqlTransaction,
        "is a standby, which takes no changes",
        "add target_session_attrs=read-write and all hosts to ARTICLEBOT_STORE",
    ),
    (PoolTimeout, "has no connection free", "try again in a moment"),
)
"""What may have passed when it is tried again."""

_LASTING: tuple[tuple[type[Exception], str, str], ...] = (
    (
        psycopg.errors.UndefinedTable,
        "has not all tables of articlebot",
        "run `articlebot migrate`",
    ),
    (
        psycopg.errors.InsufficientPrivilege,
        "does not let its user do this",
        "use the user who ran `articlebot migrate`, or grant that user's role to this one",
    ),
)

_REFUSED: tuple[tuple[str, str, str], ...] = (
    (
        "authentication failed",
        "does not take the user or the password",
        f"check both in {{setting}}; {ENCODED}",
    ),
    (
        "no password supplied",
        "wants a password",
        f"set {{setting}} to postgresql://USER:PASSWORD@HOST/DATABASE; {ENCODED}",
    ),
    (
        "no pg_hba.conf entry",
        "does not let this user in from this machine",
        "check the user in {setting}, or add a line to the server's pg_hba.conf",
    ),
    (
        "CONNECT privilege",
        "does not let its user in",
        "let an administrator run `GRANT CONNECT ON DATABASE … TO …`, or check {setting}",
    ),
    (
        'role "',
        "does not know its user",
        "create it with `CREATE ROLE … LOGIN PASSWORD …`, or correct it in {setting}",
    ),
    (
        "does not exist",
        "does not exist on its server",
        "create it with `CREATE DATABASE …`, or correct the name at the end of {setting}",
    ),
)
"""What a server says to one who wants in, what that means, and what to do in a setting."""

_AWAY = (
    ("refused", "connection refused"),
    ("timeout", "it does not answer in time"),
    ("could not translate host name", "there is no such host"),
    ("failed to resolve host", "there is no such host"),
    ("starting up", "it is starting up"),
    ("shutting down", "it is shutting down"),
    ("too many", "it has too many connections"),
)


def explain(error: Exception, setting: str = "ARTICLEBOT_STORE") -> LibraryError:
    """Say what happened without the address, which may hold a password."""
    for kind, what, remedy in _PASSING:
        if isinstance(error, kind):
            return UnavailableError(f"the database {what}", remedy)
    for kind, what, remedy in _LASTING:
        if isinstance(error, kind):
            return LibraryError(f"the database {what}", remedy)
    log.debug("PostgreSQL: %s: %r", type(error).__name__, str(error))
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError | PoolClosed):
        return LibraryError(
            f"the database refuses what is asked ({type(error).__name__})", "see the server's log"
        )
    said = str(error)
    for part, what, remedy in _REFUSED:
        if part in said:
            return LibraryError(f"the database {what}", remedy.format(setting=setting))
    lost = isinstance(error, psycopg.OperationalError)
    otherwise = "the connection was lost" if lost else type(error).__name__
    reason = next((reason for part, reason in _AWAY if part in said), otherwise)
    return UnavailableError(
        f"the database cannot be reached ({reason})", f"see that it runs, and check {setting}"
    )
