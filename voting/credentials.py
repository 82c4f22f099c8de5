"""3b The list of public credentials: what goes to the authority, what comes back, and why a list is refused (BB-16).

The authority is believed to keep cards apart from names; the list itself is believed about nothing.
"""

from audit import entry
from audit.refusal import N_
from crypto.encoding import Json, array, compact, members, parse_json, sha256, string
from crypto.errors import Malformed
from crypto.group import Group, group_named
from voting.errors import BadCredentials
from voting.lifecycle import PREPARING, check_phase
from voting.store.preparation import Preparation

REQUEST_VERSION = 1
SIZE_LIMIT = 700 * 1024 * 1024


def make_request(preparation: Preparation) -> bytes:
    """The file for the credential authority: the vote, its group, and card numbers in sorted order; no names."""
    row = preparation.row
    check_phase(row, *PREPARING)
    if row.issuer != "authority":
        raise BadCredentials("credentials.service", N_("in this vote the service makes the credentials itself"))
    if row.roll_count is None:
        raise BadCredentials("credentials.no_roll", N_("the roll is not frozen yet"))
    return compact(
        {
            "kalpi_credentials_request": REQUEST_VERSION,
            "referendum": row.uuid,
            "group": row.group,
            "cards": [*preparation.card_numbers()],
        }
    )


def read_answer(raw: bytes, uuid: str) -> bytes:
    """The list of public credentials in the authority's answer, as the bytes that will be published.

    Raises Malformed for another form, BadCredentials (credentials.other_vote) for another vote's answer.
    """
    value = members(parse_json(raw, size_limit=SIZE_LIMIT), ("kalpi_credentials", "referendum", "credentials"))
    if value["kalpi_credentials"] != REQUEST_VERSION:
        raise Malformed("credentials.version", "an answer of version 1 was expected")
    if value["referendum"] != uuid:
        raise BadCredentials("credentials.other_vote", N_("this answer was made for another vote"))
    credentials: list[Json] = [string(text) for text in array(value["credentials"])]
    return compact(credentials)


def check_list(raw: bytes, group: Group, count: int) -> None:
    """Raises BadCredentials unless `raw` lists exactly `count` distinct credentials, each of weight 1, sorted.

    codes: credentials.count, credentials.duplicate, credentials.order, credentials.weight, and what the group says of
    a point (point.identity, point.subgroup, point.encoding).
    """
    try:
        listed = _read_list(raw, group)
    except Malformed as flaw:
        raise BadCredentials(
            flaw.code,
            N_("the list of credentials is not in order (%(flaw)s)"),
            N_("Nothing was kept. Ask the authority for a new answer."),
            flaw=flaw.code,
        ) from flaw
    if listed != count:
        raise BadCredentials(
            "credentials.count",
            N_("the list has %(listed)s credentials, but the roll has %(count)s electors"),
            N_("Ask the authority for an answer to the newest request."),
            listed=listed,
            count=count,
        )


def _read_list(raw: bytes, group: Group) -> int:
    """How many credentials stand in a well-formed list."""
    texts = [string(text) for text in array(parse_json(raw, size_limit=SIZE_LIMIT))]
    if any("," in text for text in texts):
        raise Malformed("credentials.weight", "every credential has weight 1, which is not written")
    if len(set(texts)) != len(texts):
        raise Malformed("credentials.duplicate", "a credential is listed twice")
    if texts != sorted(texts):
        raise Malformed("credentials.order", "the list is not sorted")
    for text in texts:
        group.decode(text)
    return len(texts)


def list_credentials(preparation: Preparation, credentials: bytes) -> None:
    """Keep and log the list for the roll in force. Raises BadCredentials, WrongPhase (AC-08)."""
    row = preparation.row
    check_phase(row, *PREPARING)
    if row.roll_count is None:
        raise BadCredentials("credentials.no_roll", N_("the roll is not frozen yet"))
    check_list(credentials, group_named(row.group), row.roll_count)
    row.credentials = credentials
    preparation.append(
        entry.make("credentials-listed", referendum=row.uuid, count=row.roll_count, list=sha256(credentials).hex())
    )
    preparation.save()
