"""A topic from its agenda to a measure, acted with the functions that the pages use, with the log kept."""

from datetime import date, timedelta

from sqlmodel import select

from audit import entry
from audit import store as log
from audit.sequencer import make_sequencer
from consultation.appeal import Verdict
from consultation.council_vote import Choice, Outcome
from consultation.decision import Decision
from consultation.lifecycle import correct_text, extend, finish
from consultation.measure import Horizon, Measure, Note, Status
from consultation.minutes import Minutes, State
from consultation.moderation import Hiding
from consultation.publishing import cancel, hold, publish, record_change
from consultation.reply import Reply
from consultation.store import appeal, decision, measure, minutes, moderation
from consultation.store.contribution import erase, locked_contribution, withdraw
from consultation.store.council_tables import BodyRow, FileBytesRow, FileRow
from consultation.store.participation_tables import ContributionRow
from consultation.store.reply import give_reply, locked_contributions, revise_reply, share_answered
from consultation.store.session import session_for_change
from consultation.store.topic import topic_for_change, topics
from consultation.text import Article, Paragraph, Text
from crypto.encoding import Json, sha256_hex
from tests.consultation.answering import Talk, start_talk
from tests.consultation.town import Town, make_councillor, make_session, make_topic

GIVEN = Reply("accepted", "Θα φυτευτούν είκοσι δέντρα.", "Διεύθυνση πρασίνου")
HIDING = Hiding("insult", "Θίγει πρόσωπα.")


def tell_story(town: Town) -> Talk:
    """Everything that the log has a kind for, and one of each state; the clock goes on as it needs."""
    _publish(town)
    talk = start_talk(town)
    clerk, now = town.accounts["secretariat"], town.now
    with talk.writing() as session:
        article = Article("a1", "1", "Δέντρα", (Paragraph("a1.p1", "Φυτεύονται δέντρα."),))
        row, topic = talk.consultation(session), talk.topic(session)
        text = Text((article,))
        correct_text(session, row, topic, text, reason="Τυπογραφικό λάθος", now=now, account_id=clerk)
        assert row.closes_at is not None
        extend(session, row, topic, row.closes_at + timedelta(days=1), "Ζητήθηκε από πολλούς.", now)
    shown = [talk.say(), talk.say("objection", "Δεν χωρούν", by="bo", paragraph="a1.p1")]
    talk.say("argument", on=shown[0], stance="con", by="bo", text="Κοστίζουν.")
    for number in range(5):
        talk.say("comment", f"Σχόλιο {number}")
    standing, restored, undone, taken, gone = talk.keys[-5:]
    _moderate(talk, standing, restored, undone)
    with talk.writing() as session:
        withdraw(session, locked_contribution(session, taken), town.topic_key, now)
    talk.close()
    _file(talk)
    with talk.writing() as session:
        erase(session, locked_contribution(session, gone), town.topic_key, now)
    _answer(talk, shown)
    _file(talk)
    _decide(town)
    keep_log(town)
    return talk


def keep_log(town: Town) -> None:
    """What waits gets its place in the log, and a checkpoint is signed."""
    make_sequencer(town.settings, town.database, town.clock).open()


def _publish(town: Town) -> None:
    """The town's session is a draft first, changes once in public; another one is cancelled."""
    with town.database.writing() as session:
        row = session_for_change(session, town.session_key)
        row.state, row.version, row.published_at = "draft", 0, None
        publish(session, row, "", town.now, town.accounts["secretariat"])
        (topic,) = topics(session, row.id or 0)
        topic.motion = "Εισηγούμαστε την πεζοδρόμηση με δέντρα."
        session.add(topic)
        assert record_change(session, row, "Προστέθηκαν τα δέντρα.", town.now, town.accounts["secretariat"])
        other = make_session(session, town.now, session.get_one(BodyRow, row.body_id), state="draft", title="Έκτακτη")
        make_topic(session, town.now, other, title="Κάτι άλλο")
        publish(session, other, "", town.now, town.accounts["secretariat"])
        cancel(session, other, "Δεν υπάρχει απαρτία.", town.now)


def _moderate(talk: Talk, standing: str, restored: str, undone: str) -> None:
    town, now = talk.town, talk.town.now
    with talk.writing() as session:
        moderation.hide(session, standing, HIDING, town.accounts["moderator"], now)
        removal = moderation.hide(session, restored, HIDING, town.accounts["moderator"], now)
        moderation.restore(session, removal.key, now)
        moderation.hide(session, undone, HIDING, town.accounts["moderator"], now)
        filed = appeal.file_appeal(session, undone, "Δεν θίγει κανέναν.", town.accounts["ada"], now)
        appeal.decide(session, filed.key, Verdict("reversed", "Σωστά."), town.accounts["moderator2"], now)


def _answer(talk: Talk, keys: list[str]) -> None:
    town, clerk = talk.town, talk.town.accounts["secretariat"]
    with talk.writing() as session:
        consultation, topic = talk.consultation(session), talk.topic(session)
        rows = locked_contributions(session, consultation.id or 0, keys)
        reply = give_reply(session, topic, rows, GIVEN, clerk, town.now)
        revise_reply(session, topic, reply, Reply("partly", "Θα φυτευτούν δέκα.", "Πράσινο"), clerk, town.now)
        answered, due = share_answered(session, consultation.id or 0)
        finish(session, consultation, town.now, due, answered)


def _file(talk: Talk) -> None:
    """Stands for the printed file: the record does not look into it."""
    with talk.writing() as session:
        pdf = f"%PDF-1.7 {talk.town.now}".encode()
        row = FileRow(
            purpose="councillor_file", name="councillor-file.pdf", media_type="application/pdf", size=len(pdf),
            digest=sha256_hex(pdf), created_at=talk.town.now, modified_at=talk.town.now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        session.add(FileBytesRow(file_id=row.id or 0, data=pdf))
        shown = session.exec(select(ContributionRow).where(ContributionRow.state == "published")).all()
        members: dict[str, Json] = {"topic": talk.town.topic_key, "file": row.digest, "contributions": len(shown)}
        log.append(session, entry.make("councillor-file", **members))
    talk.town.clock.forward(minutes=1)


def _decide(town: Town) -> None:
    clerk = town.accounts["secretariat"]
    made = None
    with town.database.writing() as session:
        row = session_for_change(session, town.session_key)
        member = make_councillor(session, town.now, session.get_one(BodyRow, row.body_id), "Ελένη Μαρκάκη")
        town.clock.moment = max(town.now, row.starts_at + timedelta(hours=3))
        hold(session, row, town.now)
        topic = topic_for_change(session, town.topic_key)
        for ada in ("", "ΨΘ82ΩΡΦ-7ΑΙ"):
            value = Decision(
                Outcome("unanimous"), "12/2026", date(2026, 10, 15), "Εγκρίνει την πεζοδρόμηση.", ada, "",
                {member.key: Choice("for")},
            )  # fmt: skip
            made = decision.save_decision(session, topic, value, None, clerk, town.now)
        for state in ("draft", "approved"):
            extracts = {topic.key: "Συζητήθηκε η πεζοδρόμηση."}
            minutes.save_minutes(session, row, Minutes(State(state), "Πρακτικά.", extracts), None, clerk, town.now)
        plan = Measure("Φύτευση", "Πράσινο", 120_000, Horizon("short"), Status("planned"), date(2027, 3, 1))
        assert made is not None
        planted = measure.add_measure(session, topic, made, plan, clerk, town.now)
        kept = measure.public_measure(session, planted.key, change=True)
        measure.add_note(session, kept, Note(town.now, Status("running"), "Άρχισε."), clerk)
