"""Who may do what at the desk of the council's half: tuples of roles for `visit.require`."""

CLERKS = ("secretariat",)
"""Write: bodies, sessions, topics, consultations, decisions, minutes, measures."""
READERS = ("secretariat", "auditor")
"""See everything that the desk shows, drafts too; an auditor changes nothing."""
REPLIERS = ("secretariat", "service")
MODERATORS = ("moderator", "secretariat")
