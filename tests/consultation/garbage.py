"""Forms as nobody sends them: every POST address of the room, and what a broken or hostile browser puts in a form."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from sqlmodel import Session, select

from consultation.store.council_tables import (
    BodyRow,
    CouncillorRow,
    FactionRow,
    MeasureRow,
    MembershipRow,
    SessionRow,
    TopicRow,
)
from consultation.store.participation_tables import (
    AppealRow,
    CollectiveRow,
    ContributionRow,
    PaperFormRow,
    RemovalRow,
    ReplyRow,
    ReplyTemplateRow,
    RepresentativeRow,
)
from tests.test_access_matrix import read_table

ROOM = ("/desk", "/topics", "/contributions", "/removals")
OTHERS = ("/desk/referenda", "/desk/registry", "/desk/accounts", "/desk/roll")
TABLES: dict[str, Any] = {
    "topics": TopicRow, "sessions": SessionRow, "contributions": ContributionRow, "removals": RemovalRow,
    "appeals": AppealRow, "replies": ReplyRow, "measures": MeasureRow, "memberships": MembershipRow,
    "councillors": CouncillorRow, "factions": FactionRow, "bodies": BodyRow, "collectives": CollectiveRow,
}  # fmt: skip
UNWELCOME = (
    "", "-1", "99999999999999999999", "٣", "0001-01-01", "9999-12-31T23:59", "0" * 32, "%(limit)s {0} {{ 7*7 }}",
    "' OR 1=1 --", "\x01\x7f\x85\u2028\ufffe\uffff\u202e", "é" * 9_000,
)  # fmt: skip
"""What fits into no field, or only looks as if it did."""


def addresses() -> list[str]:
    """The patterns of the room's POST addresses."""
    posts = [line.removeprefix("POST ") for line in read_table() if line.startswith("POST ")]
    return [one for one in posts if one.startswith(ROOM) and not one.startswith(OTHERS)]


def filled(session: Session, pattern: str) -> Iterator[str]:
    """The address with the key of everything there is of its kind, in every state, and with one that nobody has."""
    family = next((part for part in reversed(pattern.split("/{")[0].split("/")) if part), "")
    if "{key}" in pattern:
        table = TABLES[family]
        seen: set[str] = set()
        for row in session.exec(select(table)):
            state = getattr(row, "state", "")
            if state not in seen or not state:
                seen.add(state)
                yield from _rest(session, pattern.replace("{key}", row.key))
        yield from _rest(session, pattern.replace("{key}", "0" * 32))
    else:
        yield from _rest(session, pattern)


def _rest(session: Session, url: str) -> Iterator[str]:
    form = session.exec(select(PaperFormRow.number)).first() or "ent-0"
    template = session.exec(select(ReplyTemplateRow.id)).first() or 1
    person = session.exec(select(RepresentativeRow.id)).first() or 1
    url = url.replace("{number}", form).replace("{template_id:int}", str(template))
    yield re.sub(r"\{[^}]*\}", "0" * 32, url.replace("{representative:int}", str(person)))


class Forms(HTMLParser):
    """The forms of a page that are sent with POST: by address, their fields as a browser fills them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self.fields: dict[str, str] = {}
        self.area = self.choice = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        name = have.get("name", "")
        if tag == "form" and have.get("method", "").lower() == "post":
            self.fields = self.forms.setdefault(have.get("action", ""), {})
        elif tag == "input" and name and name != "csrf":
            if have.get("type") not in {"radio", "checkbox"} or "checked" in have or name not in self.fields:
                self.fields[name] = have.get("value", "")
        elif tag in {"textarea", "select"}:
            self.area, self.choice = (name, "") if tag == "textarea" else ("", name)
            self.fields.setdefault(name, "")
        elif tag == "option" and self.choice and ("selected" in have or not self.fields[self.choice]):
            self.fields[self.choice] = have.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"textarea", "select"}:
            self.area = self.choice = ""
        if tag == "form":
            self.fields = {}

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields[self.area] += data


def forms_of(html: str) -> dict[str, dict[str, str]]:
    reader = Forms()
    reader.feed(html)
    return reader.forms
