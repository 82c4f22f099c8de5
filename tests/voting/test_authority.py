"""The credential authority: cards without names, lists without signatures, one encrypted file."""

import contextlib
import secrets
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from typer.testing import CliRunner

from crypto.card import parse_code, voting_key
from crypto.encoding import compact, parse_json
from crypto.errors import Malformed
from crypto.group import GROUPS
from voting.authority import (
    AuthorityFile,
    add_cards,
    answer_request,
    find_card,
    open_authority_file,
    replace_card,
    seal_authority_file,
    strike_card,
)
from voting.authority_commands import app
from voting.card_sheet import card_address
from voting.errors import BadAuthorityFile

UUID = "12345678912345"
PASSPHRASE = "τέσσερις ήσυχοι ερωδιοί"
EMPTY = AuthorityFile("https://vote.example.org", ("Ed25519", "BELENIOS-2048"))


def request(numbers: list[str], group: str = "Ed25519") -> bytes:
    return compact({"kalpi_credentials_request": 1, "referendum": UUID, "group": group, "cards": [*numbers]})


@pytest.mark.parametrize("name", EMPTY.groups)
def test_a_listed_credential_is_the_one_that_the_cards_code_signs_for(name: str) -> None:
    group = GROUPS[name]
    file, printed = add_cards(EMPTY, 3, secrets.token_bytes)
    answer = parse_json(answer_request(file, request([card.number for card in printed], name)))
    keys = [voting_key(group, parse_code(card.code), UUID) for card in printed]
    expected = sorted(group.encode(group.generator_power(key)) for key in keys)
    assert answer == {"kalpi_credentials": 1, "referendum": UUID, "credentials": expected}


def test_codes_are_forgotten_once_they_are_printed() -> None:
    file, printed = add_cards(EMPTY, 1, secrets.token_bytes)
    kept = repr(file) + seal_authority_file(file, PASSPHRASE, secrets.token_bytes).decode()
    assert printed[0].code not in kept
    assert printed[0].code not in repr(printed)


def test_an_authority_file_opens_as_it_was_sealed() -> None:
    file, _ = add_cards(EMPTY, 3, secrets.token_bytes)
    file = strike_card(file, "000002")
    assert open_authority_file(seal_authority_file(file, PASSPHRASE, secrets.token_bytes), PASSPHRASE) == file


def test_a_struck_card_enters_no_list_and_its_replacement_does() -> None:
    file, _ = add_cards(EMPTY, 2, secrets.token_bytes)
    file, new = replace_card(file, "000001", secrets.token_bytes)
    assert (new.number, file.card("000001").replaced_by) == ("000003", "000003")
    with pytest.raises(BadAuthorityFile, match=r"authority\.struck_listed"):
        answer_request(file, request(["000001", "000002"]))
    answer_request(file, request(["000002", "000003"]))
    with pytest.raises(BadAuthorityFile, match=r"authority\.struck"):
        strike_card(file, "000001")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (request(["000001", "000001"]), "authority.twice"),
        (request(["000009"]), "authority.card"),
        (request(["1"]), "authority.card"),
        (request(["٠٠٠٠٠١"]), "authority.card"),
        (request(["000001"], "BELENIOS-3072"), "authority.group"),
    ],
)
def test_a_request_that_cannot_be_answered_is_refused_whole(raw: bytes, code: str) -> None:
    file, _ = add_cards(EMPTY, 1, secrets.token_bytes)
    with pytest.raises(BadAuthorityFile) as refused:
        answer_request(file, raw)
    assert refused.value.code == code


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_are_a_request_or_refused(raw: bytes) -> None:
    with contextlib.suppress(Malformed, BadAuthorityFile):
        answer_request(EMPTY, raw)
    with contextlib.suppress(Malformed):
        open_authority_file(raw, PASSPHRASE)


def test_a_typed_code_finds_its_card() -> None:
    file, printed = add_cards(EMPTY, 3, secrets.token_bytes)
    assert find_card(file, printed[1].code.lower()).number == "000002"
    _, stranger = add_cards(EMPTY, 1, secrets.token_bytes)
    with pytest.raises(BadAuthorityFile, match=r"authority\.unknown"):
        find_card(file, stranger[0].code)


def test_the_code_in_the_qr_stands_where_no_server_sees_it() -> None:
    _, printed = add_cards(EMPTY, 1, secrets.token_bytes)
    address, _, fragment = card_address("https://vote.example.org", printed[0].code).partition("#")
    assert address == "https://vote.example.org/card"
    assert parse_code(fragment.removeprefix("c=")) == parse_code(printed[0].code)


def test_the_command_makes_a_file_prints_cards_and_answers_a_request(tmp_path: Path) -> None:
    run, file, pdf = CliRunner().invoke, tmp_path / "authority.kalpi", tmp_path / "cards.pdf"
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(PASSPHRASE)
    unattended = ["--passphrase-file", str(passphrase)]
    made = run(app, ["init", str(file), "--base-url", "https://vote.example.org", *unattended])
    assert made.exit_code == 0, made.output
    assert (file.stat().st_mode & 0o777) == 0o600
    printed = run(app, ["cards", str(file), "4", str(pdf), *unattended])
    assert printed.exit_code == 0, printed.output
    pages = [page.extract_text() for page in PdfReader(pdf).pages]
    assert len(pages) == 2
    assert "000003" in pages[0]
    assert "000004" in pages[1]
    assert (pdf.stat().st_mode & 0o777) == 0o600

    (tmp_path / "request.json").write_bytes(request(["000001", "000004"]))
    listed = run(app, ["list", str(file), str(tmp_path / "request.json"), str(tmp_path / "answer.json"), *unattended])
    assert listed.exit_code == 0, listed.output
    answer = parse_json((tmp_path / "answer.json").read_bytes())
    assert isinstance(answer, dict)
    assert len(list(answer["credentials"] or [])) == 2  # type: ignore[arg-type]

    assert run(app, ["strike", str(file), "000001", *unattended]).exit_code == 0
    refused = run(app, ["list", str(file), str(tmp_path / "request.json"), str(tmp_path / "answer.json"), *unattended])
    assert refused.exit_code == 1
    assert "000001" in refused.output
    assert run(app, ["replace", str(file), "000002", str(tmp_path / "new.pdf"), *unattended]).exit_code == 0
    assert "1 of them struck" not in run(app, ["show", str(file), *unattended]).output


def test_the_code_on_the_paper_is_the_one_that_the_command_knows(tmp_path: Path) -> None:
    run, file, pdf = CliRunner().invoke, tmp_path / "authority.kalpi", tmp_path / "cards.pdf"
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(PASSPHRASE)
    unattended = ["--passphrase-file", str(passphrase)]
    run(app, ["init", str(file), "--base-url", "https://vote.example.org", *unattended])
    run(app, ["cards", str(file), "1", str(pdf), *unattended])
    text = PdfReader(pdf).pages[0].extract_text()
    lines = text[text.index("000001") + 6 :].split("\n")
    code = "".join("".join(line.split()) for line in lines if line.strip() and line.strip().isascii())[:27]
    tried = run(app, ["test", str(file), *unattended], input=code + "\n")
    assert tried.exit_code == 0, (tried.output, code)
    assert "card 000001" in tried.output


def test_a_wrong_passphrase_ends_the_command_with_one_line(tmp_path: Path) -> None:
    file, passphrase = tmp_path / "authority.kalpi", tmp_path / "passphrase"
    passphrase.write_text("another passphrase")
    file.write_bytes(seal_authority_file(EMPTY, PASSPHRASE, secrets.token_bytes))
    refused = CliRunner().invoke(app, ["show", str(file), "--passphrase-file", str(passphrase)])
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output
