"""Another council's OParl objects as what would be new here: parsed strictly, all or nothing. No network, no rows.

Imported: organisations as bodies or factions, people, memberships, meetings with their agenda items. What is wrong is
named by the object's id; what is left out without harm is a remark. An object is known by its id, and what is known
already is left as it is here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from consultation.agenda import LINE_LIMIT, TEXT_LIMIT
from consultation.council import BODY_KINDS, MARKS, MEMBER_ROLES, SESSION_KINDS
from consultation.oparl_member import WrongObject, day, line, moment, text

IDENT_LIMIT = 500
FACTIONS = frozenset({"Fraktion", "Partei"})
BODIES = frozenset({"Gremium", ""})
_KIND_WORDS = (
    ("consultation_committee", ("διαβούλευσ",)),
    ("integration_council", ("μεταναστ", "integration", "migration")),
    ("community", ("κοινότητ", "ortsrat", "ortsbeirat", "bezirk")),
    ("committee", ("επιτροπ", "ausschuss", "ausschuß")),
    ("council", ("συμβούλι", "rat", "council", "vertretung")),
)
_ROLE_WORDS = (
    ("vice_chair", ("αντιπρόεδρ", "stellv", "vice")),
    ("deputy_mayor", ("αντιδήμαρχ",)),
    ("mayor", ("δήμαρχ", "bürgermeister", "mayor")),
    ("chair", ("πρόεδρ", "vorsitz", "chair")),
    ("clerk", ("γραμματέ", "schriftführ")),
)


@dataclass(frozen=True, slots=True)
class Note:
    """A line of the report: `source` is the object's id, `sentence` English."""

    source: str
    sentence: str


@dataclass(frozen=True, slots=True)
class NewBody:
    source: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class NewFaction:
    source: str
    name: str


@dataclass(frozen=True, slots=True)
class NewPerson:
    """`faction` is the id of an organisation, or empty."""

    source: str
    name: str
    faction: str


@dataclass(frozen=True, slots=True)
class NewSeat:
    """`person`, `body`: ids."""

    source: str
    person: str
    body: str
    role: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class NewTopic:
    source: str
    title: str
    mark: str
    state: str
    motion: str


@dataclass(frozen=True, slots=True)
class NewSession:
    """`state`: held, cancelled, or draft when it is still to come. `body`: id."""

    source: str
    body: str
    kind: str
    state: str
    title: str
    place: str
    starts_at: datetime
    topics: tuple[NewTopic, ...]


@dataclass(slots=True)
class Plan:
    """What an import would write. With a problem nothing is written."""

    bodies: list[NewBody] = field(default_factory=list)
    factions: list[NewFaction] = field(default_factory=list)
    people: list[NewPerson] = field(default_factory=list)
    seats: list[NewSeat] = field(default_factory=list)
    sessions: list[NewSession] = field(default_factory=list)
    known: int = 0
    problems: list[Note] = field(default_factory=list)
    remarks: list[Note] = field(default_factory=list)


def make_plan(values: Iterable[Any], known: Mapping[str, str], now: datetime) -> Plan:
    """`known`: kind of what was imported before, by id."""
    return _Planner(known, now).plan(values)


class _Planner:
    def __init__(self, known: Mapping[str, str], now: datetime) -> None:
        self.known, self.now, self.made = known, now, Plan()
        self.objects: dict[str, dict[str, dict[str, Any]]] = {}
        self.parts: dict[str, dict[str, list[tuple[str, dict[str, Any]]]]] = {}
        self.council = ""
        self.kinds: dict[str, str] = dict(known)
        """Of organisations and people that are known or will be: body, faction, person."""

    def plan(self, values: Iterable[Any]) -> Plan:
        for place, value in enumerate(values, 1):
            self._collect(value, f"object {place}")
        for kind, take in (
            ("Organization", self._organization),
            ("Person", self._person),
            ("Membership", self._membership),
            ("Meeting", self._meeting),
        ):
            for source, value in self.objects.get(kind, {}).items():
                if source in self.known:
                    self.made.known += 1
                    continue
                try:
                    take(source, value)
                except WrongObject as wrong:
                    self.made.problems.append(Note(source, str(wrong)))
        return self.made

    def _collect(self, value: Any, place: str, **parent: str) -> None:
        """Objects by type and id, embedded ones with what they are embedded in."""
        source = value.get("id") if isinstance(value, dict) else None
        if not isinstance(source, str) or not source.startswith(("http://", "https://")) or len(source) > IDENT_LIMIT:
            self.made.problems.append(Note(place, "is no OParl object: its id is no address"))
            return
        prefix, _, kind = str(value.get("type")).rpartition("/")
        if prefix not in {"https://schema.oparl.org/1.0", "https://schema.oparl.org/1.1"}:
            self.made.problems.append(Note(source, "has no type of OParl 1.0 or 1.1"))
        elif value.get("deleted") is True:
            self.made.remarks.append(Note(source, "is deleted there; left out"))
        elif source not in self.objects.setdefault(kind, {}):
            self.objects[kind][source] = {**parent, **value}
            if kind == "Body" and isinstance(value.get("mainOrganization"), str):
                self.council = value["mainOrganization"]
            for name, back in (("membership", "person"), ("agendaItem", "meeting")):
                parts = value.get(name)
                if kind in {"Person", "Meeting"} and isinstance(parts, list):
                    for part in parts:
                        self._collect(part, f"{name} of {source}", **{back: source})

    def _organization(self, source: str, value: dict[str, Any]) -> None:
        name, sort = line(value, "name", needed=True), text(value, "organizationType")
        if sort in FACTIONS:
            self.made.factions.append(NewFaction(source, name))
            self.kinds[source] = "faction"
        elif sort in BODIES:
            self.made.bodies.append(NewBody(source, name, self._body_kind(source, value, name)))
            self.kinds[source] = "body"
        else:
            self.made.remarks.append(Note(source, f"is neither body nor faction ({sort[:40]}); left out"))

    def _body_kind(self, source: str, value: dict[str, Any], name: str) -> str:
        if (kind := _word(value, "kalpi:kind")) in BODY_KINDS:
            return kind
        words = f"{name} {text(value, 'classification')}".lower()
        guess = next((kind for kind, marks in _KIND_WORDS if any(mark in words for mark in marks)), "committee")
        return "council" if source == self.council else guess

    def _person(self, source: str, value: dict[str, Any]) -> None:
        name = line(value, "name") or f"{line(value, 'givenName')} {line(value, 'familyName')}".strip()
        if not name:
            raise WrongObject("has no name")
        seats = self._parts("Membership", "person").get(source, [])
        groups = [_word(seat, member) for _, seat in seats for member in ("organization", "onBehalfOf")]
        faction = next((group for group in groups if self.kinds.get(group) == "faction"), "")
        self.made.people.append(NewPerson(source, name, faction))
        self.kinds[source] = "person"

    def _membership(self, source: str, value: dict[str, Any]) -> None:
        body, person = text(value, "organization"), text(value, "person")
        if self.kinds.get(person) != "person":
            raise WrongObject("belongs to a person that is not among these objects")
        if self.kinds.get(body) == "faction":
            return
        if self.kinds.get(body) != "body":
            self.made.remarks.append(Note(source, "is a seat in an organisation that is left out; left out too"))
            return
        since, until = day(value, "startDate"), day(value, "endDate")
        if since is None:
            since = (moment(value, "created") or self.now).date()
            self.made.remarks.append(Note(source, f"has no startDate; {since.isoformat()} is taken"))
        if until is not None and until < since:
            raise WrongObject("ends before it begins")
        self.made.seats.append(NewSeat(source, person, body, _role(value), since, until))

    def _meeting(self, source: str, value: dict[str, Any]) -> None:
        starts = moment(value, "start")
        if starts is None:
            raise WrongObject("has no start")
        groups = value.get("organization")
        named = [group for group in groups if isinstance(group, str)] if isinstance(groups, list) else []
        bodies = [group for group in named if self.kinds.get(group) == "body"]
        if not bodies:
            raise WrongObject("belongs to no body that is among these objects")
        cancelled = value.get("cancelled") is True
        if cancelled and starts >= self.now:
            self.made.remarks.append(Note(source, "is still to come and cancelled; left out"))
            return
        state = "draft" if starts >= self.now else "cancelled" if cancelled else "held"
        kind = _word(value, "kalpi:kind")
        items = self._parts("AgendaItem", "meeting").get(source, [])
        items.sort(key=lambda item: order if type(order := item[1].get("order")) is int else 0)
        self.made.sessions.append(
            NewSession(
                source,
                bodies[0],
                kind if kind in SESSION_KINDS else "regular",
                state,
                line(value, "name") or f"Συνεδρίαση {starts.date().isoformat()}",
                _place(value.get("location")),
                starts,
                tuple(topic for item in items if (topic := self._topic(*item)) is not None),
            )
        )

    def _parts(self, kind: str, back: str) -> dict[str, list[tuple[str, dict[str, Any]]]]:
        """Objects of a kind by what they belong to."""
        if kind not in self.parts:
            found: dict[str, list[tuple[str, dict[str, Any]]]] = {}
            for source, value in self.objects.get(kind, {}).items():
                found.setdefault(_word(value, back), []).append((source, value))
            self.parts[kind] = found
        return self.parts[kind]

    def _topic(self, source: str, value: dict[str, Any]) -> NewTopic | None:
        """None when it is left out or wrong."""
        try:
            return self._listed(source, value)
        except WrongObject as wrong:
            self.made.problems.append(Note(source, str(wrong)))
            return None

    def _listed(self, source: str, value: dict[str, Any]) -> NewTopic | None:
        if value.get("public") is False:
            self.made.remarks.append(Note(source, "is not public; left out"))
            return None
        name = " ".join(text(value, "name").split()) or f"Θέμα {line(value, 'number')}".strip()
        title = name if len(name) <= LINE_LIMIT else name[: LINE_LIMIT - 1] + "…"
        if title != name:
            self.made.remarks.append(Note(source, "has a long name; the whole of it stands in the motion"))
        mark, state = _word(value, "kalpi:mark"), _word(value, "kalpi:state")
        return NewTopic(
            source,
            title,
            mark if mark in MARKS else "regular",
            "withdrawn" if state == "withdrawn" else "listed",
            "" if title == name else name[:TEXT_LIMIT],
        )


def _word(value: dict[str, Any], name: str) -> str:
    """A text as it is, or empty."""
    found = value.get(name)
    return found if isinstance(found, str) else ""


def _role(value: dict[str, Any]) -> str:
    if (known := _word(value, "kalpi:role")) in MEMBER_ROLES:
        return known
    words = text(value, "role").lower()
    return next((role for role, marks in _ROLE_WORDS if any(mark in words for mark in marks)), "member")


def _place(location: Any) -> str:
    if not isinstance(location, dict):
        return ""
    parts = [line(location, name) for name in ("room", "streetAddress", "locality")]
    return line(location, "description") or ", ".join(part for part in parts if part)[:LINE_LIMIT]
