"""The index on both databases: what is found, what is not, and in which order."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from consultation.search import ask
from consultation.store import search as store
from consultation.store.council_tables import DecisionRow, FileRow, MinutesRow, TopicRow
from consultation.store.participation_tables import (
    ConsultationRow,
    ContributionRow,
    ReplyLinkRow,
    ReplyRow,
    TextVersionRow,
)
from crypto.encoding import compact, sha256_hex
from db import Database, create_tables
from tests.consultation.town import make_body, make_session, make_topic
from tests.plugins.house import Clock

SQUARE = "Ανάπλαση της Πλατείας Ηρώων"


@pytest.fixture
def topic(any_database: Database, clock: Clock) -> TopicRow:
    """One topic with everything that can be found on it, in a published session, indexed."""
    now = clock()
    with any_database.writing() as session:
        meeting = make_session(session, now, make_body(session, now))
        topic = make_topic(session, now, meeting, title=SQUARE, summary="Γίνεται πεζόδρομος.", motion="Με κυβόλιθους.")
        dated: dict[str, Any] = {"created_at": now, "modified_at": now}
        row = ConsultationRow(
            topic_id=topic.id or 0, state="open", purpose="Ακούμε τη γειτονιά", opened_at=now, **dated
        )
        session.add(row)
        session.add(FileRow(purpose="motion", topic_id=topic.id, name="τοπογραφικό.pdf", media_type="application/pdf",
                            size=1, digest="00", **dated))  # fmt: skip
        session.add(DecisionRow(topic_id=topic.id or 0, outcome="unanimous", number="12/2026",
                                text="Εγκρίνει τη μελέτη.", ada="ΨΘ82ΩΡΦ-7ΑΙ",
                                decided_on=date(2026, 10, 5), **dated))  # fmt: skip
        extracts = compact({"minutes": 1, "extracts": [{"topic": topic.key, "text": "Διαλογική συζήτηση."}]})
        session.add(MinutesRow(session_id=meeting.id or 0, number=1, state="draft", content=extracts,
                               digest=sha256_hex(extracts), **dated))  # fmt: skip
        session.flush()
        text = compact({"text": 1, "articles": [{"id": "a1", "title": "Ωράριο", "paragraphs": [{"text": "Σιγά!"}]}]})
        session.add(TextVersionRow(consultation_id=row.id or 0, number=1, content=text, digest="", made_at=now))
        store.refresh_topic(session, topic.id or 0)
    return topic


def contribute(
    session: Session, clock: Clock, text: str, *, state: str = "published", title: str = ""
) -> ContributionRow:
    row = ContributionRow(
        consultation_id=1, kind="proposal", state=state, title=title, text=text, name="Άδα", submitted_at=clock(),
        created_at=clock(), modified_at=clock(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    store.refresh_contribution(session, row.id or 0)
    return row


def kinds(database: Database, words: str, *, kind: str = "", body: str = "") -> list[str]:
    with database.reading() as session:
        return [hit.kind for hit in store.find(session, ask(words), kind=kind, body=body).hits]


@pytest.mark.parametrize("typed", ["πλατεια", "ΠΛΑΤΕΊΑΣ", "πλατειών", "πλατείες", "ηρωων πλατεια", "πλατ", "αναπλάσ"])
def test_M14_a_topic_is_found_by_any_form_of_its_words(any_database: Database, topic: TopicRow, typed: str) -> None:
    assert "topic" in kinds(any_database, typed)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("κυβόλιθος", "topic"),
        ("τοπογραφικό", "topic"),
        ("γειτονιές", "consultation"),
        ("ωραρίου", "consultation"),
        ("12/2026", "decision"),
        ("ψθ82ωρφ-7αι", "decision"),
        ("ΨΘ82ΩΡΦ-7ΑΙ", "decision"),
        ("ψθ82", "decision"),
        ("εγκρίνουμε μελέτες", "decision"),
        ("διαλογικής συζήτησης", "minutes"),
    ],
)
def test_M14_texts_decisions_and_minutes_are_found(
    any_database: Database, topic: TopicRow, typed: str, kind: str
) -> None:
    assert kinds(any_database, typed) == [kind]


def test_M14_a_contribution_is_found_with_its_reply(any_database: Database, topic: TopicRow, clock: Clock) -> None:
    with any_database.writing() as session:
        row = contribute(session, clock, "Να μπουν παγκάκια στη σκιά.")
        reply = ReplyRow(consultation_id=1, outcome="accepted", text="Θα τοποθετηθούν δεκαπέντε.", signed_by="Τεχνική",
                         content=b"{}", created_at=clock(), modified_at=clock())  # fmt: skip
        session.add(reply)
        session.flush()
        session.add(ReplyLinkRow(contribution_id=row.id or 0, reply_id=reply.id or 0))
        store.refresh_contribution(session, row.id or 0)
    assert kinds(any_database, "παγκάκι") == ["contribution"]
    assert kinds(any_database, "τοποθετηθούν παγκάκια") == ["contribution"]


def test_every_word_must_be_found(any_database: Database, topic: TopicRow) -> None:
    assert kinds(any_database, "πλατεία λιμάνι") == []


@pytest.mark.parametrize("typed", ["%", "_", "%%%", "πλατ%", "' OR 1=1 --", "\\", "πλ_τεια", "[α-ω]*", "\x00"])
def test_WB_10_signs_of_the_database_mean_nothing(any_database: Database, topic: TopicRow, typed: str) -> None:
    found = kinds(any_database, typed)
    assert found == [] or typed == "πλατ%", "a wildcard matched"


@pytest.mark.parametrize("state", ["draft", "waiting", "hidden", "withdrawn", "erased"])
def test_AC_06_only_a_published_contribution_is_found(
    any_database: Database, topic: TopicRow, clock: Clock, state: str
) -> None:
    with any_database.writing() as session:
        row = contribute(session, clock, "Να μπουν παγκάκια.")
        row.state = state
        session.add(row)
    assert kinds(any_database, "παγκάκια") == [], "found although nobody refreshed the index"
    with any_database.writing() as session:
        store.refresh_contribution(session, row.id or 0)
        assert session.connection().exec_driver_sql("SELECT text FROM search_document").fetchall()
        texts = session.connection().exec_driver_sql("SELECT text FROM search_document WHERE kind = 'contribution'")
        assert texts.fetchall() == [], "the text stayed in the index"


def test_AC_06_nothing_of_a_draft_session_is_found_or_kept(any_database: Database, clock: Clock) -> None:
    with any_database.writing() as session:
        meeting = make_session(session, clock(), make_body(session, clock()), state="draft")
        topic = make_topic(session, clock(), meeting, title="Μυστικό σχέδιο")
        store.refresh_topic(session, topic.id or 0)
        assert store.rebuild(session) == 0
        meeting.state = "published"
        session.add(meeting)
        store.refresh_topic(session, topic.id or 0)
    assert kinds(any_database, "μυστικό") == ["topic"]
    with any_database.writing() as session:
        meeting.state = "draft"
        session.add(meeting)
    assert kinds(any_database, "μυστικό") == [], "found although nobody refreshed the index"


def test_AC_06_a_draft_consultation_is_not_found(any_database: Database, topic: TopicRow) -> None:
    with any_database.writing() as session:
        row = session.get(ConsultationRow, 1)
        assert row is not None
        row.state = "draft"
        session.add(row)
        store.refresh_topic(session, topic.id or 0)
    assert kinds(any_database, "γειτονιά") == []


def test_titles_come_first_and_of_equals_the_newest(any_database: Database, topic: TopicRow, clock: Clock) -> None:
    with any_database.writing() as session:
        old = contribute(session, clock, "Η πλατεία θέλει φως.", title="Για το φως")
        clock.forward(days=1)
        new = contribute(session, clock, "Η πλατεία θέλει δέντρα.", title="Για τα δέντρα")
    with any_database.reading() as session:
        hits = store.find(session, ask("πλατεία")).hits
    assert hits[0].kind == "topic"
    assert [hit.url for hit in hits[-2:]] == [f"/contributions/{new.key}", f"/contributions/{old.key}"]


def test_pages_and_counts_hold_for_all_hits(any_database: Database, topic: TopicRow, clock: Clock) -> None:
    with any_database.writing() as session:
        for number in range(store.PAGE + 5):
            contribute(session, clock, f"Παγκάκι {number}")
    with any_database.reading() as session:
        first, second = (store.find(session, ask("παγκάκια"), page=page) for page in (1, 2))
        beyond = store.find(session, ask("παγκάκια"), page=500)
    assert (first.total, len(first.hits), len(second.hits), beyond.hits) == (store.PAGE + 5, store.PAGE, 5, ())
    assert first.counts == {"contribution": store.PAGE + 5}
    assert not {hit.url for hit in first.hits} & {hit.url for hit in second.hits}


def test_hits_of_one_kind_or_one_body_alone(any_database: Database, topic: TopicRow, clock: Clock) -> None:
    with any_database.writing() as session:
        other = make_body(session, clock(), name="Κοινότητα Λιμανιού", kind="community")
        meeting = make_session(session, clock(), other)
        elsewhere = make_topic(session, clock(), meeting, title="Πλατεία Λιμανιού")
        store.refresh_topic(session, elsewhere.id or 0)
    assert kinds(any_database, "πλατείας", kind="decision") == ["decision"]
    assert kinds(any_database, "πλατείας", body=other.key) == ["topic"]
    with any_database.reading() as session:
        found = store.find(session, ask("πλατείας"), kind="decision")
    assert (found.total, found.counts["topic"]) == (1, 2)


def test_rebuilding_gives_the_same_index(any_database: Database, topic: TopicRow, clock: Clock) -> None:
    rows = "SELECT d.kind, d.key, t.term, t.weight FROM search_term t JOIN search_document d ON d.id = t.document_id"
    with any_database.writing() as session:
        contribute(session, clock, "Να μπουν παγκάκια.")
    with any_database.writing() as session:
        before = sorted(tuple(row) for row in session.connection().exec_driver_sql(rows))
        assert store.rebuild(session) == 5
        assert sorted(tuple(row) for row in session.connection().exec_driver_sql(rows)) == before


def test_a_question_is_given_up_after_two_seconds(postgres_url: str) -> None:
    """WB-10: PostgreSQL is told so before it is asked."""
    database = Database(postgres_url)
    create_tables(database.engine)
    with database.reading() as session:
        store.find(session, ask("πλατεία"))
        assert session.connection().exec_driver_sql("SHOW statement_timeout").scalar() == "2s"
    database.close()


def test_dates_without_an_hour_can_be_stored(any_database: Database, topic: TopicRow) -> None:
    with any_database.reading() as session:
        (hit,) = store.find(session, ask("12/2026")).hits
    assert hit.at.date() - date(2026, 10, 5) < timedelta(days=1)
