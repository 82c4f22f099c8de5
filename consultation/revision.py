"""Two people edit the same thing: the second one is told what is stored now, and nothing is overwritten."""

from collections.abc import Mapping
from dataclasses import dataclass

from consultation.errors import EditConflict


@dataclass(frozen=True, slots=True)
class Difference:
    """A field whose stored value is not what the person typed. `label` is a finished word."""

    field: str
    label: str
    stored: str


def check_revision(row_revision: int, sent: int | None) -> None:
    """`sent` is the hidden field `revision` of the form. Raises EditConflict."""
    if sent != row_revision:
        raise EditConflict


def differences(stored: Mapping[str, str], typed: Mapping[str, str], labels: Mapping[str, str]) -> list[Difference]:
    """The fields named in `labels` that differ, in that order; both sides as the form spells them."""
    return [
        Difference(field, label, stored.get(field, ""))
        for field, label in labels.items()
        if _plain(stored.get(field, "")) != _plain(typed.get(field, ""))
    ]


def _plain(text: str) -> str:
    """Browsers send line ends as CR LF."""
    return text.replace("\r\n", "\n").strip()
