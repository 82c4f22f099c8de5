"""Refused                     audit.refusal
├── WrongPhase               this step does not belong to the phase the referendum is in
├── NotFound                 no such referendum, ceremony or seat for this person
├── BrokenProfile            the draft breaks its rule profile; names the article
├── BadDraft                 the draft is incomplete or not fit to be shown
├── BadRoll                  the roll cannot be frozen as it stands
├── BadCredentials           the list of public credentials is not the one for this roll
├── BadCeremony              a ceremony message does not fit its step, sender or commitment
├── BadRehearsal             the rehearsal is not finished or gave another result than was cast
├── BadApproval              the second person is the first one, or approves something else
├── NotReady                 the opening checklist has red items
└── BadAuthorityFile         the credential authority's file or request cannot be used
"""

from audit.refusal import Refused


class WrongPhase(Refused):
    pass


class NotFound(Refused):
    status = 404


class BrokenProfile(Refused):
    pass


class BadDraft(Refused):
    status = 422


class BadRoll(Refused):
    pass


class BadCredentials(Refused):
    status = 422


class BadCeremony(Refused):
    pass


class BadRehearsal(Refused):
    pass


class BadApproval(Refused):
    pass


class NotReady(Refused):
    pass


class BadAuthorityFile(Refused):
    status = 422
