"""RxNorm's products: what each is made of, in which form, under which brand, and so of which drug.

A clinical drug (SCD) consists of components (SCDC), each a strength of an ingredient (IN) or of one
of its forms (PIN); a branded one (SBD) is the trade name of a clinical drug; packs (GPCK, BPCK)
contain both. Their names are put together by rule, `[quantity] component / component … dose form
[brand]`, and a component's is its ingredient's with the strength.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

PACKS = ("GPCK", "BPCK")
PRODUCTS = ("SCD", "SBD", *PACKS)
"""The term types of products, each after those that it may be made of."""

INERT = "748794"
"""The RxCUI of the inert ingredients of a pack's tablets: no drug."""


@dataclass(slots=True)
class DrugOfProducts:
    """What is known of a drug by its ingredients: products, and the RxCUIs of brands and of
    combinations."""

    products: list[dict[str, Any]] = field(default_factory=list)
    brands: set[str] = field(default_factory=set)
    combinations: list[str] = field(default_factory=list)


class RxNormGraph:
    """The concepts by their RxCUIs, and how they are related: `related[name][of]` are the `to`."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self.of_type: dict[str, set[str]] = defaultdict(set)
        self.ingredients_by_name: dict[str, str] = {}
        self.brands_by_name: dict[str, str] = {}
        self.substances: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.related: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self.incomplete: set[str] = set()
        """Concepts that are related to others which are not here, so that they say less."""
        self.ndcs: dict[str, list[str]] = defaultdict(list)
        self.synonyms: dict[str, list[str]] = defaultdict(list)

    def add(self, rxcui: str, type_: str, name: str) -> None:
        """Note a concept; a second name of one is left."""
        if rxcui in self.names:
            return
        self.names[rxcui] = name
        self.types[rxcui] = type_
        self.of_type[type_].add(rxcui)
        if type_ in ("IN", "PIN"):
            self.ingredients_by_name[name] = rxcui
        elif type_ == "BN":
            self.brands_by_name[name] = rxcui

    def to(self, name: str, rxcui: str, *types: str) -> list[str]:
        """The concepts of these types to which one is so related, each once."""
        related = self.related[name].get(rxcui)
        if not related:
            return []
        found = [to for to in related if self.types[to] in types]
        return list(dict.fromkeys(found)) if len(found) > 1 else found

    def ingredient_of(self, rxcui: str) -> str:
        """The ingredient of which this is a form; else itself."""
        of = self.to("form_of", rxcui, "IN") if self.types[rxcui] == "PIN" else []
        return of[0] if len(of) == 1 else rxcui


def drug_of_combination(graph: RxNormGraph, rxcui: str) -> frozenset[str]:
    """The ingredients of a combination (MIN), or nothing where they are not known."""
    parts: Iterable[str | None] = graph.to("has_part", rxcui, "IN", "PIN")
    if not parts:
        names = graph.names[rxcui].split(" / ")
        parts = [graph.ingredients_by_name.get(name) for name in names]
    known = [part for part in parts if part is not None]
    return frozenset(map(graph.ingredient_of, known)) if known == list(parts) else frozenset()


def drugs_of_products(
    graph: RxNormGraph,
) -> tuple[dict[frozenset[str], DrugOfProducts], list[tuple[str, str]]]:
    """The products by their drugs' ingredients, and those of which not all ingredients are known,
    with the reason."""
    made: dict[str, dict[str, Any]] = {}
    drugs: dict[frozenset[str], DrugOfProducts] = {}
    incomplete: list[tuple[str, str]] = []
    for type_ in PRODUCTS:
        for rxcui in sorted(graph.of_type[type_], key=int):
            product = _product(graph, rxcui, type_, made)
            if isinstance(product, str):
                incomplete.append((rxcui, product))
                continue
            made[rxcui] = product
            parts = product["ingredients"]
            drug = drugs.setdefault(
                frozenset(p["rxcui"] or p["name"] for p in parts), DrugOfProducts()
            )
            drug.products.append(product)
            if product["brand"]:
                drug.brands.add(product["brand"]["rxcui"])
    return drugs, incomplete


def _product(
    graph: RxNormGraph, rxcui: str, type_: str, made: dict[str, dict[str, Any]]
) -> dict[str, Any] | str:
    """A product, or why not all of its ingredients are known. Those that it is made of are `made`
    before it."""
    name = graph.names[rxcui]
    generic = next(
        (made[of] for of in graph.to("tradename_of", rxcui, *PRODUCTS) if of in made), None
    )
    brand = _brand(graph, rxcui, name) if type_ in ("SBD", "BPCK") else None
    quantity = form = None
    contents: list[dict[str, Any]] = []
    if type_ in PACKS:
        held = graph.to("contains", rxcui, *PRODUCTS)
        if not held and generic:
            held = [content["rxcui"] for content in generic["contents"]]
        if rxcui in graph.incomplete or not held or any(product not in made for product in held):
            return "not all that it contains is known."
        contents = [_content(name, made[product]) for product in held]
        ingredients = _of_contents([made[product] for product in held])
    else:
        components = graph.to("consists_of", rxcui, "SCDC")
        if not components and generic:
            components = graph.to("consists_of", generic["rxcui"], "SCDC")
        components.sort(key=lambda component: name.find(graph.names[component]))
        found = [_ingredient(graph, component) for component in components]
        ingredients = [ingredient for ingredient in found if ingredient]
        if len(ingredients) < max(len(found), name.count(" / ") + 1):
            return "not all of its ingredients are known."
        suffix = f" [{brand['name']}]" if brand else ""
        said = " / ".join(graph.names[component] for component in components)
        before, is_there, after = name.removesuffix(suffix).partition(said)
        if is_there:
            form = after.strip() or None
            begins = _QUANTITY.match(before)
            quantity = begins[1] if begins else None
    forms = graph.to("has_dose_form", rxcui, "DF")
    if len(forms) == 1:
        form = graph.names[forms[0]]
    return {
        "rxcui": rxcui,
        "name": name,
        "synonyms": sorted(set(graph.synonyms.get(rxcui, ())) - {name}),
        "tty": type_,
        "ingredients": ingredients,
        "quantity": quantity,
        "dose_form": form or (generic["dose_form"] if generic else None),
        "brand": brand,
        "ndcs": sorted(set(graph.ndcs.get(rxcui, ()))),
        "contents": contents,
    }


def _ingredient(graph: RxNormGraph, component: str) -> dict[str, Any] | None:
    """The ingredient that a component is a strength of. One without a concept is known by what the
    component is called; one that cannot be told is None."""
    name = graph.names[component]
    of = graph.to("has_ingredient", component, "IN")
    precise = graph.to("has_precise_ingredient", component, "PIN")
    of = of or list(dict.fromkeys(graph.ingredient_of(form) for form in precise))
    parts = _COMPONENT.fullmatch(name)
    if not of and parts and (rxcui := graph.ingredients_by_name.get(parts[1])):
        of = [graph.ingredient_of(rxcui)]
    if len(of) > 1 or not (of or parts):
        return None
    rxcui = of[0] if of else None
    called = [
        graph.names[one] for one in (*precise, *of) if name.startswith(f"{graph.names[one]} ")
    ]
    strength = name[len(called[0]) + 1 :] if called else parts[2] if parts else None
    form = precise[0] if len(precise) == 1 and precise != of else None
    return {
        "rxcui": rxcui,
        "name": graph.names[rxcui] if rxcui else parts[1] if parts else name,
        "strength": strength,
        "precise": {"rxcui": form, "name": graph.names[form]} if form else None,
    }


def _content(pack: str, product: dict[str, Any]) -> dict[str, Any]:
    """What a pack contains, and how many of it by the pack's name: `{21 (…) / 7 (…)} Pack`."""
    amounts = re.findall(rf"([0-9.]+) \({re.escape(product['name'])}\)", pack)
    return {
        "rxcui": product["rxcui"],
        "name": product["name"],
        "amount": amounts[0] if len(amounts) == 1 else None,
    }


def _of_contents(products: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All ingredients of a pack, each strength once, but for what is inert beside them."""
    ingredients: list[dict[str, Any]] = []
    for product in products:
        ingredients += [each for each in product["ingredients"] if each not in ingredients]
    return [each for each in ingredients if each["rxcui"] != INERT] or ingredients


def _brand(graph: RxNormGraph, rxcui: str, name: str) -> dict[str, Any] | None:
    """The brand that a product is related to, or else the one that stands in brackets."""
    brands = graph.to("has_ingredient", rxcui, "BN")
    if not brands and (called := _BRAND.search(name)):
        named = graph.brands_by_name.get(called[1])
        brands = [named] if named else []
    return {"rxcui": brands[0], "name": graph.names[brands[0]]} if len(brands) == 1 else None


_COMPONENT = re.compile(r"(.+?) ([0-9][0-9.]* \S+)")
_QUANTITY = re.compile(r"([0-9][0-9.]* [A-Z]+) ")
_BRAND = re.compile(r"\[([^][]+)\]$")
