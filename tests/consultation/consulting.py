"""Consultations in the invented town, for tests of every part that needs one."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from consultation import lifecycle
from consultation.consultation import Terms
from consultation.store.consultation import add_consultation, locked_consultation, topic_to_consult
from consultation.store.council_tables import SessionRow, TopicRow
from consultation.store.participation_tables import ConsultationRow
from consultation.store.text import keep_version
from consultation.text import first_text
from consultation.text_plain import read_plain
from tests.consultation.town import Town

LAW = """Άρθρο 1. Σκοπός

Η πλατεία γίνεται πεζόδρομος από τον Μάιο.

Τα δέντρα μένουν στη θέση τους.

Άρθρο 2. Κυκλοφορία

Τα λεωφορεία περνούν από την οδό Κανάρη.

Οι κάτοικοι έχουν δικαίωμα στάθμευσης."""


def terms(now: datetime, *, days: float = 5) -> Terms:
    """Complete ones that open at the press of the button and close in so many days."""
    closes_at = now + timedelta(days=days)
    return Terms(
        purpose="Να ακούσουμε τους κατοίκους.",
        can_change="Η διαδρομή των λεωφορείων.",
        decides="Το δημοτικό συμβούλιο",
        answer_by=date.fromordinal(closes_at.date().toordinal() + 10),
        plain_summary="Η πλατεία κλείνει στα αυτοκίνητα.",
        closes_at=closes_at,
    )


def draft_of(topic: TopicRow, wanted: Terms, now: datetime) -> ConsultationRow:
    return ConsultationRow(
        topic_id=topic.id or 0, purpose=wanted.purpose, can_change=wanted.can_change, decides=wanted.decides,
        answer_by=wanted.answer_by, plain_summary=wanted.plain_summary, opens_at=wanted.opens_at,
        closes_at=wanted.closes_at, premoderated=wanted.premoderated, created_at=now, modified_at=now,
    )  # fmt: skip


def draft_consultation(session: Session, town: Town, wanted: Terms | None = None, law: str = LAW) -> ConsultationRow:
    """Complete, with a text of two articles and four paragraphs."""
    topic, _ = topic_to_consult(session, town.topic_key)
    row = add_consultation(session, draft_of(topic, wanted or terms(town.now), town.now))
    if law:
        text = first_text(read_plain(law))
        keep_version(session, row.id or 0, 1, topic.key, text, reason="", now=town.now, account_id=None)
    return row


def open_consultation(town: Town, wanted: Terms | None = None, law: str = LAW) -> None:
    """On the topic of the town, five days long, or announced when the terms say so."""
    with town.database.writing() as session:
        draft_consultation(session, town, wanted, law)
        row, topic, council_session = found(session, town)
        lifecycle.open_or_announce(session, row, topic, council_session, town.now)


def found(session: Session, town: Town) -> tuple[ConsultationRow, TopicRow, SessionRow]:
    """The row, locked, with its topic and session."""
    topic, council_session = topic_to_consult(session, town.topic_key)
    return locked_consultation(session, topic.id or 0), topic, council_session
