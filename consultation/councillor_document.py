"""The councillors' file on paper, made from the same content as the page. The same content gives the same bytes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from audit.refusal import N_
from consultation.contribution import LABELS, PLURALS, STANCES
from consultation.councillor_file import Content, moment
from consultation.leaflet import Leaflet
from consultation.reply import OUTCOMES

Translate = Callable[..., str]
"""A translated sentence; its fields by name."""


def print_file(
    content: Content,
    *,
    url: str,
    municipality: str,
    language: str,
    gettext: Translate,
    when: Callable[[datetime], str],
    today: Callable[[datetime], str],
) -> bytes:
    """`url`: of the page of the file, in the QR symbol; `when` and `today` write a moment with and without its hour."""
    made_at = moment(content["made"])
    title = content["title"]
    document = Leaflet(title, made_at=made_at, language=language, footer=_footer(municipality, title))
    document.add_page()
    document.qr(url, width=30, x=160, y=12)
    document.paragraph(municipality, bold=True)
    document.heading(gettext(N_("Councillors' file")), size=20)
    document.ln(6)
    document.flow(title, size=15, bold=True, after=3)
    document.facts(_about(content, gettext, when), size=10, share=0.3)
    if content["after_session"]:
        document.flow(gettext(N_("This version was made after the session had begun.")), bold=True)
    _part(document, gettext(N_("Summary in plain language")), content["plain_summary"])
    _part(document, gettext(N_("Motion")), content["motion"])
    if content["consultation"]:
        _terms(document, content["consultation"], gettext, when)
    _count(document, content, gettext)
    for section in content["sections"]:
        _write_section(document, section, gettext, today)
    return document.to_bytes()


def _footer(municipality: str, title: str) -> str:
    text = f"{municipality} · {title}"
    return text if len(text) <= 85 else text[:84] + "…"


def _about(content: Content, gettext: Translate, when: Callable[[datetime], str]) -> list[tuple[str, str]]:
    session = content["session"]
    rows = [
        (gettext(N_("Session")), f"{session['body']}: {session['title']}"),
        (gettext(N_("Begins")), when(moment(session["starts"]))),
        (gettext(N_("Version of the file")), str(content["number"])),
        (gettext(N_("Made at")), when(moment(content["made"]))),
    ]
    if content["proposer"]:
        rows.insert(2, (gettext(N_("Proposer")), content["proposer"]))
    return [(label, value[:300]) for label, value in rows]


def _part(document: Leaflet, title: str, text: str) -> None:
    if text:
        document.keep_together(20)
        document.heading(title, size=13)
        document.flow(text, after=3)


def _terms(document: Leaflet, terms: dict[str, Any], gettext: Translate, when: Callable[[datetime], str]) -> None:
    document.keep_together(30)
    document.heading(gettext(N_("Consultation")), size=13)
    lines = [
        (N_("Purpose"), terms["purpose"]),
        (N_("What can change"), terms["can_change"]),
        (N_("Who decides"), terms["decides"]),
        (N_("Closes"), when(moment(terms["closes"])) if terms["closes"] else ""),
    ]
    for label, value in lines:
        if value:
            document.flow(f"{gettext(label)}: {value}")
    document.flow(
        gettext(
            N_("%(answered)s of %(due)s proposals and objections have a reply."),
            answered=terms["answered"],
            due=terms["due"],
        ),
        after=3,
    )


def _count(document: Leaflet, content: Content, gettext: Translate) -> None:
    document.keep_together(60)
    document.heading(gettext(N_("What was said, by type")), size=13)
    rows = [(gettext(label), str(content["counts"][kind])) for kind, label in PLURALS.items()]
    document.facts(rows, size=10, share=0.6)
    if content["hidden"]:
        document.flow(
            gettext(N_("Hidden by a moderator, not listed here: %(count)s."), count=content["hidden"]), after=3
        )


def _write_section(
    document: Leaflet, section: dict[str, Any], gettext: Translate, today: Callable[[datetime], str]
) -> None:
    kind, said = section["kind"], section["contributions"]
    document.keep_together(40)
    document.heading(f"{gettext(PLURALS[kind])} ({len(said)})", size=15)
    if not said:
        document.flow(gettext(N_("None.")), after=3)
    for number, one in enumerate(said, 1):
        document.keep_together(25)
        document.flow(f"{number}. {one['title'] or gettext(LABELS[kind])}", size=11, bold=True, after=0.5)
        document.flow(_byline(one, gettext, today), size=8.5, after=1)
        document.flow(one["text"])
        for stance in ("pro", "con"):
            for argument in one[stance]:
                text = ": ".join(part for part in (argument["title"], argument["text"]) if part)
                author = _author(argument)
                document.flow(f"{gettext(STANCES[stance])} ({author}): {text}", size=9, indent=8, after=1)
        if one["reply"]:
            _answer(document, one["reply"], gettext, today)
        document.ln(2.5)


def _byline(one: dict[str, Any], gettext: Translate, today: Callable[[datetime], str]) -> str:
    parts = [_author(one), today(moment(one["submitted"]))]
    if one["place"]:
        parts.append(one["place"])
    if one["form"]:
        parts.append(gettext(N_("paper form %(number)s"), number=one["form"].upper()))
    parts.append(gettext(N_("supports: %(count)s"), count=one["supports"]))
    return " · ".join(parts)


def _author(one: dict[str, Any]) -> str:
    return f"{one['collective']} ({one['author']})" if one["collective"] else one["author"]


def _answer(document: Leaflet, reply: dict[str, Any], gettext: Translate, today: Callable[[datetime], str]) -> None:
    outcome = OUTCOMES[reply["outcome"]]
    head = gettext(
        N_("Reply of the municipality: %(outcome)s (%(name)s, %(day)s)"),
        outcome=gettext(outcome),
        name=reply["signed_by"],
        day=today(moment(reply["given"])),
    )
    document.flow(head, size=9, bold=True, indent=8, after=0.5)
    document.flow(reply["text"], size=9, indent=8)
