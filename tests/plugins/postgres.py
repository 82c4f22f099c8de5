"""A real PostgreSQL of our own for the tests that need one: started once, a fresh database for each test.

`postgres_url` is the URL of an empty database; `any_database` gives a test twice, on SQLite and on PostgreSQL.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
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
    """An empty database, dropped after the test even when connections were left open."""
    name = f"kalpi_{uuid4().hex}"
    socket = ("-h", str(postgres_cluster.directory), "-U", "kalpi")
    postgres_cluster.run("createdb", *socket, name)
    yield postgres_cluster.url(name)
    postgres_cluster.run("dropdb", *socket, "--force", name)


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with all tables."""
    url = f"sqlite:///{tmp_path / 'any.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    database = Database(url)
    create_tables(database.engine)
    yield database
    database.close()
