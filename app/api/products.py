"""Products: strengths and dose forms of drugs, generic and of brands, and their NDCs."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import Path, Query
from sqlmodel import col

from app.api.facts import (
    LIST_ERRORS,
    RECORD_ERRORS,
    Combinations,
    DrugFilter,
    DrugId,
    FormFilter,
)
from app.api.lists import DRUG_ASKED, Listing
from app.api.read_session import ReadSession, resource
from app.documents.product_records import ProductRecord
from app.http.pages import PageParams, page_of
from app.http.parameters import Text
from app.http.problems import UnknownIdError
from app.http.sparse_fields import fields_of_record
from app.models.drug import DrugIngredient
from app.models.label import term_of
from app.models.product import Product, ProductNdc, ProductType
from app.names.product_numbers import ProductNumber, written_forms
from app.search.query import one_of

router = resource("Products")

ProductPage = page_of(ProductRecord)
RecordFields = fields_of_record(ProductRecord)
ItemFields = fields_of_record(ProductRecord, "each item's fields")

_with_ndc = sa.select(col(ProductNdc.product_id)).where(one_of(col(ProductNdc.ndc), "ndc"))

PRODUCTS = Listing(
    kind="products",
    id=col(Product.id),
    filters={
        "brand": col(Product.brand) == sa.bindparam("brand"),
        "dose_form": col(Product.dose_form) == sa.bindparam("dose_form"),
        "drug": col(Product.drug_id) == DRUG_ASKED,
        "ndc": col(Product.id).in_(_with_ndc),
        "tty": col(Product.tty) == sa.bindparam("tty"),
    },
    orders={
        "name": (col(Product.key), col(Product.id)),
        "id": (col(Product.id),),
    },
)

OF_DRUG = replace(
    PRODUCTS, filters={**PRODUCTS.filters, "form": col(Product.form_id) == sa.bindparam("form")}
)
_made_of = sa.select(col(DrugIngredient.drug_id)).where(col(DrugIngredient.drug) == DRUG_ASKED)
_of_any = col(Product.drug_id).in_(sa.union_all(_made_of, sa.select(DRUG_ASKED)))
# What is counted is asked for by a name of its own, so that no cursor leads from one to other.
OF_DRUG_AND_COMBINATIONS = replace(
    OF_DRUG, filters={**OF_DRUG.filters, "drug": _of_any, "combinations": sa.true()}
)

ProductId = Annotated[Text, Path(description="The product's RxCUI in RxNorm.", examples=["197391"])]

ProductSort = Annotated[
    Literal["name", "-name", "id", "-id"],
    Query(description="The order: by name, or by id; with `-`, backwards.", examples=["name"]),
]


@dataclass
class ProductFilters:
    """What products can be narrowed by."""

    brand: Annotated[
        Text | None,
        Query(
            description="Only products of this brand: its whole name, whatever its case.",
            examples=["Lioresal"],
        ),
    ] = None
    dose_form: Annotated[
        Text | None,
        Query(
            description="Only products in this dose form, whatever its case.",
            examples=["Oral Tablet"],
        ),
    ] = None
    tty: Annotated[
        ProductType | None,
        Query(
            description="Only products of this term type of RxNorm: `SCD`, generic; `SBD`, of a "
            "brand; `GPCK` and `BPCK`, packs of these.",
            examples=["SCD"],
        ),
    ] = None
    ndc: Annotated[
        Text | None,
        Query(
            description="Only the product with this National Drug Code on a package, in any of its "
            "layouts, with dashes or without. Ten digits without dashes can be three codes; "
            "products of each are listed.",
            examples=["0115-1010-01"],
        ),
    ] = None

    def bound(self) -> dict[str, Any]:
        """What each filter that was given is bound to."""
        return {
            "brand": self.brand and term_of(self.brand),
            "dose_form": self.dose_form and term_of(self.dose_form),
            "tty": self.tty,
            "ndc": self.ndc and written_forms(ProductNumber.NDC, self.ndc),
        }


@router.get("/products", response_model=ProductPage, responses=LIST_ERRORS)
def list_products(
    session: ReadSession,
    page: PageParams,
    filters: ProductFilters,
    drug: DrugFilter = None,
    sort: ProductSort = "name",
    fields: ItemFields = None,  # type: ignore[valid-type] # the names that its records have
) -> bytes:
    """The products that were read, each with its ingredients, strengths and NDCs."""
    asked = {**filters.bound(), "drug": drug}
    return PRODUCTS.page_of(session, page, asked, sort, fields=fields)


@router.get("/drugs/{drug_id}/products", response_model=ProductPage, responses=LIST_ERRORS)
def list_products_of_drug(
    session: ReadSession,
    drug_id: DrugId,
    page: PageParams,
    filters: ProductFilters,
    form: FormFilter = None,
    combinations: Combinations = None,
    sort: ProductSort = "name",
    fields: ItemFields = None,  # type: ignore[valid-type] # the names that its records have
) -> bytes:
    """The products of a drug, by name; those of its combinations are the combinations', and listed
    with `combinations=true`."""
    asked = {**filters.bound(), "drug": drug_id, "form": form}
    listed = OF_DRUG
    if combinations:
        listed, asked["combinations"] = OF_DRUG_AND_COMBINATIONS, "true"
    return listed.page_of(session, page, asked, sort, fields=fields)


@router.get("/products/{rxcui}", response_model=ProductRecord, responses=RECORD_ERRORS)
def get_product(
    session: ReadSession,
    rxcui: ProductId,
    fields: RecordFields = None,  # type: ignore[valid-type] # the names that its records have
) -> bytes:
    """One product, by its RxCUI: what it is made of, in which form, under which brand and NDCs."""
    found = session.document("products", rxcui)
    if found is None:
        raise UnknownIdError(f"There is no product '{rxcui}'. /v1/products lists those there are.")
    return session.record(found, fields)
