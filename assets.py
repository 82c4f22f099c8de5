"""Every file a browser receives besides pages: read once at start, hashed, and served from memory.

The list of hashes is public (`/software`), and its own hash is what the log's `software` entry states, so anybody can
compare what was served. Bare specifiers of npm modules (`@noble/…`) become addresses here, because a browser applies
no import map inside a worker; in node the same files resolve them from `node_modules`.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent
STATIC = ROOT / "templates" / "static"
MODULES = ROOT / "node_modules" / "@noble"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
_BARE = re.compile(rb"""((?:\bfrom|\bimport)\s*\(?\s*)(['"])(@noble/[a-z0-9/._-]+)\2""")


@dataclass(frozen=True, slots=True)
class Asset:
    """`url` as requested, the bytes served, their type, and SHA-256 in hexadecimal."""

    url: str
    body: bytes
    media_type: str
    digest: str

    @property
    def is_script(self) -> bool:
        return self.media_type.startswith("text/javascript")

    @property
    def integrity(self) -> str:
        """Source: W3C Subresource Integrity."""
        return "sha384-" + base64.b64encode(hashlib.sha384(self.body).digest()).decode("ascii")


def read_assets(static: Path = STATIC, modules: Path = MODULES) -> dict[str, Asset]:
    """All assets by url. Files of unknown type are left out: nothing is served by accident."""
    files = {f"/static/{path.relative_to(static).as_posix()}": path for path in static.rglob("*") if path.is_file()}
    for package in ("curves", "hashes"):
        for path in (modules / package).rglob("*.js"):
            inside = path.relative_to(modules).as_posix()
            if "/src/" not in inside:
                files[f"/modules/@noble/{inside}"] = path
    return {
        url: _asset(url, path) for url, path in sorted(files.items()) if path.suffix in TYPES and path.name[0] != "."
    }


def software_list(assets: dict[str, Asset]) -> bytes:
    """One line for each asset in the form of `sha256sum`: digest, two spaces, url."""
    return b"".join(f"{asset.digest}  {url}\n".encode() for url, asset in sorted(assets.items()))


def software_digest(assets: dict[str, Asset]) -> bytes:
    """SHA-256 of `software_list`: the member `files` of the log's `software` entry."""
    return hashlib.sha256(software_list(assets)).digest()


def import_map(assets: dict[str, Asset]) -> str:
    """The import map of pages that run modules: names, and the hash each module must have.

    Source: HTML Living Standard, "Import maps", members `imports` and `integrity`.
    """
    integrity = {
        url: asset.integrity for url, asset in assets.items() if asset.media_type.startswith("text/javascript")
    }
    imports = {"@noble/": "/modules/@noble/"}
    return json.dumps({"imports": imports, "integrity": integrity}, separators=(",", ":")).replace("<", "\\u003c")


def _asset(url: str, path: Path) -> Asset:
    body = path.read_bytes()
    if path.suffix in {".mjs", ".js"}:
        body = _BARE.sub(rb"\1\2/modules/\3\2", body)
    return Asset(url, body, TYPES[path.suffix], hashlib.sha256(body).hexdigest())
