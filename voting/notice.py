"""What a voter is told by e-mail about each recorded ballot: that there is one, its number and its code (BB-08).

Never a choice, and never in the way of casting: the message waits in a table until a mail server takes it (RL-17).
"""

from collections.abc import Callable
from dataclasses import dataclass

from audit.refusal import N_
from identity.mail import subject_line


@dataclass(frozen=True, slots=True)
class Message:
    recipient: str
    subject: str
    body: str


def recorded_message(
    recipient: str, title: str, url: str, code: str, number: int, gettext: Callable[..., str]
) -> Message:
    """`number` counts this voter's ballots from 1; `url` is where the code can be looked up, without the code in it."""
    lines = (
        gettext(
            N_(
                "A ballot was recorded with your login in the vote “%(title)s”. It is number %(number)s of your ballots"
                " in this vote; only the last one counts."
            ),
            title=title,
            number=number,
        ),
        gettext(N_("Its code: %(code)s"), code=code),
        gettext(N_("Find the ballot: %(url)s"), url=url),
        gettext(
            N_(
                "This message cannot say what was chosen; nobody knows. If it was not you, tell the election committee"
                " at once and vote again."
            )
        ),
    )
    subject = subject_line(gettext(N_("A ballot was recorded with your login: %(title)s"), title=title))
    return Message(recipient, subject, "\n\n".join(lines) + "\n")
