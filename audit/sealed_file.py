"""Files encrypted under a passphrase, piece by piece, so that gigabytes need no memory and no piece can be lost.

A header line of JSON, then pieces of 1 MiB each followed by its tag. The nonce of a piece is 7 random bytes of the
header, its number in 4 bytes, and 1 for the last piece; the header is under every tag. So a piece that is changed,
moved, cut off or added, or another header, opens to nothing.

Source: the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015) over AES-256-GCM; scrypt of RFC 7914.
"""

import os
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from audit.errors import BackupRefused
from audit.note import decode_base64, encode_base64
from crypto.encoding import compact, members, parse_compact, string
from crypto.errors import Malformed

PIECE = 1 << 20
TAG = 16
HEADER_LIMIT = 1024
SHORTEST_PASSPHRASE = 12
"""Characters. A stolen backup is guessed at offline; the command offers a random one."""
COST, BLOCK, LANES = 65_536, 8, 1
"""scrypt's n, r, p: 64 MiB and about a quarter of a second for each guess."""


class SealedWriter:
    """Write bytes in any portions; `close` seals the last piece, without which the file opens to nothing."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        """Raises BackupRefused (backup.passphrase) for a short one."""
        if len(passphrase) < SHORTEST_PASSPHRASE:
            raise BackupRefused("backup.passphrase", f"the passphrase needs at least {SHORTEST_PASSPHRASE} characters")
        salt, self._prefix = os.urandom(16), os.urandom(7)
        self._header = _header(salt, self._prefix)
        self._cipher = AESGCM(_key(passphrase, salt))
        self._file, self._number, self._waiting = file, 0, bytearray()
        file.write(self._header)

    def write(self, data: bytes) -> None:
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]

    def close(self) -> None:
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, last=last)
        self._file.write(self._cipher.encrypt(nonce, piece, self._header))
        self._number += 1


def open_sealed(file: BinaryIO, passphrase: str) -> Iterator[bytes]:
    """The pieces in order. Nothing may be believed before the last has come.

    Raises BackupRefused: backup.damaged, and backup.passphrase when not even the first piece opens.
    """
    header = file.readline(HEADER_LIMIT)
    salt, prefix = _read_header(header)
    cipher = AESGCM(_key(passphrase, salt))
    number, sealed = 0, file.read(PIECE + TAG)
    while True:
        following = file.read(PIECE + TAG)
        try:
            piece = cipher.decrypt(_nonce(prefix, number, last=not following), sealed, header)
        except InvalidTag:
            if number == 0:
                raise BackupRefused("backup.passphrase", "the passphrase is wrong, or the file is damaged") from None
            raise BackupRefused("backup.damaged", f"piece {number} of the file is damaged or missing") from None
        yield piece
        if not following:
            return
        number, sealed = number + 1, following


def _header(salt: bytes, prefix: bytes) -> bytes:
    kdf = f"scrypt/{COST}/{BLOCK}/{LANES}"
    header = compact({"kalpi_backup": "1", "kdf": kdf, "salt": encode_base64(salt), "nonce": encode_base64(prefix)})
    return header + b"\n"


def _read_header(line: bytes) -> tuple[bytes, bytes]:
    """Salt and nonce prefix; every other byte must be the one we write."""
    try:
        value = members(parse_compact(line.removesuffix(b"\n")), ["kalpi_backup", "kdf", "salt", "nonce"])
        salt, prefix = decode_base64(string(value["salt"])), decode_base64(string(value["nonce"]))
    except Malformed:
        salt, prefix = b"", b""
    if len(salt) != 16 or len(prefix) != 7 or line != _header(salt, prefix):
        raise BackupRefused("backup.damaged", "this is not a backup made by this version")
    return salt, prefix


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=COST, r=BLOCK, p=LANES).derive(passphrase.encode())


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])
