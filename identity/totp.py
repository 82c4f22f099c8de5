"""One-time codes of an authenticator app (RFC 6238: SHA-1, 6 digits, 30 s).

pyotp makes the codes; the comparing is ours, because a code must be six ASCII digits, belong to this step or the one
before, and never count twice (ID-06, ID-09).
"""

import hmac
from datetime import datetime

import pyotp

from audit.refusal import N_
from identity.errors import CodeRefused, CodeReplayed

STEP_SECONDS = 30
SECRET_BYTES = 20


def new_secret() -> str:
    """160 random bits in base 32, as authenticator apps want them."""
    return pyotp.random_base32(SECRET_BYTES * 8 // 5)


def time_step(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def code_at(secret: str, step: int) -> str:
    """The six digits of a time step."""
    return pyotp.HOTP(secret).at(step)


def verify_code(secret: str, text: str, now: datetime, last_step: int) -> int:
    """The time step the code belongs to: the present one or the one before.

    Compared as bytes, so that no other digits than ASCII ones are ever a code. `last_step` is the last step accepted
    for this secret; the caller stores the new one with a compare-and-set in the transaction of what the code opens.
    Spaces between the digits are ignored, as apps show them.
    Raises CodeRefused, CodeReplayed.
    """
    digits = text.replace(" ", "")
    present = time_step(now)
    found = None
    for step in (present, present - 1):
        if hmac.compare_digest(code_at(secret, step).encode(), digits.encode()):
            found = step
    if found is None:
        raise wrong_code()
    if found <= last_step:
        raise code_replayed()
    return found


def wrong_code() -> CodeRefused:
    return CodeRefused(
        "code.wrong",
        N_("The one-time code is not correct."),
        N_("Type the six digits your app shows now. If they are refused again, set your phone's clock to automatic."),
    )


def code_replayed() -> CodeReplayed:
    return CodeReplayed(
        "code.replayed",
        N_("This one-time code was used before."),
        N_("Wait until your app shows the next one; that takes at most 30 seconds."),
    )


def setup_uri(secret: str, login_name: str, municipality: str) -> str:
    """What the QR symbol holds: an `otpauth` address with issuer and account."""
    return pyotp.TOTP(secret).provisioning_uri(name=login_name, issuer_name=municipality)


def spelled(secret: str) -> str:
    """The secret in groups of four, for typing by hand."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
