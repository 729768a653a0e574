"""What drugs, facts, labels, products and conditions are found by, as rows of tables: by
their documents."""

from functools import cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from app.documents.importance import rank_of
from app.documents.interaction_records import NAMES_FOUND_IN, mention_keys
from app.documents.product_records import key_of, other_keys
from app.models.base import Part, Row, table_of
from app.models.condition import ConditionCode
from app.models.drug import Drug
from app.models.fact import Detail, Fact, fact_kinds
from app.models.label import Label, LabelField, LabelTerm, term_of
from app.models.lookup import ApprovedApplication
from app.models.mention import FactMention
from app.models.product import Product, ProductName, ProductNdc
from app.names.normalization import normalized
from app.names.slugs import slug
from app.names.terminologies import code_key

TableRow = tuple[sa.Table, tuple[Any, ...]]


def rows_of(kind: str, record: Row) -> list[TableRow]:
    """The rows by which what is served is found, whatever its kind."""
    if kind in fact_kinds():
        return fact_rows(kind, record)
    if kind == "labels":
        return label_rows(record)
    if kind == "products":
        return product_rows(record)
    if kind == "conditions":
        return condition_rows(record)
    if kind == "drugs":
        row, rows = drug_rows(record)
        return [(table_of(Drug), row), *rows]
    return []


def condition_rows(record: Row) -> list[TableRow]:
    """The rows by which a condition is found: one for each of its codes, of its names, and of the
    terms that are related to it."""
    keys: dict[str, str | None] = {record["id"]: None}
    for code in record["codes"]:
        keys[code_key(f"{code['system']}:{code['code']}")] = None
    for term in record["related_terms"]:
        keys[code_key(f"{term['system']}:{term['code']}")] = (term["name"] or "").casefold() or None
    keys |= {slug(name): name.casefold() for name in record["names"]}
    return [(_CODE, (record["id"], key, name)) for key, name in keys.items()]


def fact_rows(kind: str, record: Row) -> list[TableRow]:
    """The rows by which a fact is found, a table's before those that refer to it."""
    table, values_of, parts = _detail(kind)
    id_, substance = record["id"], record["substance"]
    form = substance["form"] if substance else None
    rows: list[TableRow] = [
        (_FACT, (id_, kind, record["drug"]["id"], rank_of(kind, record), form)),
        (table, (id_, *(value_of(record) for value_of in values_of))),
    ]
    for name, part in parts:
        for position, item in enumerate(record[name]):
            value = item["id"] if isinstance(item, dict) else item
            rows.append((part, (id_, position, value)))
    if kind in NAMES_FOUND_IN:
        rows += [(_MENTION, (id_, named)) for named in mention_keys(record)]
    return rows


def drug_rows(record: Row) -> tuple[tuple[Any, ...], list[TableRow]]:
    """The row of a drug, and the rows of its parts."""
    id_ = record["id"]
    rows = [
        (table, (id_, position, *values_of(item)))
        for name, (table, values_of) in _drug_parts().items()
        for position, item in enumerate(record[name])
    ]
    numbers = [approval["application_number"] for approval in record["approvals"]]
    rows += [(_APPLICATION, (id_, number)) for number in dict.fromkeys(numbers) if number]
    return (id_, record["name"], normalized(record["name"])), rows


def label_rows(record: Row) -> list[TableRow]:
    """The rows by which a label is found: its own, and one for each thing that narrows lists."""
    id_, drug = record["id"], record["drug"]
    terms = {
        (field.value, term_of(value)): None
        for field, values in values_of_terms(record).items()
        for value in values
    }
    return [
        (table_of(Label), (id_, drug and drug["id"], record["effective_date"])),
        *((table_of(LabelTerm), (id_, *term)) for term in terms),
    ]


def product_rows(record: Row) -> list[TableRow]:
    """The rows by which a product is found: its own, and one for each other name and each NDC."""
    id_, name, drug = record["id"], record["name"], record["drug"]
    form, brand = record["dose_form"], record["brand"]
    brand_name = term_of(brand["name"]) if brand else None
    of_product = (id_, drug and drug["id"], name, key_of(name), record["tty"])
    return [
        (_PRODUCT, (*of_product, form and term_of(form), brand_name, record["form"])),
        *((_PRODUCT_NAME, (id_, key)) for key in other_keys(record)),
        *((_NDC, (id_, ndc)) for ndc in record["ndcs"]),
    ]


def values_of_terms(record: Row) -> dict[LabelField, list[str]]:
    """What a label is found by in each field. Of which of its products the NDCs are that are of its
    drug, only a label that lists its products says."""
    ndcs = [*record["product_ndcs"], *record["package_ndcs"]]
    of_drug: set[str | None] = set(ndcs)
    if record["products"]:
        of_drug = set().union(*map(_ndcs_of_drug, record["products"]))
    return {
        LabelField.APPLICATION_NUMBER: record["application_numbers"],
        LabelField.MANUFACTURER: record["manufacturers"],
        LabelField.NDC: [ndc for ndc in ndcs if ndc in of_drug],
        LabelField.OTHER_NDC: [ndc for ndc in ndcs if ndc not in of_drug],
        LabelField.PRODUCT_TYPE: record["product_types"],
        LabelField.ROUTE: record["routes"],
    }


def _ndcs_of_drug(product: Row) -> set[str | None]:
    """The NDCs of a product and its packages, if it is of the label's drug, and of such parts."""
    found: set[str | None] = set()
    if product["is_of_drug"]:
        found = {product["ndc"]}
        packages = list(product["packages"])
        for package in packages:
            packages += package["packages"]
            found.add(package["ndc"])
    return found.union(*map(_ndcs_of_drug, product["parts"]))


_FACT, _CODE = table_of(Fact), table_of(ConditionCode)
_APPLICATION = table_of(ApprovedApplication)
_MENTION = table_of(FactMention)
_PRODUCT, _PRODUCT_NAME, _NDC = map(table_of, (Product, ProductName, ProductNdc))


@cache
def _detail(kind: str) -> tuple[sa.Table, list[Any], list[tuple[str, sa.Table]]]:
    table: type[Detail] = fact_kinds()[kind]
    columns = [column.name for column in table_of(table).columns if column.name != "id"]
    parts = [(name, table_of(part)) for name, part in table.found_by_parts.items()]
    return table_of(table), [_value_of(name) for name in columns], parts


def _value_of(column: str) -> Any:
    """What gives a fact's column from its record."""
    if column == "subject_id":
        return _subject_of
    if column.endswith("_id"):
        served = column.removesuffix("_id")
        return lambda record: record[served]["id"] if record[served] else None
    return itemgetter(column)


def _subject_of(record: Row) -> str | None:
    """The fact that a discrepancy is about; null where it is about the drug's own record."""
    subject = record["subject"]
    return subject["fact"] if subject["type"] == "fact" else None


@cache
def _drug_parts() -> dict[str, tuple[sa.Table, Any]]:
    parts: dict[str, Any] = Drug.found_by_parts
    return {name: (table_of(part), itemgetter(*_own(part))) for name, part in parts.items()}


def _own(part: type[Part]) -> list[str]:
    names = [column.name for column in table_of(part).columns]
    return [name for name in names if name not in (*part.owner, "position")]
