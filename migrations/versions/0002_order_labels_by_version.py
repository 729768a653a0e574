"""Order versions of labels by their number, and date those that no file dated by their own day."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

record = sa.table("source_record", *map(sa.column, ("source_id", "version", "released")))
version = record.c.version
is_label = sa.and_(record.c.source_id == "openfda-label", version != "")


def upgrade() -> None:
    """`20210301.000005` becomes `000005.20210301`."""
    own_day = (
        sa.func.substr(version, 1, 4)
        + ("-" + sa.func.substr(version, 5, 2))
        + ("-" + sa.func.substr(version, 7, 2))
    )
    op.execute(record.update().where(is_label, record.c.released == "").values(released=own_day))
    by_number = sa.func.substr(version, 10) + ("." + sa.func.substr(version, 1, 8))
    op.execute(record.update().where(is_label).values(version=by_number))


def downgrade() -> None:
    """The other way round; days stay."""
    by_day = sa.func.substr(version, 8) + ("." + sa.func.substr(version, 1, 6))
    op.execute(record.update().where(is_label).values(version=by_day))
