"""What the forms about bodies, councillors and memberships may hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from audit.local_time import parse_day
from audit.refusal import N_, Refused
from consultation.agenda import read_line
from consultation.council import BODY_KINDS, MEMBER_ROLES
from consultation.errors import Incomplete


@dataclass(frozen=True, slots=True)
class BodyDraft:
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class CouncillorDraft:
    """`faction` is a key or empty, `login_name` of the councillor's own account or empty."""

    name: str
    faction: str
    login_name: str


@dataclass(frozen=True, slots=True)
class MembershipDraft:
    """`councillor` is a key."""

    councillor: str
    role: str
    since: date


def read_body(form: Mapping[str, str]) -> BodyDraft:
    """Raises Incomplete."""
    if form.get("kind", "") not in BODY_KINDS:
        raise Incomplete("body.kind", N_("Choose the kind of body."), field="kind")
    return BodyDraft(form["kind"], read_line(form, "name", N_("Write the name of the body.")))


def read_councillor(form: Mapping[str, str]) -> CouncillorDraft:
    """Raises Incomplete."""
    return CouncillorDraft(
        read_line(form, "name", N_("Write the name of the councillor.")),
        form.get("faction", ""),
        read_line(form, "login_name"),
    )


def read_membership(form: Mapping[str, str]) -> MembershipDraft:
    """Raises Incomplete."""
    if form.get("role", "") not in MEMBER_ROLES:
        raise Incomplete("membership.role", N_("Choose the role in the body."), field="role")
    councillor = read_line(form, "councillor", N_("Choose a person."))
    return MembershipDraft(councillor, form["role"], read_day(form, "since"))


def read_day(form: Mapping[str, str], field: str) -> date:
    """Raises Incomplete."""
    try:
        return parse_day(form.get(field, ""))
    except Refused as refused:
        raise Incomplete(refused.code, refused.sentence, field=field) from refused


def check_end(since: date, until: date) -> None:
    """Raises Incomplete (membership.until)."""
    if until < since:
        raise Incomplete("membership.until", N_("A membership cannot end before it began."), field="until")
