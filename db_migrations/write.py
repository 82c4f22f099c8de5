"""Write the next migration: what the row classes have that the newest script does not lead to."""

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command

from db import Database, import_stores, migrations

VERSIONS = Path(__file__).parent / "versions"

import_stores()
scripts = migrations()
with tempfile.TemporaryDirectory() as directory:
    database = Database(f"sqlite:///{Path(directory) / 'empty.db'}")
    with database.engine.begin() as connection:
        scripts.attributes["connection"] = connection
        command.upgrade(scripts, "head")
        number = f"{len(list(VERSIONS.glob('*.py'))) + 1:04d}"
        command.revision(scripts, message=sys.argv[1] or "tables", autogenerate=True, rev_id=number)
    database.close()
subprocess.run([sys.executable, "-m", "ruff", "check", "--fix", "--quiet", str(VERSIONS)], check=False)
subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(VERSIONS)], check=True)
