"""All names by which a text may name a drug or a class: made of the drugs' records alone.

A name that is of several drugs names nobody, unless it is what one of them is called. It is still
known: what it contains is not read instead.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from app.ingest.mentions.tokens import words_in
from app.ingest.mentions.word_rules import WordRules, word_rules
from app.ingest.publishing.known_names import CLASSES
from app.models.drug import NameType
from app.names.qualifiers import IONS, SALT_WORDS


class NamedDrug(NamedTuple):
    """A drug that has a name; of a combination, with the ids of those of its ingredients that are
    known."""

    id: str
    called: str
    type: NameType
    name: str
    ingredients: tuple[str, ...]


class Meaning(NamedTuple):
    """What a name means: a drug, a class, or nobody."""

    drug: NamedDrug | None = None
    classes: tuple[tuple[str, str], ...] = ()
    as_written: str | None = None
    """How the text has to write it, letter for letter, where it is short."""


NOBODY = Meaning()

SHORTEST = 4
"""Letters of the shortest name that is read though it is no reviewed abbreviation: `HCG` and `DHA`
are each of several things, and texts have abbreviations of their own."""

SHORTEST_OF_OTHERS = 5
"""The same of a synonym: lists of drugs have codes and chemists' shorthand among them."""

Trie = dict[str, Any]
"""Words that lead on to further words; under END, what the name so far means."""

END = ""


class Lexicon:
    """Names by their words, each with what it means."""

    def __init__(
        self,
        drugs: Iterable[NamedDrug],
        classes: Mapping[str, tuple[tuple[str, str], ...]] | None = None,
        rules: WordRules | None = None,
    ) -> None:
        self.rules = rules or word_rules()
        self.trie: Trie = {}
        self.called: dict[str, str] = {}
        """What drugs are called, by their ids."""
        self.with_drug: dict[str, set[str]] = defaultdict(set)
        """The combinations that have a drug in them."""
        self.made_of: dict[frozenset[str], str] = {}
        """The combinations by all of their ingredients."""
        self.classes: dict[str, str] = {}
        """What classes are called, by their ids."""
        by_words: dict[tuple[str, ...], list[NamedDrug]] = defaultdict(list)
        for drug in drugs:
            if drug.id not in self.called:
                self.called[drug.id] = drug.called
                for ingredient in drug.ingredients:
                    self.with_drug[ingredient].add(drug.id)
                if len(drug.ingredients) > 1:
                    of = frozenset(drug.ingredients)
                    self.made_of[of] = min(drug.id, self.made_of.get(of, drug.id))
            by_words[words_in(drug.name)].append(drug)
        own_words = {id_: words_in(called) for id_, called in self.called.items()}
        counted = {word for group in self.rules.only for word in group.words}
        common = {word for group in self.rules.words for word in group.words}
        common |= CLASSES | ((SALT_WORDS | IONS) - counted)
        for words, named in by_words.items():
            meaning: Meaning | None = NOBODY
            if len(words) != 1 or words[0] not in common:
                meaning = _meaning(words, named, own_words)
            if meaning is not None:
                self._add(words, meaning)
        by_called = {own_words[id_]: id_ for id_ in sorted(own_words, reverse=True)}
        for group in self.rules.abbreviations:
            for short, called in group.names.items():
                id_ = by_called.get(words_in(called))
                if id_ is not None:
                    of_short = NamedDrug(id_, self.called[id_], NameType.SYNONYM, short, ())
                    self._add(words_in(short), Meaning(of_short, as_written=short))
        for phrases in self.rules.phrases:
            for phrase in phrases.phrases:
                self._add(words_in(phrase), NOBODY)
        for phrase, of_phrase in (classes or {}).items():
            words = words_in(phrase)
            if self._meaning_of(words) in (None, NOBODY):  # insulin is a drug, and a class
                self._add(words, Meaning(classes=of_phrase))
                self.classes |= dict(of_phrase)

    def _meaning_of(self, words: tuple[str, ...]) -> Meaning | None:
        node = self.trie
        for word in words:
            if (node := node.get(word, {})) == {}:
                return None
        meaning: Meaning | None = node.get(END)
        return meaning

    def _add(self, words: tuple[str, ...], meaning: Meaning) -> None:
        node = self.trie
        for word in words:
            node = node.setdefault(word, {})
        node[END] = meaning


def _meaning(
    words: tuple[str, ...], of: list[NamedDrug], own_words: Mapping[str, tuple[str, ...]]
) -> Meaning | None:
    """What a name means that these drugs have; None if it is not read at all."""
    letters = sum(map(len, words))
    if letters < SHORTEST or all(map(str.isdecimal, words)):
        return None
    first = of[0]
    if len(of) == 1 and letters >= SHORTEST_OF_OTHERS and not first.ingredients:
        return Meaning(first)
    # signs are no words: what is called `(+)-mefloquine` is not what `mefloquine` means
    of = [drug for drug in of if not drug.name.startswith(("(", "["))] or of
    own = [drug for drug in of if words == own_words[drug.id]]
    if not own and letters < SHORTEST_OF_OTHERS and all(d.type != NameType.BRAND for d in of):
        return None
    if all(drug.ingredients and _is_a_list(words, drug, own_words) for drug in of):
        return None  # the names of its ingredients are read each for itself
    for candidates in (own, [d for d in of if d.type == NameType.GENERIC], of):
        ids = {drug.id for drug in candidates}
        if len(ids) == 1:
            return Meaning(min(candidates, key=_type_and_name))
        if ids:
            return NOBODY
    return NOBODY


def _type_and_name(drug: NamedDrug) -> tuple[int, str]:
    return TYPES[drug.type], drug.name


TYPES = {type_: place for place, type_ in enumerate(NameType)}


def _is_a_list(
    words: tuple[str, ...], drug: NamedDrug, own_words: Mapping[str, tuple[str, ...]]
) -> bool:
    """Whether the name of a combination has the name of one of its ingredients."""
    return any(is_within(own_words.get(id_, ("",)), words) for id_ in drug.ingredients)


def is_within(words: tuple[str, ...], of: tuple[str, ...]) -> bool:
    """Whether words stand one after another in others."""
    return any(of[i : i + len(words)] == words for i in range(len(of) - len(words) + 1))
