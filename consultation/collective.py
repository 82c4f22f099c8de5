"""An association or group that speaks as such: its kinds, and what the secretariat certifies of it (M12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from audit.refusal import N_
from consultation.contribution import clean_text
from consultation.errors import Incomplete
from crypto.encoding import compact

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "association": N_("Association"),
        "neighbourhood": N_("Neighbourhood group"),
        "union": N_("Trade union or professional body"),
        "other": N_("Other group"),
    }
)
NAME_LIMIT = 150
PURPOSE_LIMIT = 2000
CERTIFICATE_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the secretariat has seen; all of it is public. `shown`: a number of a register, a founding act."""

    name: str
    kind: str
    purpose: str
    shown: str


def read_certificate(form: Mapping[str, str]) -> Certificate:
    """Raises Incomplete (collective.name, .kind, .purpose, .certificate)."""
    name = " ".join(clean_text(form.get("name", "")).split())
    purpose = clean_text(form.get("purpose", "")).strip()
    shown = clean_text(form.get("certificate", "")).strip()
    if not 3 <= len(name) <= NAME_LIMIT:
        sentence = N_("The name must have 3 to %(limit)s characters.")
        raise Incomplete("collective.name", sentence, field="name", limit=NAME_LIMIT)
    if form.get("kind") not in LABELS:
        raise Incomplete("collective.kind", N_("Choose what kind of group it is."), field="kind")
    if not purpose or len(purpose) > PURPOSE_LIMIT:
        sentence = N_("Say in at most %(limit)s characters what the group is for.")
        raise Incomplete("collective.purpose", sentence, field="purpose", limit=PURPOSE_LIMIT)
    if not shown or len(shown) > CERTIFICATE_LIMIT:
        sentence = N_("Write in at most %(limit)s characters what was shown to you.")
        raise Incomplete("collective.certificate", sentence, field="certificate", limit=CERTIFICATE_LIMIT)
    return Certificate(name, form["kind"], purpose, shown)


def certificate_content(key: str, certificate: Certificate) -> bytes:
    """Canonical JSON whose SHA-256 is in the log."""
    return compact(
        {
            "collective": key,
            "name": certificate.name,
            "kind": certificate.kind,
            "purpose": certificate.purpose,
            "certificate": certificate.shown,
        }
    )
