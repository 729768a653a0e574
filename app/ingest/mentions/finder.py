"""What a text names: drugs, and classes of drugs, each at its letters."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from app.ingest.mentions.lexicon import (
    END,
    NOBODY,
    Lexicon,
    Meaning,
    MentionedBy,
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


_GAP = re.compile(r"(?:[\s'-]|(?<=\bst)\.)*")
"""What may stand between the words of a name: blanks, line breaks, hyphens, apostrophes; and the
full stop of `St. John's wort`."""

_JOINED = re.compile(r"\s?[/-]\s?")
"""What joins the ingredients of a combination: with `and`, each may be meant for itself."""

_STEM_BEFORE = re.compile(
    r"(?:\b[nos]|\b(?:nor|di)?(?:desmethyl|demethyl|hydroxy|acetyl|keto|oxo|nor|dehydro|anti|non|"
    r"pro|carboxy|methyl|ethyl|dihydro|deacetyl|glucuronyl))-$"
)
"""What stands before a name and makes another substance of it: `N-desmethyl-`."""

BESIDE = 60
"""How many letters away a word is beside another that has to be in the same sentence."""

HOW = {NameType.BRAND: MentionedBy.BRAND, NameType.FORM: MentionedBy.FORM}


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

    def own(self, drug_id: str, ingredients: tuple[str, ...]) -> frozenset[str]:
        """The drugs that are no mentions in the labels of a drug."""
        return frozenset({drug_id, *ingredients, *self._lexicon.with_drug.get(drug_id, ())})

    def mentions(self, text: str, own: frozenset[str], called: str) -> list[Mention]:
        """What a text names, in its order; `own` are the drugs that count for the label's own,
        and `called` is what its drug is called."""
        lower = plain(text)
        words = list(WORD.finditer(lower))
        own_words = words_in(called)
        spans: list[_Span] = []
        trie = self._lexicon.trie
        place, count = 0, len(words)
        while place < count:
            node = trie.get(words[place][0])
            if node is None:
                place += 1
                continue
            meaning, last = self._longest(lower, words, place, node)
            if meaning is None:
                place += 1
                continue
            counts = meaning is not NOBODY and self._counts(
                text, lower, words, place, last, meaning
            )
            is_form = False
            if counts and meaning.drug:
                with_salt = self._with_salt(lower, words, last)
                is_form, last = with_salt > last, with_salt
            if counts:
                spans.append(_Span(words[place].start(), words[last].end(), meaning, is_form))
            place = last + 1
        found: list[Mention] = []
        for first, end in _joined(lower, spans):
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
                yield Mention(spans[0].start, spans[-1].end, MentionedBy.NAME, combination)
        for start, end, meaning, is_form in spans:
            for class_id, _ in meaning.classes:
                yield Mention(start, end, MentionedBy.CLASS, None, class_id)
            drug = meaning.drug
            if drug is None or drug.id in own or not own.isdisjoint(drug.ingredients):
                continue
            if drug.type != NameType.BRAND and is_within(words_in(drug.name), own_words):
                continue  # a part of what the label's drug is called
            how = HOW.get(drug.type, MentionedBy.FORM if is_form else MentionedBy.NAME)
            yield Mention(start, end, how, drug.id)
            for ingredient in drug.ingredients:
                yield Mention(start, end, MentionedBy.COMBINATION, ingredient)

    def _longest(
        self, lower: str, words: list[re.Match[str]], place: int, node: dict[str, object]
    ) -> tuple[Meaning | None, int]:
        """What the longest name that begins at a word means, and where its last word is."""
        meaning: Meaning | None = node.get(END)  # type: ignore[assignment] # a trie
        last = current = place
        while current + 1 < len(words):
            following = node.get(words[current + 1][0])
            if following is None:
                break
            if not _GAP.fullmatch(lower, words[current].end(), words[current + 1].start()):
                break
            node = following  # type: ignore[assignment] # a trie
            current += 1
            if END in node:
                meaning, last = node[END], current  # type: ignore[assignment] # a trie
        return meaning, last

    def _with_salt(self, lower: str, words: list[re.Match[str]], last: int) -> int:
        """Where a name ends with the salts behind it: `warfarin sodium`, and not `verapamil
        calcium channel blockers`."""
        while last + 1 < len(words):
            salt = words[last + 1]
            if salt[0] not in SALT_WORDS or lower[words[last].end() : salt.start()].strip():
                break
            node = self._lexicon.trie.get(salt[0])
            if node and self._longest(lower, words, last + 1, node)[1] > last + 1:
                break
            last += 1
        return last

    def _counts(
        self,
        text: str,
        lower: str,
        words: list[re.Match[str]],
        first: int,
        last: int,
        meaning: Meaning,
    ) -> bool:
        """Whether what stands beside a name lets it be one."""
        start, end = words[first].start(), words[last].end()
        written = text[start:end]
        if meaning.as_written is not None:
            return written == meaning.as_written
        if meaning.drug and meaning.drug.type == NameType.BRAND and written[0].islower():
            return False
        if meaning.classes:
            return True
        if _STEM_BEFORE.search(lower, max(0, start - 14), start):
            return False
        following = words[last + 1][0] if last + 1 < len(words) else ""
        gap_after = lower[end : words[last + 1].start()] if following else ""
        is_beside = not gap_after.strip(" \n\t-")
        if is_beside and following in self._other_things:
            return False
        name = " ".join(match[0] for match in words[first : last + 1])
        preceding = words[first - 1][0] if first else ""
        gap_before = lower[words[first - 1].end() : start] if first else ""
        is_behind = bool(preceding) and not gap_before.strip(" \n\t-")
        if (rule := self._unless.get(name)) is not None and (
            (is_beside and following in rule.after) or (is_behind and preceding in rule.before)
        ):
            return False
        if (rule := self._only.get(name)) is not None:
            before = _clause_before(lower, start)
            after = _clause_after(lower, end)
            return not rule.before.isdisjoint(before) or not rule.after.isdisjoint(after)
        return True


def _clause_before(lower: str, start: int) -> list[str]:
    clause = re.split(r"[.;:()]", lower[max(0, start - BESIDE) : start])[-1]
    return WORD.findall(clause)


def _clause_after(lower: str, end: int) -> list[str]:
    clause = re.split(r"[.;:()]", lower[end : end + BESIDE // 2])[0]
    return WORD.findall(clause)


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
