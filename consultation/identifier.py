"""Public keys of council objects: random, 128 bits, 32 lower-case hexadecimal digits (AC-02)."""

from secrets import token_hex


def new_key() -> str:
    return token_hex(16)
