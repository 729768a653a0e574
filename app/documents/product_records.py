"""Products as they are served."""

from collections.abc import Mapping

from pydantic import Field, create_model

from app.documents.records import CITATIONS, CitationRecord, Link, Passage, RecordLinks, fields_of
from app.models.base import Row, Shape
from app.models.product import LONGEST_NAME_KEY, ProductFields, ProductIngredient
from app.names.normalization import normalized


class IngredientOfProduct(ProductIngredient):
    """An ingredient of a product, with the drug that it is."""

    drug: Link | None = Field(
        description="The drug that it is; null where that is not known.",
        examples=[{"id": "baclofen", "name": "baclofen"}],
    )


class ProductLinks(Shape):
    """Where the product's record and its drug's are."""

    self: str = Field(description="The record's path.", examples=["/v1/products/197391"])
    drug: str | None = Field(
        description="The path of its drug; null where that is not known.",
        examples=["/v1/drugs/baclofen"],
    )


ProductRecord = create_model(
    "Product",
    __base__=Shape,
    __doc__="A product: a drug in a strength and a dose form, with its brand and its NDCs.",
    id=(str, Field(description="The product's id: its RxCUI.", examples=["197391"])),
    drug=(
        Link | None,
        Field(
            description="The drug it is of: of several ingredients the combination of exactly "
            "these. Null where that is not known.",
            examples=[{"id": "baclofen", "name": "baclofen"}],
        ),
    ),
    form=(
        str | None,
        Field(
            description="The id of the form of the drug that it is of, for `form=`: a salt, an "
            "ester, a hydrate; null where it is of none, or of several.",
            examples=[None],
        ),
    ),
    **fields_of(ProductFields)
    | {
        "ingredients": (
            list[IngredientOfProduct],
            ProductFields.model_fields["ingredients"],
        )
    },
    links=(
        ProductLinks,
        Field(
            description="Where the record and its drug's are.",
            examples=[{"self": "/v1/products/197391", "drug": "/v1/drugs/baclofen"}],
        ),
    ),
    citations=(list[CitationRecord], CITATIONS),
)


def product_as_served(
    links: RecordLinks,
    source_id: str,
    product: Row,
    drug: Row | None,
    drugs: Mapping[str, Row],
    forms: Mapping[str, tuple[str, str]],
) -> Row:
    """A product, from what its record says, with the drug it is of; `drugs` are those of its
    ingredients, by their RxCUIs, and `forms` which form of which drug some are. The one ingredient
    of a product without a number is its drug."""
    rxcui = product["rxcui"]
    precise = [each["precise"] or each for each in product["ingredients"]]
    of_forms = {forms.get(each["rxcui"]) for each in precise}
    form_id, form_of = (of_forms.pop() if len(of_forms) == 1 else None) or (None, None)
    is_of_one = len(product["ingredients"]) == 1
    return {
        "id": rxcui,
        "drug": drug,
        "form": form_id if drug and form_of == drug["id"] else None,
        **product,
        "synonyms": product.get("synonyms", []),  # of records that were read before there were any
        "ingredients": [
            {**ingredient, "drug": drugs.get(ingredient["rxcui"], drug if is_of_one else None)}
            for ingredient in product["ingredients"]
        ],
        "links": {
            "self": f"/v1/products/{rxcui}",
            "drug": drug and f"/v1/drugs/{drug['id']}",
        },
        "citations": links.citations([Passage(source_id, f"RXCUI {rxcui}")]),
    }


def other_keys(record: Row) -> list[str]:
    """What a product is found by beside its name: its synonyms, and its brand in the place of its
    ingredients (`Lioresal 10 MG Oral Tablet`), as others write a branded one."""
    names = list(record["synonyms"])
    name, brand = record["name"], record["brand"]
    if brand and name.endswith(f" [{brand['name']}]") and not record["contents"]:
        name = name.removesuffix(f" [{brand['name']}]")
        for ingredient in record["ingredients"]:
            called = ingredient["precise"] or ingredient
            name = name.replace(f"{called['name']} ", "", 1)
        quantity = record["quantity"]
        rest = name.removeprefix(f"{quantity} ") if quantity else name
        names.append(f"{brand['name']} {rest}")
    return sorted({key_of(each) for each in names} - {key_of(record["name"])})


def key_of(name: str) -> str:
    """A product's name as it is ordered and found, whatever its case."""
    return normalized(name)[:LONGEST_NAME_KEY]
