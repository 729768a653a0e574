"""Which drugs an identifier leads to: it is a drug's own, or a number of its products or labels."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from app.api.read_session import with_release
from app.models.drug import Drug, DrugIdentifier, IdentifierSystem
from app.models.label import Label, LabelField, LabelTerm
from app.models.lookup import ApprovedApplication, IdentifierAlias, NameIdentifier
from app.models.product import Product, ProductNdc
from app.names.product_numbers import ProductNumber, written_forms
from app.search.query import one_of

SYSTEMS = dict.fromkeys([*IdentifierSystem, *ProductNumber])

IDENTIFIER = f"^({'|'.join([*SYSTEMS, *map(str.upper, SYSTEMS)])}):[^\\x00-\\x1f\\x7f-\\x9f]+$"

OF_PRODUCTS = (
    "The numbers of products and labels lead to their drugs as well: `ndc`, in any of its layouts, "
    "with dashes or without; `spl_set_id`; and `application_number`, with or without its type. A "
    "monograph's number is one, too. So does the `rxcui` of a product, a pack, a brand or a "
    "combination."
)
"""What identifiers there are beside drugs' own, for the documentation."""

NAME, ALIAS = range(2)
"""What a row is: a drug's own name or identifier, or one that leads to it."""

NULL: Any = sa.cast(sa.null(), sa.String())


def asked_of(*identifiers: str) -> dict[str, list[str]]:
    """What the selects here are asked for. What they find may be of one's system and another's
    value: `keys_of` tells."""
    asked = [key.split(":", 1) for identifier in identifiers for key in keys_of(identifier)]
    return {
        "systems": sorted({system for system, _ in asked}),
        "values": sorted({value for _, value in asked}),
    }


def keys_of(identifier: str) -> list[str]:
    """An identifier as it may be stored: its system, a colon, and the value."""
    system, _, value = identifier.partition(":")
    system = system.lower()
    return [f"{system}:{form}" for form in written_forms(system, value)]


def _leading_to(
    drug_id: Any,
    system: Any,
    value: Any,
    what: int = ALIAS,
    substance: Any = NULL,
    name: Any = NULL,
    product: Any = NULL,
    label: Any = NULL,
) -> Any:
    """The identifiers in a table that are asked for, each with the drug that it leads to; with the
    name that it is of, if any, and the product, or the label that lists it."""
    system = sa.type_coerce(system, sa.String())
    return sa.select(
        sa.literal_column(str(what)).label("what"),
        system.concat(sa.literal_column("':'")).concat(col(value)).label("key"),
        drug_id.label("drug_id"),
        substance.label("substance"),
        name.label("name"),
        product.label("product"),
        label.label("label"),
    ).where(one_of(system, "systems"), one_of(col(value), "values"))


_own = _leading_to(DrugIdentifier.drug_id, DrugIdentifier.system, DrugIdentifier.value, NAME)
_aliases = _leading_to(
    IdentifierAlias.drug_id,
    IdentifierAlias.system,
    IdentifierAlias.value,
    substance=col(IdentifierAlias.substance),
)
_RXCUI: Any = sa.literal_column(f"'{IdentifierSystem.RXCUI}'")
_of_names = _leading_to(
    NameIdentifier.drug_id,
    NameIdentifier.system,
    NameIdentifier.value,
    name=col(NameIdentifier.name),
)
_PRODUCT: Any = {"name": col(Product.name), "product": col(Product.id)}
_of_products = [
    _leading_to(Product.drug_id, _RXCUI, Product.id, **_PRODUCT),
    _leading_to(
        Product.drug_id,
        sa.literal_column(f"'{ProductNumber.NDC}'"),
        ProductNdc.ndc,
        **_PRODUCT,
    ).join_from(ProductNdc, Product, col(Product.id) == col(ProductNdc.product_id)),
    _leading_to(
        ApprovedApplication.drug_id,
        sa.literal_column(f"'{ProductNumber.APPLICATION_NUMBER}'"),
        ApprovedApplication.number,
    ),
    _leading_to(Label.drug_id, sa.literal_column(f"'{ProductNumber.SPL_SET_ID}'"), Label.id),
    _leading_to(
        Label.drug_id,
        LabelTerm.field,
        LabelTerm.value,
        label=sa.case((col(LabelTerm.field) == LabelField.NDC, col(Label.id))),
    ).join_from(LabelTerm, Label, col(Label.id) == col(LabelTerm.label_id)),
]
_of_other_products = _leading_to(
    NULL,
    sa.literal_column(f"'{ProductNumber.NDC}'"),
    LabelTerm.value,
    label=col(LabelTerm.label_id),
).where(col(LabelTerm.field) == LabelField.OTHER_NDC)
"""What labels list that is not of their drug: the product can be said, and no drug."""
_system = sa.type_coerce(col(IdentifierAlias.system), sa.String())
_numbers: list[Any] = [sa.literal_column(f"'{system}'") for system in ProductNumber]

_with_it = [_own, _aliases.where(_system.in_(_numbers)), _of_names, *_of_products]
HAS_IDENTIFIER = col(Drug.id).in_(
    sa.union_all(*(each.with_only_columns(each.selected_columns.drug_id) for each in _with_it))
)
"""That a drug has an identifier, or a product or a label with it."""

_leading = sa.union_all(_own, _aliases, _of_names, *_of_products, _of_other_products).subquery(
    "leading"
)
_found: Any = (
    sa.select(
        _leading.c.what,
        _leading.c.key,
        _leading.c.drug_id,
        col(Drug.name).label("generic"),
        _leading.c.substance,
        _leading.c.name,
        _leading.c.product,
        _leading.c.label,
    )
    .join_from(_leading, Drug, col(Drug.id) == _leading.c.drug_id, isouter=True)
    .where(
        sa.or_(
            col(Drug.id).is_not(None),
            _leading.c.product.is_not(None),
            _leading.c.label.is_not(None),
        )
    )
    .distinct()
    .subquery("found")
)
LED_TO = with_release(
    _found,
    *_found.c,
    order=(_found.c.drug_id, _found.c.what),  # its own come first
)
"""The drugs that identifiers lead to: what, key, id, name, substance, and the name, the product and
the label that an identifier is of. Of a product whose drug is not known, id and name are null."""
