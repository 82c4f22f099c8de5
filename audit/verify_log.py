"""What the log proves of a vote of ours: the range of entries, and that every object of the record is the one logged.

Each function makes one named check and returns what the next ones need, or raises a Flaw.

Source: DESIGN.md sections 2 and 3; RECORD.md.
"""

from dataclasses import dataclass

from audit.acceptance import KEY_SUFFIX
from audit.checkpoint import Checkpoint, open_checkpoint
from audit.entry import Entry, decode_entry
from audit.entry_members import check_instant
from audit.history import History
from audit.note import VerifierKey, decode_base64, decode_note, decode_verifier_key
from audit.record import SIDE_FILES, Record
from audit.report import at
from audit.tree import HASH_LENGTH, SIZE_LIMIT, verify_range
from crypto.ceremony_messages import Ceremony, check_commitment, check_opening, decode_statement
from crypto.election import SERVICE, Election
from crypto.encoding import Json, array, integer, members, parse_compact, sha256_hex, string
from crypto.errors import InvalidProof, Malformed
from crypto.pedersen import Pedersen
from crypto.trustees import Trustees

MANIFEST_LIMIT = 1024 * 1024
_MANIFEST = (
    "manifest", "referendum", "municipality", "title", "summary", "profile", "questions", "opens", "closes", "roll",
)  # fmt: skip


@dataclass(frozen=True)
class Range:
    """Entries [first, first + len(entries)) of the log whose checkpoint stands in the record."""

    key: VerifierKey
    checkpoint: Checkpoint
    first: int
    entries: tuple[Entry, ...]

    @property
    def is_open(self) -> bool:
        """The range reaches to the end of the log: nothing newer is held back."""
        return self.first + len(self.entries) == self.checkpoint.tree_size


@dataclass(frozen=True)
class SideFiles:
    """The lines and bytes beside the archive, not yet read as values."""

    manifest: bytes
    ceremony: tuple[bytes, ...]
    orders: tuple[bytes, ...]
    strong: tuple[bytes, ...]


def check_files(record: Record) -> SideFiles:
    """Only and all files that RECORD.md names. Raises Malformed: record.unknown, record.missing, record.lines."""
    if record.strangers:
        raise Malformed("record.unknown", f"{record.strangers[0]} is no file of a record")
    for name in SIDE_FILES:
        record.file(name)
    ceremony, orders, strong = (tuple(record.lines(f"{name}.jsonl")) for name in ("ceremony", "order", "strong"))
    return SideFiles(record.file("manifest.json"), ceremony, orders, strong)


def check_range(record: Record, expected_key: VerifierKey | None) -> Range:
    """Checkpoint, its one signature, and the proof of the range. Raises Malformed, InvalidProof."""
    key = read_log_key(record.file("log.vkey"))
    if expected_key is not None and key != expected_key:
        raise InvalidProof("log.key", "the record is of another log than the one expected")
    raw = record.file("checkpoint")
    checkpoint = open_checkpoint(raw, key)
    if len(decode_note(raw).signatures) != 1:
        # A line by a key that nobody here knows could hold anything.
        raise Malformed("checkpoint.signatures", "the checkpoint of a record has the log's signature and no other")
    fields = members(parse_compact(record.file("range.json")), ("first", "left", "right"))
    first = integer(fields["first"])
    entries = []
    for number, line in enumerate(record.lines("entries.jsonl"), first + 1):
        with at("entry", number):
            entries.append(decode_entry(line))
    left, right = (_hashes(fields[side]) for side in ("left", "right"))
    leaves = [entry.leaf_hash for entry in entries]
    verify_range(leaves, first, checkpoint.tree_size, left, right, checkpoint.root_hash)
    return Range(key, checkpoint, first, tuple(entries))


def read_log_key(raw: bytes) -> VerifierKey:
    """log.vkey: one line. Raises Malformed."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("vkey.form", "the log's key is not one line of text") from None
    if not text.endswith("\n") or text.count("\n") != 1:
        raise Malformed("vkey.form", "the log's key is not one line of text")
    return decode_verifier_key(text[:-1])


def check_opening_entry(
    side: SideFiles, found: Range, history: History, setup: tuple[bytes, bytes, bytes], election: Election, listed: int
) -> Entry:
    """Manifest, election, trustees, credentials and roll are those of the opening entry. Raises InvalidProof."""
    opened = history.needed("opened")
    for name, raw in zip(("election", "trustees", "credentials"), setup, strict=True):
        if opened.members[name] != sha256_hex(raw):
            raise InvalidProof("opening.hash", f"the log was opened with another file of {name}")
    manifest = sha256_hex(side.manifest)
    if {opened.members["manifest"], history.needed("proclaimed").members["manifest"]} != {manifest}:
        raise InvalidProof("opening.manifest", "the vote was proclaimed or opened with another manifest")
    frozen, cards = history.needed("roll-frozen"), history.needed("credentials-listed")
    if {opened.members["roll"], frozen.members["count"], cards.members["count"]} != {listed}:
        raise InvalidProof("opening.roll", "the credentials are not as many as the frozen roll")
    if history.index(cards) < history.index(frozen):
        raise InvalidProof("opening.order", "the roll was frozen again after its credentials were listed")
    if cards.members["list"] != opened.members["credentials"]:
        raise InvalidProof("opening.credentials", "the credentials are not those listed before the opening")
    if (opened.members["issuer"] == SERVICE) != (election.credentials == SERVICE):
        raise InvalidProof("opening.issuer", "log and election name different issuers of credentials")
    key = decode_verifier_key(string(opened.members["acceptance"]))
    if key.name != found.checkpoint.origin + KEY_SUFFIX:
        raise InvalidProof("opening.acceptance", "the key of acceptances belongs to another log")
    return opened


def check_manifest(side: SideFiles, election: Election, history: History) -> dict[str, Json]:
    """Every word of the manifest that election or log have too is the same (M25). Raises Malformed, InvalidProof."""
    value = members(parse_compact(side.manifest, size_limit=MANIFEST_LIMIT), _MANIFEST)
    if value["manifest"] != 1:
        raise Malformed("manifest.version", "manifest version 1 was expected")
    if (value["referendum"], value["title"], value["summary"]) != (
        election.uuid,
        election.name,
        election.description,
    ):
        raise InvalidProof("manifest.words", "manifest and election differ in identifier, title or summary")
    shown = []
    for item in array(value["questions"]):
        fields = members(item, ("question", "answers", "blank", "min", "max", "statements"))
        shown.append(tuple(fields[name] for name in ("question", "answers", "blank", "min", "max")))
    if shown != [(q.question, list(q.answers), q.blank, q.minimum, q.maximum) for q in election.questions]:
        raise InvalidProof("manifest.questions", "manifest and election ask different questions")
    check_instant(value["opens"])
    if value["closes"] != history.needed("opened").members["closes"]:
        raise InvalidProof("manifest.closes", "the vote was opened with another closing time than the manifest's")
    profile = value["profile"]
    if not isinstance(profile, dict) or profile.get("id") != history.needed("proclaimed").members["profile"]:
        raise InvalidProof("manifest.profile", "the vote was proclaimed under another profile than the manifest's")
    return value


def check_ceremony(side: SideFiles, history: History, trustees_raw: bytes, trustees: Trustees) -> str:
    """The last ceremony: its frame, each member's commitment before the polynomials, and the trustees it made.

    Returns its identifier. Raises Malformed, InvalidProof.
    """
    opened, completed = history.needed("ceremony-opened"), history.needed("ceremony-completed")
    identifier = string(opened.members["ceremony"])
    if completed.members["ceremony"] != identifier or history.index(completed) < history.index(opened):
        raise InvalidProof("ceremony.order", "the last ceremony that was opened did not make the keys")
    if any(failed.members["ceremony"] == identifier for failed in history.all("ceremony-failed")):
        raise InvalidProof("ceremony.failed", "the ceremony that made the keys is logged as failed")
    if completed.members["trustees"] != sha256_hex(trustees_raw):
        raise InvalidProof("ceremony.trustees", "the ceremony made other trustees")
    threshold, size = integer(opened.members["threshold"]), integer(opened.members["size"])
    ceremony = Ceremony(identifier, trustees.group, threshold, size)
    if opened.members["group"] != trustees.group.name or len(array(opened.members["names"])) != size:
        raise InvalidProof("ceremony.frame", "the ceremony was held for another group or number of trustees")
    for member, name in zip(trustees.members, array(opened.members["names"]), strict=False):
        if member.name not in (None, name):
            raise InvalidProof("ceremony.names", "a trustee's key carries another name than the ceremony's")
    lines = side.ceremony
    logged = [item for item in history.all("ceremony-commitment") if item.members["ceremony"] == identifier]
    (item, *others) = trustees.items
    if size == 1 and not isinstance(item, Pedersen):
        if others or lines or logged:
            raise InvalidProof("ceremony.frame", "one trustee alone commits to nothing and has no fellows")
        return identifier
    if others or not isinstance(item, Pedersen) or (item.threshold, len(item.certificates)) != (threshold, size):
        raise InvalidProof("ceremony.frame", "the trustees are not those of the ceremony")
    if len(lines) != size or len(logged) != size:
        raise InvalidProof("ceremony.commitments", f"{size} commitments were expected in record and log")
    between = range(history.index(opened), history.index(completed))
    if any(history.index(commitment) not in between for commitment in logged):
        raise InvalidProof("ceremony.order", "a commitment stands outside its ceremony")
    by_index = {entry.members["index"]: entry.members["statement"] for entry in logged}
    for index, (line, certificate, polynomial) in enumerate(
        zip(lines, item.certificates, item.coefficients, strict=True), 1
    ):
        with at("trustee", index):
            if by_index.get(index) != sha256_hex(line):
                raise InvalidProof("ceremony.commitments", "the log has another commitment of this trustee")
            statement = decode_statement(line, trustees.group)
            check_commitment(ceremony, certificate, statement)
            check_opening(ceremony, certificate, statement, polynomial)
    return identifier


def _hashes(value: Json) -> list[bytes]:
    hashes = [decode_base64(string(item)) for item in array(value, longest=SIZE_LIMIT.bit_length())]
    if any(len(item) != HASH_LENGTH for item in hashes):
        raise Malformed("range.hash", "a hash of 32 bytes was expected")
    return hashes
