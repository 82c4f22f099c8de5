"""The kinds of entry that record the council's business: agenda, consultation, moderation, replies, decisions.

Texts are in the log as digests; what a citizen wrote only as a salted commitment, whose salt can be erased (GD-02).
Officials appear as salted commitments too. A `topic` or `session` is named by its public key.
"""

from collections.abc import Mapping
from types import MappingProxyType

from audit.entry_members import (
    Check,
    check_count,
    check_instant,
    check_key,
    check_keys,
    check_text,
    check_two_digests,
    check_uuid,
    check_word,
    one_of,
)
from crypto.encoding import hex_digest

_SESSION: dict[str, Check] = {"session": check_key}
_TOPIC: dict[str, Check] = {"topic": check_key}
_CONSULTATION: dict[str, Check] = {**_TOPIC, "consultation": check_key}
_CONTRIBUTION: dict[str, Check] = {**_TOPIC, "contribution": check_key}
_AGENDA: dict[str, Check] = {**_SESSION, "version": check_count, "agenda": hex_digest}
_REPRESENTATIVE: dict[str, Check] = {"collective": check_key, "representative": hex_digest}

COUNCIL_KINDS: Mapping[str, Mapping[str, Check]] = MappingProxyType(
    {
        # sessions; `agenda` is the digest of the dated version, see RECORD.md
        "agenda-published": _AGENDA,
        "agenda-changed": _AGENDA,
        "session-cancelled": {**_SESSION, "reason": check_text},
        "minutes": {
            **_SESSION,
            "version": check_count,
            "state": one_of("draft", "approved", "final"),
            "minutes": hex_digest,
        },
        # a consultation on a topic
        "consultation-opened": {**_CONSULTATION, "terms": hex_digest, "text": hex_digest, "closes": check_instant},
        "consultation-text": {**_CONSULTATION, "version": check_count, "text": hex_digest},
        "consultation-extended": {**_CONSULTATION, "closes": check_instant, "reason": check_text},
        "consultation-closed": _CONSULTATION,
        "consultation-finished": {**_CONSULTATION, "due": check_count, "answered": check_count},
        # what citizens say; `commitment` is salted
        "contribution": {
            **_CONTRIBUTION,
            "kind": one_of("proposal", "objection", "question_post", "comment", "argument"),
            "commitment": hex_digest,
        },
        "paper-contribution": {**_CONTRIBUTION, "form": check_word, "clerks": check_two_digests},
        "contribution-withdrawn": _CONTRIBUTION,
        "contribution-erased": _CONTRIBUTION,
        "collective-certified": {"collective": check_key, "certificate": hex_digest},
        "representative-certified": _REPRESENTATIVE,
        "representative-ended": _REPRESENTATIVE,
        # moderation
        "hidden": {
            **_CONTRIBUTION,
            "removal": check_key,
            "reason": check_word,
            "stage": one_of("before", "after"),
            "moderator": hex_digest,
        },
        "restored": {**_CONTRIBUTION, "removal": check_key},
        "appeal-filed": {**_TOPIC, "removal": check_key},
        "appeal-decided": {
            **_TOPIC,
            "removal": check_key,
            "outcome": one_of("upheld", "reversed"),
            "timing": one_of("in_time", "late"),
            "decider": hex_digest,
        },
        # answers, the councillors' file, the decision and what became of it
        "reply": {
            **_TOPIC,
            "reply": check_key,
            "version": check_count,
            "outcome": one_of("accepted", "partly", "rejected", "out_of_scope", "answered"),
            "contributions": check_keys,
            "text": hex_digest,
        },
        "councillor-file": {**_TOPIC, "file": hex_digest, "contributions": check_count},
        "decision": {**_TOPIC, "version": check_count, "decision": hex_digest},
        "measure": {**_TOPIC, "measure": check_key, "version": check_count, "content": hex_digest},
        "referendum-proposed": {**_TOPIC, "vote": check_uuid},
    }
)
