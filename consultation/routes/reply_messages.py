"""The message each author gets when the municipality has answered, or has changed its answer."""

from collections.abc import Sequence

from audit.refusal import N_
from consultation.contribution import list_line
from consultation.reply import OUTCOMES
from consultation.store.council_tables import TopicRow
from consultation.store.participation_tables import ContributionRow, ReplyRow
from identity.store.message import tell
from web import Visit


def tell_authors(visit: Visit, topic: TopicRow, reply: ReplyRow, rows: Sequence[ContributionRow]) -> None:
    """One message for each author, however many contributions of theirs were answered at once."""
    by_author: dict[int, list[ContributionRow]] = {}
    for row in rows:
        if row.account_id is not None:
            by_author.setdefault(row.account_id, []).append(row)
    for account_id, own in by_author.items():
        body = [
            visit.gettext(N_("The municipality has answered what you wrote on «%(topic)s»."), topic=topic.title)
            if reply.version == 1
            else visit.gettext(N_("The municipality has changed its reply to you on «%(topic)s»."), topic=topic.title),
            "\n".join(list_line(row.title, row.text) for row in own),
            visit.gettext(N_("Outcome: %(outcome)s."), outcome=visit.gettext(OUTCOMES[reply.outcome])),
            reply.text,
            visit.gettext(N_("Signed by: %(name)s"), name=reply.signed_by),
        ]
        tell(
            visit.session,
            account_id,
            visit.now,
            subject=visit.gettext(N_("Reply of the municipality: %(topic)s"), topic=topic.title),
            body="\n\n".join(body),
            url=f"/contributions/{own[0].key}" if len(own) == 1 else "/my/contributions",
        )
