"""Refused                     audit.refusal
├── NotFound                 no such object, or not one that this visitor may know of (AC-06)
├── Incomplete               a form lacks something or holds what cannot be; `fields["field"]` names the field
├── WrongState               this step does not belong to the state the object is in
├── EditConflict             somebody else changed it since the form was opened; nothing was overwritten
├── NotYours                 the object belongs to somebody else, or the same person may not decide both
├── BadFile                  an uploaded file is not of an accepted kind or size
└── TooMany                  a person's pace; wait (429)
"""

from audit.refusal import N_, Refused


class NotFound(Refused):
    status = 404


class Incomplete(Refused):
    """`field` is the name of the form field the sentence is about."""

    status = 422

    def __init__(self, code: str, sentence: str, advice: str = "", *, field: str = "", **fields: str | int) -> None:
        super().__init__(code, sentence, advice, **fields)
        self.field = field


class WrongState(Refused):
    pass


class EditConflict(Refused):
    def __init__(self) -> None:
        super().__init__(
            "edit.conflict",
            N_("Somebody else changed this while you were writing. Nothing was overwritten."),
            N_("Below is what is stored now beside what you wrote. Bring the two together and save again."),
        )


class NotYours(Refused):
    status = 403


class BadFile(Refused):
    status = 422


class TooMany(Refused):
    status = 429
