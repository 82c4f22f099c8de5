"""What the log says of people: every part counts, and without the salt nothing can be guessed."""

import hashlib

import pytest

from consultation.commitment import (
    commit_contribution,
    contribution_content,
    official_commitment,
    representative_commitment,
)

SALT = bytes(range(32))


def test_the_commitment_is_the_digest_that_the_record_describes() -> None:
    content = contribution_content(
        contribution="c", topic="t", kind="comment", paragraph="", parent="", stance="", title="", text="ναι",
        name="Άδα", collective="",
    )  # fmt: skip
    parts = b"".join(len(part).to_bytes(8, "big") + part for part in (SALT, content))
    assert commit_contribution(SALT, content) == hashlib.sha256(b"kalpi-contribution-v1" + parts).hexdigest()


def test_every_part_and_every_tag_changes_the_commitment() -> None:
    made = {
        official_commitment(1, SALT),
        official_commitment(2, SALT),
        official_commitment(1, bytes(32)),
        representative_commitment(1, "ab", SALT),
        representative_commitment(1, "ac", SALT),
        commit_contribution(SALT, (1).to_bytes(8, "big")),
    }
    assert len(made) == 6


@pytest.mark.parametrize("salt", [b"", bytes(31), bytes(33)])
def test_a_salt_has_32_bytes(salt: bytes) -> None:
    with pytest.raises(ValueError, match="32"):
        official_commitment(1, salt)
