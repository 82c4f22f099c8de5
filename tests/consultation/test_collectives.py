"""M12: a certified collective speaks through a certified citizen, and both are named."""

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from audit.entry import decode_entry
from audit.store_tables import OutboxRow
from consultation.collective import Certificate, certificate_content
from consultation.commitment import representative_commitment
from consultation.store import collective as store
from consultation.store.participation_tables import CollectiveRow, ContributionRow, RepresentativeRow
from crypto.encoding import Json, sha256_hex
from identity.store.grant import grant_role
from identity.store.role import powers
from settings import Settings
from tests.consultation.answering import Talk, start_talk
from tests.consultation.payloads import ONE_LINE
from tests.consultation.town import Town
from tests.consultation.visitors import page_of
from tests.consultation.writing import NAME, check_no_foreign_element, draft, key_of, send, submit

FORM = {
    "name": "Σύλλογος Γονέων 2ου Δημοτικού",
    "kind": "association",
    "purpose": "Ασφαλής δρόμος για το σχολείο.",
    "certificate": "ΑΜ 123 του μητρώου συλλόγων",
}


@pytest.fixture
def clerk(town_app: Starlette, settings: Settings) -> TestClient:
    return page_of(town_app, settings, "secretariat")


@pytest.fixture
def ada(town_app: Starlette, settings: Settings) -> TestClient:
    return page_of(town_app, settings, "ada")


@pytest.fixture
def group(town: Town, clerk: TestClient) -> CollectiveRow:
    """Certified, and Ada speaks for it."""
    answer = clerk.post("/desk/collectives/new", data=FORM)
    assert answer.status_code == 303, answer.text
    key = answer.headers["location"].rsplit("/", 1)[1]
    assert appoint(clerk, key).status_code == 303
    with town.database.reading() as session:
        row = store.collective(session, key)
        session.expunge(row)
        return row


def appoint(clerk: TestClient, key: str, login_name: str = "ada@example.org"):  # type: ignore[no-untyped-def]
    return clerk.post(f"/desk/collectives/{key}/representatives", data={"login_name": login_name})


def representations(town: Town) -> list[RepresentativeRow]:
    with town.database.reading() as session:
        rows = session.exec(select(RepresentativeRow)).all()
        for row in rows:
            session.expunge(row)
        return list(rows)


def logged(town: Town) -> list[tuple[str, dict[str, Json]]]:
    with town.database.reading() as session:
        entries = [decode_entry(raw) for raw in session.exec(select(OutboxRow.data).order_by(OutboxRow.id))]  # type: ignore[arg-type]
    return [(entry.kind, dict(entry.members)) for entry in entries][-10:]


def roles(town: Town) -> frozenset[str]:
    with town.database.reading() as session:
        return powers(session, town.accounts["ada"])


def test_M12_a_contribution_of_a_collective_names_it_and_who_signed(
    ada: TestClient, town_app: Starlette, settings: Settings, town: Town, group: CollectiveRow
) -> None:
    talk = start_talk(town)
    key = key_of(draft(ada, town, speaker=group.key))
    label = f"«{FORM['name']}», εκπρόσωπος: {NAME}"
    assert label in ada.get(f"/contributions/{key}/preview").text
    submit(ada, key)
    anybody = page_of(town_app, settings)
    for page in (f"/contributions/{key}", f"/topics/{town.topic_key}/consultation", f"/collectives/{group.key}"):
        assert label in anybody.get(page).text
    assert FORM["name"] in anybody.get("/collectives").text
    with town.database.reading() as session:
        assert session.exec(select(ContributionRow.collective_id)).all() == [group.id]
    assert len(talk.logged("contribution")) == 1


def test_M12_a_representative_can_still_speak_as_themself(ada: TestClient, town: Town, group: CollectiveRow) -> None:
    start_talk(town)
    key = send(ada, town)
    assert group.name not in ada.get(f"/contributions/{key}").text


def test_M12_nobody_else_speaks_for_the_collective(
    town_app: Starlette, settings: Settings, town: Town, group: CollectiveRow
) -> None:
    start_talk(town)
    draft(page_of(town_app, settings, "bo"), town, speaker=group.key, expect=422)


def test_M12_who_lost_the_certificate_no_longer_sends_for_the_collective(
    ada: TestClient, clerk: TestClient, town: Town, group: CollectiveRow
) -> None:
    start_talk(town)
    key = key_of(draft(ada, town, speaker=group.key))
    end = f"/desk/collectives/{group.key}/representatives/{representations(town)[0].id}/end"
    assert NAME in clerk.get(end).text
    assert clerk.post(end).status_code == 303
    assert ada.post(f"/contributions/{key}/submission", data={"revision": "1"}).status_code == 422
    assert clerk.post(end).status_code == 404


def test_M12_certificates_enter_the_log_without_a_name_and_the_role_comes_and_goes_with_them(
    clerk: TestClient, town: Town, group: CollectiveRow
) -> None:
    assert "representative" in roles(town)
    certificate = Certificate(FORM["name"], FORM["kind"], FORM["purpose"], FORM["certificate"])
    entries = dict(logged(town))
    digest = sha256_hex(certificate_content(group.key, certificate))
    assert entries["collective-certified"] == {"collective": group.key, "certificate": digest}
    row = representations(town)[0]
    assert row.salt is not None
    assert row.commitment == representative_commitment(town.accounts["ada"], group.key, row.salt)
    assert entries["representative-certified"] == {"collective": group.key, "representative": row.commitment}
    assert entries["role-granted"]["role"] == "representative"

    second = clerk.post("/desk/collectives/new", data={**FORM, "name": "Δεύτερος σύλλογος"})
    other = second.headers["location"].rsplit("/", 1)[1]
    assert appoint(clerk, other).status_code == 303
    first_end, second_end = (
        f"/desk/collectives/{key}/representatives/{found.id}/end"
        for key, found in zip((group.key, other), representations(town), strict=True)
    )
    clerk.post(first_end)
    assert "representative" in roles(town)
    clerk.post(second_end)
    assert "representative" not in roles(town)
    kinds = [kind for kind, _ in logged(town)]
    assert kinds[-2:] == ["role-revoked", "representative-ended"]
    assert [kind for kind in kinds if kind.startswith("role")].count("role-granted") >= 1


@pytest.mark.parametrize("name", ["nobody@example.org", "moderator", "", "no spaces allowed"])
def test_M12_only_a_certified_citizen_represents(
    clerk: TestClient, town: Town, group: CollectiveRow, name: str
) -> None:
    answer = appoint(clerk, group.key, name)
    assert answer.status_code == 422
    assert 'href="#login_name"' in answer.text
    assert len(representations(town)) == 1


def test_M12_nobody_represents_twice_and_no_auditor_does(clerk: TestClient, town: Town, group: CollectiveRow) -> None:
    assert appoint(clerk, group.key).status_code == 409
    with town.database.writing() as session:
        grant_role(session, town.accounts["bo"], "auditor", town.now)
    answer = appoint(clerk, group.key, "bo@example.org")
    assert answer.status_code >= 400
    assert len(representations(town)) == 1


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "τ" * 151),
        ("kind", "party"),
        ("purpose", ""),
        ("certificate", ""),
        ("certificate", "τ" * 501),
    ],
)
def test_M12_a_certificate_is_complete(clerk: TestClient, town: Town, field: str, typed: str) -> None:
    answer = clerk.post("/desk/collectives/new", data={**FORM, field: typed})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    with town.database.reading() as session:
        assert store.collectives(session) == []


def test_M12_certifying_asks_for_a_fresh_code_and_an_auditor_only_reads(
    town_app: Starlette, settings: Settings, town: Town, group: CollectiveRow
) -> None:
    stale = page_of(town_app, settings, "stale-secretariat")
    assert stale.get("/desk/collectives/new").headers["location"].startswith("/login/fresh")
    assert stale.post("/desk/collectives/new", data=FORM).status_code == 403
    assert appoint(stale, group.key, "bo@example.org").status_code == 403
    auditor = page_of(town_app, settings, "auditor")
    assert auditor.get(f"/desk/collectives/{group.key}").status_code == 200
    assert auditor.get("/desk/collectives").status_code == 200
    assert appoint(auditor, group.key, "bo@example.org").status_code == 403
    assert len(representations(town)) == 1


def test_WB_01_names_of_collectives_stay_text(
    clerk: TestClient, ada: TestClient, town: Town, group: CollectiveRow
) -> None:
    talk: Talk = start_talk(town)
    assert talk.keys == []
    for payload in ONE_LINE[:20]:
        with town.database.writing() as session:
            row = store.collective(session, group.key)
            row.name = row.purpose = row.certificate = payload
            session.add(row)
        for page in ("/collectives", f"/collectives/{group.key}"):
            check_no_foreign_element(ada.get(page))
        for page in ("/desk/collectives", f"/desk/collectives/{group.key}"):
            check_no_foreign_element(clerk.get(page))
        check_no_foreign_element(ada.get(f"/topics/{town.topic_key}/contributions/new"))
