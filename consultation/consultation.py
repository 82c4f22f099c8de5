"""A consultation on a topic: its states, its terms, and what must be there before it opens (M6).

Leaves out who may do it (routes), what is kept (store) and the act of changing its state (lifecycle).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from audit.local_time import BadTime, day_of, instant, local_field, parse_day, parse_local
from audit.refusal import N_
from consultation.agenda import read_line, read_text
from consultation.errors import Incomplete, WrongState
from consultation.store.participation_tables import ConsultationRow
from crypto.encoding import compact

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "draft": N_("draft (consultation)"),
        "scheduled": N_("announced (consultation)"),
        "open": N_("open (consultation)"),
        "in_review": N_("in review (consultation)"),
        "finished": N_("finished (consultation)"),
    }
)
STEPS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "draft": frozenset({"scheduled", "open"}),
        "scheduled": frozenset({"draft", "open"}),
        "open": frozenset({"in_review"}),
        "in_review": frozenset({"finished"}),
        "finished": frozenset(),
    }
)
"""From each state to the next ones. There is no way back from an open consultation (RL-13)."""
SHORTEST = timedelta(hours=24)
"""Between opening and closing."""
LONG_LIMIT = 2000
"""Characters of the purpose, of what can change and of the summary."""
REASON_LIMIT = 2000
"""Characters of a public reason, in the log too (audit.entry_members.check_text)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What citizens are told before they write. A draft may lack any of it.

    `opens_at` None: at once when the clerk opens it. `answer_by`: the day until which every answer is given.
    """

    purpose: str = ""
    can_change: str = ""
    decides: str = ""
    answer_by: date | None = None
    plain_summary: str = ""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    premoderated: bool = False


def read_terms(form: Mapping[str, str]) -> Terms:
    """The form as typed, complete or not. Raises Incomplete for what no draft may hold; `field` says where."""
    return Terms(
        purpose=read_text(form, "purpose", limit=LONG_LIMIT),
        can_change=read_text(form, "can_change", limit=LONG_LIMIT),
        decides=read_line(form, "decides"),
        answer_by=_day(form, "answer_by"),
        plain_summary=read_text(form, "plain_summary", limit=LONG_LIMIT),
        opens_at=read_hour(form, "opens_at"),
        closes_at=read_hour(form, "closes_at", last=True),
        premoderated=form.get("premoderated") == "yes",
    )


def read_hour(form: Mapping[str, str], field: str, *, last: bool = False) -> datetime | None:
    """None when it is empty. `last`: a deadline, see audit.local_time. Raises Incomplete."""
    text = form.get(field, "").strip()
    try:
        return parse_local(text, last=last) if text else None
    except BadTime as fault:
        raise Incomplete(fault.code, fault.sentence, fault.advice, field=field) from fault


def read_closing(form: Mapping[str, str]) -> datetime:
    """The new hour of closing. Raises Incomplete (field `closes_at`)."""
    closes_at = read_hour(form, "closes_at", last=True)
    if closes_at is None:
        raise Incomplete("consultation.closes_at", N_("Set the day and hour of closing."), field="closes_at")
    return closes_at


def _day(form: Mapping[str, str], field: str) -> date | None:
    text = form.get(field, "").strip()
    try:
        return parse_day(text) if text else None
    except BadTime as fault:
        raise Incomplete(fault.code, fault.sentence, fault.advice, field=field) from fault


def read_reason(form: Mapping[str, str]) -> str:
    """A public reason. Raises Incomplete (field `reason`)."""
    return read_text(form, "reason", N_("Write the reason; everybody will read it."), limit=REASON_LIMIT)


def terms_of(row: ConsultationRow) -> Terms:
    return Terms(
        row.purpose,
        row.can_change,
        row.decides,
        row.answer_by,
        row.plain_summary,
        row.opens_at,
        row.closes_at,
        row.premoderated,
    )


def write_terms(terms: Terms) -> dict[str, str]:
    """As the fields of the form."""
    return {
        "purpose": terms.purpose,
        "can_change": terms.can_change,
        "decides": terms.decides,
        "answer_by": terms.answer_by.isoformat() if terms.answer_by else "",
        "plain_summary": terms.plain_summary,
        "opens_at": local_field(terms.opens_at),
        "closes_at": local_field(terms.closes_at),
        "premoderated": "yes" if terms.premoderated else "",
    }


def missing(terms: Terms, now: datetime) -> list[Incomplete]:
    """Everything that keeps it from opening, in the order of the form."""
    needed = [
        ("purpose", terms.purpose, N_("Say what the consultation is for.")),
        ("can_change", terms.can_change, N_("Say what can still change, and what cannot.")),
        ("decides", terms.decides, N_("Say who decides in the end.")),
        ("plain_summary", terms.plain_summary, N_("Write the summary in plain language.")),
        ("closes_at", terms.closes_at, N_("Set the day and hour of closing.")),
        ("answer_by", terms.answer_by, N_("Set the day until which everybody gets an answer.")),
    ]
    faults = [Incomplete(f"consultation.{field}", word, field=field) for field, value, word in needed if not value]
    if terms.closes_at:
        faults += _hours_at_fault(terms, terms.closes_at, now)
    if terms.closes_at and terms.answer_by and terms.answer_by < day_of(terms.closes_at):
        sentence = N_("The answers cannot be due before the consultation closes.")
        faults.append(Incomplete("consultation.answer_by", sentence, field="answer_by"))
    return faults


def _hours_at_fault(terms: Terms, closes_at: datetime, now: datetime) -> list[Incomplete]:
    if closes_at <= now:
        return [Incomplete("consultation.past", N_("The hour of closing has passed already."), field="closes_at")]
    if closes_at < max(terms.opens_at or now, now) + SHORTEST:
        sentence = N_("It stays open for at least 24 hours: choose a later closing.")
        return [Incomplete("consultation.short", sentence, field="closes_at")]
    return []


def opens_later(terms: Terms, now: datetime) -> bool:
    """Whether the clerk's opening is an announcement, and the clock opens it."""
    return terms.opens_at is not None and terms.opens_at > now


def is_accepting(row: ConsultationRow, now: datetime) -> bool:
    """Whether a contribution may be sent now: the clock thread may be late, the hour of closing is not."""
    return row.state == "open" and row.closes_at is not None and now < row.closes_at


def time_left(closes_at: datetime, now: datetime) -> tuple[str, int]:
    """How long it is still open, as people say it: ("days", 3), ("hours", 5), ("minutes", 40), or ("none", 0).

    Days are nights in Athens, once more than a day is left; what is begun counts.
    """
    left = closes_at - now
    if left <= timedelta():
        return "none", 0
    if left >= timedelta(days=1):
        return "days", (day_of(closes_at) - day_of(now)).days
    minutes = -(-left // timedelta(minutes=1))
    return ("hours", -(-minutes // 60)) if minutes > 60 else ("minutes", minutes)


def check_step(row: ConsultationRow, wanted: str) -> None:
    """Raises WrongState (consultation.state)."""
    if wanted not in STEPS[row.state]:
        raise WrongState(
            "consultation.state",
            N_("The consultation is not in a state that allows this step."),
            N_("Look at its page to see where it stands."),
        )


def check_extendable(row: ConsultationRow, now: datetime) -> None:
    """Raises WrongState (consultation.state)."""
    if not is_accepting(row, now):
        raise WrongState(
            "consultation.state",
            N_("Only an open consultation can be extended."),
            N_("One that has closed never opens again; a topic of a later session can have its own."),
        )


def check_extension(row: ConsultationRow, closes_at: datetime, now: datetime) -> None:
    """Raises WrongState (consultation.state), Incomplete (consultation.extension, .answer_by)."""
    check_extendable(row, now)
    if row.closes_at is None or closes_at <= row.closes_at:
        sentence = N_("The new closing must be later than the one announced.")
        raise Incomplete("consultation.extension", sentence, field="closes_at")
    if row.answer_by is not None and day_of(closes_at) > row.answer_by:
        sentence = N_("The answers were promised by an earlier day than the new closing.")
        raise Incomplete("consultation.answer_by", sentence, field="closes_at")


def check_closing(row: ConsultationRow, now: datetime) -> None:
    """Raises WrongState (consultation.state, consultation.early)."""
    check_step(row, "in_review")
    if row.closes_at is None or now < row.closes_at:
        raise WrongState(
            "consultation.early",
            N_("A consultation is not closed before the hour that was announced."),
            N_("You can extend it, with a public reason."),
        )


def encode_terms(topic: str, terms: Terms) -> bytes:
    """Canonical JSON whose SHA-256 the opening entry holds. `topic`: public key; hours and answer day are set."""
    assert terms.opens_at is not None
    assert terms.closes_at is not None
    assert terms.answer_by is not None
    return compact(
        {
            "terms": 1,
            "topic": topic,
            "purpose": terms.purpose,
            "can_change": terms.can_change,
            "decides": terms.decides,
            "answer_by": terms.answer_by.isoformat(),
            "plain_summary": terms.plain_summary,
            "opens": instant(terms.opens_at),
            "closes": instant(terms.closes_at),
            "premoderated": terms.premoderated,
        }
    )
