"""${message}. There is no way back down: a backup is."""

import sqlalchemy as sa
from alembic import op

from db import UtcDateTime

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
