"""How labels print classes of drugs: by their names, in the plural, and by what people wrote down
in `seed/mentions/classes.yaml`."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.ingest.mentions.tokens import words_in
from app.ingest.mentions.word_rules import FOLDER, Rule
from app.ingest.seed.yaml_files import UnusableFilesError, read_yaml
from app.models.drug import ClassType
from app.settings import ROOT

FOLLOWED = frozenset({ClassType.EPC.value})
"""The types of class that a finding follows from a phrase to its drugs."""

Classes = tuple[tuple[str, str], ...]
"""Classes by their ids and names."""


class PrintedClass(Rule):
    """What phrases mean: one of FDA's established pharmacologic classes, or several."""

    classes: list[str] = Field(
        min_length=1, description="The names of the classes, as FDA has them."
    )
    phrases: list[str] = Field(min_length=1, description="What labels print for them.")


class PrintedClasses(BaseModel):
    """See `seed/mentions/classes.yaml`."""

    model_config = ConfigDict(extra="forbid")

    classes: list[PrintedClass]


@cache
def printed_classes(folder: Path = ROOT / "seed" / FOLDER) -> PrintedClasses:
    """The phrases; raises `UnusableFilesError` with every place that cannot be used."""
    path = folder / "classes.yaml"
    file = read_yaml(path, f"{FOLDER}/{path.name}")
    if file.problems:
        raise UnusableFilesError(file.problems)
    try:
        return PrintedClasses.model_validate(file.data)
    except ValidationError as error:
        raise UnusableFilesError(
            file.problem(each["loc"], f"{each['msg']}.") for each in error.errors()
        ) from None


def phrases_of(classes: Iterable[tuple[str, str]]) -> dict[str, Classes]:
    """What texts print for these classes, each given by id and name: the name, in the singular and
    the plural, and what was written down for it."""
    names: dict[str, str] = {}
    for id_, name in sorted(classes, reverse=True):
        names[id_] = name
    by_words = defaultdict(set)
    for id_, name in names.items():
        by_words[words_in(name)].add((id_, name))
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for id_, name in names.items():
        for phrase in (name, plural(name)):
            found[" ".join(words_in(phrase))].add((id_, name))
    for printed in printed_classes().classes:
        meant = {each for name in printed.classes for each in by_words.get(words_in(name), ())}
        for phrase in printed.phrases if meant else ():
            found[" ".join(words_in(phrase))] |= meant
    return {phrase: tuple(sorted(of)) for phrase, of in found.items() if phrase}


def plural(name: str) -> str:
    """A class's name in the plural."""
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    return name if name.endswith("s") else f"{name}s"
