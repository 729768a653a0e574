"""The hand-written rules of `seed/mentions/`: which words of a text name nobody, and when.

They are part of the program, as its code is: whoever changes them raises `DOCUMENT_VERSION`.
"""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.ingest.seed.yaml_files import UnusableFilesError, read_yaml
from app.settings import ROOT

FOLDER = "mentions"
"""Where they lie in the folder of the seed, of which they are no part otherwise."""

Words = Annotated[frozenset[str], BeforeValidator(lambda text: frozenset(str(text).split()))]


class Rule(BaseModel):
    """What every group of words or phrases has."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=10, description="Why these are read so.")


class CommonWords(Rule):
    """Words that, alone, name no drug."""

    words: Words


class WordsBeside(Rule):
    """Words that name a drug, or do not, by what stands beside them."""

    words: Words
    before: Words = frozenset()
    after: Words = frozenset()


class EmptyPhrases(Rule):
    """Phrases that hold the name of a drug and name none."""

    phrases: list[str]


class Abbreviations(Rule):
    """Short names, which are read where they are written just so."""

    names: dict[str, str]


class WordRules(BaseModel):
    """See `seed/mentions/words.yaml`."""

    model_config = ConfigDict(extra="forbid")

    words: list[CommonWords]
    only: list[WordsBeside]
    unless: list[WordsBeside]
    other_things: Words
    phrases: list[EmptyPhrases]
    abbreviations: list[Abbreviations]


@cache
def word_rules(folder: Path = ROOT / "seed" / FOLDER) -> WordRules:
    """The rules; raises `UnusableFilesError` with every place that cannot be used."""
    path = folder / "words.yaml"
    file = read_yaml(path, f"{FOLDER}/{path.name}")
    if file.problems:
        raise UnusableFilesError(file.problems)
    try:
        return WordRules.model_validate(file.data)
    except ValidationError as error:
        raise UnusableFilesError(
            file.problem(each["loc"], f"{each['msg']}.") for each in error.errors()
        ) from None
