"""2 Whose keys: which persons may sit in a key ceremony, and how many of them open the box together.

What they send each other is `trustees.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from audit import entry
from audit.refusal import N_
from voting.errors import BadCeremony
from voting.lifecycle import PREPARING, Phase, advance, check_phase
from voting.store.ceremony import CeremonyRow
from voting.store.preparation import Preparation

MOST_TRUSTEES = 15
DEFAULT_THRESHOLD, DEFAULT_SIZE = 3, 5
_FOREIGN_TO_TRUSTEES = frozenset({"operator", "auditor"})
"""Who runs the machine or judges the vote holds no share of its key (AC-09)."""


@dataclass(frozen=True, slots=True)
class Appointee:
    account_id: int
    person_id: int | None
    name: str
    roles: frozenset[str]


def check_appointment(appointees: Sequence[Appointee], threshold: int, *, binding: bool) -> None:
    """Raises BadCeremony: appointment.size, .threshold, .spare, .twice, .role, .separation, .committee."""
    size = len(appointees)
    if not 1 <= size <= MOST_TRUSTEES:
        raise BadCeremony("appointment.size", N_("1 to %(most)s trustees are appointed"), most=MOST_TRUSTEES)
    if not min(2, size) <= threshold <= size:
        raise BadCeremony(
            "appointment.threshold",
            N_("the number of trustees who open the box together is at least 2 and at most all of them"),
        )
    if binding and threshold == size:
        raise BadCeremony(
            "appointment.spare",
            N_("in a binding vote the count must not stop when one trustee is missing"),
            N_("Ask for fewer trustees than all of them."),
        )
    persons = [appointee.person_id for appointee in appointees if appointee.person_id is not None]
    if len({appointee.account_id for appointee in appointees}) != size or len(set(persons)) != len(persons):
        raise BadCeremony("appointment.twice", N_("one person is appointed twice"))
    for appointee in appointees:
        if "trustee" not in appointee.roles:
            raise BadCeremony("appointment.role", N_("%(name)s does not hold the role of trustee"), name=appointee.name)
        if appointee.roles & _FOREIGN_TO_TRUSTEES:
            raise BadCeremony(
                "appointment.separation",
                N_("%(name)s runs or audits the service and cannot hold a share of the key as well"),
                name=appointee.name,
            )
    if size > 1 and sum("committee" in appointee.roles for appointee in appointees) >= threshold:
        raise BadCeremony(
            "appointment.committee",
            N_("members of the committee alone would hold enough shares to open the box"),
            N_("Appoint trustees from outside the committee."),
        )


def open_ceremony(
    preparation: Preparation,
    appointees: Sequence[Appointee],
    threshold: int,
    now: datetime,
    random_hex: Callable[[int], str],
    *,
    binding: bool = False,
) -> CeremonyRow:
    """Fix who sits where and log it. Raises BadCeremony, WrongPhase.

    Opening a ceremony while one is finished or failed restarts: the referendum goes back to be keyed anew.
    """
    row = preparation.row
    check_phase(row, *PREPARING)
    check_appointment(appointees, threshold, binding=binding)
    earlier = preparation.ceremony()
    if earlier is not None and earlier.step not in {"completed", "failed"}:
        raise BadCeremony(
            "ceremony.running",
            N_("a key ceremony is under way"),
            N_("End it first, naming whose absence or message stops it."),
        )
    if row.phase != Phase.PROCLAIMED:
        advance(row, Phase.PROCLAIMED)
        row.trustees = None
    identifier = random_hex(16)
    names = [appointee.name for appointee in appointees]
    preparation.append(
        entry.make(
            "ceremony-opened",
            referendum=row.uuid,
            ceremony=identifier,
            group=row.group,
            threshold=threshold,
            size=len(names),
            names=[*names],
        )
    )
    ceremony = CeremonyRow(
        referendum_id=preparation.id,
        ceremony=identifier,
        group=row.group,
        threshold=threshold,
        size=len(names),
        step="commitment" if len(names) > 1 else "key",
        opened_at=now,
    )
    return preparation.add_ceremony(ceremony, [(appointee.account_id, appointee.name) for appointee in appointees])
