"""What the room refuses.

Refused
├── RegistryRefused    a registry file that cannot be imported at all
├── ActivationRefused  letter, code and birth date do not open an account; one sentence for every reason (ID-01)
├── NameTaken          another account has this login name
├── PasswordRefused    too short, too long, or too easily guessed
├── LoginRefused       name and password do not open an account; one sentence for every reason (ID-01)
├── CodeRefused        a one-time or recovery code is wrong
│   └── CodeReplayed   the code is right, but was used before
├── TooManyAttempts    wait; `seconds` says how long
├── TooBusy            the password workers are all taken (503)
├── RoleRefused        this role cannot be given to or taken from this account
├── CardRefused        this card cannot be given to this person
└── AccountRefused     what an account cannot do in its present state
SealBroken             an encrypted field was altered, or belongs to another row or key
"""

from audit.refusal import N_, Refused


class RegistryRefused(Refused):
    status = 422


class ActivationRefused(Refused):
    status = 401

    def __init__(self) -> None:
        super().__init__(
            "activation.refused",
            N_("These details do not belong to a letter that is still valid."),
            N_(
                "Check them against the letter. A letter is valid for 14 days, works once, and stops working after"
                " five wrong tries. The registry office gives a new one."
            ),
        )


class NameTaken(Refused):
    pass


class PasswordRefused(Refused):
    status = 422


class LoginRefused(Refused):
    status = 401

    def __init__(self) -> None:
        super().__init__("login.refused", N_("The login name or the password is not correct."))


class CodeRefused(Refused):
    status = 401


class CodeReplayed(CodeRefused):
    pass


class TooManyAttempts(Refused):
    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "login.throttled",
            N_("There were too many wrong tries. Please wait %(minutes)s minutes."),
            N_("A browser in which you have logged in before is not affected by the tries of others."),
            minutes=max(1, -(-seconds // 60)),
        )
        self.seconds = seconds


class TooBusy(Refused):
    status = 503

    def __init__(self) -> None:
        super().__init__(
            "login.busy",
            N_("Very many people are logging in at this moment."),
            N_("Please try again in ten seconds. Whoever is logged in can vote without waiting."),
        )


class RoleRefused(Refused):
    pass


class CardRefused(Refused):
    pass


class AccountRefused(Refused):
    pass


class SealBroken(Exception):
    pass
