import io
import json
import re
import zipfile
from decimal import Decimal

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader
from starlette.applications import Starlette
from starlette.testclient import TestClient

from crypto.archive import read_archive
from crypto.ballot import decode_ballot
from crypto.decryption import partial_decryption
from crypto.strong import strong_proofs
from settings import Settings
from tests.plugins.house import ORIGIN, Clock
from tests.voting.box import BLANK, CLOSES, NO, YES, OpenVote, log_opening
from tests.voting.visitors import browser_of, let_in
from voting.challenge import void
from voting.decrypting import accept, count_of
from voting.publishing import publish

HTML = {"Accept": "text/html"}


@pytest.fixture
def page(client: TestClient, vote: OpenVote) -> TestClient:
    """A stranger's browser on the running service, with an open vote."""
    return client


def turn(app: Starlette) -> None:
    app.state.house.parts["sequencer"].turn(ballots=True)


def publish_result(app: Starlette, vote: OpenVote, clock: Clock) -> None:
    """Yes, no and blank are cast; the box is closed, added up, decrypted by two trustees and published."""
    log_opening(vote)
    for voter, choice in zip(vote.voters, (YES, NO, BLANK), strict=True):
        vote.cast(voter, vote.seal(voter, choice))
    clock.moment = CLOSES
    app.state.house.parts["schedule"].stop()  # its thread would do the same, a moment earlier or later
    for _ in range(2):
        app.state.house.parts["schedule"].turn()
        turn(app)
    for owner, key in enumerate(vote.shares[:2], 1):
        with vote.db.writing() as session:
            box = vote.box(session)
            count = count_of(box)
            proofs = strong_proofs(count.election, count.tally, owner, key)
            accept(box, owner, partial_decryption(count.election, count.tally, key), proofs, clock())
    turn(app)
    with vote.db.writing() as session:
        publish(vote.box(session), clock.forward(minutes=30))
    turn(app)


def test_the_lists_show_the_open_vote(page: TestClient, vote: OpenVote) -> None:
    assert f'href="/referenda/{vote.slug}"' in page.get("/referenda", headers=HTML).text


def test_the_page_of_a_vote_shows_question_answers_and_hash(page: TestClient, vote: OpenVote) -> None:
    text = page.get(f"/referenda/{vote.slug}", headers=HTML).text
    for words in ("Να γίνει πεζόδρομος η οδός Ερμού;", "Ναι", "Όχι", vote.election.fingerprint):
        assert words in text


def test_a_vote_that_does_not_exist_is_not_found(page: TestClient) -> None:
    for path in ("", "/tracker", "/result", "/record/", "/election.json", "/card-test"):
        assert page.get(f"/referenda/nothing{path}").status_code == 404, path


def test_the_objects_of_a_vote_are_served_verbatim(page: TestClient, vote: OpenVote) -> None:
    assert page.get(f"/referenda/{vote.slug}/election.json").content == vote.election.raw
    listed = json.loads(page.get(f"/referenda/{vote.slug}/credentials.json").content)
    assert set(listed) == vote.electorate.credentials


@pytest.mark.parametrize("spelling", ["code", "tracker", "hex", "spaced"])
def test_M30_the_tracker_page_finds_a_ballot_by_each_of_its_names(
    page: TestClient, vote: OpenVote, spelling: str
) -> None:
    envelope = vote.seal(vote.ada)
    vote.cast(vote.ada, envelope)
    ballot = decode_ballot(envelope.ballot, vote.election)
    spaced = f" {ballot.code[:20]} {ballot.code[20:]}\n"
    text = {"code": ballot.code, "tracker": ballot.tracker, "hex": envelope.digest, "spaced": spaced}[spelling]
    answer = page.get(f"/referenda/{vote.slug}/tracker", params={"code": text}, headers=HTML)
    assert "Καταχωρίστηκε και μετρά" in answer.text


def test_M31_after_the_second_cast_the_first_code_is_replaced(page: TestClient, vote: OpenVote) -> None:
    first = vote.seal(vote.ada)
    vote.cast(vote.ada, first)
    ballot = decode_ballot(first.ballot, vote.election)
    vote.cast(vote.ada, vote.seal(vote.ada, NO, sequence=1, after=ballot))
    answer = page.get(f"/referenda/{vote.slug}/tracker", params={"code": ballot.code}, headers=HTML)
    assert "Αντικαταστάθηκε" in answer.text


def test_M32_an_opened_ballot_is_shown_as_such_and_a_stranger_code_as_unknown(page: TestClient, vote: OpenVote) -> None:
    code = vote.prepare(vote.ada).code
    with vote.db.writing() as session:
        void(vote.box(session), code)
    url = f"/referenda/{vote.slug}/tracker"
    assert "Ανοίχτηκε για έλεγχο" in page.get(url, params={"code": code}, headers=HTML).text
    assert "Δεν βρέθηκε" in page.get(url, params={"code": "A" * 43}, headers=HTML).text
    assert "Δεν είναι κωδικός" in page.get(url, params={"code": "<script>"}, headers=HTML).text


def test_M33_turnout_is_what_the_signed_log_holds_and_nothing_finer(
    page: TestClient, house_app: Starlette, vote: OpenVote
) -> None:
    # The sequencer thread would take the ballots at its own cadence.
    house_app.state.house.parts["sequencer"].stop()
    vote.cast(vote.ada, vote.seal(vote.ada))
    with vote.db.reading() as session:
        assert vote.box(session).logged_turnout() == 0
    turn(house_app)
    first = decode_ballot(vote.seal(vote.bo).ballot, vote.election)
    assert first is not None
    with vote.db.reading() as session:
        assert vote.box(session).logged_turnout() == 1


def test_M33_nobody_gets_a_count_per_answer_before_the_result(
    page: TestClient, house_app: Starlette, settings: Settings, vote: OpenVote
) -> None:
    vote.cast(vote.ada, vote.seal(vote.ada))
    let_in(house_app, 1)
    for browser in (page, browser_of(house_app, settings, "person-1")):
        for name in ("result", "result.json", "result.pdf"):
            answer = browser.get(f"/referenda/{vote.slug}/{name}")
            assert answer.status_code == 409
            assert "result.none" in answer.text


def test_M35_page_pdf_json_and_record_show_the_same_numbers_and_the_moment_of_the_count(
    page: TestClient, house_app: Starlette, vote: OpenVote, clock: Clock
) -> None:
    publish_result(house_app, vote, clock)
    url = f"/referenda/{vote.slug}"
    value = json.loads(page.get(f"{url}/result.json").content)
    numbers = [value["questions"][0][name] for name in ("valid", "blank", "invalid")]
    numbers += [answer["votes"] for answer in value["questions"][0]["answers"]]
    assert ([value["registered"], value["voted"]], numbers) == ([3, 3], [2, 1, 0, 1, 1])

    text = page.get(f"{url}/result", headers=HTML).text
    cells = [int(cell) for cell in re.findall(r'<td class="number">(\d+)</td>', text)]
    assert cells == [3, 2, 1, 0]
    assert [int(bar) for bar in re.findall(r'bar-value">(\d+)', text)] == [1, 1]

    reader = PdfReader(io.BytesIO(page.get(f"{url}/result.pdf").content))
    printed = reader.pages[0].extract_text()
    for line in ("Εγγεγραμμένοι 3", "Ψήφισαν 3", "Έγκυρα 2", "Λευκά 1", "Άκυρα 0", "Ναι 1", "Όχι 1"):
        assert line in printed
    assert reader.metadata is not None
    assert reader.metadata.creation_date == clock.moment
    assert value["counted_at"] == clock.moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert "/Sig" in {field["/FT"] for field in (reader.get_fields() or {}).values()}

    raw = page.get(f"{url}/record/{vote.uuid}.bel").content
    (event,) = read_archive(raw).of_kind("Result")
    assert json.loads(event.payload) == {"result": [[1, 1, 1]]}


def test_M35_the_signature_of_the_pdf_holds_and_breaks_with_one_byte(
    page: TestClient, house_app: Starlette, vote: OpenVote, clock: Clock
) -> None:
    publish_result(house_app, vote, clock)
    raw = page.get(f"/referenda/{vote.slug}/result.pdf").content
    reader = PdfFileReader(io.BytesIO(raw))
    (signature,) = reader.embedded_signatures
    trust = ValidationContext(trust_roots=[signature.signer_cert], moment=clock.moment)
    status = validate_pdf_signature(signature, trust)
    assert status.intact
    assert status.valid
    assert status.trusted
    place = raw.index(b"/CreationDate") + 18
    changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
    broken = validate_pdf_signature(PdfFileReader(io.BytesIO(changed)).embedded_signatures[0], trust)
    assert not broken.intact


def test_the_record_can_be_downloaded_whole_and_file_by_file(
    page: TestClient, house_app: Starlette, vote: OpenVote, clock: Clock
) -> None:
    publish_result(house_app, vote, clock)
    url = f"/referenda/{vote.slug}"
    with zipfile.ZipFile(io.BytesIO(page.get(f"{url}/record.zip").content)) as container:
        names = container.namelist()
        for name in names:
            assert page.get(f"{url}/record/{name.split('/')[1]}").content == container.read(name)
    assert f"record-{vote.slug}/{vote.uuid}.bel" in names
    assert page.get(f"{url}/record/secret.key").status_code == 404


def test_a_citizen_alone_is_told_whether_they_are_on_the_roll(
    page: TestClient, house_app: Starlette, settings: Settings, vote: OpenVote
) -> None:
    let_in(house_app, 1, 9)
    url = f"/referenda/{vote.slug}"
    told = {who: browser_of(house_app, settings, who).get(url, headers=HTML).text for who in ("person-1", "person-9")}
    assert "Είστε στον κατάλογο ψηφοφόρων" in told["person-1"]
    assert "Δεν είστε στον κατάλογο ψηφοφόρων" in told["person-9"]
    assert "στε στον κατάλογο" not in page.get(url, headers=HTML).text


def test_a_share_is_written_with_one_decimal(page: TestClient, house_app: Starlette, vote: OpenVote) -> None:
    vote.cast(vote.ada, vote.seal(vote.ada))
    turn(house_app)
    share = Decimal(100) / 3
    assert f"{share:.1f}".replace(".", ",") + "%" in page.get(f"/referenda/{vote.slug}", headers=HTML).text


def test_the_pages_keep_to_this_service(page: TestClient, vote: OpenVote) -> None:
    for path in ("/referenda", f"/referenda/{vote.slug}", f"/referenda/{vote.slug}/record/"):
        links = re.findall(r'(?:href|src|action)="(https?:[^"]*)"', page.get(path, headers=HTML).text)
        assert [link for link in links if not link.startswith(ORIGIN)] == []
