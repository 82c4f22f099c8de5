"""The municipality's reply to what citizens said: its outcomes, who is owed one, and when a consultation may finish.

A reply answers one contribution or many. What it says is a form parsed here; rows and the log are elsewhere.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from audit.refusal import N_
from consultation.contribution import clean_text
from consultation.errors import Incomplete, WrongState
from crypto.encoding import Json, compact, members, parse_compact, string

DUE_KINDS = ("proposal", "objection")
"""Each of these is owed a reply. Questions and comments may get one; an argument has none of its own."""
ANSWERABLE_KINDS = (*DUE_KINDS, "question_post", "comment")
OPEN_TO_REPLIES = ("open", "in_review", "finished")
"""States of a consultation. Also finished: a contribution restored on appeal is owed its reply still."""
ANSWERED = "answered"
OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "accepted": N_("accepted"),
        "partly": N_("partly accepted"),
        "rejected": N_("rejected"),
        "out_of_scope": N_("out of scope"),
        ANSWERED: N_("answered"),
    }
)
"""The last one is for questions and comments, the others for proposals and objections."""
LONGEST_TEXT = 10_000
LONGEST_LINE = 120


@dataclass(frozen=True, slots=True)
class Reply:
    """`signed_by` is the office or person who answers, as shown."""

    outcome: str
    text: str
    signed_by: str


@dataclass(frozen=True, slots=True)
class Template:
    """A reply kept for the next time."""

    name: str
    outcome: str
    text: str


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What keeps a consultation from finishing. Texts are public keys or form numbers, to be linked."""

    state: str
    unanswered: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    """Contributions that no moderator has let through yet."""
    appeals: tuple[str, ...] = ()
    """Contributions whose hiding is under appeal."""
    forms: tuple[str, ...] = ()
    """Paper forms that were entered once, or differently."""


def read_reply(form: Mapping[str, str], kinds: Collection[str]) -> Reply:
    """The form of the workbench, for contributions of these kinds. Raises Incomplete."""
    allowed = outcomes_for(kinds)
    outcome = form.get("outcome", "")
    if outcome not in allowed:
        raise Incomplete("reply.outcome", N_("Choose what becomes of it."), field="outcome")
    return Reply(outcome, _text(form, N_("Write the reply: the reason is owed too.")), _line(form, "signed_by"))


def read_template(form: Mapping[str, str]) -> Template:
    """Raises Incomplete."""
    outcome = form.get("outcome", "")
    if outcome not in OUTCOMES:
        raise Incomplete("reply.outcome", N_("Choose what becomes of it."), field="outcome")
    return Template(_line(form, "name"), outcome, _text(form, N_("Write the text of the template.")))


def outcomes_for(kinds: Collection[str]) -> tuple[str, ...]:
    """What may become of contributions of these kinds. Raises WrongState for a mixture, or for an argument."""
    if not kinds or not set(kinds) <= set(ANSWERABLE_KINDS):
        raise WrongState("reply.kind", N_("An argument is answered with the contribution that it is about."))
    due = set(kinds) & set(DUE_KINDS)
    if due and due != set(kinds):
        raise WrongState(
            "reply.mixed",
            N_("Proposals and objections are accepted or rejected; questions and comments are answered."),
            N_("Answer the two separately: choose a type in the list first."),
        )
    return tuple(outcome for outcome in OUTCOMES if (outcome == ANSWERED) != bool(due))


def reply_content(key: str, topic: str, version: int, reply: Reply, contributions: Collection[str]) -> bytes:
    """The bytes whose SHA-256 the log holds (RECORD.md)."""
    keys: list[Json] = [*sorted(contributions)]
    return compact(
        {
            "kind": "reply",
            "reply": key,
            "topic": topic,
            "version": version,
            "outcome": reply.outcome,
            "text": reply.text,
            "signed_by": reply.signed_by,
            "contributions": keys,
        }
    )


def decode_reply(content: bytes) -> Reply:
    """What a stored version says. Raises Malformed."""
    names = ("kind", "reply", "topic", "version", "outcome", "text", "signed_by", "contributions")
    value = members(parse_compact(content), names)
    return Reply(string(value["outcome"]), string(value["text"]), string(value["signed_by"]))


def check_open_to_replies(state: str) -> None:
    """Raises WrongState."""
    if state not in OPEN_TO_REPLIES:
        raise WrongState("reply.closed", N_("Replies are written once the consultation has opened."))


def check_unanswered(titles: Sequence[str]) -> None:
    """`titles` of what somebody else answered meanwhile. Raises WrongState that names the first."""
    if titles:
        raise WrongState(
            "reply.taken",
            N_("Somebody else has answered %(count)s of these meanwhile, the first is «%(title)s». Nothing was sent."),
            N_("Your text is kept. Take the answered ones out, or revise the reply they got."),
            count=len(titles),
            title=titles[0],
        )


def check_may_finish(obstacles: Obstacles) -> None:
    """Raises WrongState; the page lists what `obstacles` holds."""
    if obstacles.state != "in_review":
        raise WrongState("finish.state", N_("Only a consultation that has closed and is not finished can finish."))
    if obstacles.unanswered:
        raise WrongState(
            "finish.unanswered",
            N_("Proposals and objections without a reply: %(count)s."),
            N_("Each of them is owed one; the list below leads there."),
            count=len(obstacles.unanswered),
        )
    if obstacles.waiting:
        raise WrongState(
            "finish.waiting",
            N_("Contributions that wait for a moderator: %(count)s."),
            N_("They are decided first: published, or hidden with a reason."),
            count=len(obstacles.waiting),
        )
    if obstacles.appeals:
        raise WrongState(
            "finish.appeal",
            N_("Appeals against a hiding that are not decided yet: %(count)s."),
            N_("What is restored is owed a reply like the rest."),
            count=len(obstacles.appeals),
        )
    if obstacles.forms:
        raise WrongState(
            "finish.forms",
            N_("Paper forms entered only once, or differently by two clerks: %(count)s."),
            N_("Enter them a second time, settle the difference, or discard the form."),
            count=len(obstacles.forms),
        )


def _text(form: Mapping[str, str], sentence: str) -> str:
    text = clean_text(form.get("text", "")).strip()
    if not text:
        raise Incomplete("reply.text", sentence, field="text")
    if len(text) > LONGEST_TEXT:
        raise Incomplete(
            "reply.length", N_("At most %(most)s characters are accepted here."), field="text", most=LONGEST_TEXT
        )
    return text


def _line(form: Mapping[str, str], name: str) -> str:
    text = " ".join(clean_text(form.get(name, "")).split())
    if not text:
        sentence = N_("Say who answers.") if name == "signed_by" else N_("Give the template a name.")
        raise Incomplete(f"reply.{name}", sentence, field=name)
    if len(text) > LONGEST_LINE:
        raise Incomplete(
            "reply.length", N_("At most %(most)s characters are accepted here."), field=name, most=LONGEST_LINE
        )
    return text
