"""What can go wrong with keeping the log.

Refused
└── LogHalted        nothing can be recorded until an operator has looked (503)
LogUnfit             the log must not be signed; `code` and sentence say who knows more than we do
└── HeadMoved        somebody else wrote the head between our reading and our writing
BackupRefused        a backup cannot be made or restored; nothing was changed
"""

from audit.refusal import N_, Refused


class LogHalted(Refused):
    status = 503

    def __init__(self) -> None:
        super().__init__(
            "log.halted",
            N_("The audit log is stopped, so nothing can be recorded now."),
            N_("What was recorded before stays valid. The operator has been told; please try again later."),
        )


class LogUnfit(Exception):
    """`code` is stable: log.behind, log.fork, log.root, log.entries, log.key, log.head_missing, log.head_unreadable."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence


class HeadMoved(LogUnfit):
    def __init__(self) -> None:
        super().__init__("log.head_moved", "another writer changed the head of the log; this one stops")


class BackupRefused(Exception):
    """`code` is stable: backup.passphrase, backup.damaged, backup.exists, backup.target, backup.tool, backup.unsound,
    backup.other_key, backup.other_kind, backup.other_log.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
