"""Recovery codes: ten at a time, 50 bits each, each works once in place of the authenticator (ID-12)."""

from identity.codes import Code, new_code

COUNT = 10
LENGTH = 10
"""Characters of 5 bits."""


def new_codes() -> list[Code]:
    return [new_code(LENGTH) for _ in range(COUNT)]
