"""The election: what is asked, in which group, under which key; and the list of credentials that may vote.

The fingerprint is over the bytes as they are, so elections made by others are read in any layout; ours, which carry
the member `kalpi`, have one spelling and stricter texts. When an election opens and who may vote is not known here.

Source: Belenios specification, sections "election.json" and "Credentials"; DESIGN.md section 2 for `kalpi`.
"""

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from crypto.encoding import Json, array, compact, integer, members, parse_json, sha256_b64, string
from crypto.errors import Malformed
from crypto.group import Element, Group, group_named
from crypto.wording import check_distinct, check_wording

RULES = 1
SERVICE = "service"
"""The one value of `credentials`: the service itself issues them (never in a referendum)."""
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

ELECTION_LIMIT = 1024 * 1024
"""Bytes of election.json."""
BALLOT_LIMIT = 240_000
"""Bytes of a ballot of ours; quoted inside a JSON request it stays below 256 KiB."""
CREDENTIALS_LIMIT = 700 * 1024 * 1024
"""Bytes of the list of credentials: a million in BELENIOS-2048."""
QUESTIONS_LIMIT = 50
ANSWERS_LIMIT = 50
"""Ours; elections made by others may have as many as their bytes allow."""

_UUID = re.compile(r"[1-9A-HJ-NP-Za-km-z]{14,64}", re.ASCII)
_WEIGHT = re.compile(r"0|[1-9][0-9]{0,11}", re.ASCII)
_FIRST_MEMBERS = ("version", "description", "name", "group", "public_key", "questions", "uuid")
_OPTIONAL_MEMBERS = ("administrator", "credential_authority")


@dataclass(frozen=True, slots=True)
class Question:
    """Choose from `minimum` to `maximum` of the answers, or, when `blank` is allowed, cast a blank vote."""

    question: str
    answers: tuple[str, ...]
    blank: bool
    minimum: int
    maximum: int

    @property
    def width(self) -> int:
        """Ciphertexts in the answer to this question: one per answer, and before them one for blank."""
        return len(self.answers) + self.blank

    @property
    def sums(self) -> range:
        """The numbers of answers that may be chosen."""
        return range(self.minimum, self.maximum + 1)


@dataclass(frozen=True)
class Election:
    raw: bytes
    name: str
    description: str
    group: Group
    public_key: Element
    questions: tuple[Question, ...]
    uuid: str
    administrator: str | None = None
    credential_authority: str | None = None
    rules: int | None = None  # 1 in an election of ours
    credentials: str | None = None  # SERVICE, or None when a credential authority issued them

    @cached_property
    def fingerprint(self) -> str:
        """Base64 of SHA-256 of the bytes, 43 characters: it fixes everything above in every proof (CR-17)."""
        return sha256_b64(self.raw)

    @property
    def has_rules(self) -> bool:
        return self.rules is not None


class PublicCredential(NamedTuple):
    text: str  # the element as it is spelled in the list and in ballots
    element: Element
    weight: int  # 1 in an election of ours


def decode_election(raw: bytes) -> Election:
    """Read election.json.

    Raises Malformed; among others election.version, election.rules, group.unsupported, question.unsupported.
    """
    value = parse_json(raw, size_limit=ELECTION_LIMIT)
    if not isinstance(value, dict) or any(name not in value for name in _FIRST_MEMBERS):
        raise Malformed("election.shape", f"an object with {', '.join(_FIRST_MEMBERS)} was expected")
    if isinstance(value["version"], bool) or value["version"] != 1:
        raise Malformed("election.version", "only crypto version 1 is read")
    group = _group(value["group"])
    uuid = string(value["uuid"])
    if not _UUID.fullmatch(uuid):
        raise Malformed("election.uuid", "at least 14 characters of the Base58 alphabet were expected")
    questions = tuple(_question(item) for item in array(value["questions"], longest=10_000))
    if not questions:
        raise Malformed("election.questions", "an election asks at least one question")
    rules, credentials = _rules(value["kalpi"]) if "kalpi" in value else (None, None)
    election = Election(
        raw=raw,
        name=string(value["name"]),
        description=string(value["description"], longest=ELECTION_LIMIT),
        group=group,
        public_key=group.decode(value["public_key"]),
        questions=questions,
        uuid=uuid,
        administrator=_optional_string(value, "administrator"),
        credential_authority=_optional_string(value, "credential_authority"),
        rules=rules,
        credentials=credentials,
    )
    if election.has_rules:
        _check_ours(election, value)
    return election


def encode_election(
    *,
    name: str,
    description: str,
    group: Group,
    public_key: Element,
    questions: Sequence[Question],
    uuid: str,
    administrator: str | None = None,
    credential_authority: str | None = None,
    credentials: str | None = None,
) -> bytes:
    """The bytes of an election of ours. Raises Malformed when our own rules refuse it."""
    raw = compact(
        _ours(
            Election(
                raw=b"",
                name=name,
                description=description,
                group=group,
                public_key=public_key,
                questions=tuple(questions),
                uuid=uuid,
                administrator=administrator,
                credential_authority=credential_authority,
                rules=RULES,
                credentials=credentials,
            )
        )
    )
    decode_election(raw)
    return raw


def new_uuid(random_below: Callable[[int], int] = secrets.randbelow) -> str:
    """A fresh election identifier: 14 characters, 82 bits."""
    return "".join(BASE58[random_below(58)] for _ in range(14))


def decode_public_credentials(raw: bytes, election: Election) -> tuple[PublicCredential, ...]:
    """Read the list of credentials: distinct, in the group, none the identity (BB-16).

    In an election of ours sorted by text, every weight 1. Raises Malformed: credentials.duplicate,
    credentials.weight, credentials.order, json.…, point.….
    """
    value = parse_json(raw, size_limit=CREDENTIALS_LIMIT)
    read = tuple(_credential(item, election) for item in array(value))
    texts = [credential.text for credential in read]
    if len(set(texts)) != len(texts):
        raise Malformed("credentials.duplicate", "a credential is listed twice")
    if election.has_rules and (texts != sorted(texts) or compact(value) != raw):
        raise Malformed("credentials.order", "the list is not in its one spelling, sorted by text")
    return read


def encode_public_credentials(group: Group, credentials: Sequence[Element]) -> bytes:
    """The list of an election of ours; the sorting hides the order of the roll."""
    texts: list[Json] = []
    texts.extend(sorted(map(group.encode, credentials)))
    return compact(texts)


def _credential(item: Json, election: Election) -> PublicCredential:
    text, comma, weight = string(item).partition(",")
    if comma and (election.has_rules or not _WEIGHT.fullmatch(weight)):
        raise Malformed("credentials.weight", "a credential without weight, or with a decimal one, was expected")
    return PublicCredential(text, election.group.decode(text), int(weight) if comma else 1)


def _group(name: Json) -> Group:
    if name == "RFC-3526-2048":
        raise Malformed("group.unsupported", "the group RFC-3526-2048 is not read")
    return group_named(name)


def _question(value: Json) -> Question:
    if not isinstance(value, dict):
        raise Malformed("question.shape", "a question is an object")
    if "type" in value:
        kind = value["type"] if value["type"] in ("NonHomomorphic", "Lists") else "unknown"
        raise Malformed("question.unsupported", f"questions of type {kind} are not read")
    if any(name not in value for name in ("answers", "min", "max", "question")):
        raise Malformed("question.shape", "a question has answers, min, max and question")
    answers = tuple(string(answer) for answer in array(value["answers"]))
    blank = value.get("blank", False)
    if not isinstance(blank, bool):
        raise Malformed("question.shape", "blank is true or false")
    maximum = integer(value["max"], largest=len(answers))
    if maximum < 1:
        raise Malformed("question.bounds", "at least one answer can be chosen")
    minimum = integer(value["min"], largest=maximum)
    return Question(string(value["question"]), answers, blank, minimum, maximum)


def _rules(value: Json) -> tuple[int, str | None]:
    if value == {"rules": RULES}:
        return RULES, None
    if value == {"rules": RULES, "credentials": SERVICE}:
        return RULES, SERVICE
    raise Malformed("election.rules", "the member kalpi names rules that this program does not know")


def _optional_string(value: dict[str, Json], name: str) -> str | None:
    return string(value[name]) if name in value else None


def _check_ours(election: Election, value: dict[str, Json]) -> None:
    members(value, _FIRST_MEMBERS, (*_OPTIONAL_MEMBERS, "kalpi"))
    if compact(_ours(election)) != election.raw:
        raise Malformed("election.noncanonical", "the bytes are not the one spelling of this election")
    check_wording(election.name)
    check_wording(election.description, lines=True, longest=20_000)
    for name in (election.administrator, election.credential_authority):
        if name is not None:
            check_wording(name)
    if len(election.questions) > QUESTIONS_LIMIT:
        raise Malformed("election.questions", f"at most {QUESTIONS_LIMIT} questions are asked together")
    for question in election.questions:
        check_wording(question.question, longest=2000)
        if not 2 <= len(question.answers) <= ANSWERS_LIMIT:
            raise Malformed("question.answers", f"2 to {ANSWERS_LIMIT} answers were expected")
        for answer in question.answers:
            check_wording(answer)
        check_distinct(question.answers)
    if largest_ballot(election.group, election.questions) > BALLOT_LIMIT:
        raise Malformed("election.size", f"a ballot could exceed {BALLOT_LIMIT} bytes; ask fewer questions together")


def largest_ballot(group: Group, questions: Sequence[Question]) -> int:
    """An upper bound of the bytes of a ballot."""
    # An element of n bytes is written with 2 n hexadecimal digits or at most 2.41 n decimal ones.
    point = len(group.generator) * 241 // 100 + 4
    proof = 2 * len(str(group.order)) + len('{"challenge":"","response":""},')
    size = 600 + point + 2 * proof
    for question in questions:
        branches = 2 * question.width + len(question.sums) + 3 * question.blank
        size += 100 + question.width * (2 * point + 30) + branches * (proof + 2)
    return size


def _ours(election: Election) -> dict[str, Json]:
    value: dict[str, Json] = {
        "version": 1,
        "description": election.description,
        "name": election.name,
        "group": election.group.name,
        "public_key": election.group.encode(election.public_key),
        "questions": [_ours_question(question) for question in election.questions],
        "uuid": election.uuid,
    }
    if election.administrator is not None:
        value["administrator"] = election.administrator
    if election.credential_authority is not None:
        value["credential_authority"] = election.credential_authority
    rules: dict[str, Json] = {"rules": RULES}
    if election.credentials is not None:
        rules["credentials"] = election.credentials
    return value | {"kalpi": rules}


def _ours_question(question: Question) -> dict[str, Json]:
    answers: list[Json] = [*question.answers]
    value: dict[str, Json] = {"answers": answers}
    if question.blank:
        value["blank"] = True
    return value | {"min": question.minimum, "max": question.maximum, "question": question.question}
