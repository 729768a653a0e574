"""What is looked for between two medicines."""

from app.cds_hooks.pairs import MOST_PARTS, DrugOrIngredient, directions_between


def parts(of: str, ingredients: int) -> list[DrugOrIngredient]:
    return [DrugOrIngredient(f"{of}{number}", of) for number in range(ingredients + 1)]


def test_of_two_large_combinations_each_ingredient_is_looked_at_beside_the_other_as_a_whole() -> (
    None
):
    small, large = parts("a", 5), parts("b", 30)

    found = {(of.id, named.id) for of, named in directions_between(small, large)}

    assert len(small) * len(large) > MOST_PARTS
    assert len(found) == 2 * (len(small) + len(large) - 1)
    assert {("a0", "b30"), ("b30", "a0"), ("a5", "b0"), ("b0", "a5")} <= found
    assert ("a5", "b30") not in found


def test_an_ingredient_that_both_have_is_named_by_neither() -> None:
    one, other = [*parts("a", 1), *parts("c", 0)], [*parts("b", 1), *parts("c", 0)]

    named = {to.id for _, to in directions_between(one, other)}

    assert named == {"a0", "a1", "b0", "b1"}
