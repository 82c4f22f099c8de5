"""The council's words: kinds of body and session, states, marks and roles, each with the label people read."""

from collections.abc import Mapping
from types import MappingProxyType

from audit.refusal import N_

BODY_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "council": N_("Municipal council"),
        "committee": N_("Municipal committee"),
        "community": N_("Municipal community"),
        "consultation_committee": N_("Municipal consultation committee"),
        "integration_council": N_("Migrant and refugee integration council"),
    }
)
SESSION_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "regular": N_("Regular session"),
        "urgent": N_("Urgent session"),
        "by_rotation": N_("Session by rotation"),
        "accountability": N_("Special accountability session"),
    }
)
SESSION_STATES: Mapping[str, str] = MappingProxyType(
    {
        "draft": N_("draft agenda"),
        "published": N_("published agenda"),
        "held": N_("session held"),
        "cancelled": N_("cancelled session"),
    }
)
MARKS: Mapping[str, str] = MappingProxyType(
    {
        "regular": N_("On the agenda"),
        "before_agenda": N_("Before the agenda"),
        "out_of_agenda": N_("Outside the agenda"),
    }
)
TOPIC_STATES: Mapping[str, str] = MappingProxyType({"listed": N_("On the agenda"), "withdrawn": N_("Topic withdrawn")})
MEMBER_ROLES: Mapping[str, str] = MappingProxyType(
    {
        "chair": N_("chair"),
        "vice_chair": N_("vice-chair"),
        "clerk": N_("clerk of the council"),
        "mayor": N_("mayor"),
        "deputy_mayor": N_("deputy mayor"),
        "member": N_("member"),
    }
)
FILE_PURPOSES: Mapping[str, str] = MappingProxyType(
    {
        "motion": N_("Motion"),
        "attachment": N_("Attachment"),
        "summons": N_("Summons"),
        "decision": N_("Decision"),
        "minutes": N_("Minutes"),
        "councillor_file": N_("Councillors' file"),
    }
)
NOTICE_DAYS = 3
"""Full days between the day of publication and the day of the session (profile gr-4555-2018, art. 67 of 3852/2010)."""
