"""The registrar's desk: import of the registry, people, voting cards by number, activation letters."""

from typing import BinaryIO

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.local_time import ATHENS
from audit.refusal import N_, Refused
from identity.enrolment import LIFE
from identity.errors import AccountRefused, CardRefused, RegistryRefused
from identity.importing import Report, dry_run, persons
from identity.letters import BATCH, PrintedLetter, print_letters
from identity.login import FRESH_OFFICIAL
from identity.registry import COLUMNS, REQUIRED, number_digest
from identity.routes.door import is_fresh, keys, to_fresh
from identity.store import card as cards
from identity.store.account import account_of, counts
from identity.store.letter import awaiting_count, awaiting_letter, issue_letter, letters_of
from identity.store.person import PersonRow, count_known, find_people, imports, person, write_registry
from pages import day
from web import UPLOAD_LIMIT, Visit, endpoint

BROWSER_ROWS = 50_000
"""More rows keep everybody else waiting too long; the command line has no such limit."""


@endpoint
def show(visit: Visit) -> Response:
    visit.require("registrar")
    return _desk_page(visit)


@endpoint
def search(visit: Visit) -> Response:
    """By POST, so that no name or number stands in an address."""
    visit.require("registrar")
    text = visit.form.get("text", "").strip()[:100]
    found = find_people(visit.session, text, number_digest(keys(visit).registry, text)) if text else []
    return _desk_page(visit, text=text, found=found, sought=True)


@endpoint
def show_person(visit: Visit) -> Response:
    visit.require("registrar")
    return _person_page(visit, _person(visit))


@endpoint
def hand_out(visit: Visit) -> Response:
    login = visit.require("registrar")
    row = _person(visit)
    try:
        cards.assign_card(visit.session, visit.form.get("number", ""), row.id or 0, visit.now, login.account_id)
    except CardRefused as refused:
        return _person_page(visit, row, refused)
    return visit.redirect(f"/registrar/people/{row.id}", visit.gettext(N_("The card is noted as handed out.")))


@endpoint
def strike(visit: Visit) -> Response:
    login = visit.require("registrar")
    row = _person(visit)
    number = cards.card_of(visit.session, row.id or 0) or "0"  # nobody has the card 0
    try:
        cards.strike_card(visit.session, number, visit.now, visit.form.get("reason", ""), login.account_id)
    except CardRefused as refused:
        return _person_page(visit, row, refused)
    notice = visit.gettext(N_("The card is struck. Tell the credential authority its number."))
    return visit.redirect(f"/registrar/people/{row.id}", notice)


@endpoint
def print_letter(visit: Visit) -> Response:
    visit.require("registrar")
    visit.require_fresh_totp(FRESH_OFFICIAL)
    return _letters_file(visit, [_person(visit).id or 0])


@endpoint
def show_letters(visit: Visit) -> Response:
    visit.require("registrar")
    if not is_fresh(visit):
        return to_fresh(visit)
    waiting = len(awaiting_letter(visit.session, visit.now, BATCH))
    return visit.page("identity/letters.html", waiting=waiting, without=awaiting_count(visit.session), batch=BATCH)


@endpoint
def print_batch(visit: Visit) -> Response:
    visit.require("registrar")
    visit.require_fresh_totp(FRESH_OFFICIAL)
    waiting = awaiting_letter(visit.session, visit.now, BATCH)
    if not waiting:
        return visit.redirect("/registrar/letters", visit.gettext(N_("Nobody waits for a letter.")))
    return _letters_file(visit, waiting)


@endpoint
def show_import(visit: Visit) -> Response:
    visit.require("registrar")
    return _import_page(visit) if is_fresh(visit) else to_fresh(visit)


@endpoint(limit=UPLOAD_LIMIT)
def import_file(visit: Visit) -> Response:
    """The same form checks and imports; what imports checks first, and takes all or nothing."""
    login = visit.require("registrar")
    visit.require_fresh_totp(FRESH_OFFICIAL)
    file, today = visit.body.file("file"), visit.now.astimezone(ATHENS).date()
    if file is None:
        return _import_page(visit, refused=RegistryRefused("registry.no_file", N_("Choose a file first.")))
    try:
        report = _dry_run(visit, file)
        if visit.form.get("step") != "import" or not report.clean:
            return _import_page(visit, report=report, status=200 if report.clean else 422)
        record = write_registry(
            visit.session,
            persons(file, report, keys(visit).registry, today),
            now=visit.now,
            digest=report.digest,
            complete=visit.form.get("complete") == "yes",
            account_id=login.account_id,
        )
    except RegistryRefused as refused:
        return _import_page(visit, refused=refused)
    sentence = N_("%(persons)s persons were imported: %(added)s new, %(retired)s no longer in the registry.")
    fields = {"persons": record.persons, "added": record.added, "retired": record.retired}
    return visit.redirect("/registrar", visit.gettext(sentence, **fields))


def _dry_run(visit: Visit, file: BinaryIO) -> Report:
    today = visit.now.astimezone(ATHENS).date()
    with visit.db.reading() as session:  # checking writes nothing, so it holds nobody up
        report = dry_run(file, keys(visit).registry, today, lambda digests: count_known(session, digests))
    if report.persons > BROWSER_ROWS:
        raise RegistryRefused(
            "registry.browser_rows",
            N_("The file has more than %(count)s rows."),
            N_("Import it on the server with: kalpi registry import FILE"),
            count=BROWSER_ROWS,
        )
    return report


def _person(visit: Visit) -> PersonRow:
    row = person(visit.session, int(visit.path["person_id"]))
    if row is None:
        refused = AccountRefused("person.unknown", N_("There is no such person in the registry."))
        refused.status = 404
        raise refused
    return row


def _letters_file(visit: Visit, person_ids: list[int]) -> Response:
    """New letters for these persons as a PDF; older ones of theirs stop working with it."""
    login = visit.require("registrar")
    until = day(visit.now + LIFE, visit.language)
    letters, key = [], keys(visit).letters
    for person_id in person_ids:
        row, code = issue_letter(visit.session, key, visit.now, person_id=person_id, by=login.account_id)
        addressee = visit.session.get_one(PersonRow, person_id)
        name = f"{addressee.given_name} {addressee.surname}"
        letters.append(PrintedLetter(name, addressee.address, row.number, code, until))
    return letters_response(visit, letters)


def letters_response(visit: Visit, letters: list[PrintedLetter]) -> Response:
    """The PDF as a download that no cache keeps."""
    pdf = print_letters(
        letters,
        municipality=visit.settings.municipality,
        base_url=visit.settings.base_url,
        language=visit.language,
        gettext=visit.gettext,
        made_at=visit.now,
    )
    headers = {"Content-Disposition": 'attachment; filename="letters.pdf"'}
    return Response(pdf, headers=headers, media_type="application/pdf")


def _desk_page(visit: Visit, *, text: str = "", found: object = (), sought: bool = False) -> Response:
    return visit.page(
        "identity/registrar.html",
        counts=counts(visit.session),
        imports=imports(visit.session, 5),
        text=text,
        found=found,
        sought=sought,
    )


def _person_page(visit: Visit, row: PersonRow, refused: Refused | None = None) -> Response:
    person_id = row.id or 0
    return visit.page(
        "identity/person.html",
        refused.status if refused else 200,
        person=row,
        card=cards.card_of(visit.session, person_id),
        cards=cards.cards_of(visit.session, person_id),
        account=account_of(visit.session, person_id),
        letters=letters_of(visit.session, person_id),
        fresh=is_fresh(visit),
        refused=refused,
    )


def _import_page(
    visit: Visit, *, report: Report | None = None, refused: Refused | None = None, status: int = 200
) -> Response:
    lines = (
        [
            (problem.row, problem.column, visit.gettext(problem.sentence, **problem.fields))
            for problem in (*report.problems, *report.remarks)
        ]
        if report
        else []
    )
    columns = [(names[1], names[0], what in REQUIRED) for what, names in COLUMNS.items()]
    status = refused.status if refused else status
    return visit.page("identity/import.html", status, report=report, lines=lines, columns=columns, refused=refused)


def routes() -> list[BaseRoute]:
    return [
        Route("/registrar", show, methods=["GET"]),
        Route("/registrar/people", search, methods=["POST"]),
        Route("/registrar/people/{person_id:int}", show_person, methods=["GET"]),
        Route("/registrar/people/{person_id:int}/cards", hand_out, methods=["POST"]),
        Route("/registrar/people/{person_id:int}/cards/striking", strike, methods=["POST"]),
        Route("/registrar/people/{person_id:int}/letters", print_letter, methods=["POST"]),
        Route("/registrar/letters", show_letters, methods=["GET"]),
        Route("/registrar/letters", print_batch, methods=["POST"]),
        Route("/registrar/import", show_import, methods=["GET"]),
        Route("/registrar/import", import_file, methods=["POST"]),
    ]
