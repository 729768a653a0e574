"""Order versions of labels by their number, and have each record say as of which day it says so."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

record = sa.table("source_record", *map(sa.column, ("source_id", "version", "released", "as_of")))
version = record.c.version
is_label = sa.and_(record.c.source_id == "openfda-label", version != "")
is_study = record.c.source_id == "clinicaltrials"


def upgrade() -> None:
    """A label's `20210301.000005` becomes `000005.20210301`.

    What day a study's data are of was that of another, but it is not before its last update.
    """
    op.add_column(
        "source_record", sa.Column("as_of", sa.String(), server_default="", nullable=False)
    )
    op.execute(record.update().values(as_of=record.c.released))
    own_day = (
        sa.func.substr(version, 1, 4)
        + ("-" + sa.func.substr(version, 5, 2))
        + ("-" + sa.func.substr(version, 7, 2))
    )
    op.execute(record.update().where(is_label, record.c.released == "").values(as_of=own_day))
    by_number = sa.func.substr(version, 10) + ("." + sa.func.substr(version, 1, 8))
    op.execute(record.update().where(is_label).values(version=by_number))
    op.execute(record.update().where(is_study).values(released=version, as_of=version))


def downgrade() -> None:
    """Versions of labels are ordered by their day again.

    The days of studies that `upgrade` overwrote are not restored, and it overwrites them again:
    they are of their last update then, until their files are imported `--again`.
    """
    by_day = sa.func.substr(version, 8) + ("." + sa.func.substr(version, 1, 6))
    op.execute(record.update().where(is_label).values(version=by_day))
    op.drop_column("source_record", "as_of")
