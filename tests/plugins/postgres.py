"""A real PostgreSQL of our own for the tests that need one: started once, a fresh database for each test.

`postgres_url` is the URL of an empty database; `any_database` gives a test twice, on SQLite and on PostgreSQL.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from db import Database, create_tables

SERVER_USER = "postgres"
"""The server refuses to run as root; then it runs as this user of the Debian package."""


class Cluster:
    """A server in a temporary directory that listens on a Unix socket in it and nowhere else."""

    def __init__(self) -> None:
        self.programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        self.directory = Path(tempfile.mkdtemp(prefix="kalpi-pg-", dir="/tmp"))
        if os.geteuid() == 0:
            shutil.chown(self.directory, SERVER_USER)
        options = f"-k {self.directory} -c listen_addresses=''"
        self.run("initdb", "-D", self.data, "-U", "kalpi", "-A", "trust", "-E", "UTF8", "--no-locale")
        self.run("pg_ctl", "-D", self.data, "-l", str(self.directory / "log"), "-o", options, "-w", "start")

    @property
    def data(self) -> str:
        return str(self.directory / "data")

    def run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", SERVER_USER, "--", *command]
        # The output goes to a file: the server would hold a pipe open for as long as it runs.
        with (self.directory.parent / f"{self.directory.name}.out").open("w+b") as output:
            done = subprocess.run(command, stdout=output, stderr=output, cwd="/", check=False)
            if done.returncode:
                output.seek(0)
                pytest.fail(f"{program}: {output.read().decode()}")

    def url(self, name: str) -> str:
        return f"postgresql://kalpi@/{name}?host={self.directory}"

    @property
    def socket(self) -> tuple[str, ...]:
        return ("-h", str(self.directory), "-U", "kalpi")

    def create(self, name: str, like: str = "template0") -> None:
        self.run("createdb", *self.socket, "-T", like, name)

    @contextmanager
    def holding(self, like: str = "template0") -> Iterator[str]:
        """The URL of a copy of a database, dropped afterwards even when connections were left open."""
        name = f"kalpi_{uuid4().hex}"
        self.create(name, like)
        yield self.url(name)
        self.run("dropdb", *self.socket, "--force", name)

    def stop(self) -> None:
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.directory, ignore_errors=True)
        Path(f"{self.directory}.out").unlink(missing_ok=True)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    if not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        pytest.fail("PostgreSQL is not installed: apt-get install postgresql")
    cluster = Cluster()
    yield cluster
    cluster.stop()


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """An empty database."""
    with postgres_cluster.holding() as url:
        yield url


@pytest.fixture(scope="session")
def blank_postgres(postgres_cluster: Cluster) -> str:
    """The name of a database with all tables and no row, made once: tests work on copies."""
    postgres_cluster.create("kalpi_blank")
    database = Database(postgres_cluster.url("kalpi_blank"))
    create_tables(database.engine)
    database.close()
    return "kalpi_blank"


@pytest.fixture
def filled_postgres_url(postgres_cluster: Cluster, blank_postgres: str) -> Iterator[str]:
    """As `postgres_url`, with all tables."""
    with postgres_cluster.holding(blank_postgres) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with all tables."""
    if request.param == "sqlite":
        file = tmp_path / "any.db"
        shutil.copyfile(request.getfixturevalue("blank_file"), file)
        database = Database(f"sqlite:///{file}")
    else:
        database = Database(request.getfixturevalue("filled_postgres_url"))
    yield database
    database.close()
