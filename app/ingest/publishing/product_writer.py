"""The products of drugs as documents: of what their records say, with the drugs of ingredients."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

import sqlalchemy as sa
from pydantic_core import from_json

from app.documents.compression import decompress
from app.documents.product_records import product_as_served
from app.documents.records import RecordLinks
from app.documents.rendering import document_of
from app.models.base import Row, table_of
from app.models.drug import Drug
from app.models.source_record import RecordSubstance, SourceRecord, SourceSubstance

PRODUCTS = "products"

SOURCE = "rxnorm"
"""The source of products: it knows a substance by its RxCUI."""


class ProductsByNdc:
    """The products of a drug by the NDCs of their packages; read when a label asks for them."""

    def __init__(self, bodies: Iterable[bytes | None]) -> None:
        self._bodies = [body for body in bodies if body]

    @cached_property
    def found(self) -> dict[str, list[Row]]:
        """For each NDC the RxCUIs and the names of its products."""
        found: dict[str, list[Row]] = defaultdict(list)
        for body in self._bodies:
            for product in from_json(decompress(body)).get(PRODUCTS, ()):
                for ndc in product["ndcs"]:
                    found[ndc].append({"rxcui": product["rxcui"], "name": product["name"]})
        return found


class ProductDocuments:
    """Makes the documents of products."""

    def __init__(self, connection: sa.Connection, links: RecordLinks) -> None:
        self._connection = connection
        self._links = links

    def of(self, body: bytes, drug: Row | None) -> Iterator[Row]:
        """The products of a record, whose body is compressed, as rows of `document`."""
        drug_id = drug["id"] if drug else None
        for product in from_json(decompress(body)).get(PRODUCTS, ()):
            record = product_as_served(self._links, SOURCE, product, drug, self._drugs, self._forms)
            yield document_of(PRODUCTS, record["id"], drug_id, record)

    def of_no_drug(self) -> Iterator[Row]:
        """The products of records whose substance is no drug that is known."""
        for (body,) in self._connection.execute(OF_NO_DRUG).all():
            yield from self.of(body, None)

    @cached_property
    def _drugs(self) -> dict[str, Row]:
        """The drugs that the source's ingredients are, by their RxCUIs."""
        return {rxcui: {"id": id_, "name": name} for rxcui, id_, name, _ in self._ingredients}

    @cached_property
    def _forms(self) -> dict[str, tuple[str, str]]:
        """The forms that the source's ingredients are, each with its drug, by their RxCUIs."""
        return {rxcui: (form, id_) for rxcui, id_, _, form in self._ingredients if form}

    @cached_property
    def _ingredients(self) -> list[tuple[str, str, str, str | None]]:
        return [tuple(row) for row in self._connection.execute(INGREDIENTS)]


_record, _link, _substance, _drug = (
    table_of(model).c for model in (SourceRecord, RecordSubstance, SourceSubstance, Drug)
)

INGREDIENTS = (
    sa.select(_substance.key, _drug.id, _drug.name, _substance.form_id)
    .join_from(table_of(SourceSubstance), table_of(Drug), _drug.id == _substance.drug_id)
    .where(_substance.source_id == SOURCE)
)

OF_NO_DRUG = sa.select(_record.body).where(
    _record.source_id == SOURCE,
    _record.removed.is_(False),
    ~sa.exists().where(
        _link.source_id == _record.source_id,
        _link.record_id == _record.id,
        _substance.source_id == _link.source_id,
        _substance.key == _link.substance_key,
        _substance.drug_id.is_not(None),
    ),
)
