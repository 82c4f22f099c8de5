"""What the log has said so far of the council's business: values that `audit.council_log` fills. No rules of order."""

from dataclasses import dataclass, field

from audit.entry import Entry

DUE_KINDS = ("proposal", "objection")
"""Kinds of contribution that must be answered before a consultation finishes."""
SHOWN, HIDDEN, WITHDRAWN, ERASED = "shown", "hidden", "withdrawn", "erased"


@dataclass
class Removal:
    """One hiding. `ended`: restored, upheld, reversed, or empty; places are indices of entries."""

    topic: str
    contribution: str
    reason: str
    stage: str
    index: int
    appealed: bool = False
    ended: str = ""
    ended_at: int = 0
    timing: str = ""

    @property
    def state(self) -> str:
        return self.ended or ("appealed" if self.appealed else "standing")

    def in_force(self, index: int) -> bool:
        lifted = self.ended in {"restored", "reversed"} and self.ended_at < index
        return self.index < index and not lifted


@dataclass
class Contribution:
    topic: str
    kind: str
    commitment: str
    index: int
    removals: list[Removal] = field(default_factory=list)
    withdrawn: int | None = None
    erased: int | None = None

    def state(self, index: int) -> str:
        """What the log said of it before the entry at `index`."""
        if self.erased is not None and self.erased < index:
            return ERASED
        if self.withdrawn is not None and self.withdrawn < index:
            return WITHDRAWN
        return HIDDEN if any(removal.in_force(index) for removal in self.removals) else SHOWN


@dataclass
class Consultation:
    topic: str
    index: int
    terms: str
    text: str
    closes: str
    corrections: dict[int, str] = field(default_factory=dict)
    closed: int | None = None
    finished: int | None = None
    due: int = 0
    answered: int = 0

    @property
    def state(self) -> str:
        if self.finished is not None:
            return "finished"
        return "in_review" if self.closed is not None else "open"


@dataclass
class CouncilLog:
    """Everything by public key; versions as lists, the first at place 0, each the entry it has."""

    size: int = 0
    agendas: dict[str, list[Entry]] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    minutes: dict[str, list[Entry]] = field(default_factory=dict)
    decisions: dict[str, list[Entry]] = field(default_factory=dict)
    measures: dict[str, list[Entry]] = field(default_factory=dict)
    replies: dict[str, list[Entry]] = field(default_factory=dict)
    consultations: dict[str, Consultation] = field(default_factory=dict)
    contributions: dict[str, Contribution] = field(default_factory=dict)
    removals: dict[str, Removal] = field(default_factory=dict)
    councillor_files: list[tuple[int, Entry]] = field(default_factory=list)
    answered_at: dict[str, int] = field(default_factory=dict)
    on_paper: set[str] = field(default_factory=set)
    late: list[tuple[int, str]] = field(default_factory=list)
    topics: dict[str, int] = field(default_factory=dict)
    """Where each topic is named first."""
    speakers: set[tuple[str, str]] = field(default_factory=set)

    by_topic: dict[str, Consultation] = field(default_factory=dict)

    def shown_on(self, topic: str, index: int) -> list[Contribution]:
        """Contributions on a topic that were shown, or waited, before the entry at `index`."""
        before = (found for found in self.contributions.values() if found.topic == topic and found.index < index)
        return [found for found in before if found.state(index) == SHOWN]

    def is_stale(self, topic: str, index: int) -> bool:
        """Whether something shown then is not shown now: a file made then may no longer be given away."""
        return any(found.state(self.size) != SHOWN for found in self.shown_on(topic, index))
