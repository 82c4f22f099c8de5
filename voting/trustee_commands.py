"""`kalpi trustee …`: the key ceremony and the decryption on a machine without a network.

Files are carried by hand: the trustees' room gives `state.json` and the board, and takes the messages made here. Key
files have the form that the trustees' room writes, so each can go on where the other stopped.
"""

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from crypto.ceremony import Member, new_seed
from crypto.ceremony_messages import BadShare
from crypto.encoding import Json, compact, parse_json
from crypto.errors import InvalidProof
from voting.keyfile import TrusteeKey, open_key_file, seal_key_file
from voting.safe_file import write_secret
from voting.terminal import PassphraseFile, console, passphrase_from, refusals_as_lines, stop
from voting.trustee_device import (
    CeremonyState,
    CheckedBoard,
    check_board,
    check_key,
    commitment_message,
    complaint_message,
    polynomial_message,
    read_state,
    share_message,
)
from voting.trustee_device import (
    decrypt as decrypt_board,
)

app = typer.Typer(help="A trustee's key, offline: ceremony and decryption with files.", no_args_is_help=True)

StateFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="state.json from the trustees' room.")]
KeyFile = Annotated[Path, typer.Argument(dir_okay=False, help="Your encrypted key file.")]
Message = Annotated[Path, typer.Argument(dir_okay=False, help="The message to write and carry to the trustees' room.")]


@app.command("make-key")
def make_key(state: StateFile, key: KeyFile, passphrase_file: PassphraseFile = None) -> None:
    """Make your part of the key, locked with a passphrase of at least 12 characters. Keep two copies."""
    if key.exists():
        stop(f"{key} is there already")
    with refusals_as_lines():
        told = read_state(state.read_bytes())
        made = TrusteeKey(told.ceremony.identifier, told.referendum, told.index, new_seed())
        write_secret(key, seal_key_file(made, passphrase_from(passphrase_file, new=True), secrets.token_bytes))
    console.print(f"{key} is made. Copy it to a second medium before you go on.")


@app.command()
def commit(state: StateFile, key: KeyFile, message: Message, passphrase_file: PassphraseFile = None) -> None:
    """Step 1: your certificate and the signed promise of your polynomial."""
    with refusals_as_lines():
        told, held, passphrase = _read(state, key, passphrase_file)
        step = "key" if told.ceremony.size == 1 else "commitment"
        _write(message, step, commitment_message(held, told))
        if step == "key":
            share = Member(told.ceremony, told.index, held.seed).signing_key
            write_secret(key, seal_key_file(replace(held, share=share), passphrase, secrets.token_bytes))


@app.command()
def polynomial(state: StateFile, key: KeyFile, message: Message, passphrase_file: PassphraseFile = None) -> None:
    """Step 2, once every trustee has committed: your polynomial and a sealed share for each trustee."""
    with refusals_as_lines():
        told, held, _ = _read(state, key, passphrase_file)
        _write(message, "polynomial", polynomial_message(held, told))


@app.command()
def share(state: StateFile, key: KeyFile, message: Message, passphrase_file: PassphraseFile = None) -> None:
    """Step 3: check the shares you received and save yours in the key file; a wrong one becomes a signed complaint."""
    with refusals_as_lines():
        told, held, passphrase = _read(state, key, passphrase_file)
        try:
            own, sent = share_message(held, told)
        except BadShare as bad:
            _write(message, "complaint", complaint_message(held, told, bad))
            stop(f"the message of trustee {bad.against} is wrong ({bad.code}); {message} holds a signed complaint")
        write_secret(key, seal_key_file(replace(held, share=own), passphrase, secrets.token_bytes))
        _write(message, "share", sent)
    console.print(f"your share is saved in {key}; copy it to your second medium again")


@app.command()
def decrypt(
    board: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Folder with the files of the board.")],
    key: KeyFile,
    message: Message,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Check every ballot and the log, add the ballots up and decrypt that sum: the rehearsal, or the closed vote."""
    with refusals_as_lines():
        held = open_key_file(key.read_bytes(), passphrase_from(passphrase_file, new=False))
        with console.status("checking the board"):
            checked = check_board({file.name: file.read_bytes() for file in sorted(board.iterdir())}, held)
        _remember(key, checked)
        message.write_bytes(compact(decrypt_board(checked, held)))
    ballots = checked.tally.num_tallied
    console.print(f"{ballots} ballots count; {message} holds your part of opening the {checked.kind}")


def _remember(key: Path, board: CheckedBoard) -> None:
    """One tally for each election with this key file: a second, different one is refused (TK-09)."""
    notes = key.with_name(f"{key.name}.decrypted")
    known = parse_json(notes.read_bytes()) if notes.exists() else {}
    digest, uuid = board.tally.digest.hex(), board.election.uuid
    if not isinstance(known, dict) or known.get(uuid, digest) != digest:
        raise InvalidProof("key.used", "this key has decrypted another tally of this vote already")
    write_secret(notes, compact(known | {uuid: digest}))


def _read(state: Path, key: Path, passphrase_file: Path | None) -> tuple[CeremonyState, TrusteeKey, str]:
    told, passphrase = read_state(state.read_bytes()), passphrase_from(passphrase_file, new=False)
    held = open_key_file(key.read_bytes(), passphrase)
    check_key(held, told)
    return told, held, passphrase


def _write(path: Path, step: str, message: Json) -> None:
    path.write_bytes(compact({"step": step, "message": message}))
