"""3 The roll: who may vote in one referendum, frozen from the registry, and the commitment that is published for it.

The public learns how many electors there are and a hash that fixes who they are; no name, number or card leaves.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from audit import entry
from audit.local_time import day_of
from audit.refusal import N_
from audit.tree import leaf_hash, root
from voting.errors import BadRoll
from voting.lifecycle import PREPARING, check_phase
from voting.referendum import decode_draft
from voting.store.preparation import Preparation

LEAF_TAG = b"kalpi-roll-v1"
SALT_BYTES = 32
SMALL_ROLL = 30
"""Under this many electors a result can give single votes away (TK-10, TK-11); the desk says so."""


@dataclass(frozen=True, slots=True)
class Roll:
    """`members` are (person, card number or None, salt); `commitment` is what the log holds."""

    members: tuple[tuple[int, str | None, bytes], ...]
    commitment: bytes

    @property
    def count(self) -> int:
        return len(self.members)


def member_leaf(uuid: str, person_id: int, salt: bytes) -> bytes:
    """What one member adds to the commitment; with its salt erased it can be neither opened nor guessed.

    SHA-256(0x00 || tag || parts), each part after its length in 8 bytes: referendum uuid, person, salt of 32 bytes.
    """
    parts = (uuid.encode(), str(person_id).encode(), salt)
    return leaf_hash(LEAF_TAG + b"".join(len(part).to_bytes(8, "big") + part for part in parts))


def make_roll(
    uuid: str, electors: Sequence[tuple[int, str | None]], issuer: str, random_bytes: Callable[[int], bytes]
) -> Roll:
    """Salt every elector and commit to all. `electors` are (person, card number or None).

    The commitment is the RFC 6962 root over the leaves in the order of their hashes, so places tell nothing.
    Raises BadRoll: roll.empty, roll.twice, roll.without_card, roll.shared_card.
    """
    if not electors:
        raise BadRoll("roll.empty", N_("the registry has no electors on this cut-off day"))
    if len({person for person, _ in electors}) != len(electors):
        raise BadRoll("roll.twice", N_("a person stands on the roll twice"))
    if issuer == "authority":
        cards = [card for _, card in electors if card is not None]
        if len(cards) != len(electors):
            raise BadRoll(
                "roll.without_card",
                N_("%(count)s electors have no voting card yet"),
                N_("Give every elector a card first, so that the list of credentials is as long as the roll."),
                count=len(electors) - len(cards),
            )
        if len(set(cards)) != len(cards):
            raise BadRoll("roll.shared_card", N_("two electors have the same voting card"))
    members = tuple(
        (person, card if issuer == "authority" else None, random_bytes(SALT_BYTES)) for person, card in electors
    )
    return Roll(members, root(sorted(member_leaf(uuid, person, salt) for person, _, salt in members)))


def freeze_roll(
    preparation: Preparation,
    electors: Sequence[tuple[int, str | None]],
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> Roll:
    """Freeze the roll, or freeze it again after objections; a list of credentials for an earlier roll falls.

    Raises BadRoll, WrongPhase: after the opening nobody enters or leaves (AC-08).
    """
    row = preparation.row
    check_phase(row, *PREPARING)
    draft = decode_draft(row.draft)
    if day_of(now) < draft.roll_cutoff:
        raise BadRoll(
            "roll.early",
            N_("the roll is cut off on %(day)s and cannot be frozen before"),
            day=draft.roll_cutoff.isoformat(),
        )
    roll = make_roll(row.uuid, electors, row.issuer, random_bytes)
    preparation.replace_roll(roll.members)
    row.roll_cutoff, row.roll_count, row.roll_commitment = draft.roll_cutoff, roll.count, roll.commitment
    row.credentials = None
    preparation.append(
        entry.make("roll-frozen", referendum=row.uuid, count=roll.count, commitment=roll.commitment.hex())
    )
    preparation.save()
    return roll
