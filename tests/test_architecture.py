"""The house plan: who may import whom, what stays pure, and how long a module may be (DESIGN.md section 4)."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("audit", "consultation", "crypto", "identity", "voting")
MAY_USE = {
    "crypto": {"crypto"},
    "audit": {"audit", "crypto"},
    "identity": {"identity", "audit", "crypto"},
    "consultation": {"consultation", "identity", "audit", "crypto"},
    "voting": {"voting", "consultation", "identity", "audit", "crypto"},
}
RIM = {"db", "settings"}  # what a store, a thread or a command of a room may use of the root
WEB = {"web", "visit", "body", "pages"}  # what routes may use besides
LINES = 300

MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
ROOT_MODULES = sorted(ROOT.glob("*.py"))
LOCAL = {path.stem for path in ROOT_MODULES} | set(ROOMS)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> set[str]:
    """Every module imported anywhere in the file, in full: `audit.store`, `starlette.routing`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def is_routes(path: Path) -> bool:
    return "routes" in path.parts or path.stem.startswith("routes")


def is_store(path: Path) -> bool:
    return "store" in path.parts or path.stem.startswith("store")


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_room_uses_only_the_rooms_below_it(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    allowed = MAY_USE[room] | (RIM if room != "crypto" else set()) | (WEB if is_routes(path) else set())
    if path.stem.endswith(("command", "commands")):
        allowed = allowed | {"pages"}  # what a command prints on paper is translated too
    allowed |= {"pages"} if path.stem == "commands" else set()  # what commands print on paper is translated
    used = {module.partition(".")[0] for module in imports(path)} & LOCAL
    assert used <= allowed, f"{name(path)} uses {sorted(used - allowed)}"


@pytest.mark.parametrize("path", [*MODULES, *ROOT_MODULES], ids=name)
def test_nobody_but_app_imports_routes(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    for module in imports(path):
        first, _, rest = module.partition(".")
        if first in ROOMS and rest.startswith("routes"):
            assert path.name == "app.py" or (is_routes(path) and first == room), f"{name(path)} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_http_stays_in_routes_and_sql_in_stores(path: Path) -> None:
    packages = {module.partition(".")[0] for module in imports(path)}
    if not is_routes(path):
        assert "starlette" not in packages, f"{name(path)} knows HTTP"
    if not is_store(path):
        tables = [m for m in imports(path) if m.startswith("sqlmodel.") and m != "sqlmodel.Session"]
        assert not tables, f"{name(path)} writes SQL: {tables}"


@pytest.mark.parametrize("path", [*MODULES, *ROOT_MODULES], ids=name)
def test_a_module_has_at_most_300_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LINES


@pytest.mark.parametrize("path", sorted((ROOT / "crypto").glob("*.py")), ids=name)
def test_crypto_knows_no_clock_file_or_network(path: Path) -> None:
    outside = {"datetime", "time", "pathlib", "os", "io", "socket", "asyncio", "threading", "sqlmodel", "sqlalchemy"}
    assert not {module.partition(".")[0] for module in imports(path)} & outside


@pytest.mark.parametrize(
    ("package", "homes"),
    [
        ("pyotp", {"identity/totp.py"}),
        ("argon2", {"identity/password.py"}),
        ("gmpy2", {"crypto/group.py"}),
        ("nacl", {"crypto/group.py", "audit/note.py"}),
    ],
)
def test_a_special_package_has_one_home(package: str, homes: set[str]) -> None:
    users = {name(path) for path in MODULES if package in {m.partition(".")[0] for m in imports(path)}}
    assert users <= homes


def test_no_room_is_called_utils() -> None:
    banned = {"utils", "helpers", "services", "managers", "core", "common"}
    assert not [name(path) for path in [*MODULES, *ROOT_MODULES] if path.stem in banned]


def test_the_packages_have_empty_doors() -> None:
    doors = [path for path in MODULES if path.name == "__init__.py" and not is_routes(path) and not is_store(path)]
    assert not [name(path) for path in doors if path.read_text().strip()]


def test_every_root_module_is_installed() -> None:
    listed = (ROOT / "pyproject.toml").read_text().partition("py-modules = [")[2].partition("]")[0]
    assert {path.stem for path in ROOT_MODULES} == {word.strip(' "\n') for word in listed.split(",") if word.strip()}


def test_the_verifier_loads_neither_web_framework_nor_database() -> None:
    script = (
        "import sys, audit.__main__; print([m for m in ('starlette', 'sqlmodel', 'sqlalchemy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_templates_never_trust_text() -> None:
    """WB-03: autoescape is on, and nothing in a template or a module switches it off."""
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        assert "|safe" not in text.replace(" ", ""), name(path)
        assert "autoescape" not in text, name(path)
        assert " style=" not in text, f"{name(path)}: the content policy refuses inline styles"
    for path in [*MODULES, *ROOT_MODULES]:
        text = path.read_text()
        assert "from_string(" not in text, name(path)
        # pages.py trusts one text only: what left the allow-list of consultation/prose.py
        trusted = text.replace("Markup(render_prose(text))", "") if name(path) == "pages.py" else text
        assert name(path) == "visit.py" or "Markup(" not in trusted, name(path)
