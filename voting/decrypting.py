"""The trustees' decryptions: each is checked when it arrives, and a wrong one is refused by name.

`check_decryption` is the rule for the vote and for its rehearsal alike. The service holds no key; whoever sends a right
decryption holds that trustee's share, whatever the login says.
"""

from dataclasses import dataclass
from datetime import datetime

from audit import entry
from audit.refusal import N_
from crypto.decryption import PartialDecryption, check_partial, decode_partial, missing_decryptions
from crypto.election import Election, decode_election
from crypto.encoding import sha256_hex
from crypto.errors import Flaw, Malformed
from crypto.strong import check_strong, decode_strong
from crypto.tally import EncryptedTally, decode_tally
from crypto.trustees import Trustees, decode_trustees
from voting.box_errors import BadDecryption, NotCountable
from voting.lifecycle import Phase
from voting.store import decryption as store
from voting.store.casting import BallotBox
from voting.store.decryption import DecryptionRow


@dataclass(frozen=True, slots=True)
class Count:
    """What there is to decrypt, and by whom."""

    election: Election
    trustees: Trustees
    tally: EncryptedTally

    def name(self, owner: int) -> str:
        """The trustee's own name, or the number."""
        return self.trustees.member(owner).name or str(owner)


def make_count(election: bytes, trustees: bytes, encrypted: bytes, sized: bytes) -> Count:
    """From the bytes that are on record."""
    decoded = decode_election(election)
    return Count(decoded, decode_trustees(trustees, decoded.group), decode_tally(encrypted, sized, decoded))


def check_decryption(count: Count, owner: int, payload: bytes, strong: bytes) -> PartialDecryption:
    """Both proofs of every factor. Raises BadDecryption naming trustee, question and choice (TK-06)."""
    try:
        member = count.trustees.member(owner)
        partial = decode_partial(payload, count.election)
        proofs = decode_strong(strong, count.election)
        if proofs.owner != owner:
            raise Malformed("strong.owner", "the strong proofs are another trustee's")
        check_partial(count.election, count.tally, member.public_key, partial)
        check_strong(count.election, count.tally, member.public_key, partial.factors, proofs)
    except Flaw as flaw:
        raise BadDecryption(
            flaw.code,
            N_("the decryption of trustee %(trustee)s does not hold (%(flaw)s)"),
            N_("Nothing was kept. Open your key file again and repeat the decryption."),
            trustee=count.name(owner) if flaw.code != "trustees.index" else owner,
            flaw=flaw.sentence,
        ) from flaw
    return partial


def count_of(box: BallotBox) -> Count:
    """Raises NotCountable (decryption.phase) before the tally of a closed vote is in the log (TK-08)."""
    row = box.row
    if row.phase not in {Phase.TALLIED, Phase.PUBLISHED} or not box.is_tallied_in_log():
        raise NotCountable("decryption.phase", N_("nothing is decrypted before the tally of a closed vote is logged"))
    assert row.election is not None
    assert row.trustees is not None
    assert row.encrypted_tally is not None
    assert row.sized_tally is not None
    return make_count(row.election, row.trustees, row.encrypted_tally, row.sized_tally)


def accept(box: BallotBox, owner: int, payload: bytes, strong: bytes, now: datetime) -> bool:
    """Keep and log one trustee's decryption; False when the same one is there already.

    Call inside a writing transaction. Raises NotCountable: decryption.phase, decryption.late after the result,
    decryption.sent for a second, different one; BadDecryption.
    """
    box.lock()
    count = count_of(box)
    known = store.decryption(box.session, box.id, owner)
    if known is not None:
        if (known.payload, known.strong) == (payload, strong):
            return False
        raise NotCountable("decryption.sent", N_("this trustee has decrypted already; one decryption is enough"))
    if box.row.phase == Phase.PUBLISHED:
        raise NotCountable("decryption.late", N_("the result is published; no further decryption is needed"))
    check_decryption(count, owner, payload, strong)
    store.add(
        box.session,
        DecryptionRow(referendum_id=box.id, owner=owner, payload=payload, strong=strong, received_at=now),
    )
    box.append(
        entry.make(
            "partial-decryption",
            referendum=box.row.uuid,
            owner=owner,
            payload=sha256_hex(payload),
            strong=sha256_hex(strong),
        )
    )
    return True


def decryptions_missing(box: BallotBox) -> int:
    """How many more trustees must decrypt before there is a result."""
    count = count_of(box)
    return missing_decryptions(count.trustees, [row.owner for row in store.decryptions(box.session, box.id)])
