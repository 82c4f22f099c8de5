"""What everybody sees of a consultation: its terms, its text, who has closed, and nothing of a draft."""

import dataclasses
from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlmodel import Session, select
from starlette.applications import Starlette

from audit import store as log
from consultation import lifecycle
from consultation.routes.consultations import consultation_panel, open_consultation_cards
from consultation.store.contribution import keep_draft, submit
from consultation.store.council_tables import SessionRow, TopicRow
from consultation.store.participation_tables import ContributionRow
from consultation.store.text import text_now, text_versions
from consultation.text_matching import correct
from consultation.text_plain import read_plain
from settings import Settings
from tests.consultation.consulting import LAW, draft_consultation, found, open_consultation, terms
from tests.consultation.town import ADA, Town
from tests.consultation.visitors import page_of
from tests.plugins.house import Clock


def write(session: Session, town: Town, paragraph: str, title: str) -> str:
    row, topic, _ = found(session, town)
    said = ContributionRow(
        consultation_id=row.id or 0, kind="proposal", state="draft", title=title, text="Σκεφτείτε το.",
        name="Άδα Παπαδοπούλου", person_id=ADA, account_id=town.accounts["ada"], paragraph=paragraph,
        created_at=town.now, modified_at=town.now,
    )  # fmt: skip
    keep_draft(session, said)
    submit(session, said, topic.key, town.now, premoderated=False)
    return said.key


def change_text(session: Session, town: Town, law: str, reason: str = "Λάθος στη διατύπωση.") -> None:
    row, topic, _ = found(session, town)
    before = text_now(session, row.id or 0)
    made = correct(before, read_plain(law), before.ids())
    lifecycle.correct_text(
        session, row, topic, made.text, reason=reason, now=town.now, account_id=town.accounts["secretariat"]
    )


def url(town: Town) -> str:
    return f"/topics/{town.topic_key}/consultation"


def text_of(app: Starlette, settings: Settings, path: str, who: str = "") -> str:
    answer = page_of(app, settings, who).get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_M06_the_page_shows_the_terms_before_anybody_writes(
    town_app: Starlette, town: Town, settings: Settings
) -> None:
    open_consultation(town)
    page = text_of(town_app, settings, url(town))
    for words in (
        "Να ακούσουμε τους κατοίκους.", "Η διαδρομή των λεωφορείων.", "Το δημοτικό συμβούλιο", "20 Οκτωβρίου 2026",
        "Η πλατεία κλείνει στα αυτοκίνητα.", "Κλείνει σε 5 ημέρες.", "10 Οκτωβρίου 2026, 12:00", "ανοικτή",
        "δημοσιεύονται αμέσως",
    ):  # fmt: skip
        assert words in page


def test_citizens_are_told_that_a_moderator_reads_first(town_app: Starlette, town: Town, settings: Settings) -> None:
    open_consultation(town, dataclasses.replace(terms(town.now), premoderated=True))
    assert "περιμένουν τον συντονιστή" in text_of(town_app, settings, url(town))


def test_M07_each_paragraph_has_its_count_and_a_way_to_write(
    town_app: Starlette, town: Town, settings: Settings
) -> None:
    open_consultation(town)
    with town.database.writing() as session:
        write(session, town, "a1.p2", "Πεύκα")
        write(session, town, "a1.p2", "Πλατάνια")
    page = text_of(town_app, settings, url(town))
    assert 'id="a1.p2"' in page
    assert "Άρθρο 2. Κυκλοφορία" in page
    assert f'href="{url(town)}?paragraph=a1.p2#contributions">2 τοποθετήσεις' in page
    assert page.count("?paragraph=a1.p1#contributions") == 0
    for paragraph in ("a1.p1", "a1.p2", "a2.p1", "a2.p2"):
        assert f'href="/topics/{town.topic_key}/contributions/new?paragraph={paragraph}"' in page


def test_M07_a_comment_stays_on_its_paragraph_after_the_text_is_corrected(
    town_app: Starlette, town: Town, settings: Settings
) -> None:
    open_consultation(town)
    with town.database.writing() as session:
        write(session, town, "a1.p2", "Πεύκα")
        law = LAW.replace("Τα δέντρα μένουν στη θέση τους.", "Όλα τα δέντρα μένουν στη θέση τους.")
        change_text(session, town, law.replace("Η πλατεία γίνεται", "Ορισμοί και έννοιες.\n\nΗ πλατεία γίνεται"))
    page = text_of(town_app, settings, url(town))
    after = page.partition('id="a1.p2"')[2].partition("</div>")[0]
    assert "Όλα τα δέντρα μένουν στη θέση τους." in after
    assert "1 τοποθέτηση" in after
    assert "Σε παράγραφο που διαγράφηκε" not in page


def test_M07_what_was_said_of_a_deleted_paragraph_stays_with_a_way_to_its_version(
    town_app: Starlette, town: Town, settings: Settings
) -> None:
    open_consultation(town)
    with town.database.writing() as session:
        key = write(session, town, "a1.p2", "Πεύκα")
        change_text(session, town, LAW.replace("Τα δέντρα μένουν στη θέση τους.\n\n", ""))
    page = text_of(town_app, settings, url(town))
    orphans = page.partition("Σε παράγραφο που διαγράφηκε")[2].partition("</section>")[0]
    assert "Τα δέντρα μένουν στη θέση τους." in orphans
    assert f"/contributions/{key}" in orphans
    assert f"{url(town)}/text/1#a1.p2" in orphans
    assert 'id="a1.p2"' in text_of(town_app, settings, f"{url(town)}/text/1")


def test_a_version_shows_what_it_changed_and_why(town_app: Starlette, town: Town, settings: Settings) -> None:
    open_consultation(town)
    with town.database.writing() as session:
        law = LAW.replace("Κανάρη", "Μιαούλη").replace("Τα δέντρα μένουν στη θέση τους.\n\n", "")
        change_text(session, town, law, "Λάθος οδός <b>.")
    page = text_of(town_app, settings, f"{url(town)}/text/2")
    assert "Κανάρη" in page.partition("<del>")[2].partition("</del>")[0]
    assert "Μιαούλη" in page.partition("<ins>")[2].partition("</ins>")[0]
    assert "<del>Τα δέντρα μένουν στη θέση τους.</del>" in page
    assert "Λάθος οδός &lt;b&gt;." in page
    first = text_of(town_app, settings, f"{url(town)}/text/1")
    assert "<del>" not in first
    with town.database.reading() as session:
        row, _, _ = found(session, town)
        for version in text_versions(session, row.id or 0):
            assert version.digest in text_of(town_app, settings, f"{url(town)}/text/{version.number}")
    for number in (0, 3, 999_999_999):
        assert page_of(town_app, settings).get(f"{url(town)}/text/{number}").status_code == 404


@pytest.mark.parametrize("state", ["draft", "draft-session"])
def test_AC_06_a_draft_consultation_does_not_exist_for_anybody_outside(
    town_app: Starlette, town: Town, settings: Settings, state: str
) -> None:
    with town.database.writing() as session:
        draft_consultation(session, town)
        if state == "draft-session":
            row, topic, council_session = found(session, town)
            lifecycle.open_or_announce(session, row, topic, council_session, town.now)
            council_session.state = "draft"
    for who in ("", "ada", "councillor"):
        for path in (url(town), f"{url(town)}/text/1"):
            assert page_of(town_app, settings, who).get(path).status_code == 404
        assert "Πεζοδρόμηση" not in text_of(town_app, settings, "/consultations", who)


def test_the_list_has_three_states_with_their_counts(
    town_app: Starlette, town: Town, settings: Settings, clock: Clock
) -> None:
    open_consultation(town)
    page = text_of(town_app, settings, "/consultations")
    assert 'href="#open">Ανοικτές <span class="badge">1</span>' in page
    assert "Πεζοδρόμηση" in page.partition('id="open"')[2].partition('id="in-review"')[0]
    clock.forward(days=5)
    page = text_of(town_app, settings, "/consultations")
    assert 'href="#open">Ανοικτές <span class="badge">0</span>' in page
    assert "Πεζοδρόμηση" in page.partition('id="in-review"')[2].partition('id="finished"')[0]
    with town.database.writing() as session:
        row, topic, _ = found(session, town)
        lifecycle.close(session, row, topic, town.now)
        lifecycle.finish(session, row, town.now, 0, 0)
    page = text_of(town_app, settings, "/consultations")
    assert "Πεζοδρόμηση" in page.partition('id="finished"')[2]


def test_after_its_hour_no_page_calls_it_open(
    town_app: Starlette, town: Town, settings: Settings, clock: Clock
) -> None:
    """The clock thread does not run here: it is late for ever."""
    open_consultation(town)
    clock.forward(days=5)
    page = text_of(town_app, settings, url(town))
    assert "υπό επεξεργασία" in page
    assert "contributions/new" not in page
    assert "Κλείνει σε" not in page


def test_an_extension_is_shown_with_its_reason(town_app: Starlette, town: Town, settings: Settings) -> None:
    open_consultation(town)
    with town.database.writing() as session:
        row, topic, _ = found(session, town)
        lifecycle.extend(session, row, topic, town.now + timedelta(days=6), "Αργία <i>.", town.now)
    log.sequence(town.database, town.now, ballots=True)
    page = text_of(town_app, settings, url(town))
    assert "Αργία &lt;i&gt;." in page
    assert "11 Οκτωβρίου 2026, 12:00" in page
    assert "Παράταση διαβούλευσης" in page


def test_M10_the_page_shows_the_share_that_is_answered(town_app: Starlette, town: Town, settings: Settings) -> None:
    open_consultation(town)
    with town.database.writing() as session:
        write(session, town, "", "Πεύκα")
    page = text_of(town_app, settings, url(town))
    assert "Έχει απαντηθεί το 0,0% των προτάσεων και των ενστάσεων" in page
    assert "0 από 1" in page


def test_the_front_page_gets_what_is_open_and_only_that(
    town_app: Starlette, town: Town, settings: Settings, clock: Clock
) -> None:
    open_consultation(town)

    class Visitor:
        now = clock()

        def gettext(self, text: str) -> str:
            return text

    with town.database.reading() as session:
        visitor = Visitor()
        visitor.session = session  # type: ignore[attr-defined]
        [card] = open_consultation_cards(visitor)  # type: ignore[arg-type]
        assert (card["url"], card["closes"]) == (url(town), town.now + timedelta(days=5))
        topic = session.exec(select(TopicRow).where(TopicRow.key == town.topic_key)).one()
        assert consultation_panel(visitor, topic)["accepting"] is True  # type: ignore[arg-type]
        visitor.now = town.now + timedelta(days=5)
        assert open_consultation_cards(visitor) == []  # type: ignore[arg-type]
        assert consultation_panel(visitor, topic)["accepting"] is False  # type: ignore[arg-type]


def test_an_announced_consultation_says_when_it_opens_and_takes_nothing(
    town_app: Starlette, town: Town, settings: Settings
) -> None:
    open_consultation(town, dataclasses.replace(terms(town.now), opens_at=town.now + timedelta(days=2)))
    page = text_of(town_app, settings, url(town))
    assert "Ανοίγει: Τετάρτη 7 Οκτωβρίου 2026, 12:00." in page
    assert "contributions/new" not in page
    assert "Προσεχείς" in text_of(town_app, settings, "/consultations")


@pytest.mark.parametrize("payload", ['"><script>alert(1)</script>', "<img src=x onerror=alert(1)>"])
def test_WB_01_words_of_the_clerk_are_only_shown(
    town_app: Starlette, town: Town, settings: Settings, payload: str
) -> None:
    wanted = dataclasses.replace(
        terms(town.now), purpose=payload, can_change=payload, decides=payload, plain_summary=payload
    )
    open_consultation(town, wanted, law=f"Άρθρο 1. {payload}\n\n{payload}")
    for path in (url(town), f"{url(town)}/text/1", "/consultations"):
        page = text_of(town_app, settings, path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    for name in ("kind", "paragraph", "page"):
        assert payload not in text_of(town_app, settings, f"{url(town)}?{name}={quote(payload)}")


def test_a_cancelled_session_keeps_the_page_of_its_consultation(
    town_app: Starlette, town: Town, settings: Settings
) -> None:
    open_consultation(town)
    with town.database.writing() as session:
        session.exec(select(SessionRow).where(SessionRow.key == town.session_key)).one().state = "cancelled"
    text_of(town_app, settings, url(town))
