"""OParl 1.1's own schema files as a judge of objects. They lie in ../shared/vectors/oparl and are not ours to commit.

The files hold OParl's annotations on JSON Schema: `required`, `type`, `format`, `pattern`, `items`, and `references`
(the address of one object, or of an external list of `items.schema`), `schema` (an embedded object) and `cardinality`.
"""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

FOLDER = Path(__file__).parents[3] / "shared" / "vectors" / "oparl" / "schema"
TYPES: dict[str, type] = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
REDUCED = {"id", "type", "created", "modified", "deleted", "license"}
PREFIX = "https://schema.oparl.org/1.1/"


def read_schemas() -> dict[str, dict[str, Any]]:
    if not FOLDER.is_dir():
        pytest.skip(f"the OParl schema files are not there: ../shared/vectors/oparl/schema ({FOLDER})")
    schemas = {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}
    assert len(schemas) == 12, sorted(schemas)
    return schemas


class Judge:
    """Collects what is wrong with objects, and every reference made, so that a crawl can follow them."""

    def __init__(self) -> None:
        self.schemas = read_schemas()
        self.flaws: list[str] = []
        self.references: dict[str, set[str]] = {}  # address: types it was expected to be
        self.lists: dict[str, str] = {}  # address of an external list: type of what is in it
        self.pairs: list[tuple[str, str, str, str]] = []  # object, property, target, the property that leads back

    def check(self, value: Any, expected: str) -> None:
        """One object and everything embedded in it."""
        if not isinstance(value, dict):
            self.flaws.append(f"{expected}: {value!r} is no object")
            return
        where = str(value.get("id"))
        schema = self.schemas[expected]
        if value.get("deleted"):
            self._check_deleted(where, value, schema)
            return
        for name in schema["required"]:
            if name not in value:
                self.flaws.append(f"{where}: {name} is missing")
        for name in ("created", "modified", "license"):
            if name not in value:
                self.flaws.append(f"{where}: {name} is missing")
        for name, part in value.items():
            if ":" not in name:
                rule = schema["properties"].get(name)
                if rule is None:
                    self.flaws.append(f"{where}: OParl knows no {name} in {expected}")
                else:
                    self._check_part(f"{where} {name}", part, rule)
                    self._note_pair(where, name, part, rule)
        if value.get("created", "") > value.get("modified", ""):
            self.flaws.append(f"{where}: modified before it was created")

    def _check_deleted(self, where: str, value: dict[str, Any], schema: dict[str, Any]) -> None:
        if value["deleted"] is not True or not value.keys() <= REDUCED or not value.keys() >= REDUCED - {"license"}:
            self.flaws.append(f"{where}: deleted, but has {sorted(value)}")
        for name in ("id", "type", "created", "modified"):
            self._check_part(f"{where} {name}", value.get(name), schema["properties"][name])

    def _check_part(self, where: str, part: Any, rule: dict[str, Any]) -> None:
        kind = TYPES[rule["type"]]
        if type(part).__name__ != kind.__name__:
            self.flaws.append(f"{where}: {part!r} is no {rule['type']}")
            return
        if "pattern" in rule and not re.search(rule["pattern"], part):
            self.flaws.append(f"{where}: {part!r} is not as {rule['pattern']}")
        self._check_format(where, part, rule.get("format"))
        if rule.get("references") == "externalList":
            self.lists[part] = rule["items"]["schema"].removesuffix(".json")
            return
        if kind is list:
            if len({json.dumps(item) for item in part}) != len(part):
                self.flaws.append(f"{where}: the same twice")
            for item in part:
                self._check_part(where, item, {"references": rule.get("references"), **rule["items"]})
        elif kind is dict and "schema" in rule:
            if part.get("deleted"):
                self.flaws.append(f"{where}: a deleted object is embedded")
            self.check(part, rule["schema"].removesuffix(".json"))
        elif rule.get("references"):
            self.references.setdefault(part, set()).add(rule["references"])

    def _check_format(self, where: str, part: Any, form: str | None) -> None:
        try:
            if form == "url":
                address = urlsplit(part)
                good = address.scheme in {"http", "https"} and bool(address.netloc) and " " not in part
            elif form == "date-time":
                good = bool(MOMENT.fullmatch(part)) and bool(datetime.fromisoformat(part))
            elif form == "date":
                good = bool(re.fullmatch(r"\d{4}-\d\d-\d\d", part)) and bool(date.fromisoformat(part))
            else:
                good = form is None
        except ValueError:
            good = False
        if not good:
            self.flaws.append(f"{where}: {part!r} is no {form}")

    def _note_pair(self, where: str, name: str, part: Any, rule: dict[str, Any]) -> None:
        """A reference with a way back: `cardinality` 1:1 or n:1 means one target, 1:n and n:m a list."""
        cardinality = rule.get("cardinality", "")
        if cardinality.endswith(":1") and isinstance(part, list):
            self.flaws.append(f"{where} {name}: one target was expected")
        back = rule.get("backreference")
        if back and rule.get("references") != "externalList" and isinstance(part, str):
            self.pairs.append((where, name, part, back))


def crawl(start: str, get: Callable[[str], Any]) -> tuple[Judge, dict[str, dict[str, Any]]]:
    """From the system through every list, page and reference. Gives the judge and all objects by address."""
    judge, objects = Judge(), {}
    judge.references[start] = {"System"}
    done: set[str] = set()
    while waiting := (judge.references.keys() | judge.lists.keys()) - done:
        for address in sorted(waiting):
            done.add(address)
            if address in judge.lists:
                for value in read_list(address, get):
                    judge.check(value, judge.lists[address])
                    single = get(value["id"])
                    if single != value:
                        judge.flaws.append(f"{value['id']}: other in the list than alone")
                    objects[value["id"]] = value
            else:
                value = get(address)
                expected = judge.references[address]
                if value.get("id") != address or value.get("type") not in {PREFIX + name for name in expected}:
                    judge.flaws.append(
                        f"{address}: {value.get('type')} {value.get('id')} where {expected} was expected"
                    )
                judge.check(value, str(value["type"]).removeprefix(PREFIX))
                objects[address] = value
    for where, name, target, back in judge.pairs:
        returned = objects[target].get(back)
        if isinstance(returned, str) and returned not in judge.lists and returned != where:
            judge.flaws.append(f"{where} {name}: {target} leads back to {returned}")
    return judge, objects


def read_list(address: str, get: Callable[[str], Any]) -> list[dict[str, Any]]:
    """All pages of an external list; the counts must hold."""
    found: list[dict[str, Any]] = []
    following: str | None = address
    number = 0
    while following:
        page = get(following)
        number += 1
        assert page.keys() == {"data", "pagination", "links"}
        assert page["pagination"]["currentPage"] == number
        found += page["data"]
        following = page["links"].get("next")
    assert len(found) == page["pagination"]["totalElements"]
    assert number == page["pagination"]["totalPages"]
    return found
