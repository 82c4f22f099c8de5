"""What an agenda may hold, when it must be public, and how its versions differ."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.local_time import ATHENS, day_of
from consultation.agenda import (
    Agenda,
    check_late_mark,
    check_notice,
    decode_agenda,
    encode_agenda,
    is_late,
    publish_by,
    read_session,
    read_topic,
)
from consultation.agenda_changes import session_changes, topic_changes
from consultation.difference import word_differences
from consultation.errors import EditConflict, Incomplete
from consultation.revision import check_revision, differences
from consultation.store.council_tables import BodyRow, FileRow, SessionRow, TopicRow
from consultation.timeline import days_until, line_of_time, what_you_can_do
from crypto.encoding import parse_json

NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
FORM = {"kind": "regular", "title": "3η συνεδρίαση", "place": "Δημαρχείο", "starts_at": "2026-10-20T18:00"}


def athens(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ATHENS)  # type: ignore[arg-type,misc]


def a_session(**changes: object) -> SessionRow:
    row = SessionRow(
        body_id=1, kind="regular", state="published", title="3η συνεδρίαση", place="Δημαρχείο",
        starts_at=NOW + timedelta(days=10), published_at=NOW, version=1, created_at=NOW, modified_at=NOW,
    )  # fmt: skip
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def a_topic(number: int, title: str, **changes: object) -> TopicRow:
    row = TopicRow(
        id=number, session_id=1, position=number, title=title, plain_summary="Η πλατεία γίνεται πεζόδρομος.",
        created_at=NOW, modified_at=NOW,
    )  # fmt: skip
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def an_agenda(session: SessionRow, *topics: TopicRow, files: dict[int, list[FileRow]] | None = None) -> Agenda:
    body = BodyRow(key="b" * 32, kind="council", name="Δημοτικό Συμβούλιο", created_at=NOW, modified_at=NOW)
    return Agenda(session, body, topics, files or {}, [])


def test_M02_three_full_days_lie_between_publication_and_session() -> None:
    session = athens(2026, 10, 9, 18, 0)  # a Friday
    assert publish_by(session) == date(2026, 10, 5)  # Monday: Tuesday, Wednesday and Thursday are whole
    assert not is_late(athens(2026, 10, 5, 23, 59), session)
    assert is_late(athens(2026, 10, 6, 0, 0), session)


def test_M02_the_days_are_days_in_athens_and_not_in_utc() -> None:
    session = athens(2026, 10, 9, 0, 30).astimezone(UTC)  # still the 8th there
    assert publish_by(session) == date(2026, 10, 5)
    assert not is_late(datetime(2026, 10, 5, 20, 59, tzinfo=UTC), session)
    assert is_late(datetime(2026, 10, 5, 21, 0, tzinfo=UTC), session)


@pytest.mark.parametrize("session", [athens(2026, 3, 31, 18, 0), athens(2026, 10, 27, 18, 0)])
def test_M02_a_night_in_which_the_clocks_change_is_one_day(session: datetime) -> None:
    last = publish_by(session)
    assert (day_of(session) - last).days == 4
    assert not is_late(datetime(last.year, last.month, last.day, 23, 59, tzinfo=ATHENS), session)
    following = last + timedelta(days=1)
    assert is_late(datetime(following.year, following.month, following.day, 0, 1, tzinfo=ATHENS), session)


def test_M02_a_late_agenda_asks_for_the_urgent_reason() -> None:
    session = NOW + timedelta(days=2)
    with pytest.raises(Incomplete) as refused:
        check_notice(NOW, session, "")
    assert (refused.value.code, refused.value.field) == ("urgent_reason.missing", "urgent_reason")
    check_notice(NOW, session, "Η προθεσμία της χρηματοδότησης λήγει αύριο.")
    check_notice(NOW, NOW + timedelta(days=10), "")


def test_M02_a_topic_that_comes_late_says_so() -> None:
    with pytest.raises(Incomplete):
        check_late_mark("regular", NOW, NOW + timedelta(days=2))
    check_late_mark("out_of_agenda", NOW, NOW + timedelta(days=2))
    check_late_mark("regular", NOW, NOW + timedelta(days=10))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "secret"}, "kind"),
        ({"title": " "}, "title"),
        ({"title": "α" * 201}, "title"),
        ({"title": "α\u202eβ"}, "title"),
        ({"place": ""}, "place"),
        ({"starts_at": "tomorrow"}, "starts_at"),
        ({"starts_at": "2027-03-28T03:30"}, "starts_at"),
    ],
)
def test_a_session_that_cannot_be_is_refused_at_its_field(change: dict[str, str], field: str) -> None:
    with pytest.raises(Incomplete) as refused:
        read_session({**FORM, **change})
    assert refused.value.field == field


def test_WB_20_a_title_is_one_line_and_a_text_does_not_turn_around() -> None:
    assert read_session({**FORM, "title": "α\r\nBcc: x"}).title == "α Bcc: x"
    assert read_topic({"title": "α", "motion": "α\u202eβ\r\nγ\tδ"}).motion == "αβ\nγ   δ"


def test_M02_a_topic_of_a_public_agenda_needs_its_summary() -> None:
    assert read_topic({"title": "Πλατεία"}).plain_summary == ""
    with pytest.raises(Incomplete):
        read_topic({"title": "Πλατεία"}, public=True)


def test_the_bytes_of_an_agenda_are_canonical_and_read_back() -> None:
    file = FileRow(
        key="f" * 32, purpose="motion", name="εισήγηση.pdf", media_type="application/pdf", size=1, digest="0" * 64,
        created_at=NOW, modified_at=NOW,
    )  # fmt: skip
    decision = file.model_copy(update={"key": "d" * 32, "purpose": "decision"})
    content = encode_agenda(an_agenda(a_session(), a_topic(1, "Πλατεία"), files={1: [file, decision]}))
    decoded = decode_agenda(content)
    assert decoded["agenda"] == 1
    assert decoded["starts"] == "2026-10-15T09:00:00Z"
    topics = decoded["topics"]
    assert isinstance(topics, list)
    assert isinstance(topics[0], dict)
    assert topics[0]["files"] == [{"file": "f" * 32, "purpose": "motion", "name": "εισήγηση.pdf", "digest": "0" * 64}]
    assert parse_json(content, size_limit=len(content)) == decoded


def test_M03_what_changed_is_told_in_words() -> None:
    square, park = a_topic(1, "Πλατεία"), a_topic(2, "Πάρκο")
    before = decode_agenda(encode_agenda(an_agenda(a_session(), square, park)))
    changed = a_session(key=before["session"], place="Πνευματικό κέντρο")
    square.plain_summary = "Η πλατεία γίνεται πάρκο."
    park.state, park.withdrawn_reason = "withdrawn", "Λείπει η μελέτη."
    after = decode_agenda(encode_agenda(an_agenda(changed, square, park, a_topic(3, "Δρόμος"))))
    assert [(change.field, change.old, change.new) for change in session_changes(before, after)] == [
        ("place", "Δημαρχείο", "Πνευματικό κέντρο")
    ]
    told = {changed.title: changed.changes for changed in topic_changes(before, after)}
    assert [piece.text for piece in told["Πλατεία"][0].pieces if piece.kind == "deleted"] == ["πεζόδρομος"]
    assert [piece.text for piece in told["Πλατεία"][0].pieces if piece.kind == "inserted"] == ["πάρκο"]
    assert (told["Πάρκο"][0].what, told["Πάρκο"][0].new) == ("This topic was withdrawn.", "Λείπει η μελέτη.")
    assert told["Δρόμος"][0].what == "This topic was added."


@given(old=st.text("αβ \n.", max_size=80), new=st.text("αβ \n.", max_size=80))
def test_M03_both_wordings_can_be_read_from_the_differences(old: str, new: str) -> None:
    pieces = word_differences(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "inserted") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "deleted") == new


def test_M03_a_passage_that_was_rewritten_is_not_cut_into_single_words() -> None:
    old, new = "Η πλατεία γίνεται πεζόδρομος σύντομα.", "Αλλάζουν οι λάμπες της παραλίας."
    assert [(piece.kind, piece.text) for piece in word_differences(old, new)] == [("deleted", old), ("inserted", new)]


def test_a_second_writer_is_told_which_fields_differ() -> None:
    check_revision(3, 3)
    for sent in (2, None):
        with pytest.raises(EditConflict):
            check_revision(3, sent)
    labels = {"title": "Τίτλος", "place": "Τόπος", "summons": "Πρόσκληση"}
    found = differences(
        {"title": "α", "place": "β", "summons": "γ\nδ"}, {"title": "α", "place": "ε", "summons": "γ\r\nδ\r\n"}, labels
    )
    assert [(difference.field, difference.stored) for difference in found] == [("place", "β")]


def test_the_line_of_time_has_five_steps_and_one_place_for_today() -> None:
    session, topic = a_session(), a_topic(1, "Πλατεία")
    steps = line_of_time(topic, session, None, NOW, decided_on=None, measures=0)
    assert [(step.name, step.state) for step in steps] == [
        ("agenda", "done"),
        ("consultation", "none"),
        ("council", "coming"),
        ("decision", "coming"),
        ("implementation", "coming"),
    ]
    decided = line_of_time(topic, session, None, NOW, decided_on=date(2026, 10, 15), measures=2)
    assert [step.state for step in decided][2:] == ["done", "done", "now"]
    session.state = "cancelled"
    over = line_of_time(topic, session, None, NOW, decided_on=None, measures=0)
    assert [step.state for step in over][2:] == ["none", "none", "none"]
    assert what_you_can_do(topic, session, None, NOW) == "nothing"


def test_days_are_counted_by_nights_in_athens() -> None:
    late_evening = athens(2026, 10, 5, 23, 30)
    assert days_until(athens(2026, 10, 6, 0, 30), late_evening) == 1
    assert days_until(athens(2026, 10, 5, 8, 0), late_evening) == 0
    assert days_until(athens(2026, 10, 4, 23, 0), late_evening) == -1


def test_the_hour_of_an_agenda_is_one_moment_whatever_zone_the_row_has_it_in() -> None:
    row = a_session()
    there = encode_agenda(an_agenda(row, a_topic(1, "Πλατεία")))
    value = decode_agenda(there)
    row.starts_at = row.starts_at.astimezone(ATHENS)
    assert decode_agenda(encode_agenda(an_agenda(row, a_topic(1, "Πλατεία"))))["starts"] == value["starts"]
