"""The desk's sessions, topics, files and bodies: who may, who was first, and what is kept."""

import re

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from settings import Settings
from tests.consultation.desk_forms import SESSION, TOPIC, draft_session, draft_topic, publish, revision_of
from tests.consultation.town import Town
from tests.consultation.visitors import page_of

A_PDF = b"%PDF-1.7\n%%EOF\n"


def attach(clerk: TestClient, topic: str, name: str, raw: bytes = A_PDF) -> str:
    """The key of the new file."""
    answer = clerk.post(f"/desk/topics/{topic}/files", data={"purpose": "attachment"}, files={"file": (name, raw)})
    assert answer.status_code == 303, answer.text
    return str(re.findall(r'href="/files/([0-9a-f]{32})"', clerk.get(f"/desk/topics/{topic}").text)[-1])


def test_edit_race_the_second_writer_sees_what_changed_and_overwrites_nothing(
    town_app: Starlette, town: Town, settings: Settings
) -> None:
    ada, bo = page_of(town_app, settings, "secretariat"), page_of(town_app, settings, "secretariat2")
    topic = draft_topic(ada, draft_session(ada, town.body_key))
    page = f"/desk/topics/{topic}"
    opened = revision_of(ada, page)
    assert revision_of(bo, page) == opened
    first = {**TOPIC, "plain_summary": "Όπως το έγραψε η πρώτη.", "revision": opened}
    second = {**TOPIC, "plain_summary": "Όπως το έγραψε ο δεύτερος.", "revision": opened}
    assert ada.post(page, data=first).status_code == 303
    refused = bo.post(page, data=second)
    assert refused.status_code == 409
    assert "Όπως το έγραψε ο δεύτερος.</textarea>" in refused.text
    assert re.search(r"<dd>Όπως το έγραψε η πρώτη\.</dd>", refused.text)
    assert refused.text.count("<dd>") == 1  # only what differs
    assert "Όπως το έγραψε η πρώτη." in ada.get(page).text
    again = refused.text.partition('name="revision" value="')[2].partition('"')[0]
    assert bo.post(page, data={**second, "revision": again}).status_code == 303
    assert "Όπως το έγραψε ο δεύτερος." in ada.get(page).text


@pytest.mark.parametrize("revision", ["", "0", "99"])
def test_edit_race_of_a_session_and_a_body(town_app: Starlette, town: Town, settings: Settings, revision: str) -> None:
    clerk = page_of(town_app, settings, "secretariat")
    key = draft_session(clerk, town.body_key)
    edited = clerk.post(f"/desk/sessions/{key}/edit", data={**SESSION, "place": "Αλλού", "revision": revision})
    assert edited.status_code == 409
    assert "<dd>Δημαρχείο</dd>" in edited.text
    assert "Αλλού" in edited.text
    body = clerk.post(
        f"/desk/bodies/{town.body_key}", data={"kind": "council", "name": "Άλλο όνομα", "revision": revision}
    )
    assert body.status_code == 409
    assert "<dd>Δημοτικό Συμβούλιο</dd>" in body.text


def test_a_wrong_form_keeps_what_was_typed_and_names_the_field(
    town_app: Starlette, town: Town, settings: Settings
) -> None:
    clerk = page_of(town_app, settings, "secretariat")
    skipped = clerk.post(
        "/desk/sessions",
        data={**SESSION, "body": town.body_key, "starts_at": "2027-03-28T03:30", "place": "Στο λιμάνι"},
    )
    assert skipped.status_code == 422
    assert 'href="#starts_at"' in skipped.text
    assert "Στο λιμάνι" in skipped.text
    assert clerk.post("/desk/sessions", data=SESSION).status_code == 422  # no body
    unknown = {**SESSION, "body": "0" * 32}
    assert clerk.post("/desk/sessions", data=unknown).status_code == 404


def test_publishing_and_cancelling_ask_for_a_fresh_code(town_app: Starlette, town: Town, settings: Settings) -> None:
    clerk, stale = page_of(town_app, settings, "secretariat"), page_of(town_app, settings, "stale-secretariat")
    key = draft_session(clerk, town.body_key)
    draft_topic(clerk, key)
    for act in ("publication", "cancellation"):
        asked = stale.get(f"/desk/sessions/{key}/{act}")
        assert asked.headers["location"] == f"/login/fresh?next=/desk/sessions/{key}/{act}"
        assert stale.post(f"/desk/sessions/{key}/{act}", data={"reason": "x"}).status_code == 403
        if act == "publication":
            publish(clerk, key)


def test_an_auditor_reads_the_desk_and_changes_nothing(town_app: Starlette, town: Town, settings: Settings) -> None:
    clerk, auditor = page_of(town_app, settings, "secretariat"), page_of(town_app, settings, "auditor")
    key = draft_session(clerk, town.body_key)
    topic = draft_topic(clerk, key)
    for url in ("/desk/sessions", f"/desk/sessions/{key}", f"/desk/topics/{topic}", "/desk/bodies"):
        shown = auditor.get(url)
        assert shown.status_code == 200
        main = shown.text.partition("<main")[2].partition("</main>")[0]
        assert "<form" not in main, url
    assert auditor.post(f"/desk/topics/{topic}", data=TOPIC).status_code == 403


def test_a_topic_of_a_draft_can_be_deleted_with_its_files(town_app: Starlette, town: Town, settings: Settings) -> None:
    clerk = page_of(town_app, settings, "secretariat")
    key = draft_session(clerk, town.body_key)
    topic, other = draft_topic(clerk, key), draft_topic(clerk, key, title="Άλλο θέμα")
    file = attach(clerk, topic, "a.pdf")
    assert clerk.get(f"/desk/topics/{topic}/deletion").status_code == 200
    assert clerk.post(f"/desk/topics/{topic}/deletion").status_code == 303
    assert clerk.get(f"/desk/topics/{topic}").status_code == 404
    assert clerk.get(f"/files/{file}").status_code == 404
    assert clerk.get(f"/desk/topics/{other}").status_code == 200
    assert clerk.get(f"/desk/topics/{other}/withdrawal").status_code == 409  # a draft's topic is deleted instead


def test_WB_05_a_file_is_a_download_in_a_sandbox(town_app: Starlette, town: Town, settings: Settings) -> None:
    clerk, anyone = page_of(town_app, settings, "secretariat"), page_of(town_app, settings)
    key = draft_session(clerk, town.body_key)
    file = attach(clerk, draft_topic(clerk, key), '"><script>Εισήγηση\r\nX: y.svg')
    publish(clerk, key)
    served = anyone.get(f"/files/{file}")
    assert served.content == A_PDF
    assert served.headers["content-type"] == "application/pdf"
    assert served.headers["content-disposition"].startswith("attachment; filename=\"document.pdf\"; filename*=UTF-8''")
    assert served.headers["x-content-type-options"] == "nosniff"
    policy = served.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "<script>" not in anyone.get(f"/sessions/{key}").text


@pytest.mark.parametrize("raw", [b'<svg onload="x"/>', b"", b"<html>", b"%PDF-1.7 cut", b"PK\x03\x04nonsense"])
def test_WB_15_a_refused_file_is_told_in_the_form_and_not_kept(
    town_app: Starlette, town: Town, settings: Settings, raw: bytes
) -> None:
    clerk = page_of(town_app, settings, "secretariat")
    topic = draft_topic(clerk, draft_session(clerk, town.body_key))
    answer = clerk.post(
        f"/desk/topics/{topic}/files", data={"purpose": "attachment"}, files={"file": ("photo.png", raw)}
    )
    assert answer.status_code == 422
    assert 'href="#file"' in answer.text
    assert "/files/" not in clerk.get(f"/desk/topics/{topic}").text.replace(f"/desk/topics/{topic}/files", "")


def test_WB_16_a_body_larger_than_a_file_may_be_is_refused(town_app: Starlette, town: Town, settings: Settings) -> None:
    clerk = page_of(town_app, settings, "secretariat")
    answer = clerk.post(f"/desk/topics/{town.topic_key}/files", files={"file": ("a.pdf", bytes(11 * 1024 * 1024))})
    assert answer.status_code == 413


def test_AC_02_a_file_is_removed_only_from_the_topic_it_belongs_to(
    town_app: Starlette, town: Town, settings: Settings
) -> None:
    clerk, anyone = page_of(town_app, settings, "secretariat"), page_of(town_app, settings)
    key = draft_session(clerk, town.body_key)
    topic, other = draft_topic(clerk, key), draft_topic(clerk, key, title="Άλλο θέμα")
    file = attach(clerk, topic, "a.pdf")
    for wrong in (f"/desk/topics/{other}/files/{file}", f"/desk/sessions/{key}/summons/{file}"):
        assert clerk.get(f"{wrong}/removal").status_code == 404
        assert clerk.post(f"{wrong}/removal").status_code == 404
    publish(clerk, key)
    assert anyone.get(f"/files/{file}").status_code == 200
    assert clerk.post(f"/desk/topics/{topic}/files/{file}/removal").status_code == 422  # without a reason
    gone = clerk.post(f"/desk/topics/{topic}/files/{file}/removal", data={"change_reason": "Λάθος αρχείο."})
    assert gone.status_code == 303
    assert anyone.get(f"/files/{file}").status_code == 404
    assert "Αφαιρέθηκε αρχείο" in anyone.get(f"/sessions/{key}/versions/2").text


def test_AC_02_a_key_of_one_kind_opens_nothing_of_another(town_app: Starlette, town: Town, settings: Settings) -> None:
    clerk, anyone = page_of(town_app, settings, "secretariat"), page_of(town_app, settings)
    assert anyone.get(f"/topics/{town.session_key}").status_code == 404
    assert anyone.get(f"/sessions/{town.topic_key}").status_code == 404
    assert anyone.get(f"/files/{town.topic_key}").status_code == 404
    assert anyone.get(f"/bodies/{town.session_key}").status_code == 404
    assert clerk.get(f"/desk/sessions/{town.body_key}").status_code == 404
    assert anyone.get(f"/sessions?body={town.session_key}").status_code == 404


def test_the_summons_is_attached_to_the_session(town_app: Starlette, town: Town, settings: Settings) -> None:
    clerk, anyone = page_of(town_app, settings, "secretariat"), page_of(town_app, settings)
    key = draft_session(clerk, town.body_key)
    draft_topic(clerk, key)
    sent = clerk.post(f"/desk/sessions/{key}/summons", files={"file": ("Πρόσκληση.pdf", A_PDF)})
    assert sent.status_code == 303
    publish(clerk, key)
    assert "Πρόσκληση.pdf" in anyone.get(f"/sessions/{key}").text


def test_M01_members_sit_in_bodies_and_leave_them(town_app: Starlette, town: Town, settings: Settings) -> None:
    clerk, anyone = page_of(town_app, settings, "secretariat"), page_of(town_app, settings)
    assert clerk.post("/desk/factions/new", data={"name": "Πόλη για όλους"}).status_code == 303
    faction = re.search(r"/desk/factions/([0-9a-f]{32})", clerk.get("/desk/bodies").text)
    assert faction
    form = {"name": "Δήμητρα Ιωάννου", "faction": faction[1], "login_name": "councillor"}
    assert clerk.post("/desk/councillors/new", data={**form, "login_name": "nobody-here"}).status_code == 422
    assert clerk.post("/desk/councillors/new", data=form).status_code == 303
    assert (
        clerk.post("/desk/councillors/new", data={**form, "name": "Άλλη"}).status_code == 422
    )  # one account, one seat
    councillor = re.search(r"/desk/councillors/([0-9a-f]{32})", clerk.get("/desk/bodies").text)
    assert councillor
    seat = {"councillor": councillor[1], "role": "chair", "since": "2024-01-01"}
    members = f"/desk/bodies/{town.body_key}/members"
    assert clerk.post(members, data=seat).status_code == 303
    assert clerk.post(members, data=seat).status_code == 422  # twice
    shown = anyone.get(f"/bodies/{town.body_key}").text
    assert "Δήμητρα Ιωάννου" in shown
    assert "πρόεδρος" in shown
    assert "Πόλη για όλους" in shown
    membership = re.search(r"/desk/memberships/([0-9a-f]{32})", clerk.get(f"/desk/bodies/{town.body_key}").text)
    assert membership
    ending = f"/desk/memberships/{membership[1]}/ending"
    assert clerk.post(ending, data={"until": "2023-12-31"}).status_code == 422
    assert clerk.post(ending, data={"until": "2026-10-01"}).status_code == 303
    assert "Δήμητρα Ιωάννου" not in anyone.get(f"/bodies/{town.body_key}").text


def test_a_new_body_is_named_and_typed(town_app: Starlette, town: Town, settings: Settings) -> None:
    clerk, anyone = page_of(town_app, settings, "secretariat"), page_of(town_app, settings)
    assert clerk.post("/desk/bodies/new", data={"kind": "parliament", "name": "Βουλή"}).status_code == 422
    assert clerk.post("/desk/bodies/new", data={"kind": "committee", "name": " "}).status_code == 422
    made = clerk.post("/desk/bodies/new", data={"kind": "committee", "name": "Δημοτική Επιτροπή"})
    assert made.status_code == 303
    assert "Δημοτική Επιτροπή" in anyone.get("/bodies").text
    key = made.headers["location"].rpartition("/")[2]
    assert "Δημοτική Επιτροπή" in anyone.get(f"/bodies/{key}").text
