"""How labels print classes of drugs: by their names, in the plural, and by what people wrote down
in `seed/mentions/classes.yaml`."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.ingest.mentions.tokens import words_in
from app.ingest.mentions.word_rules import FOLDER, Rule
from app.ingest.seed.yaml_files import UnusableFilesError, read_yaml
from app.models.drug import ClassType
from app.settings import ROOT

_OF_ENZYME = re.compile(
    r"(?:(Strong|Moderate|Weak|Sensitive|Moderately sensitive) )?"
    r"(CYP[1-4][A-Z][0-9]*|P-gp|BCRP|OATP\w+|OAT\w+|OCT\w+|MATE\S+) (inhibitor|inducer|substrate)"
)
"""The classes of FDA's table of substrates, inhibitors and inducers."""


def is_followed(name: str, type_: str | None) -> bool:
    """Whether a finding follows from a class's phrase to its drugs: FDA's established
    pharmacologic classes, and those of its table of enzymes and transporters."""
    return type_ == ClassType.EPC or (type_ is None and _OF_ENZYME.fullmatch(name) is not None)


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
    for id_, name in names.items():
        if of_enzyme := _OF_ENZYME.fullmatch(name):
            for phrase in _phrases_of_enzyme(*of_enzyme.groups()):
                found[" ".join(words_in(phrase))].add((id_, name))
    return {phrase: tuple(sorted(of)) for phrase, of in found.items() if phrase}


def _phrases_of_enzyme(strength: str | None, enzyme: str, role: str) -> Iterator[str]:
    """How labels print inhibitors, inducers and substrates of an enzyme or a transporter: with
    the strength, or without, which leaves it open; before the enzyme or behind."""
    strengths = ["", *STRENGTHS.get(strength or "", ())]
    for printed in _printed(enzyme):
        for how in strengths:
            for form in (role, f"{role}s"):
                yield f"{how} {printed} {form}"
                yield f"{how} {form} of {printed}"


_UP_TO_MODERATE = (
    *("weak or moderate", "weak and moderate", "weak to moderate", "moderate or weak"),
    *("moderate and weak", "mild or moderate", "mild to moderate", "mild and moderate"),
)

STRENGTHS = {
    "Strong": (
        *("strong", "potent", "strong or moderate", "strong and moderate"),
        *("moderate or strong", "moderate and strong", "moderate to strong"),
    ),
    "Moderate": (
        *("moderate", "strong or moderate", "strong and moderate", "moderate or strong"),
        *("moderate and strong", "moderate to strong", *_UP_TO_MODERATE),
    ),
    "Weak": ("weak", "mild", *_UP_TO_MODERATE),
    "Sensitive": ("sensitive",),
    "Moderately sensitive": ("moderate sensitive", "moderately sensitive"),
}
"""What labels write for a strength."""

ALSO_PRINTED = {
    "CYP3A": ("CYP3A4", "CYP3A4/5", "CYP3A5"),
    "P-gp": ("P-glycoprotein", "P-glycoprotein P-gp", "Pgp"),
    "BCRP": ("breast cancer resistance protein",),
}


def _printed(enzyme: str) -> Iterator[str]:
    """How labels print an enzyme or a transporter."""
    for name in (enzyme, *ALSO_PRINTED.get(enzyme, ())):
        yield name
        if name.startswith("CYP"):
            number = name.removeprefix("CYP")
            for before in ("CYP", "CYP450", "P450", "cytochrome P450", "CYP-450", "P-450"):
                yield f"{before} {number}"


def plural(name: str) -> str:
    """A class's name in the plural."""
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    return name if name.endswith("s") else f"{name}s"
