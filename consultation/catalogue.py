"""The open-data catalogue as DCAT in JSON-LD (W3C DCAT 3, terms of the EU's vocabularies): values in, values out.

The context stands in the file itself, so that nobody has to fetch anything to read it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.local_time import instant
from consultation.export import LICENSE
from crypto.encoding import Json

LANGUAGE = "http://publications.europa.eu/resource/authority/language/ELL"
CONTINUOUS = "http://publications.europa.eu/resource/authority/frequency/CONT"
GOVERNMENT = "http://publications.europa.eu/resource/authority/data-theme/GOVE"
_MEDIA = "https://www.iana.org/assignments/media-types/"
_CONTEXT: dict[str, Json] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One dataset. `files`: path and media type of each distribution; `begins`, `changed`: of what is in it."""

    name: str
    title: str
    about: str
    files: Sequence[tuple[str, str]]
    begins: datetime | None
    changed: datetime | None


def catalogue(base: str, town: str, title: str, about: str, offers: Sequence[Offer]) -> Json:
    """`base`: "https://vote.example.org"; titles are Greek."""
    publisher: Json = {"@id": base, "@type": "foaf:Agent", "foaf:name": _greek(town)}
    changed = max((offer.changed for offer in offers if offer.changed), default=None)
    return {
        "@context": _CONTEXT,
        "@id": f"{base}/open-data/catalog.jsonld",
        "@type": "dcat:Catalog",
        "dct:title": _greek(title),
        "dct:description": _greek(about),
        "dct:publisher": publisher,
        "dct:license": {"@id": LICENSE},
        "dct:language": {"@id": LANGUAGE},
        "foaf:homepage": {"@id": f"{base}/open-data"},
        **_dates(min((offer.begins for offer in offers if offer.begins), default=None), changed),
        "dcat:dataset": [_dataset(base, publisher, offer) for offer in offers],
    }


def _dataset(base: str, publisher: Json, offer: Offer) -> Json:
    temporal: dict[str, Json] = {}
    if offer.begins is not None:
        begins: Json = {"@type": "xsd:dateTime", "@value": instant(offer.begins)}
        temporal = {"dct:temporal": {"@type": "dct:PeriodOfTime", "dcat:startDate": begins}}
    return {
        "@id": f"{base}/open-data#{offer.name}",
        "@type": "dcat:Dataset",
        "dct:identifier": offer.name,
        "dct:title": _greek(offer.title),
        "dct:description": _greek(offer.about),
        "dct:publisher": publisher,
        "dct:license": {"@id": LICENSE},
        "dct:language": {"@id": LANGUAGE},
        "dct:accrualPeriodicity": {"@id": CONTINUOUS},
        "dcat:theme": {"@id": GOVERNMENT},
        **temporal,
        **_dates(offer.begins, offer.changed),
        "dcat:distribution": [_distribution(base, offer, path, media) for path, media in offer.files],
    }


def _distribution(base: str, offer: Offer, path: str, media_type: str) -> Json:
    return {
        "@id": f"{base}{path}#distribution",
        "@type": "dcat:Distribution",
        "dct:title": _greek(offer.title),
        "dcat:accessURL": {"@id": base + path},
        "dcat:downloadURL": {"@id": base + path},
        "dcat:mediaType": {"@id": _MEDIA + media_type},
        "dct:license": {"@id": LICENSE},
        **_dates(offer.begins, offer.changed),
    }


def _dates(issued: datetime | None, modified: datetime | None) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for name, moment in (("dct:issued", issued), ("dct:modified", modified)):
        if moment is not None:
            found[name] = {"@type": "xsd:dateTime", "@value": instant(moment)}
    return found


def _greek(text: str) -> Json:
    return {"@language": "el", "@value": text}
