"""Labels that several sources have: one label, once.

Of the records of one set id that with the newest version, by its number, is the label: what it says
of itself, its texts, its precedence. Of equal versions it is that of the first of `OF_LABELS`. The
names, identifiers, classes and approvals of the others stay.
"""

from collections import defaultdict
from collections.abc import Iterable

import sqlalchemy as sa

from app.ingest.bulk_insert import among, select_in
from app.ingest.sources import OF_LABELS
from app.ingest.staging.upserting import Changes
from app.models.base import table_of
from app.models.label import number_and_day
from app.models.source_record import RecordSubstance, SourceRecord, SourceSubstance

RecordKey = tuple[str, str]
"""A source's id, and a record's in it."""

_record, _link, _substance = (
    table_of(model).c for model in (SourceRecord, RecordSubstance, SourceSubstance)
)

VERSIONS = sa.select(_record.source_id, _record.id, _record.version).where(
    _record.source_id.in_(OF_LABELS), _record.removed.is_(False), among(_record.id)
)

DRUGS = (
    sa.select(_substance.drug_id)
    .join_from(
        RecordSubstance,
        SourceSubstance,
        sa.and_(_substance.source_id == _link.source_id, _substance.key == _link.substance_key),
    )
    .where(_link.source_id.in_(OF_LABELS), among(_link.record_id), _substance.drug_id.is_not(None))
)


def other_copies(connection: sa.Connection, ids: Iterable[str]) -> set[RecordKey]:
    """Of the records of labels with these ids those that are but copies of another's."""
    records: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for source, id_, version in select_in(connection, VERSIONS, ids):
        number, _ = number_and_day(version)
        records[id_].append((-number, OF_LABELS.index(source), source))
    return {(source, id_) for id_, of in records.items() for *_, source in sorted(of)[1:]}


def drugs_of_copies(connection: sa.Connection, changes: Changes) -> set[str]:
    """The drugs of the labels that an import changed, by whichever source names them."""
    of = DRUGS.where(_link.source_id != changes.source_id)
    return {drug_id for (drug_id,) in select_in(connection, of, sorted(changes.labels))}
