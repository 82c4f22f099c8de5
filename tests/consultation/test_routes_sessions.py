"""Sessions and topics as people meet them: published, changed, withdrawn, cancelled, and never before."""

import re

from starlette.applications import Starlette
from starlette.testclient import TestClient

from audit import store as log
from consultation.council import BODY_KINDS, SESSION_KINDS
from consultation.store.session import session_row
from consultation.store.version import newest_version
from crypto.encoding import sha256_hex
from db import Database
from settings import Settings
from tests.consultation.desk_forms import SESSION, TOPIC, draft_session, draft_topic, publish, revision_of
from tests.consultation.town import Town, make_body
from tests.consultation.visitors import page_of
from tests.plugins.house import Clock


def entries(town_app: Starlette, database: Database, key: str) -> list[log.Logged]:
    """What the log holds about a session, after the sequencer's turn."""
    log.sequence(database, town_app.state.house.clock(), ballots=False)
    with database.reading() as session:
        return log.entries_about(session, key)


def a_published_session(clerk: TestClient, town: Town, **changes: str) -> tuple[str, str]:
    """Keys of a published session and its topic."""
    key = draft_session(clerk, town.body_key)
    topic = draft_topic(clerk, key, **changes)
    publish(clerk, key)
    return key, topic


def test_M01_every_body_has_sessions_of_every_kind_with_a_page_of_their_own(
    town_app: Starlette, town: Town, settings: Settings, database: Database
) -> None:
    clerk, anyone = page_of(town_app, settings, "secretariat"), page_of(town_app, settings)
    for body_kind in BODY_KINDS:
        with database.writing() as session:
            body_key = make_body(session, town.now, kind=body_kind, name=f"Όργανο {body_kind}").key
        for kind in SESSION_KINDS:
            key = draft_session(clerk, body_key, kind=kind, title=f"{body_kind} {kind}")
            draft_topic(clerk, key)
            publish(clerk, key)
            shown = anyone.get(f"/sessions/{key}").text
            assert f"{body_kind} {kind}" in shown
            assert f"/sessions/{key}/calendar.ics" in shown
        assert f"Όργανο {body_kind}" in anyone.get(f"/bodies/{body_key}").text
        listed = anyone.get(f"/sessions?body={body_key}").text
        assert all(f"{body_kind} {kind}" in listed for kind in SESSION_KINDS)
        assert "3η τακτική" not in listed  # of the council, another body


def test_M02_topics_stand_in_order_with_marks_motion_and_files(
    town_app: Starlette, town: Town, settings: Settings
) -> None:
    clerk, anyone = page_of(town_app, settings, "secretariat"), page_of(town_app, settings)
    key = draft_session(clerk, town.body_key)
    first = draft_topic(clerk, key)
    second = draft_topic(clerk, key, title="Έκτακτη ενίσχυση", mark="before_agenda")
    clerk.post(
        f"/desk/topics/{first}/files",
        data={"purpose": "motion"},
        files={"file": ("../εισήγηση.exe", b"%PDF-1.7\n%%EOF\n")},
    )
    assert clerk.post(f"/desk/topics/{second}/position", data={"position": "1"}).status_code == 303
    publish(clerk, key)
    shown = anyone.get(f"/sessions/{key}").text
    assert shown.index("Έκτακτη ενίσχυση") < shown.index("Νέος φωτισμός στην παραλία")
    assert "Προ ημερησίας" in shown
    topic = anyone.get(f"/topics/{first}").text
    assert "<strong>νέες λάμπες</strong>" in topic
    assert "εισήγηση.pdf" in topic
    assert "Θέμα 2" in topic


def test_M02_publishing_late_asks_for_the_urgent_reason_and_the_page_shows_it(
    town_app: Starlette, town: Town, settings: Settings, clock: Clock
) -> None:
    clerk, anyone = page_of(town_app, settings, "secretariat"), page_of(town_app, settings)
    for kind in SESSION_KINDS:
        key = draft_session(clerk, town.body_key, kind=kind, starts_at="2026-10-08T18:00")
        draft_topic(clerk, key)
        assert "urgent_reason" in clerk.get(f"/desk/sessions/{key}/publication").text
        refused = clerk.post(f"/desk/sessions/{key}/publication", data={"urgent_reason": " "})
        assert refused.status_code == 422
        assert "γράψτε γιατί δεν μπορεί να περιμένει" in refused.text
        assert anyone.get(f"/sessions/{key}").status_code == 404
        publish(clerk, key, "Η χρηματοδότηση λήγει αύριο.")
        assert "Η χρηματοδότηση λήγει αύριο." in anyone.get(f"/sessions/{key}").text


def test_M02_the_desk_shows_the_publication_timer_and_what_is_missing(
    town_app: Starlette, town: Town, settings: Settings, clock: Clock
) -> None:
    clerk = page_of(town_app, settings, "secretariat")
    key = draft_session(clerk, town.body_key, starts_at="2026-10-10T18:00")
    draft_topic(clerk, key, plain_summary="", motion="", proposer="")
    shown = clerk.get(f"/desk/sessions/{key}").text
    assert "Δημοσίευση έως 6 Οκτωβρίου 2026" in shown
    assert "Λείπουν: Περίληψη σε απλή γλώσσα, Εισήγηση, Συνημμένο, Εισηγητής" in shown.replace("&#39;", "'")
    assert clerk.post(f"/desk/sessions/{key}/publication").status_code == 409  # without a summary never
    clock.forward(days=2)
    assert "Η ημερήσια διάταξη έχει καθυστερήσει" in clerk.get(f"/desk/sessions/{key}").text


def test_M03_an_edit_after_publication_makes_a_dated_version_with_differences(
    town_app: Starlette, town: Town, settings: Settings, database: Database, clock: Clock
) -> None:
    clerk, anyone = page_of(town_app, settings, "secretariat"), page_of(town_app, settings)
    key, topic = a_published_session(clerk, town)
    clock.forward(hours=1)
    page = f"/desk/topics/{topic}"
    changed = {**TOPIC, "plain_summary": "Αλλάζουν οι στύλοι της παραλίας.", "revision": revision_of(clerk, page)}
    silent = clerk.post(page, data=changed)
    assert silent.status_code == 422  # a public change has a reason
    assert "οι λάμπες" in anyone.get(f"/topics/{topic}").text
    assert clerk.post(page, data={**changed, "change_reason": "Διόρθωση της μελέτης."}).status_code == 303
    shown = anyone.get(f"/sessions/{key}").text
    assert "Διόρθωση της μελέτης." in shown
    assert f"/sessions/{key}/versions/2" in shown
    version = anyone.get(f"/sessions/{key}/versions/2").text
    assert re.search(r"<del><span[^>]*>\[αφαιρέθηκε:\] </span>λάμπες<", version)
    assert re.search(r"<ins><span[^>]*>\[προστέθηκε:\] </span>στύλοι<", version)
    assert "οι λάμπες" in anyone.get(f"/sessions/{key}/versions/1").text
    assert "Διόρθωση της μελέτης." in anyone.get(f"/sessions/{key}/versions").text
    assert anyone.get(f"/sessions/{key}/versions/3").status_code == 404
    told = entries(town_app, database, key)
    assert [(found.entry.kind, found.entry.members["version"]) for found in told] == [
        ("agenda-published", 1),
        ("agenda-changed", 2),
    ]
    now = anyone.get(f"/sessions/{key}").text
    assert str(told[1].entry.members["agenda"]) in now
    assert f"/log/entries/{told[1].index}" in now


def test_M03_the_differences_are_escaped(town_app: Starlette, town: Town, settings: Settings) -> None:
    clerk, anyone = page_of(town_app, settings, "secretariat"), page_of(town_app, settings)
    key, topic = a_published_session(clerk, town, title="<script>alert(1)</script>", motion="<img src=x onerror=y>")
    page = f"/desk/topics/{topic}"
    data = {**TOPIC, "title": "<b onclick=z>β</b>", "change_reason": "<i>γ</i>", "revision": revision_of(clerk, page)}
    assert clerk.post(page, data=data).status_code == 303
    for url in (f"/sessions/{key}", f"/sessions/{key}/versions", f"/sessions/{key}/versions/2", f"/topics/{topic}"):
        shown = anyone.get(url).text
        assert "<script" not in shown
        assert "<img" not in shown
        assert "<b onclick" not in shown
        assert "<i>" not in shown


def test_M03_a_withdrawn_topic_stays_with_its_reason(
    town_app: Starlette, town: Town, settings: Settings, database: Database
) -> None:
    clerk, anyone = page_of(town_app, settings, "secretariat"), page_of(town_app, settings)
    key, topic = a_published_session(clerk, town)
    assert clerk.post(f"/desk/topics/{topic}/withdrawal", data={"reason": ""}).status_code == 422
    assert clerk.post(f"/desk/topics/{topic}/deletion").status_code == 409  # what people have seen is never deleted
    assert clerk.post(f"/desk/topics/{topic}/withdrawal", data={"reason": "Λείπει η μελέτη."}).status_code == 303
    for url in (f"/sessions/{key}", f"/topics/{topic}", f"/sessions/{key}/versions/2"):
        shown = anyone.get(url).text
        assert "αποσύρθηκε" in shown
        assert "Λείπει η μελέτη." in shown
        assert "Νέος φωτισμός στην παραλία" in shown
    assert clerk.post(f"/desk/topics/{topic}/withdrawal", data={"reason": "Πάλι."}).status_code == 409
    assert [found.entry.kind for found in entries(town_app, database, key)] == ["agenda-published", "agenda-changed"]


def test_M03_a_topic_that_is_added_late_is_marked(
    town_app: Starlette, town: Town, settings: Settings, clock: Clock
) -> None:
    clerk, anyone = page_of(town_app, settings, "secretariat"), page_of(town_app, settings)
    key, _ = a_published_session(clerk, town)
    clock.forward(days=13)  # the session is in two days
    page = f"/desk/sessions/{key}/topics/new"
    late = {**TOPIC, "title": "Έκτακτο", "change_reason": "Έκτακτη ανάγκη."}
    assert clerk.post(page, data=late).status_code == 422
    assert clerk.post(page, data={**late, "mark": "out_of_agenda"}).status_code == 303
    assert "Εκτός ημερησίας" in anyone.get(f"/sessions/{key}").text
    assert "Το θέμα προστέθηκε." in anyone.get(f"/sessions/{key}/versions/2").text


def test_M03_an_edit_that_changes_nothing_makes_no_version(
    town_app: Starlette, town: Town, settings: Settings, database: Database
) -> None:
    clerk = page_of(town_app, settings, "secretariat")
    key, topic = a_published_session(clerk, town)
    page = f"/desk/topics/{topic}"
    data = {**TOPIC, "change_reason": "Τίποτε.", "revision": revision_of(clerk, page)}
    assert clerk.post(page, data=data).status_code == 303
    assert [found.entry.kind for found in entries(town_app, database, key)] == ["agenda-published"]


def test_a_cancelled_session_says_so_everywhere(
    town_app: Starlette, town: Town, settings: Settings, database: Database
) -> None:
    clerk, anyone = page_of(town_app, settings, "secretariat"), page_of(town_app, settings)
    key, topic = a_published_session(clerk, town)
    assert clerk.post(f"/desk/sessions/{key}/cancellation", data={"reason": ""}).status_code == 422
    assert clerk.post(f"/desk/sessions/{key}/cancellation", data={"reason": "Κακοκαιρία."}).status_code == 303
    for url in (f"/sessions/{key}", f"/topics/{topic}", f"/sessions/{key}/versions"):
        assert "Κακοκαιρία." in anyone.get(url).text
    for url in ("/sessions", f"/bodies/{town.body_key}"):
        assert "ματαιώθηκε" in anyone.get(url).text
    assert clerk.post(f"/desk/sessions/{key}/edit", data=SESSION).status_code == 409
    assert entries(town_app, database, key)[-1].entry.members["reason"] == "Κακοκαιρία."


def test_a_session_is_held_only_after_it_began(
    town_app: Starlette, town: Town, settings: Settings, clock: Clock
) -> None:
    clerk, anyone = page_of(town_app, settings, "secretariat"), page_of(town_app, settings)
    key, _ = a_published_session(clerk, town)
    assert clerk.post(f"/desk/sessions/{key}/held").status_code == 409
    clock.forward(days=16)
    assert clerk.post(f"/desk/sessions/{key}/held").status_code == 303
    assert "Τι συζητήθηκε" in anyone.get(f"/sessions/{key}").text
    assert clerk.post(f"/desk/sessions/{key}/topics/new", data=TOPIC).status_code == 409


def test_AC_06_a_draft_is_nowhere_before_its_publication(town_app: Starlette, town: Town, settings: Settings) -> None:
    clerk = page_of(town_app, settings, "secretariat")
    key = draft_session(clerk, town.body_key, title="Μυστική συνεδρίαση")
    topic = draft_topic(clerk, key, title="Μυστικό θέμα")
    sent = {"purpose": "attachment"}, {"file": ("draft.pdf", b"%PDF-1.7\nsecret\n%%EOF\n")}
    assert clerk.post(f"/desk/topics/{topic}/files", data=sent[0], files=sent[1]).status_code == 303
    found = re.search(r'href="/files/([0-9a-f]{32})"', clerk.get(f"/desk/topics/{topic}").text)
    assert found
    file = found[1]
    hidden = [f"/sessions/{key}", f"/sessions/{key}/versions", f"/sessions/{key}/versions/1", f"/topics/{topic}"]
    hidden += [f"/files/{file}", f"/topics/{topic}/consultation", f"/sessions/{key}/minutes"]
    crawled = ["/", "/sessions", f"/sessions?body={town.body_key}", f"/bodies/{town.body_key}", "/consultations"]
    crawled += ["/search?q=μυστικη", "/decisions", "/implementation", "/log"]
    for name in ("", "ada", "moderator", "service", "councillor"):
        visitor = page_of(town_app, settings, name)
        for url in hidden:
            assert visitor.get(url).status_code == 404, (name, url)
        for url in crawled:
            shown = visitor.get(url).text
            assert key not in shown, (name, url)
            assert topic not in shown, (name, url)
            assert "Μυστικ" not in shown.replace("μυστικη", ""), (name, url)
    for name in ("secretariat", "auditor"):
        official = page_of(town_app, settings, name)
        assert "Μυστικό θέμα" in official.get(f"/desk/sessions/{key}/preview").text
        assert official.get(f"/files/{file}").content == b"%PDF-1.7\nsecret\n%%EOF\n"
        assert official.get(f"/sessions/{key}").status_code == 404  # there is one preview, and it says that it is one


def test_the_session_page_is_light_and_runs_no_script(town_app: Starlette, town: Town, settings: Settings) -> None:
    clerk, anyone = page_of(town_app, settings, "secretariat"), page_of(town_app, settings)
    key = draft_session(clerk, town.body_key)
    for number in range(30):
        draft_topic(clerk, key, title=f"Θέμα αριθμός {number}", plain_summary="Περίληψη " * 60)
    publish(clerk, key)
    answer = anyone.get(f"/sessions/{key}")
    assert len(answer.content) + len(anyone.get("/static/town.css").content) < 100_000
    assert "<script" not in answer.text
    assert "σε 15 ημέρες" in answer.text


def test_the_digest_on_the_page_is_the_digest_of_the_version(
    town_app: Starlette, town: Town, settings: Settings, database: Database
) -> None:
    clerk = page_of(town_app, settings, "secretariat")
    key, _ = a_published_session(clerk, town)
    with database.reading() as session:
        row = newest_version(session, session_row(session, key).id or 0)
        assert row is not None
        digest = sha256_hex(row.content)
    assert digest in page_of(town_app, settings).get(f"/sessions/{key}").text
