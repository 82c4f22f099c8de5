"""Bytes become one JSON value or are refused, in bounded time, and a value has one spelling."""

import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import (
    Json,
    array,
    b64,
    b64_digest,
    compact,
    decimal,
    hex_digest,
    integer,
    members,
    parse_compact,
    parse_json,
    sha256,
    sha256_b64,
    sha256_hex,
    string,
)
from crypto.errors import Malformed

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 10**15) | st.text(st.characters(codec="utf-8"), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=20,
)

EXTREMES = {
    "not a number": b'{"a":NaN}',
    "infinity": b"[Infinity,-Infinity]",
    "huge exponent": b"[1e400]",
    "minus zero": b"[-0]",
    "float": b"[1.0]",
    "exponent": b"[1e2]",
    "5,000 digits": b"[" + b"1" * 5000 + b"]",
    "17 digits": b"[" + b"1" * 17 + b"]",
    "deep arrays": b"[" * 200_000 + b"]" * 200_000,
    "deep objects": b'{"a":' * 17 + b"1" + b"}" * 17,
    "unclosed": b"[" * 10,
    "lone surrogate": b'["\\ud800"]',
    "lone surrogate in a name": b'{"\\udc00":1}',
    "surrogate in UTF-8": b'["\xed\xa0\x80"]',
    "byte-order mark": b"\xef\xbb\xbf[]",
    "UTF-16": '["α"]'.encode("utf-16"),
    "UTF-16 without mark": '["a"]'.encode("utf-16-le"),
    "invalid UTF-8": b'["\xff"]',
    "overlong UTF-8": b'["\xc0\x80"]',
    "gzip": b"\x1f\x8b\x08\x00" + bytes(100),
    "duplicate member": b'{"a":1,"a":2}',
    "duplicate member, escaped": b'{"a":1,"\\u0061":2}',
    "control character": b'["\x00"]',
    "single quotes": b"['a']",
    "trailing comma": b"[1,]",
    "comment": b"[1]//",
    "two values": b"[][]",
    "nothing": b"",
    "too large": b'"' + b"a" * 300_000 + b'"',
}


@pytest.mark.parametrize("raw", EXTREMES.values(), ids=EXTREMES)
def test_CR_14_a_json_extreme_is_refused_at_once(raw: bytes) -> None:
    start = time.process_time()
    with pytest.raises(Malformed, match=r"^json\."):
        parse_json(raw)
    assert time.process_time() - start < 1


def test_CR_14_a_member_named_like_a_prototype_is_a_member_like_any_other() -> None:
    assert parse_json(b'{"__proto__":{"a":1}}') == {"__proto__": {"a": 1}}
    with pytest.raises(Malformed, match=r"json\.members"):
        members(parse_json(b'{"__proto__":{"a":1}}'), ("a",))


def test_sixteen_levels_are_accepted_and_brackets_in_strings_do_not_count() -> None:
    parse_json(b"[" * 16 + b"]" * 16)
    parse_json(b'["' + b"[" * 100 + b'\\"{{"]')


@pytest.mark.parametrize(
    "raw",
    [b'{"a": 1}', b'{"a":1}\n', b" [1]", b'["\\u03b1"]', b'["\\/"]', b'["\\u0041"]', b"[1 ]", b'["\\u000A"]'],
)
def test_CR_13_a_second_spelling_is_refused(raw: bytes) -> None:
    parse_json(raw)
    with pytest.raises(Malformed, match=r"json\.noncanonical"):
        parse_compact(raw)


@given(JSON_VALUES)
def test_a_value_written_and_read_is_the_same_value(value: Json) -> None:
    raw = compact(value)
    assert parse_compact(raw) == value
    assert json.loads(raw) == value


@given(st.binary() | JSON_VALUES.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_value_or_malformed(raw: bytes) -> None:
    with contextlib.suppress(Malformed):
        value = parse_json(raw)
        assert parse_json(compact(value)) == value


def test_members_come_with_exactly_these_names_in_this_order() -> None:
    assert members({"a": 1, "b": 2}, ("a",), ("b",)) == {"a": 1, "b": 2}
    assert members({"a": 1}, ("a",), ("b",)) == {"a": 1}
    for value in ({"b": 2, "a": 1}, {"a": 1, "c": 1}, {"b": 1}, {}):
        with pytest.raises(Malformed, match=r"json\.members"):
            members(dict[str, Json](value), ("a",), ("b",))
    with pytest.raises(Malformed, match=r"json\.shape"):
        members([], ("a",))


def test_a_value_of_another_kind_is_refused() -> None:
    for read in (
        lambda: array({}),
        lambda: array([1], length=2),
        lambda: array([1, 2], longest=1),
        lambda: string(1),
        lambda: string("abc", longest=2),
        lambda: integer(True),
        lambda: integer("1"),
        lambda: integer(-1),
        lambda: integer(3, largest=2),
        lambda: integer(1, smallest=2),
    ):
        with pytest.raises(Malformed, match=r"json\.shape"):
            read()
    assert (array([1], length=1), string("a"), integer(2, smallest=2, largest=2)) == ([1], "a", 2)


def test_CR_10_a_decimal_is_below_its_bound() -> None:
    assert decimal("9", below=10) == 9
    for text in ("10", "010", "-1", "+1", "", "１"):
        with pytest.raises(Malformed, match=r"scalar\.noncanonical"):
            decimal(text, below=10)


@pytest.mark.parametrize("text", ["", "0" * 63, "0" * 65, "A" * 64, "g" * 64, "٣" * 64, "0" * 63 + "\n", 5, None])
def test_a_hexadecimal_digest_has_one_spelling(text: Json) -> None:
    with pytest.raises(Malformed, match=r"digest\.spelling"):
        hex_digest(text)


def test_a_base64_digest_has_one_spelling() -> None:
    good = sha256_b64(b"")
    assert b64_digest(good) == sha256(b"")
    assert hex_digest(sha256_hex(b"")) == sha256(b"")
    loose = good[:-1] + chr(ord(good[-1]) + 1)  # the same digest, with a bit of padding set
    wrong: list[Json] = [good + "=", good[:-1], "-" + good[1:], "_" * 43, "α" * 43, " " * 43, loose, 5, None]
    for text in wrong:
        with pytest.raises(Malformed, match=r"digest\.spelling"):
            b64_digest(text)
    assert b64(bytes(32)) == "A" * 43


@pytest.mark.parametrize(
    "raw", [b'"\\' * 128_000, b'["' + b'\\"' * 127_000, b'"' * 255_999, b'{"a":"' + b"x" * 250_000]
)
def test_a_string_that_never_ends_costs_no_more_than_one_that_does(raw: bytes) -> None:
    begun = time.perf_counter()
    with pytest.raises(Malformed):
        parse_json(raw)
    assert time.perf_counter() - begun < 2
