"""Two persons of the committee: the first approves one exact matter, the second approves the same and it happens.

The matter is hashed, so an approval given for one closing time or one list of credentials is worth nothing for another.
An approval counts only while who gave it sits on the committee.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from audit.refusal import N_
from crypto.encoding import Json, compact, sha256
from voting.errors import BadApproval
from voting.store.preparation import Preparation


class Approval(Protocol):
    """One yes as it is stored."""

    @property
    def matter(self) -> str: ...
    @property
    def account_id(self) -> int: ...
    @property
    def person_id(self) -> int | None: ...


def matter_of(act: str, detail: bytes) -> str:
    """Hex SHA-256 over the act and what exactly is done."""
    return sha256(act.encode() + b"\n" + detail).hex()


def is_second(
    approvals: Sequence[Approval], matter: str, account_id: int, person_id: int | None, members: Collection[int]
) -> bool:
    """True when another person, still one of `members`, approved this very matter before.

    `members`: account ids of the present committee. Raises BadApproval (approval.twice) for the same person.
    """
    same = [approval for approval in approvals if approval.matter == matter]
    if any(
        approval.account_id == account_id or (person_id is not None and approval.person_id == person_id)
        for approval in same
    ):
        raise BadApproval(
            "approval.twice",
            N_("you have approved this already; a second member of the committee has to do it now"),
        )
    return any(approval.account_id in members for approval in same)


def approve(
    preparation: Preparation,
    act: str,
    what: dict[str, Json],
    account_id: int,
    person_id: int | None,
    now: datetime,
    members: Collection[int],
) -> bool:
    """Record one approval; True when it was the second, and the caller may act. Raises BadApproval.

    `members`: account ids of the present committee.
    """
    detail = compact(what)
    matter = matter_of(act, detail)
    second = is_second(preparation.approvals(act), matter, account_id, person_id, members)
    preparation.add_approval(act, matter, detail, account_id, person_id, now)
    return second
