"""What a text names: drugs, and classes of drugs, each at its letters."""

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from app.documents.interaction_records import MentionedBy
from app.ingest.mentions.lexicon import (
    END,
    NOBODY,
    Lexicon,
    Meaning,
    Trie,
    is_within,
)
from app.ingest.mentions.tokens import WORD, plain, words_in
from app.models.drug import NameType
from app.names.qualifiers import SALT_WORDS


class Mention(NamedTuple):
    """That a text names a drug, or a class, at these letters."""

    start: int
    end: int
    how: MentionedBy
    drug_id: str | None
    class_id: str | None = None


class _Span(NamedTuple):
    """A name in a text, and whether its salt stands behind it."""

    start: int
    end: int
    meaning: Meaning
    is_form: bool


_GAP = re.compile(r"[\s'-]*")
"""What may stand between the words of a name: blanks, line breaks, hyphens, apostrophes."""

SAINT = "st"
"""A word that may have a full stop behind it within a name: `St. John's wort`."""

_JOINED = re.compile(r"\s?[/-]\s?")
"""What joins the ingredients of a combination: with `and`, each may be meant for itself."""

_NAMES_NOBODY = re.compile(
    r"\b(?:is|are|was|as) (?:not )?(?:also )?an? (?:[a-z-]+ ){0,2}$|"
    r"\b(?:combined|dual) "
    r"(?:(?!with\b|use\b)(?:(?!inhibitor|inducer)[^.;:()])*\band (?:[a-z]+ )?)?$"
)
"""What stands before a class where a drug is said to be of it (`is a weak inducer of CYP3A4`), or
where drugs of two classes are meant, which no source lists: `combined P-gp and CYP3A inhibitors`.
"""

_STRENGTH_BEFORE = re.compile(
    r"\b(strong|potent|moderate|weak|mild|sensitive)"
    r"(?: (?:and|or|and/or|to) (strong|moderate|weak))?(?: \([^()]*\))?"
    r"(?: (?:inhibitors?|inducers?)(?:,|/| and| or))?"
    r"(?:(?:,? |/)(?:and/or|and|or|cyp ?[0-9a-z/]+|p-?gp|p-glycoprotein|bcrp))*(?: |/)$"
)
"""The strength that stands before a list of enzymes and is of each: `strong CYP2D6 and CYP3A`."""

STRENGTH_OF = {"potent": "strong", "mild": "weak"}
"""What else labels write for a strength of FDA's table."""

_CLAUSE = re.compile(r"[.;:()]")

_STEM_BEFORE = re.compile(
    r"(?:\b[nos]|\b(?:nor|di)?(?:desmethyl|demethyl|hydroxy|acetyl|keto|oxo|nor|dehydro|anti|non|"
    r"pro|carboxy|methyl|ethyl|dihydro|deacetyl|glucuronyl))-$"
)
"""What stands before a name and makes another substance of it: `N-desmethyl-`."""

BESIDE = 60
"""How many letters away a word is beside another that has to be in the same sentence."""

LOWER_CASE = 7
"""Letters of the shortest brand of one word that is read in lower case, as `coumadin` is."""

HOW = {NameType.BRAND: MentionedBy.BRAND, NameType.FORM: MentionedBy.FORM}


MOST_WORDS = 15_000
"""How many words of a text are read: fewer than are searched, since by what is searched those texts
are found that have a name which comes later."""


class _Words:
    """The words of a text, and what stands between them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lower = plain(text)
        self._parts = _PARTS.split(self.lower, MOST_WORDS)
        self._ends = list(accumulate(map(len, self._parts)))
        self.words = self._parts[1::2]

    def beginnings(self, trie: Trie) -> list[int]:
        """The words that may begin a name: they are one, or the next may belong to it."""
        following = [*self.words[1:], END]
        return [
            place
            for place, word in enumerate(self.words)
            if (node := trie.get(word)) is not None and (END in node or following[place] in node)
        ]

    def start(self, place: int) -> int:
        """Where a word begins."""
        return self._ends[2 * place]

    def end(self, place: int) -> int:
        """Where a word ends."""
        return self._ends[2 * place + 1]

    def gap(self, place: int) -> str:
        """What stands behind a word, before the next."""
        return self._parts[2 * place + 2]

    def behind(self, place: int) -> str:
        """The word behind another; behind the last, nothing."""
        return self.words[place + 1] if place + 1 < len(self.words) else ""

    def are_together(self, place: int) -> bool:
        """Whether a word and the next may be of one name."""
        gap = self.gap(place)
        if gap == " " or _GAP.fullmatch(gap):
            return True
        return self.words[place] == SAINT and gap == ". "


_PARTS = re.compile(f"({WORD.pattern})")


class MentionFinder:
    """Finds what the text of a drug's labels names, less the drug itself: its names, its forms,
    its brands, its ingredients and the combinations that it is in."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        rules = lexicon.rules
        self._only = {word: group for group in rules.only for word in group.words}
        self._unless = {
            word.replace("-", " "): group for group in rules.unless for word in group.words
        }
        self._other_things = rules.other_things

    @property
    def lexicon(self) -> Lexicon:
        """The names that are known."""
        return self._lexicon

    def own(self, drug_id: str, ingredients: tuple[str, ...]) -> frozenset[str]:
        """The drugs that are no mentions in the labels of a drug."""
        return frozenset({drug_id, *ingredients, *self._lexicon.with_drug.get(drug_id, ())})

    def mentions(self, text: str, own: frozenset[str], called: str) -> list[Mention]:
        """What a text names, in its order; `own` are the drugs that count for the label's own,
        and `called` is what its drug is called."""
        words = _Words(text)
        trie = self._lexicon.trie
        spans: list[_Span] = []
        following = 0
        for place in words.beginnings(trie):
            if place < following:
                continue
            meaning, last = self._longest(words, place)
            if meaning is None:
                continue
            is_own = meaning.drug is not None and meaning.drug.id in own
            counts = is_own or (meaning is not NOBODY and self._counts(words, place, last, meaning))
            is_form = False
            if counts and meaning.classes:
                meaning = _of_strength(words, place, meaning)
            if counts and meaning.drug:
                with_salt = self._with_salt(words, last)
                is_form, last = with_salt > last, with_salt
            if counts:
                spans.append(_Span(words.start(place), words.end(last), meaning, is_form))
            following = last + 1
        if not spans:
            return []
        found: list[Mention] = []
        own_words = words_in(called)
        for first, end in _joined(words.lower, spans):
            found += self._mentions_of(spans[first:end], own, own_words)
        return found

    def _mentions_of(
        self, spans: list[_Span], own: frozenset[str], own_words: tuple[str, ...]
    ) -> Iterator[Mention]:
        """The mentions of names that are joined as those of a combination are, or of one alone."""
        if len(spans) > 1:
            ids = frozenset(span.meaning.drug.id for span in spans if span.meaning.drug)
            combination = self._lexicon.made_of.get(ids)
            if combination in own:
                return
            if combination and not ids & own:
                start, end = spans[0].start, spans[-1].end
                yield Mention(start, end, MentionedBy.COMBINATION, combination)
        for start, end, meaning, is_form in spans:
            for class_id, _ in meaning.classes:
                yield Mention(start, end, MentionedBy.CLASS, None, class_id)
            drug = meaning.drug
            if drug is None or drug.id in own or not own.isdisjoint(drug.ingredients):
                continue
            if drug.type != NameType.BRAND and _is_akin(words_in(drug.name), own_words):
                continue
            how = HOW.get(drug.type, MentionedBy.FORM if is_form else MentionedBy.NAME)
            yield Mention(start, end, how, drug.id)
            for ingredient in drug.ingredients:
                yield Mention(start, end, MentionedBy.COMBINATION, ingredient)

    def _longest(self, words: _Words, place: int) -> tuple[Meaning | None, int]:
        """What the longest name that begins at a word means, and where its last word is."""
        node = self._lexicon.trie[words.words[place]]
        meaning: Meaning | None = node.get(END)
        last = current = place
        while current + 1 < len(words.words):
            node = node.get(words.words[current + 1])
            if node is None or not words.are_together(current):
                break
            current += 1
            if END in node:
                meaning, last = node[END], current
        return meaning, last

    def _with_salt(self, words: _Words, last: int) -> int:
        """Where a name ends with the salts behind it: `warfarin sodium`, and not `verapamil
        calcium channel blockers`."""
        while (salt := words.behind(last)) in SALT_WORDS and words.gap(last).isspace():
            if salt in self._lexicon.trie and self._longest(words, last + 1)[1] > last + 1:
                break
            last += 1
        return last

    def _counts(self, words: _Words, first: int, last: int, meaning: Meaning) -> bool:
        """Whether what stands beside a name lets it be one."""
        start, end = words.start(first), words.end(last)
        if meaning.as_written is not None:
            return words.text[start:end] == meaning.as_written
        before = words.words[first - 1] if first and words.are_together(first - 1) else ""
        if before and _STEM_BEFORE.search(words.lower, max(0, start - 14), start):
            return False
        behind = words.behind(last) if words.are_together(last) else ""
        if behind in self._other_things:
            return False
        name = " ".join(words.words[first : last + 1])
        if (rule := self._unless.get(name)) and (behind in rule.after or before in rule.before):
            return False
        if meaning.classes:
            return not _NAMES_NOBODY.search(words.lower, max(0, start - BESIDE), start)
        is_brand = meaning.drug is not None and meaning.drug.type == NameType.BRAND
        if is_brand and words.text[start].islower() and (last > first or end - start < LOWER_CASE):
            return False
        if (rule := self._only.get(name)) is not None:
            clause_before = _CLAUSE.split(words.lower[max(0, start - BESIDE) : start])[-1]
            clause_behind = _CLAUSE.split(words.lower[end : end + BESIDE // 2])[0]
            return not (
                rule.before.isdisjoint(WORD.findall(clause_before))
                and rule.after.isdisjoint(WORD.findall(clause_behind))
            )
        return True


def _of_strength(words: _Words, first: int, meaning: Meaning) -> Meaning:
    """Less the classes of other strengths than the one that stands further before the enzyme."""
    if words.words[first] in STRENGTHS:
        return meaning
    start = words.start(first)
    before = _STRENGTH_BEFORE.search(words.lower, max(0, start - BESIDE), start)
    if before is None:
        return meaning
    meant = {STRENGTH_OF.get(strength, strength) for strength in before.groups() if strength}
    strength_of = {class_: class_[1].split()[0].lower() for class_ in meaning.classes}
    return Meaning(
        classes=tuple(
            class_
            for class_, strength in strength_of.items()
            if strength in meant or strength not in STRENGTHS
        )
    )


STRENGTHS = frozenset({"strong", "potent", "moderate", "moderately", "weak", "mild", "sensitive"})
"""Words that name a strength: an enzyme's classes begin with them."""


def _is_akin(words: tuple[str, ...], own_words: tuple[str, ...]) -> bool:
    """Whether a name is a part of what the label's drug is called, or begins with that:
    `oseltamivir carboxylate` is what the body makes of oseltamivir."""
    begins = bool(own_words) and words[: len(own_words)] == own_words
    return begins or is_within(words, own_words)


def _joined(lower: str, spans: list[_Span]) -> Iterator[tuple[int, int]]:
    """Which names stand for themselves, and which are joined: from the first to the last."""
    first = 0
    for i, span in enumerate(spans):
        is_last = i + 1 == len(spans)
        if is_last or not (
            span.meaning.drug
            and spans[i + 1].meaning.drug
            and _JOINED.fullmatch(lower, span.end, spans[i + 1].start)
        ):
            yield first, i + 1
            first = i + 1
