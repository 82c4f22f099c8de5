"""The Debian packages the tests run against: installed when we are root, otherwise named in one line.

Run by `make test` with any Python, before anything else.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NEEDED = {
    "chromium": "chromium",
    "postgresql": "/usr/lib/postgresql/*/bin/initdb",
    "belenios-tool": "belenios-tool",
    "poppler-utils": "pdftotext",
}


def missing() -> list[str]:
    """Packages whose program is not there."""
    return [package for package, program in NEEDED.items() if not _found(program)]


def main() -> int:
    packages = missing()
    if not packages:
        return 0
    line = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"The tests need a few Debian packages. As root, run:\n\n  {line}\n")
        return 1
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-q"], env=environment, check=True)
    subprocess.run(line.split(), env=environment, check=True)
    return 0


def _found(program: str) -> bool:
    if program.startswith("/"):
        return any(Path("/").glob(program.lstrip("/")))
    return shutil.which(program) is not None


if __name__ == "__main__":
    sys.exit(main())
