"""The council's objects as OParl 1.1 spells them (schema.oparl.org/1.1): rows in, JSON values out, no query, no clock.

Two words mean something else here than in the rest of the house. OParl's *Meeting* is our session. OParl's
*Consultation* («Beratung») says that a paper is on a meeting's agenda; the citizens' consultation is no OParl object
and travels in the agenda item as `kalpi:consultation`. Each topic has one Paper, its motion, and one Consultation.

What OParl leaves to the server (`organizationType`, `meetingState`) is filled with the values its text recommends.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from consultation.council import BODY_KINDS, MEMBER_ROLES
from consultation.store.council_tables import BodyRow, CouncillorRow, FactionRow, MembershipRow
from crypto.encoding import Json

SCHEMA = "https://schema.oparl.org/1.1/"
LICENSE = "https://creativecommons.org/licenses/by/4.0/"
TOWN = "municipality"
"""Key of the one OParl Body, the municipality."""
TYPES = {
    "body": "Body",
    "organization": "Organization",
    "person": "Person",
    "membership": "Membership",
    "meeting": "Meeting",
    "agendaItem": "AgendaItem",
    "paper": "Paper",
    "consultation": "Consultation",
    "file": "File",
    "location": "Location",
}
"""The word of each type in our addresses."""
LISTS = {kind: "locationList" if kind == "location" else kind for kind in TYPES if kind != "body"}
"""The property of Body under which each list hangs."""
INTERNAL = frozenset({"auxiliaryFile", "membership", "agendaItem", "legislativeTerm"})
"""Lists of embedded objects that `omit_internal` leaves out."""
FACTION_PREFIX = "faction-"
"""A person's place in a faction is a Membership of its own, `faction-` and the key of the person."""

Object = dict[str, Json]
Words = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a list is filtered and ordered by. `created`: since when it is public. Moments in whole seconds, UTC."""

    row_id: int
    key: str
    created: datetime
    modified: datetime
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where the objects are served. `base`: "https://vote.example.org"; `town`: the municipality's name."""

    base: str
    town: str

    def url(self, kind: str, key: str) -> str:
        return f"{self.base}/oparl/1.1/{kind}/{key}"

    def list_url(self, owner: str, key: str, kind: str) -> str:
        return f"{self.url(owner, key)}/{kind}"

    def urls(self, kind: str, keys: Iterable[str]) -> list[Json]:
        return [self.url(kind, key) for key in keys]

    @property
    def body(self) -> str:
        return self.url("body", TOWN)

    def frame(self, kind: str, stamp: Stamp, web: str = "") -> Object:
        """What every object has; `web` is a path of our pages."""
        value: Object = {
            "id": self.url(kind, stamp.key),
            "type": SCHEMA + TYPES[kind],
            "created": instant(stamp.created),
            "modified": instant(stamp.modified),
            "license": LICENSE,
        }
        return value | ({"web": self.base + web} if web else {})

    def deleted(self, kind: str, stamp: Stamp) -> Object:
        """What stays of an object that was public once (OParl 1.1 section 2.8)."""
        return self.frame(kind, stamp) | {"deleted": True}


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def system(place: Place, stamp: Stamp) -> Object:
    return {
        "id": f"{place.base}/oparl/1.1/system",
        "type": f"{SCHEMA}System",
        "oparlVersion": SCHEMA,
        "name": f"kalpi · {place.town}",
        "license": LICENSE,
        "body": f"{place.base}/oparl/1.1/bodies",
        "website": place.base,
        "created": instant(stamp.created),
        "modified": instant(stamp.modified),
        "web": f"{place.base}/open-data",
    }


def body(place: Place, stamp: Stamp, council: str | None) -> Object:
    """The municipality. `council`: key of the municipal council, if there is one."""
    lists: Object = {name: place.list_url("body", TOWN, kind) for kind, name in LISTS.items()}
    main: Object = {"mainOrganization": place.url("organization", council)} if council else {}
    return {
        **place.frame("body", stamp, "/sessions"),
        "system": f"{place.base}/oparl/1.1/system",
        "name": place.town,
        "website": place.base,
        "legislativeTerm": [],
        **lists,
        **main,
    }


def organization(place: Place, words: Words, stamp: Stamp, row: BodyRow, members: Iterable[str]) -> Object:
    """A body of the municipality: council, committee, community. `members`: keys of memberships."""
    return {
        **place.frame("organization", stamp, f"/bodies/{row.key}"),
        "body": place.body,
        "name": row.name,
        "organizationType": "Gremium",
        "classification": words(BODY_KINDS[row.kind]),
        "membership": place.urls("membership", members),
        "meeting": place.list_url("organization", row.key, "meeting"),
        "consultation": place.list_url("organization", row.key, "consultation"),
        "kalpi:kind": row.kind,
    }


def faction(place: Place, stamp: Stamp, row: FactionRow, members: Iterable[str]) -> Object:
    return {
        **place.frame("organization", stamp),
        "body": place.body,
        "name": row.name,
        "organizationType": "Fraktion",
        "membership": place.urls("membership", members),
    }


def person(place: Place, stamp: Stamp, row: CouncillorRow, memberships: list[Object]) -> Object:
    return {
        **place.frame("person", stamp),
        "body": place.body,
        "name": row.name,
        "membership": [*memberships],
    }


def membership(
    place: Place, words: Words, stamp: Stamp, row: MembershipRow, who: CouncillorRow, where: BodyRow, group: str
) -> Object:
    """A seat in a body. `group`: key of the person's faction, or empty."""
    end: Object = {"endDate": row.until.isoformat()} if row.until else {}
    behalf: Object = {"onBehalfOf": place.url("organization", group)} if group else {}
    return {
        **place.frame("membership", stamp, f"/bodies/{where.key}"),
        "person": place.url("person", who.key),
        "organization": place.url("organization", where.key),
        "role": words(MEMBER_ROLES[row.role]),
        "startDate": row.since.isoformat(),
        **end,
        **behalf,
        "kalpi:role": row.role,
    }


def faction_membership(place: Place, stamp: Stamp, who: CouncillorRow, group: str) -> Object:
    return {
        **place.frame("membership", stamp),
        "person": place.url("person", who.key),
        "organization": place.url("organization", group),
    }
