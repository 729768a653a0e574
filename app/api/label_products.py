"""Products by their NDCs as labels list them, for those that RxNorm has none of."""

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import Field
from pydantic_core import from_json

from app.api.read_session import ReadSession
from app.models.base import Shape
from app.models.label_product import ActiveIngredient

Product = dict[str, Any]


class ProductOnLabel(Shape):
    """A product as a label lists it."""

    label: str = Field(
        description="The label's SPL set id, by which /v1/labels has it.",
        examples=["f133fe04-1550-4fa4-9dc4-652c27936bf2"],
    )
    ndc: str | None = Field(description="The product's NDC, as published.", examples=["0091-3351"])
    name: str | None = Field(description="Its name, as published.", examples=["KEMSTRO"])
    suffix: str | None = Field(
        description="What stands behind the name; null where nothing does.", examples=[None]
    )
    form: str | None = Field(
        description="Its dose form, as published.", examples=["TABLET, ORALLY DISINTEGRATING"]
    )
    active_ingredients: list[ActiveIngredient] = Field(
        description="Its active ingredients with their strengths; of a kit those of all its parts.",
        examples=[[]],
    )


def product_on_label(
    session: ReadSession, set_id: str, ndcs: Iterable[str]
) -> ProductOnLabel | None:
    """The product of a label that has one of these NDCs, or whose package has; None where the
    label's source lists no products."""
    wanted = set(ndcs)
    body = session.document("labels", set_id)
    for product in (from_json(body)["products"] if body else None) or ():
        for each in _with(product, "parts"):
            packages = (p for outer in each["packages"] for p in _with(outer, "packages"))
            if not wanted.isdisjoint([each["ndc"], *(package["ndc"] for package in packages)]):
                held = [held["active_ingredients"] for held in _with(each, "parts")]
                fields = {name: each[name] for name in ("ndc", "name", "suffix", "form")}
                return ProductOnLabel(
                    label=set_id,
                    active_ingredients=[ingredient for some in held for ingredient in some],
                    **fields,
                )
    return None


def _with(of: Product, within: str) -> Iterator[Product]:
    """Something, and what is in it, and in that."""
    yield of
    for each in of[within]:
        yield from _with(each, within)
