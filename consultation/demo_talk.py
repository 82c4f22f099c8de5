"""Lets the invented citizens of `demo_voices.json` speak, support, be moderated and be answered."""

import json
import random
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from consultation import demo_council as words
from consultation import lifecycle
from consultation.appeal import Verdict
from consultation.collective import Certificate
from consultation.demo_stage import Speaker, Stage
from consultation.moderation import Hiding
from consultation.reply import Reply
from consultation.store import contribution as contributions
from consultation.store.appeal import decide, file_appeal
from consultation.store.collective import appoint, certify
from consultation.store.consultation import add_consultation, locked_consultation
from consultation.store.moderation import hide
from consultation.store.participation_tables import ConsultationRow, ContributionRow
from consultation.store.reply import give_reply, share_answered
from consultation.store.support import give
from consultation.store.text import keep_version
from consultation.text import first_text
from consultation.text_plain import read_plain

VOICES = Path(__file__).parent / "demo_voices.json"


class DemoTalk:
    """`speakers`: first three with accounts, of whom the last speaks for the collective; then whoever comes."""

    def __init__(self, stage: Stage, speakers: Sequence[Speaker]) -> None:
        self._stage, self._speakers = stage, speakers
        self._dice = random.Random(1828)  # noqa: S311  (invented people, the same in every demo)
        self._voices: dict[str, Any] = json.loads(VOICES.read_text("utf-8"))
        self._said: dict[str, list[str]] = {}
        """Keys of the contributions of a consultation, in the order of the file."""
        self._group: int | None = None

    def found(self) -> None:
        """The collective and its representative."""
        group = self._voices["collective"]
        certificate = Certificate(group["name"], group["kind"], group["purpose"], group["certificate"])
        with self._stage.act() as (session, now):
            made = certify(session, certificate, now)
            appoint(session, made, self._speakers[2].login_name, now, self._stage.staff.clerk)
            self._group = made.id

    def open_consultation(self, name: str, closes: datetime, answer_by: date) -> None:
        said = self._voices["consultations"][name]
        with self._stage.act() as (session, now):
            topic, council_session = self._stage.topic(session, name)
            row = ConsultationRow(
                topic_id=topic.id or 0, **said["terms"], answer_by=answer_by, plain_summary=topic.plain_summary,
                closes_at=closes, replier_id=self._stage.staff.clerk, created_at=now, modified_at=now,
            )  # fmt: skip
            add_consultation(session, row)
            text = first_text(read_plain(said["text"]))
            keep_version(
                session, row.id or 0, 1, topic.key, text, reason="", now=now, account_id=self._stage.staff.clerk
            )
            lifecycle.open_or_announce(session, row, topic, council_session, now)

    def speak(self, name: str, share: slice = slice(None)) -> None:
        """The voices of a consultation, or a part of them, each with its supports."""
        said = self._said.setdefault(name, [])
        for place, voice in list(enumerate(self._voices["consultations"][name]["voices"]))[share]:
            with self._stage.act() as (session, now):
                topic, _ = self._stage.topic(session, name)
                row = self._say(session, name, place, voice, now)
                contributions.submit(session, row, topic.key, now, premoderated=False)
                for supporter in self._dice.sample(self._speakers, voice.get("supports", 0)):
                    if supporter.person_id != row.person_id:
                        give(session, row, supporter.person_id, now)
                said.append(row.key)

    def moderate(self, name: str) -> None:
        for removal in self._voices["consultations"][name]["hidden"]:
            key = self._said[name][removal["place"]]
            with self._stage.act() as (session, now):
                hide(session, key, Hiding(removal["reason"], words.HIDING), self._stage.staff.moderator, now)
            if removal["appeal"]:
                author = self._author(name, removal["place"])
                with self._stage.act() as (session, now):
                    filed = file_appeal(session, key, words.APPEAL, author.account_id or 0, now).key
                if removal["appeal"] != "filed":
                    with self._stage.act() as (session, now):
                        decide(session, filed, Verdict(removal["appeal"], words.VERDICT), self._stage.staff.clerk, now)

    def close(self, name: str) -> None:
        with self._stage.act() as (session, now):
            topic, _ = self._stage.topic(session, name)
            lifecycle.close(session, locked_consultation(session, topic.id or 0), topic, now)

    def answer(self, name: str) -> None:
        """Every proposal and objection, in groups; then the consultation is finished."""
        for given in self._voices["consultations"][name]["replies"]:
            with self._stage.act() as (session, now):
                topic, _ = self._stage.topic(session, name)
                rows = [
                    contributions.locked_contribution(session, self._said[name][place]) for place in given["places"]
                ]
                reply = Reply(given["outcome"], given["text"], words.SIGNED_BY)
                give_reply(session, topic, rows, reply, self._stage.staff.clerk, now)
        with self._stage.act() as (session, now):
            topic, _ = self._stage.topic(session, name)
            row = locked_consultation(session, topic.id or 0)
            answered, due = share_answered(session, row.id or 0)
            lifecycle.finish(session, row, now, due, answered)

    def _say(self, session: Session, name: str, place: int, voice: dict[str, Any], now: datetime) -> ContributionRow:
        """A draft of this voice."""
        topic, _ = self._stage.topic(session, name)
        author = self._author(name, place)
        parent = contributions.contribution(session, self._said[name][voice["on"]]) if "on" in voice else None
        row = ContributionRow(
            consultation_id=locked_consultation(session, topic.id or 0).id or 0, state="draft", kind=voice["kind"],
            paragraph=voice.get("paragraph", ""), parent_id=parent.id if parent else None,
            stance=voice.get("stance", ""), title=voice.get("title", ""), text=voice["text"],
            name=author.name, person_id=author.person_id, account_id=author.account_id,
            collective_id=self._group if voice.get("collective") else None, created_at=now, modified_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row

    def _author(self, name: str, place: int) -> Speaker:
        """The first voice is the first account's, what was appealed the second's, a collective's the third's."""
        told = self._voices["consultations"][name]
        if told["voices"][place].get("collective"):
            return self._speakers[2]
        if place == 0:
            return self._speakers[0]
        if any(removal["place"] == place and removal["appeal"] for removal in told["hidden"]):
            return self._speakers[1]
        return self._speakers[3 + (place * 7 + len(name)) % (len(self._speakers) - 3)]
