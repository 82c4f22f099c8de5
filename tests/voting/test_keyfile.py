"""Files behind a passphrase: the trustee's key file, shared with the trustees' room in the browser."""

import contextlib
import json
import secrets
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.encoding import compact, parse_json
from crypto.errors import Malformed
from voting.keyfile import TrusteeKey, open_key_file, seal_key_file

ROOT = Path(__file__).parents[2]
PASSPHRASE = "ήσυχη θάλασσα ﬁ"
KEY = TrusteeKey("0" * 32, "12345678912345", 2, "3" * 22, 12345)


@pytest.mark.parametrize("key", [KEY, TrusteeKey("0" * 32, "12345678912345", 1, "z" * 22)])
def test_a_key_file_opens_with_its_passphrase(key: TrusteeKey) -> None:
    assert open_key_file(seal_key_file(key, PASSPHRASE, secrets.token_bytes), PASSPHRASE) == key


def test_another_passphrase_opens_nothing() -> None:
    raw = seal_key_file(KEY, PASSPHRASE, secrets.token_bytes)
    with pytest.raises(Malformed, match=r"key\.passphrase"):
        open_key_file(raw, PASSPHRASE + "!")


def test_the_same_passphrase_in_another_unicode_form_opens_it() -> None:
    raw = seal_key_file(KEY, PASSPHRASE, secrets.token_bytes)
    assert open_key_file(raw, "ήσυχη θάλασσα fi") == KEY


def test_a_short_passphrase_seals_nothing() -> None:
    with pytest.raises(Malformed, match=r"passphrase\.short"):
        seal_key_file(KEY, "short", secrets.token_bytes)


@pytest.mark.parametrize("member", ["data", "nonce"])
def test_a_changed_key_file_does_not_open(member: str) -> None:
    value = json.loads(seal_key_file(KEY, PASSPHRASE, secrets.token_bytes))
    value[member] = ("B" if value[member][0] == "A" else "A") + value[member][1:]
    with pytest.raises(Malformed, match=r"key\.passphrase"):
        open_key_file(compact(value), PASSPHRASE)


def test_a_cheaper_derivation_is_not_accepted() -> None:
    value = parse_json(seal_key_file(KEY, PASSPHRASE, secrets.token_bytes))
    assert isinstance(value, dict)
    kdf = value["kdf"]
    assert isinstance(kdf, dict)
    with pytest.raises(Malformed, match=r"key\.file"):
        open_key_file(compact({**value, "kdf": {**kdf, "n": 2}}), PASSPHRASE)


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_are_a_key_file_or_malformed(raw: bytes) -> None:
    with contextlib.suppress(Malformed):
        open_key_file(raw, PASSPHRASE)


def test_the_secrets_are_not_in_the_repr() -> None:
    assert KEY.seed not in repr(KEY)
    assert "12345)" not in repr(KEY)


def test_the_browser_and_the_command_open_each_others_key_files(tmp_path: Path) -> None:
    script = """
import { sealKeyFile, openKeyFile } from "./templates/static/trustee/keyfile.mjs";
import { readFileSync } from "node:fs";
const [path, passphrase] = process.argv.slice(-2);
const opened = await openKeyFile(readFileSync(path, "utf8"), passphrase);
process.stdout.write(await sealKeyFile(opened, passphrase));
"""
    ours = tmp_path / "key.json"
    ours.write_bytes(seal_key_file(KEY, PASSPHRASE, secrets.token_bytes))
    command = ["node", "--input-type=module", "-e", script, "--", str(ours), PASSPHRASE]
    theirs = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=120)
    assert open_key_file(theirs.stdout, PASSPHRASE) == KEY
