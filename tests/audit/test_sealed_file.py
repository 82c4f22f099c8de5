"""A sealed file opens to exactly what was written, or to nothing."""

import contextlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import sealed_file
from audit.errors import BackupRefused
from audit.sealed_file import PIECE, TAG, SealedWriter, open_sealed

PASSPHRASE = "σωστή μπαταρία άλογο"


@pytest.fixture(autouse=True)
def _a_cheaper_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost of a guess is not what is tested here."""
    monkeypatch.setattr(sealed_file, "COST", 2)


def sealed(*portions: bytes) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, PASSPHRASE)
    for portion in portions:
        writer.write(portion)
    writer.close()
    return file.getvalue()


def opened(raw: bytes, passphrase: str = PASSPHRASE) -> bytes:
    return b"".join(open_sealed(io.BytesIO(raw), passphrase))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_what_was_written_in_any_portions_is_read_back(size: int) -> None:
    data = bytes(index % 251 for index in range(size))
    assert opened(sealed(data[: size // 3], data[size // 3 :])) == data


def test_nothing_of_it_stands_in_the_file_and_two_files_of_the_same_differ() -> None:
    secret = b"a line nobody else may read"
    one, two = sealed(secret), sealed(secret)
    assert secret not in one
    assert one != two


def test_another_passphrase_opens_nothing() -> None:
    with pytest.raises(BackupRefused, match=r"backup\.passphrase"):
        opened(sealed(b"secret"), PASSPHRASE + "!")


def test_a_short_passphrase_seals_nothing() -> None:
    with pytest.raises(BackupRefused, match=r"backup\.passphrase"):
        SealedWriter(io.BytesIO(), "elevenchars")


def test_pieces_that_are_cut_off_left_out_exchanged_or_repeated_are_noticed() -> None:
    raw = sealed(bytes(2 * PIECE + 5))
    start = raw.index(b"\n") + 1
    first, second, last = raw[start:][: PIECE + TAG], raw[start:][PIECE + TAG : 2 * (PIECE + TAG)], raw[-5 - TAG :]
    assert raw == raw[:start] + first + second + last
    for lie in ([first, second], [first, last], [second, first, last], [first, second, second, last], [first]):
        with pytest.raises(BackupRefused):
            opened(raw[:start] + b"".join(lie))


@settings(max_examples=200)
@given(st.data())
def test_no_byte_of_it_can_change(data: st.DataObject) -> None:
    raw = sealed(b"the whole database")
    place, difference = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.integers(1, 255))
    with pytest.raises(BackupRefused):
        opened(raw[:place] + bytes([raw[place] ^ difference]) + raw[place + 1 :])


@given(st.binary())
def test_any_bytes_are_refused(raw: bytes) -> None:
    with contextlib.suppress(BackupRefused):
        opened(raw)
        pytest.fail("nobody sealed this")
