"""Entries: each kind has its members in one order and one spelling, and there is no room for anything else."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import entry
from audit.note import Signer
from audit.tree import leaf_hash
from crypto.encoding import compact
from crypto.errors import Malformed

HEX = "0f" * 32
UUID = "5Tj8q1hzz8nTWuN31uuzNe"
BY_NAME: dict[str, Any] = {
    "referendum": UUID,
    "rehearsal": "7Tj8q1hzz8nTWuN31uuzNe",
    "ceremony": "ab" * 16,
    "origin": "vote.example.org/log",
    "role": "committee",
    "profile": "municipal-advisory",
    "text": "Η υπηρεσία σταμάτησε για δέκα λεπτά.",
    "reason": "διακοπή ρεύματος",
    "names": ["Άννα", "Βασίλης", "Γεωργία"],
    "group": "Ed25519",
    "issuer": "authority",
    "closes": "2027-03-01T18:00:00Z",
    "acceptance": Signer("vote.example.org/log/acceptance", bytes(32)).verifier_key.encode(),
    "code": "A" * 43,
    **dict.fromkeys(("threshold", "size", "index", "owner", "count", "roll", "length", "persons"), 3),
    **dict.fromkeys(("version", "due", "answered"), 3),
    **dict.fromkeys(("session", "topic", "consultation", "contribution", "collective", "removal"), "cd" * 16),
    "measure": "cd" * 16,
    "vote": UUID,
    "clerks": [HEX, HEX],
    "form": "k7f2-3",
    "stage": "after",
    "outcome": "upheld",
    "timing": "late",
}
BY_KIND: dict[str, dict[str, Any]] = {
    "minutes": {"state": "approved"},
    "contribution": {"kind": "objection"},
    "consultation-opened": {"text": HEX},
    "consultation-text": {"text": HEX},
    "reply": {"text": HEX, "reply": "ef" * 16, "outcome": "partly", "contributions": ["cd" * 16, "ce" * 16]},
    "hidden": {"reason": "off_topic"},
    "councillor-file": {"contributions": 7},
}


def members_of(kind: str) -> dict[str, Any]:
    return {name: BY_KIND.get(kind, {}).get(name, BY_NAME.get(name, HEX)) for name in entry.KINDS[kind]}


@pytest.mark.parametrize("kind", entry.KINDS)
def test_every_kind_is_made_in_its_order_and_read_back(kind: str) -> None:
    members = members_of(kind)
    raw = entry.make(kind, **dict(reversed(members.items())))
    assert list(json.loads(raw)) == ["type", *entry.KINDS[kind]]
    assert raw.startswith(b'{"type":"kalpi/' + kind.encode() + b'/v1"')
    read = entry.decode_entry(raw)
    assert (read.kind, dict(read.members), read.raw, read.known) == (kind, members, raw, True)
    assert read.leaf_hash == leaf_hash(raw)
    assert read.referendum == (UUID if "referendum" in members else None)
    assert read.subject == ("cd" * 16 if {"topic", "session"} & set(members) else None)


@pytest.mark.parametrize("kind", entry.KINDS)
def test_a_missing_added_or_reordered_member_is_malformed(kind: str) -> None:
    members = members_of(kind)
    first, *rest = members.items()
    head = ("type", f"kalpi/{kind}/v1")
    unslashed = ("type", kind)
    with pytest.raises(Malformed, match=r"entry\.type"):
        entry.decode_entry(compact(dict([unslashed, first, *rest])))
    for lie in ([head, *rest], [head, first, *rest, ("extra", 1)], [first, head, *rest], [head, *rest, first]):
        if lie == [head, first, *rest]:
            continue  # a kind with one member has no other order
        with pytest.raises(Malformed):
            entry.decode_entry(compact(dict(lie)))


@pytest.mark.parametrize(
    ("kind", "name", "lie"),
    [
        ("ballot", "ballot", HEX.upper()),
        ("ballot", "ballot", HEX[:-1]),
        ("ballot", "order", None),
        ("ballot", "length", -1),
        ("ballot", "length", "5"),
        ("ballot", "length", True),
        ("ballot", "referendum", "short"),
        ("ballot", "referendum", "0" * 22),
        ("challenged", "code", "A" * 42 + "B"),
        ("opened", "closes", "2027-03-01T18:00:00+00:00"),
        ("opened", "closes", "2027-03-01T18:00:00.5Z"),
        ("opened", "closes", "2027-02-30T18:00:00Z"),
        ("opened", "closes", "2027-3-01T018:00:00Z"),
        ("opened", "issuer", "somebody"),
        ("opened", "acceptance", "not a key"),
        ("ceremony-opened", "ceremony", HEX),
        ("ceremony-opened", "group", "P-256"),
        ("ceremony-opened", "threshold", 0),
        ("ceremony-opened", "threshold", 256),
        ("ceremony-opened", "names", "Άννα"),
        ("ceremony-opened", "names", [" "]),
        ("ceremony-failed", "index", 0),
        ("cancelled", "reason", ""),
        ("cancelled", "reason", "a\u0000b"),
        ("cancelled", "reason", "a" * 2001),
        ("role-granted", "role", "Επιτροπή"),
        ("log-opened", "origin", "a b"),
        ("log-opened", "origin", ""),
        ("agenda-changed", "session", HEX),
        ("agenda-changed", "version", -1),
        ("session-cancelled", "reason", ""),
        ("minutes", "state", "secret"),
        ("consultation-opened", "closes", "αύριο"),
        ("contribution", "kind", "petition"),
        ("contribution", "commitment", "Άννα"),
        ("contribution", "topic", "CD" * 16),
        ("paper-contribution", "clerks", [HEX]),
        ("paper-contribution", "form", "Έντυπο 7"),
        ("hidden", "moderator", "Άννα"),
        ("appeal-decided", "outcome", "lost"),
        ("reply", "contributions", []),
        ("reply", "contributions", ["cd" * 16, "cd" * 16]),
        ("referendum-proposed", "vote", "cd"),
    ],
)
def test_a_member_that_is_not_what_its_name_promises_is_malformed(kind: str, name: str, lie: Any) -> None:
    with pytest.raises(Malformed) as refused:
        entry.make(kind, **{**members_of(kind), name: lie})
    assert refused.value.code == f"entry.{kind}"


def test_GD_01_an_entry_of_a_kind_outside_the_list_cannot_be_made() -> None:
    with pytest.raises(Malformed, match=r"entry\.kind"):
        entry.make("citizen", name="Άννα")


def test_GD_01_a_member_outside_the_list_cannot_be_made() -> None:
    with pytest.raises(Malformed):
        entry.make("closed", referendum=UUID, persons=3, names=["Άννα"])


@pytest.mark.parametrize("whole_type", ["kalpi/vote-of-trees/v1", "kalpi/ballot/v2", "example.org/ballot/v1"])
def test_an_entry_of_an_unknown_kind_is_read_and_stays_opaque(whole_type: str) -> None:
    raw = compact({"type": whole_type, "referendum": UUID, "anything": [1]})
    read = entry.decode_entry(raw)
    assert (read.kind, read.known, read.referendum) == (whole_type, False, UUID)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b'{"type":"kalpi/closed/v1","text":"' + b"a" * 65_535 + b'"}', "entry.size"),
        (b'{"referendum":"x","type":"kalpi/closed/v1"}', "entry.type"),
        (b"[]", "entry.type"),
        (b"{}", "entry.type"),
        (b'{"type":"closed"}', "entry.type"),
        (b'{"type":"kalpi/closed/v1" }', "json.noncanonical"),
        (b'{"type":1}', "json.shape"),
        (b"", "json.syntax"),
    ],
)
def test_bytes_that_are_no_entry_are_malformed(raw: bytes, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        entry.decode_entry(raw)
    assert refused.value.code == code


FOREIGN_MEMBERS = st.dictionaries(st.text(), st.text() | st.integers(0, 9))


@given(st.binary() | FOREIGN_MEMBERS.map(lambda value: compact({"type": "kalpi/ballot/v1", **value})))
def test_any_bytes_are_an_entry_or_malformed(raw: bytes) -> None:
    with contextlib.suppress(Malformed):
        assert entry.decode_entry(raw).raw == raw
