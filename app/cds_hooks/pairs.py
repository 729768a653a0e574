"""Whose labels name whom: of every two medicines, with what combinations are made of."""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import NamedTuple

from app.api.interactions import InteractionReader, ingredients_of, labels_read
from app.api.read_session import ReadSession
from app.cds_hooks.cards import Naming

MOST_PARTS = 36
"""Of two combinations with more ingredients, one times the other, only the one as a whole is looked
at beside the ingredients of the other."""


class DrugOrIngredient(NamedTuple):
    """A drug, or an ingredient of one, and what to call it."""

    id: str
    name: str


class Direction(NamedTuple):
    """That labels of a drug, or of an ingredient of it, may name another."""

    labels_of: DrugOrIngredient
    named: DrugOrIngredient


def namings(
    session: ReadSession, names: dict[str, str], first: Iterable[str]
) -> dict[str, list[Naming]]:
    """Of each of the first drugs, by its id, how labels name it beside each of the others, or name
    those; `names` has what all drugs are called."""
    made_of = ingredients_of(session, names)
    parts = {
        id_: [
            DrugOrIngredient(id_, name),
            *(
                DrugOrIngredient(ingredient, f"{called} (in {name})")
                for ingredient, called in made_of.get(id_, {}).items()
            ),
        ]
        for id_, name in names.items()
    }
    asked: dict[tuple[str, str], list[Direction]] = {}
    for one, other in product(first, names):
        if one != other and (other, one) not in asked:
            asked[one, other] = list(directions_between(parts[one], parts[other]))
    every = {part.id for of_one in parts.values() for part in of_one}
    reader = InteractionReader(
        session,
        labels_read(session, every),
        ((of.id, named.id) for directions in asked.values() for of, named in directions),
    )
    found: dict[str, list[Naming]] = {one: [] for one in first}
    for (one, other), directions in asked.items():
        for of, named in directions:
            passages = reader.passages(of.id, named.id)
            naming = Naming.of(other, of.name, named.name, passages) if passages else None
            if naming is not None:
                found[one].append(naming)
    return found


def directions_between(
    one: list[DrugOrIngredient], other: list[DrugOrIngredient]
) -> Iterator[Direction]:
    """What to look for between two drugs, each with its ingredients: the drugs themselves first.

    Labels name what is in a combination more often than the combination. What a label says of an
    ingredient of its own product is no interaction.
    """
    pairs: Iterable[tuple[DrugOrIngredient, DrugOrIngredient]] = product(one, other)
    if len(one) * len(other) > MOST_PARTS:
        pairs = [*product(one[:1], other), *product(one[1:], other[:1])]
    own, others = {part.id for part in one}, {part.id for part in other}
    for part, beside in pairs:
        if beside.id not in own:
            yield Direction(part, beside)
        if part.id not in others:
            yield Direction(beside, part)
