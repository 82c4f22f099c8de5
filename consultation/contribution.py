"""What a citizen says in a consultation: its kinds and states, what a complete one holds, and the pace of writing.

Leaves out who may write (routes) and what is kept of it (store).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from types import MappingProxyType

from audit.refusal import N_
from consultation import prose
from consultation.errors import Incomplete, TooMany

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "proposal": N_("Proposal"),
        "objection": N_("Objection"),
        "question_post": N_("Question to the municipality"),
        "comment": N_("Comment"),
        "argument": N_("Argument"),
    }
)
PLURALS: Mapping[str, str] = MappingProxyType(
    {
        "proposal": N_("Proposals"),
        "objection": N_("Objections"),
        "question_post": N_("Questions to the municipality"),
        "comment": N_("Comments"),
        "argument": N_("Arguments"),
    }
)
KINDS = tuple(kind for kind in LABELS if kind != "argument")
"""What stands by itself; an argument hangs on one of these."""
STANCES: Mapping[str, str] = MappingProxyType({"pro": N_("Argument in favour"), "con": N_("Argument against")})
STATES: Mapping[str, str] = MappingProxyType(
    {
        "draft": N_("Not sent yet"),
        "waiting": N_("Waits for moderation"),
        "published": N_("Public"),
        "hidden": N_("Hidden"),
        "withdrawn": N_("Withdrawn by its author"),
        "erased": N_("Erased"),
    }
)
WITHDRAWABLE = frozenset({"waiting", "published"})
ERASABLE = frozenset({"waiting", "published", "hidden", "withdrawn"})
TITLED = frozenset({"proposal", "objection"})
"""Kinds that must have a title: they are answered one by one."""
TITLE_LIMIT = 150
TEXT_LIMIT = prose.LIMIT
DRAFTS_LIMIT = 30
"""Drafts that one account keeps at a time."""
LICENCE = "CC BY 4.0"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
PACES: Mapping[str, Sequence[tuple[timedelta, int]]] = MappingProxyType(
    {
        "contribution": ((timedelta(hours=1), 10), (timedelta(days=1), 20)),
        "support": ((timedelta(hours=1), 60),),
    }
)
"""At most so many acts of one account within each window (WB-21)."""
LONGEST_PACE = timedelta(days=1)
_INVISIBLE = {ord(letter): None for letter in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"}
"""Marks that turn the direction of what follows: a text could make the words after it read backwards."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A contribution as typed. `collective`: public key of the one it is said for, empty for oneself."""

    kind: str
    paragraph: str = ""
    stance: str = ""
    title: str = ""
    text: str = ""
    collective: str = ""


def read_saying(form: Mapping[str, str], *, argument: bool) -> Saying:
    """The form as it is, complete or not. `argument`: it hangs on another contribution.

    Raises Incomplete (contribution.kind, .stance, .title, .text) for what no draft may hold.
    """
    kind, stance = ("argument", form.get("stance", "")) if argument else (form.get("kind", ""), "")
    if not argument and kind not in KINDS:
        raise Incomplete("contribution.kind", N_("Choose what kind of contribution it is."), field="kind")
    if argument and stance not in STANCES:
        raise Incomplete("contribution.stance", N_("Say whether you argue in favour or against."), field="stance")
    title = " ".join(clean_text(form.get("title", "")).split())
    text = clean_text(form.get("text", "")).strip()
    if len(title) > TITLE_LIMIT:
        sentence = N_("The title may have %(limit)s characters; yours has %(count)s.")
        raise Incomplete("contribution.title", sentence, field="title", limit=TITLE_LIMIT, count=len(title))
    if len(text) > TEXT_LIMIT:
        sentence = N_("The text may have %(limit)s characters; yours has %(count)s.")
        raise Incomplete("contribution.text", sentence, field="text", limit=TEXT_LIMIT, count=len(text))
    return Saying(kind, "" if argument else form.get("paragraph", ""), stance, title, text, form.get("speaker", ""))


def check_places(saying: Saying, paragraphs: Collection[str], collectives: Collection[str]) -> None:
    """`paragraphs`: ids of the present text; `collectives`: keys of those the author speaks for.

    Raises Incomplete (contribution.paragraph, .speaker).
    """
    if saying.paragraph and saying.paragraph not in paragraphs:
        sentence = N_("This paragraph is not part of the present text. Choose another one, or the whole topic.")
        raise Incomplete("contribution.paragraph", sentence, field="paragraph")
    if saying.collective and saying.collective not in collectives:
        sentence = N_("You are not a representative of this collective.")
        raise Incomplete("contribution.speaker", sentence, field="speaker")


def check_complete(saying: Saying) -> None:
    """May it be sent as it is? Raises Incomplete (contribution.title, .text)."""
    if saying.kind in TITLED and not saying.title:
        raise Incomplete("contribution.title", N_("A proposal or an objection needs a title."), field="title")
    if len(saying.text) < 3:
        raise Incomplete("contribution.text", N_("Write what you want to say."), field="text")


def check_pace(act: str, earlier: Sequence[datetime], now: datetime) -> None:
    """`earlier`: when the account did the same within LONGEST_PACE, newest first. Raises TooMany (pace.<act>)."""
    for window, most in PACES[act]:
        if len(earlier) >= most and now < earlier[most - 1] + window:
            until = earlier[most - 1] + window
            refused = TooMany(
                f"pace.{act}",
                N_("You have done this very often within a short time."),
                N_("Nothing is lost. Please try again in %(minutes)s minutes."),
                minutes=ceil((until - now) / timedelta(minutes=1)),
            )
            refused.retry_after = ceil((until - now).total_seconds())
            raise refused


def list_line(title: str, text: str) -> str:
    """A contribution among others in a message to its author."""
    return f"· {title or text[:80]}"


def clean_text(text: str) -> str:
    """One spelling of line ends, and no character that is there to mislead the eye."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_INVISIBLE)
    return "".join(letter for letter in text if letter >= " " or letter in "\n\t")
