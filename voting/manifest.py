"""The manifest: every word a voter is shown, in one canonical file whose hash is proclaimed (M25).

It is written once, at the proclamation, and read verbatim ever after; the questions of election.json equal its own.
"""

from audit.local_time import instant
from audit.refusal import N_
from crypto.encoding import Json, compact, members, parse_compact, string
from crypto.errors import Malformed
from voting.errors import BadDraft
from voting.profile import Profile, profile_named
from voting.referendum import Draft, DraftQuestion

SIZE_LIMIT = 1024 * 1024
_MEMBERS = (
    "manifest", "referendum", "municipality", "title", "summary", "profile", "questions", "opens", "closes", "roll",
)  # fmt: skip


def make_manifest(draft: Draft, uuid: str, municipality: str) -> bytes:
    """Compact JSON without a newline. The draft has passed `check_draft`. Raises BadDraft when it grows too long."""
    raw = compact(
        {
            "manifest": 1,
            "referendum": uuid,
            "municipality": municipality,
            "title": draft.title,
            "summary": draft.summary,
            "profile": _profile(profile_named(draft.profile)),
            "questions": [_question(question) for question in draft.questions],
            "opens": instant(draft.opens),
            "closes": instant(draft.closes),
            "roll": {
                "cutoff": draft.roll_cutoff.isoformat(),
                "objections_until": draft.objections_until.isoformat() if draft.objections_until else None,
            },
        }
    )
    if len(raw) > SIZE_LIMIT:
        raise BadDraft("manifest.size", N_("the texts of this vote are too long together"))
    return raw


def decode_manifest(raw: bytes) -> dict[str, Json]:
    """The members of a manifest for showing; what it holds was checked as a draft. Raises Malformed."""
    value = members(parse_compact(raw, size_limit=SIZE_LIMIT), _MEMBERS)
    if value["manifest"] != 1:
        raise Malformed("manifest.version", "manifest version 1 was expected")
    string(value["referendum"], longest=64)
    return value


def _profile(profile: Profile) -> Json:
    turnout = profile.turnout
    return {
        "id": profile.id,
        "label": profile.label,
        "legal_basis": [basis.text for basis in profile.legal_basis],
        "nature": profile.nature,
        "turnout_rule": None if turnout is None else {"percent": turnout.percent, "text": turnout.text},
        "winner_rule": {"rule": profile.winner.value, "text": profile.winner_text},
    }


def _question(question: DraftQuestion) -> Json:
    return {
        "question": question.question,
        "answers": list(question.answers),
        "blank": question.blank,
        "min": question.minimum,
        "max": question.maximum,
        "statements": {"for": question.statement_for, "against": question.statement_against},
    }
