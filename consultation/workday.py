"""What waits on the secretariat's desk: one job is one sentence with one link, and a day when there is one. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from audit.refusal import N_

SECTIONS: Mapping[str, str] = MappingProxyType(
    {
        "deadlines": N_("Deadlines"),
        "drafts": N_("Drafts that lack something"),
        "answers": N_("Answers that are owed"),
        "moderation": N_("Moderation"),
        "paper": N_("Paper forms"),
    }
)
"""In the order of the page."""
SEEN_BY: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "secretariat": frozenset(SECTIONS),
        "auditor": frozenset(SECTIONS),
        "service": frozenset({"answers"}),
        "moderator": frozenset({"moderation"}),
    }
)


@dataclass(frozen=True, slots=True)
class Job:
    """`text` is an English msgid with `%(name)s` fields; `title` is the object's own name; `url` where it is done."""

    section: str
    text: str
    title: str
    url: str
    due: date | None = None
    fields: Mapping[str, str | int] = field(default_factory=dict)

    def is_overdue(self, today: date) -> bool:
        return self.due is not None and self.due < today


_PUBLIC = (
    (re.compile(r"^/desk/sessions/(\w+)/minutes$"), r"/sessions/\1"),
    (re.compile(r"^/desk/topics/(\w+)/decision$"), r"/topics/\1#decision"),
    (re.compile(r"^/desk/measures/(\w+).*$"), r"/measures/\1"),
    (re.compile(r"^/desk/(?:moderation|appeals/\w+)$"), "/removals"),
)


def sections_of(roles: Iterable[str]) -> frozenset[str]:
    """The sections that somebody with these roles works on."""
    return frozenset().union(*(SEEN_BY.get(role, frozenset()) for role in roles))


def for_readers(job: Job) -> Job:
    """The same job with the public page in place of a form that only whoever does it may open."""
    for pattern, page in _PUBLIC:
        if pattern.match(job.url):
            return replace(job, url=pattern.sub(page, job.url))
    return job


def in_order(jobs: Iterable[Job]) -> list[Job]:
    """The nearest day first, jobs without a day last."""
    return sorted(jobs, key=lambda job: (job.due is None, job.due or date.max, job.title))
