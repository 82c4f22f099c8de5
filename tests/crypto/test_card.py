"""The code on a card: forgiving when typed, exact when used; and the keys that come out of it."""

import contextlib
import json
from pathlib import Path as File

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.card import (
    ALPHABET,
    CODE_LENGTH,
    credential_factor,
    master_public,
    master_secret,
    new_code,
    parse_code,
    public_credential,
    voting_key,
)
from crypto.errors import Malformed
from crypto.group import GROUPS, Group

VECTORS = json.loads(File("tests/vectors/kalpi/card.json").read_text(encoding="utf-8"))
SYMBOLS = st.sampled_from(ALPHABET)
CODES = st.binary(min_size=17, max_size=17).map(lambda raw: new_code(lambda _length: raw))


@given(raw=st.binary(min_size=17, max_size=17))
def test_a_printed_code_is_130_bits_in_nine_groups_of_three(raw: bytes) -> None:
    text = new_code(lambda length: raw[:length])
    assert [len(group) for group in text.split("-")] == [3] * 9
    number = 0
    for character in parse_code(text).decode():
        number = number * 32 + ALPHABET.index(character)
    assert number == int.from_bytes(raw, "big") >> 6


def test_fresh_codes_differ() -> None:
    assert len({new_code() for _ in range(200)}) == 200


@given(code=CODES, place=st.integers(0, CODE_LENGTH), symbol=SYMBOLS)
def test_one_wrong_character_is_noticed(code: str, place: int, symbol: str) -> None:
    bare = code.replace("-", "")
    wrong = bare[:place] + symbol + bare[place + 1 :]
    if wrong == bare:
        assert parse_code(wrong) == parse_code(code)
    else:
        with pytest.raises(Malformed, match=r"card\.check"):
            parse_code(wrong)


@given(code=CODES, data=st.data())
def test_two_exchanged_characters_are_noticed(code: str, data: st.DataObject) -> None:
    bare = list(code.replace("-", ""))
    left, right = data.draw(st.integers(0, CODE_LENGTH)), data.draw(st.integers(0, CODE_LENGTH))
    if bare[left] == bare[right]:
        return
    bare[left], bare[right] = bare[right], bare[left]
    with pytest.raises(Malformed, match=r"card\.check"):
        parse_code("".join(bare))


@given(code=CODES, data=st.data())
def test_case_spaces_dashes_and_letters_read_for_one_another_do_not_matter(code: str, data: st.DataObject) -> None:
    other = {"0": "0Oo", "1": "1IilL", "A": "AaΑα", "B": "BbΒβ", "K": "KkΚκ", "X": "XxΧχ", "-": "- –\u00a0"}
    typed = "".join(data.draw(st.sampled_from(other.get(c, c + c.lower()))) for c in code)
    assert parse_code(f"  {typed}\n") == parse_code(code)


@pytest.mark.parametrize("case", VECTORS["accepted"], ids=lambda case: repr(case["typed"]))
def test_the_fixed_spellings_are_read(case: dict[str, str]) -> None:
    assert parse_code(case["typed"]).decode() == case["code"]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: repr(case["typed"][:40]))
def test_CR_15_the_fixed_lies_are_refused_and_never_repeated(case: dict[str, str]) -> None:
    with pytest.raises(Malformed) as refusal:
        parse_code(case["typed"])
    assert refusal.value.code == case["error"]
    assert not case["typed"] or case["typed"] not in str(refusal.value)


def test_the_fixed_codes_and_keys_come_out() -> None:
    for case in VECTORS["printed"]:
        raw = bytes.fromhex(case["random"])
        assert new_code(lambda _length, raw=raw: raw) == case["printed"]  # type: ignore[misc]
    for case in VECTORS["keys"]:
        group, code = GROUPS[case["group"]], case["code"].encode()
        master = master_public(group, code)
        assert str(master_secret(group, code)) == case["master_secret"]
        assert group.encode(master) == case["master_public"]
        assert str(credential_factor(group, master, case["uuid"])) == case["credential_factor"]
        assert group.encode(public_credential(group, master, case["uuid"])) == case["public_credential"]
        assert str(voting_key(group, code, case["uuid"])) == case["voting_key"]


@pytest.mark.parametrize("group", GROUPS.values(), ids=[*GROUPS])
def test_the_voters_key_opens_the_credential_that_the_authority_lists(group: Group) -> None:
    code, uuid = parse_code(new_code()), "1AtestTestTest"
    listed = public_credential(group, master_public(group, code), uuid)
    assert group.generator_power(voting_key(group, code, uuid)) == listed


def test_BB_15_credentials_differ_by_card_election_and_group_and_none_is_the_master_key() -> None:
    seen = set()
    for group in GROUPS.values():
        for code in (b"0" * 26, b"1" * 26):
            master = master_public(group, code)
            seen.add(group.encode(master))
            for uuid in ("1AtestTestTest", "2AtestTestTest"):
                seen.add(group.encode(public_credential(group, master, uuid)))
    assert len(seen) == 2 * 2 * 3


@given(st.text())
def test_any_text_is_a_code_or_malformed(text: str) -> None:
    with contextlib.suppress(Malformed):
        assert len(parse_code(text)) == CODE_LENGTH
