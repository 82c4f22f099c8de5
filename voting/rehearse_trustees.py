"""Trustees without a browser: what each one's own device does in a ceremony and at the count.

Used by `kalpi rehearse`; the seeds live in this process only, which a real vote never allows.
"""

from dataclasses import dataclass, field

from crypto.ceremony import (
    Member,
    check_received_shares,
    make_certificate,
    make_commitment,
    make_polynomial,
    make_voutput,
)
from crypto.ceremony import new_seed as fresh_seed
from crypto.ceremony_messages import Ceremony, decode_statement
from crypto.decryption import partial_decryption
from crypto.encoding import Json, array, compact, members, parse_compact, string
from crypto.group import Group
from crypto.pedersen import Certificate, decode_certificate
from crypto.strong import strong_proofs
from crypto.trustees import single_trustee
from voting.decrypting import Count


@dataclass
class TrusteeDevice:
    """`index` counts from 1; `key` is what decrypts, once the ceremony is over."""

    name: str
    index: int
    frame: Ceremony
    seed: str = field(default_factory=fresh_seed, repr=False)
    key: int = field(default=0, repr=False)

    @property
    def group(self) -> Group:
        return self.frame.group

    @property
    def _member(self) -> Member:
        return Member(self.frame, self.index, self.seed)

    def message(self, state: dict[str, Json]) -> Json:
        """This member's message for the step the service says the ceremony is in."""
        step = state["step"]
        if step == "key":
            return self._single_key()
        if step == "commitment":
            certificate = make_certificate(self._member)
            statement = make_commitment(self._member, certificate)
            return {"cert": certificate.signed.encode(), "statement": statement.decode()}
        certificates = [decode_certificate(self.group, value) for value in array(state["certs"])]
        if step == "polynomial":
            return parse_compact(make_polynomial(self._member, certificates))
        return self._share(state, certificates)

    def decrypt(self, count: Count) -> tuple[bytes, bytes]:
        """Partial decryption and strong proofs, each with nonces of its own."""
        election, tally = count.election, count.tally
        return partial_decryption(election, tally, self.key), strong_proofs(election, tally, self.index, self.key)

    def _single_key(self) -> Json:
        self.key = self.group.random_scalar()
        ((_kind, public_key),) = (array(item) for item in array(parse_compact(single_trustee(self.group, self.key))))
        return public_key

    def _share(self, state: dict[str, Json], certificates: list[Certificate]) -> Json:
        statements = [decode_statement(string(line).encode(), self.group) for line in array(state["commitments"])]
        inbox = compact(members(state["inbox"], ("polynomial", "secrets", "coefexps", "signatures")))
        self.key = check_received_shares(self._member, certificates, statements, inbox)
        return parse_compact(make_voutput(self._member, certificates[self.index - 1], self.key, self.name))
