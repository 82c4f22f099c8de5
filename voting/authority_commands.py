"""`kalpi authority …`: the credential authority's own program. Run it on a machine of its own, away from the service.

Everything it keeps is one encrypted file; everything it exchanges with the service is two files carried by hand.
"""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from crypto.group import GROUPS
from pages import translations
from voting.authority import (
    AuthorityFile,
    PrintedCard,
    add_cards,
    answer_request,
    find_card,
    open_authority_file,
    replace_card,
    seal_authority_file,
    strike_card,
)
from voting.card_sheet import print_cards
from voting.safe_file import write_secret
from voting.terminal import PassphraseFile, console, passphrase_from, refusals_as_lines, stop

app = typer.Typer(
    help="The credential authority: prints voting cards and lists credentials. Keep it apart from the service.",
    no_args_is_help=True,
)
File = Annotated[Path, typer.Argument(help="The authority's encrypted file.", dir_okay=False)]
Language = Annotated[str, typer.Option(help="Language of the cards: el or en.")]


@app.command()
def init(
    file: File,
    base_url: Annotated[str, typer.Option(help="Address of the service, as it is printed in the QR of each card.")],
    group: Annotated[list[str], typer.Option(help="Group the cards serve; repeat it for both.")] = ["Ed25519"],  # noqa: B006
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make an empty authority file, locked with a passphrase of at least 12 characters."""
    if file.exists():
        stop(f"{file} is there already")
    if not group or not set(group) <= GROUPS.keys() or len(set(group)) != len(group):
        stop(f"groups are {' and '.join(GROUPS)}")
    if not base_url.startswith(("https://", "http://")) or base_url.endswith("/") or "#" in base_url:
        stop("an address such as https://vote.example.org was expected")
    _save(file, AuthorityFile(base_url, tuple(group)), passphrase_from(passphrase_file, new=True))
    console.print(f"{file} is made. Keep two copies of it, and the passphrase apart from them.")


@app.command()
def cards(
    file: File,
    count: Annotated[int, typer.Argument(min=1, max=100_000, help="How many cards to print.")],
    out: Annotated[Path, typer.Argument(help="The PDF to write.", dir_okay=False)],
    language: Language = "el",
    passphrase_file: PassphraseFile = None,
) -> None:
    """Print new cards with the next numbers. Codes are in the PDF only: print it, destroy it, seal the cards."""
    authority, passphrase = _open(file, passphrase_file)
    with refusals_as_lines():
        grown, printed = add_cards(authority, count, secrets.token_bytes)
    _print(file, grown, passphrase, printed, out, language)


@app.command("show")
def show_cards(file: File, passphrase_file: PassphraseFile = None) -> None:
    """Say which cards the file knows and which are struck."""
    authority, _ = _open(file, passphrase_file)
    struck = [card for card in authority.cards if card.struck]
    console.print(f"{len(authority.cards)} cards for {', '.join(authority.groups)}, {len(struck)} of them struck")
    if struck:
        table = Table("struck", "replaced by")
        for card in struck:
            table.add_row(card.number, card.replaced_by or "–")
        console.print(table)


@app.command("list")
def list_credentials(
    file: File,
    request: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The request from the service.")],
    answer: Annotated[Path, typer.Argument(help="The answer to write and carry back.", dir_okay=False)],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Answer a vote's request: the list of public credentials for its card numbers, sorted."""
    authority, _ = _open(file, passphrase_file)
    with refusals_as_lines():
        raw = answer_request(authority, request.read_bytes())
    answer.write_bytes(raw)
    console.print(f"{answer} is written; it holds no secret.")


@app.command()
def strike(
    file: File,
    number: Annotated[str, typer.Argument(help="Number on the lost or stolen card.")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Strike a card: it enters no further list."""
    authority, passphrase = _open(file, passphrase_file)
    with refusals_as_lines():
        authority = strike_card(authority, number)
    _save(file, authority, passphrase)
    console.print(f"card {number} is struck")


@app.command()
def replace(
    file: File,
    number: Annotated[str, typer.Argument(help="Number on the lost or stolen card.")],
    out: Annotated[Path, typer.Argument(help="The PDF to write.", dir_okay=False)],
    language: Language = "el",
    passphrase_file: PassphraseFile = None,
) -> None:
    """Strike a card and print the one that holds for rolls frozen from now on."""
    authority, passphrase = _open(file, passphrase_file)
    with refusals_as_lines():
        grown, printed = replace_card(authority, number, secrets.token_bytes)
    _print(file, grown, passphrase, [printed], out, language)
    console.print(f"card {number} is struck; its place takes card {printed.number}")


@app.command("test")
def try_card(file: File, passphrase_file: PassphraseFile = None) -> None:
    """Type the code of a printed card and see its number: a check of print and paper. Then destroy that card."""
    authority, _ = _open(file, passphrase_file)
    with refusals_as_lines():
        card = find_card(authority, typer.prompt("Code on the card", hide_input=True))
    console.print(f"card {card.number}" + (", struck" if card.struck else ""))


def _print(
    file: Path, authority: AuthorityFile, passphrase: str, printed: list[PrintedCard], out: Path, language: str
) -> None:
    """The file is saved before the cards exist on disk: a printed card that no file knows could never be listed."""
    if out.exists():
        stop(f"{out} is there already")
    gettext = translations("en" if language == "en" else "el").gettext
    with console.status("drawing cards"):
        pdf = print_cards(printed, authority.base_url, gettext, datetime.now(UTC), language)
    _save(file, authority, passphrase)
    write_secret(out, pdf)
    console.print(f"cards {printed[0].number} to {printed[-1].number} are in {out}. Print it, then destroy the PDF.")


def _open(file: Path, passphrase_file: Path | None) -> tuple[AuthorityFile, str]:
    if not file.exists():
        stop(f"there is no file {file}")
    passphrase = passphrase_from(passphrase_file, new=False)
    with refusals_as_lines():
        return open_authority_file(file.read_bytes(), passphrase), passphrase


def _save(file: Path, authority: AuthorityFile, passphrase: str) -> None:
    with refusals_as_lines():
        write_secret(file, seal_authority_file(authority, passphrase, secrets.token_bytes))
