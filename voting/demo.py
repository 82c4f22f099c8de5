"""The demo municipality: a council that meets and consults, one vote open, one finished, one in its key ceremony.

All of it happens through the service's own code.

Its directory carries a mark; nothing here ever touches a database that is not a demo. Passwords, authenticator secrets
and card codes are kept in the open beside it, which a real municipality never does.
"""

import json
import os
import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from audit.sequencer import head_file
from db import Database, create_tables
from identity.demo_people import DemoLogin, import_people, open_accounts
from identity.keyring import make_keyring
from identity.store.card import assign_cards
from identity.store.person import electors
from settings import Settings, make_secret
from voting.appointment import Appointee
from voting.authority import AuthorityFile, add_cards, seal_authority_file
from voting.demo_half import DemoHalf
from voting.demo_votes import CEREMONY, FINISHED, OPEN
from voting.keyfile import TrusteeKey, seal_key_file
from voting.rehearse_plan import Plan, Progress
from voting.rehearse_voters import VoterDevice
from voting.rehearsed_town import Clock, Town
from voting.rehearsed_vote import Electorate, Officials, RehearsedVote

MARK = "this-is-a-demo.json"
PASSPHRASE = "κάλπη και μυστικό κλειδί"  # noqa: S105  (of the demo's trustees and authority; printed on screen)
PASSWORD = "θάλασσα-πλατεία-47"  # noqa: S105  (of every demo account; printed on screen)


class NotADemo(Exception):
    """The directory holds something that this command did not make."""


@dataclass(frozen=True, slots=True)
class Guide:
    """What the command prints: who can log in, with which card, and the trustees' key files."""

    logins: Sequence[DemoLogin]
    cards: dict[str, tuple[str, str]]
    """Login name → (card number, code)."""
    key_files: Sequence[str]


def demo_settings(directory: Path, base_url: str) -> Settings:
    data = directory.absolute()
    return Settings(
        data_directory=data,
        database_url=f"sqlite:///{data / 'kalpi.db'}",
        base_url=base_url,
        origin="demo.kalpi.invalid/log",
        municipality="Δήμος Αγίου Τίτου",
        secret_key_file=data / "secret.key",
        demo=True,
    )


def read_guide(settings: Settings) -> Guide | None:
    """The guide of a finished demo; None if there is nothing yet. Raises NotADemo."""
    directory = settings.data_directory
    if not directory.exists() or not any(directory.iterdir()):
        return None
    if not (directory / MARK).exists():
        raise NotADemo(f"{directory} is not a demo of this command; choose another --directory")
    value = json.loads((directory / MARK).read_text("utf-8"))
    if not value["complete"]:
        return None
    return Guide(
        [DemoLogin(**login) for login in value["logins"]],
        {name: (number, code) for name, (number, code) in value["cards"].items()},
        value["key_files"],
    )


def make_demo(settings: Settings, progress: Progress, clock: Callable[[], datetime]) -> Guide:
    """Build everything anew. Raises NotADemo before a foreign file is touched."""
    directory = settings.data_directory
    read_guide(settings)
    shutil.rmtree(directory, ignore_errors=True)
    head_file(settings).unlink(missing_ok=True)
    directory.mkdir(mode=0o700, parents=True)
    _write_mark(directory, {"complete": False})
    make_secret(settings.secret_key_file)
    db = Database(settings.database_url)
    create_tables(db.engine)
    now = clock().astimezone(UTC).replace(microsecond=0)
    try:
        guide = _populate(Town(settings, db, Clock(now - timedelta(days=54))), now, progress)
    finally:
        db.close()
    value = {
        "complete": True,
        "logins": [asdict(login) for login in guide.logins],
        "cards": guide.cards,
        "key_files": list(guide.key_files),
    }
    _write_mark(directory, value)
    return guide


def _populate(town: Town, now: datetime, progress: Progress) -> Guide:
    town.open()
    keys = make_keyring(town.settings.key)
    with town.db.writing() as session:
        citizens = import_people(session, keys, town.clock())
        logins = open_accounts(session, keys, PASSWORD, citizens, town.clock())
    town.sequencer.turn(ballots=False)
    electorate, cards = _hand_out_cards(town, citizens, logins)
    officials = _officials(logins)
    council = DemoHalf(town, logins, now, progress("council", 5))
    council.consult()

    town.clock.moment = now - timedelta(days=40)
    finished = _vote(town, "pezodromos-ermou", FINISHED, officials, electorate)
    finished.draft(now - timedelta(days=33), now - timedelta(days=30))
    _hold(finished, progress)
    finished.close()
    finished.decrypt(progress)
    council.decide(finished.uuid)

    town.clock.moment = now - timedelta(days=12)
    # The named citizens have not voted yet: that is left to whoever tries the demo.
    others = replace(electorate, voters=electorate.voters[len(citizens) :])
    running = _vote(town, "parko-limaniou", OPEN, officials, others)
    running.draft(now - timedelta(hours=2), now + timedelta(days=7), council.topics["limani"])
    _hold(running, progress)
    council.announce()

    town.clock.moment = now
    beginning = _vote(town, "vivliothiki", CEREMONY, officials, electorate)
    beginning.draft(now + timedelta(days=8), now + timedelta(days=15), council.topics["vivliothiki"])
    beginning.prepare()
    beginning.open_ceremony()
    return Guide(logins, cards, _write_key_files(town.settings.data_directory, running))


def _hold(vote: RehearsedVote, progress: Progress) -> None:
    """From proclamation to the last ballot of the plan."""
    vote.prepare()
    vote.open_ceremony()
    vote.hold_ceremony(progress)
    vote.rehearse(progress)
    vote.open()
    vote.cast(progress)


def _vote(town: Town, slug: str, plan: Plan, officials: Officials, electorate: Electorate) -> RehearsedVote:
    return RehearsedVote(town, slug, plan, officials, replace(electorate, voters=electorate.voters[: plan.voters]))


def _hand_out_cards(
    town: Town, citizens: Sequence[int], logins: Sequence[DemoLogin]
) -> tuple[Electorate, dict[str, tuple[str, str]]]:
    """A card for everybody on the registry; the codes of the named citizens are kept for the screen."""
    with town.db.reading() as session:
        people = [person_id for person_id, _ in electors(session, town.clock().date())]
    authority, printed = add_cards(
        AuthorityFile(town.settings.base_url, ("Ed25519",)), len(people), secrets.token_bytes
    )
    with town.db.writing() as session:
        pairs = [(card.number, person_id) for card, person_id in zip(printed, people, strict=True)]
        assign_cards(session, pairs, town.clock())
    sealed = seal_authority_file(authority, PASSPHRASE, secrets.token_bytes)
    (town.settings.data_directory / "authority.kalpi").write_bytes(sealed)
    voters = [
        VoterDevice(place, person_id, card.code)
        for place, (card, person_id) in enumerate(zip(printed, people, strict=True))
    ]
    roll = [(person_id, card.number) for card, person_id in zip(printed, people, strict=True)]
    by_person = {person_id: (card.number, card.code) for card, person_id in zip(printed, people, strict=True)}
    named = {login.login_name: by_person[login.person_id] for login in logins if login.person_id is not None}
    # The named citizens come first, so that a plan can leave them out.
    voters.sort(key=lambda voter: voter.person_id not in citizens)
    return Electorate(roll, authority, voters), named


def _officials(logins: Sequence[DemoLogin]) -> Officials:
    def accounts(role: str) -> list[DemoLogin]:
        return [login for login in logins if login.role == role]

    first, second = accounts("committee")
    trustees = [Appointee(login.account_id, None, login.name, frozenset({"trustee"})) for login in accounts("trustee")]
    return Officials(accounts("secretariat")[0].account_id, (first.account_id, second.account_id), trustees)


def _write_key_files(directory: Path, vote: RehearsedVote) -> list[str]:
    """The trustees' key files of the open vote, so that its count can be tried in the browser."""
    folder = directory / "trustee-keys"
    folder.mkdir(mode=0o700)
    files = []
    for trustee in vote.trustees:
        key = TrusteeKey(trustee.frame.identifier, vote.uuid, trustee.index, trustee.seed, trustee.key)
        path = folder / f"melos{trustee.index}.json"
        path.write_bytes(seal_key_file(key, PASSPHRASE, secrets.token_bytes))
        files.append(str(path))
    return files


def _write_mark(directory: Path, value: dict[str, object]) -> None:
    descriptor = os.open(directory / MARK, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
