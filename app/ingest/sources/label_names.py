"""The names that a label has for its own drug and its manufacturer."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Self

from app.ingest.sources.label_forms import RELEASED, Form
from app.ingest.sources.label_tokens import plain, tokens_of
from app.names.qualifiers import COMPENDIA, ESTER_WORDS, FORMS, IONS, OF_FORMS, SALT_WORDS

MOST_NAMES = 40
"""Names of one kind that are looked for; a label with more is of many products, and keeps all."""
MOST_SLIPS = 20
"""A name may stand once in small letters where it stands as often as this in capitals."""
MOST_INGREDIENTS = 8
"""Ingredients of a combination whose names joined are its name."""

_GUARDED = frozenset(
    """
    no not non none nor never without un anti free less one two three four five six seven eight nine
    ten eleven twelve half double twice once daily mg mcg g kg ml l iu unit units meq percent
    """.split()  # noqa: SIM905 -- a list of strings would be read by nobody
)
"""Words that say how much, or the contrary: a brand with one of them stays in the text."""

_ORDINARY = frozenset(
    """
    a ache acid acne adult aid all allergies allergy and antacid anxiety arthritis asthma baby back
    balance bite bites body bruise bruises burn burns calm care chest children childrens clear cold
    colds complete congestion constipation control cough cramps cream daily day daytime depression
    detox diabetes diarrhea dry ear eczema energy extra eye eyes fatigue fever first flu for foot
    formula gas gel gout hand headache healing health heart heartburn hemorrhoid hemorrhoids herpes
    hot immune infant infants inflammation insomnia itch itching joint kidney kids laxative liquid
    liver lung maximum medicated men menopause migraine mucus multi muscle natural nausea nerve
    night nighttime nose obesity of oral pain plus pms pressure psoriasis rash relief reliever
    ringing s sanitizer severe sinus skin sleep soothing sore spray sting stomach strength stress
    support symptom symptoms tablet tablets tension therapy throat thyroid time tooth toothache
    treatment ulcer urinary vaginal vertigo wart warts weight with women worms wound
    """.split()  # noqa: SIM905 -- as above
)
"""Words that brands of medicines sold without prescription are made of. A brand of nothing else may
be what the product is for, as Gout is."""

OF_MAKERS = frozenset(
    """
    ab ag b biologics biopharma biopharmaceuticals biosciences bv co company corp corporation div
    division gmbh healthcare inc incorporated laboratories laboratory labs limited llc llp lp ltd
    manufacturing nv pharma pharmaceutical pharmaceuticals plc private pvt sa sas therapeutics us
    usa
    """.split()  # noqa: SIM905 -- as above
)
"""Words at the end of a manufacturer's name that its labels write or leave out."""

_STEM_ESTERS = frozenset({"sulfate", "sulphate", "phosphate", "acetate", "nitrate", "carbonate"})
"""Salts among the words that may name an ester: morphine sulfate is called morphine."""
_STEM_SALTS = (SALT_WORDS - ESTER_WORDS) | _STEM_ESTERS

_JOINED = r"(?: (?:and|/|with|&|plus|\+))?"
_SEVERAL = frozenset({"and", "with", "/", "&", "+", "plus"})
_NO_NAMES = _ORDINARY | FORMS | OF_FORMS | SALT_WORDS | COMPENDIA


@dataclass(frozen=True)
class LabelNames:
    """The names that a label has for its own drug and its manufacturer.

    A drug with one active ingredient is named by its brands, its substance and its generic name,
    with or without the salt. A combination is named by its brands, or by all its ingredients in any
    order: one of them alone is another drug.
    """

    drug: re.Pattern[str] | None = None
    maker: re.Pattern[str] | None = None
    brands: frozenset[str] = frozenset()
    """Names that count only where they begin with a capital."""
    generics: frozenset[str] = frozenset()
    """Names of the substance, or of all substances together."""
    ingredients: tuple[re.Pattern[str], ...] = ()
    salts: dict[str, str] = field(default_factory=dict)
    """For each name with a salt, the salt."""
    releases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """For each brand of which the label says so, how it is released."""

    @classmethod
    def of(cls, label: dict[str, Any]) -> Self:
        """The names in a label's openfda block, less those that its text uses as plain words."""
        openfda = label.get("openfda")
        if not isinstance(openfda, dict):
            return cls()
        substances = _phrases(openfda, "substance_name")
        generics = [_less_form(phrase) for phrase in _phrases(openfda, "generic_name")]
        brands = _phrases(openfda, "brand_name")
        if max(map(len, (substances, generics, brands))) > MOST_NAMES:
            return cls()
        if len(substances) == 1 and _names_several(generics):
            substances = []  # one of several: not this drug's name
        several = len(substances) > 1
        parts = [_with_stems([name]) for name in substances]
        if several:
            own = {name.lower(): "" for name in generics if _names_all(name, parts)}
        else:
            own = _with_stems([*substances, *_of_one(generics, substances)])
            parts = []
        text = "\n".join(_texts(label))
        capital = {
            name
            for name in map(_brand, brands)
            if name and name.lower() not in own and _is_a_name(name, text, parts)
        }
        combined = _combined(parts)
        names = [
            re.escape(name) for name in sorted({*own, *(c.lower() for c in capital)}, key=_longest)
        ]
        return cls(
            drug=_drug_pattern([*combined, *names]),
            maker=_maker_pattern(_phrases(openfda, "manufacturer_name"), text),
            brands=frozenset(name.lower() for name in capital),
            generics=frozenset(own),
            ingredients=tuple(map(_any_of, parts)) if combined else (),
            salts={name: salt for name, salt in own.items() if salt},
            releases={name.lower(): _release_of(name, own, text) for name in capital},
        )

    def brand(self, name: str) -> str:
        """A brand as a token after a blank; nothing for another name."""
        return f" {name.lower()}" if name.lower() in self.brands else ""

    def is_drug(self, name: str) -> bool:
        """Whether a text that the pattern found is the drug's name as it is written there."""
        low = name.lower()
        if low in self.brands:
            return name[0].isupper()
        if low in self.generics:
            return True
        return all(part.search(f" {low} ") for part in self.ingredients)


def _texts(of: dict[str, Any]) -> Iterator[str]:
    """The strings of a label's sections."""
    for value in of.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (text for text in value if isinstance(text, str))


def _phrases(openfda: dict[str, Any], key: str) -> list[str]:
    """The names under a key, as tokens, each once."""
    values = openfda.get(key)
    values = values if isinstance(values, list) else [values]
    found = (tokens_of(plain(value[:200])).strip() for value in values if isinstance(value, str))
    return list(dict.fromkeys(name for name in found if name))


def _longest(name: str) -> tuple[int, str]:
    return -len(name), name


_AT_END = FORMS | OF_FORMS | COMPENDIA | {"/"}


def _less_form(name: str) -> str:
    """A generic name less the dose form that some releases give after it."""
    words = name.split()
    while len(words) > 1 and words[-1].lower() in _AT_END:
        words.pop()
    return " ".join(words)


def _with_stems(names: Iterable[str]) -> dict[str, str]:
    """Names in lower case, with those less a salt; for each the salt that it has."""
    found: dict[str, str] = {}
    for name in names:
        words = name.lower().split()
        if not _is_safe(words):
            continue
        end = len(words)
        while end > 1 and words[end - 1] in _STEM_SALTS:
            end -= 1
        if end == len(words) or IONS.issuperset(words[:end]):
            end = len(words)
        stem = " ".join(words[:end])
        salt = " ".join(words[end:])
        if len(stem) < 3:
            continue
        found[stem] = ""
        if salt:
            found[f"{stem} {salt}"] = salt
            if salt == "hydrochloride":
                found[f"{stem} hcl"] = salt
    return found


def _is_safe(words: list[str]) -> bool:
    """Whether a name has words only, none of which is a number, a unit or a negation."""
    return bool(words) and all(w.isalpha() and w not in _GUARDED for w in words)


def _brand(name: str) -> str:
    """A brand up to its first number or sign; nothing where that is no name.

    `Vicodin 5/300` is Vicodin: a strength is never taken out with a name.
    """
    words: list[str] = []
    for word in name.split():
        if not (word.isalpha() or word in ("/", "-") or (word[0] == "'" and word[1:].isalpha())):
            break
        words.append(word)
    while words and not words[-1].isalpha():
        words.pop()
    low = [word.lower().lstrip("'") for word in words]
    if not low or not _GUARDED.isdisjoint(low) or len("".join(low)) < 3:
        return ""
    return " ".join(words)


def _is_a_name(brand: str, text: str, parts: list[dict[str, str]]) -> bool:
    """Whether a brand has a word of its own: no ordinary one, no ingredient's, and none that
    stands in small letters anywhere in the label.
    """
    ingredients = {word for part in parts for name in part for word in name.split()}
    words = [w for w in brand.lower().split() if w.isalpha() and w not in ingredients | _NO_NAMES]
    return any(not _is_ordinary(word, text) for word in words)


def _release_of(brand: str, names: Iterable[str], text: str) -> Form:
    """How a brand is released, where its label always says the same: `Invega (paliperidone)
    Extended-Release Tablets`. The brand alone means that, and generics say it in its place."""
    if "elease" not in text and "ELEASE" not in text:
        return ()
    own = "|".join(map(re.escape, sorted(names, key=_longest))) or "(?!)"
    after = _compiled(rf"[ ®™]*(?:\(? ?(?:{own}),? ?)?\)?[ ,]*({RELEASED})")
    said = set()
    for written in {brand, brand.upper(), brand.title()}:
        start = text.find(written)
        while start >= 0:
            end = start + len(written)
            if found := after.match(text, end):
                said.add(tuple(re.split("[- ]", found[1].lower())))
            start = text.find(written, end)
    said.discard(("immediate", "release"))
    return said.pop() if len(said) == 1 else ()


def _is_ordinary(word: str, text: str) -> bool:
    """Whether a label writes a word in small letters, and not only by a slip.

    A name that stands there hundreds of times may do so in a table or the name of a file.
    """
    small = _count(word, text)
    if not small:
        return False
    capital = _count(word.upper(), text) + _count(word.title(), text)
    return small * MOST_SLIPS > capital


def _count(word: str, text: str) -> int:
    """How often a text has a word by itself, in the case given; in an address it does not count."""
    count = 0
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        count += text[start - 1 : start] in _AROUND and text[end : end + 1] in _AROUND
        start = text.find(word, end)
    return count


_AROUND = frozenset(["", *" \n\t\xa0,;:()[]®™"])


def _names_several(generics: list[str]) -> bool:
    return any(not _SEVERAL.isdisjoint(name.lower().split()) for name in generics)


def _of_one(generics: list[str], substances: list[str]) -> list[str]:
    """The generic names of a drug with one ingredient: of several, those that begin as it does."""
    if len(generics) == 1:
        return generics
    first = {name.lower().split()[0] for name in substances}
    return [name for name in generics if name.lower().split()[0] in first]


def _names_all(name: str, parts: list[dict[str, str]]) -> bool:
    """Whether a name is made of the names of all ingredients."""
    low = name.lower().split()
    return not _SEVERAL.isdisjoint(low) and all(
        any(stem.split()[0] in low for stem in part) for part in parts if part
    )


def _any_of(part: dict[str, str]) -> re.Pattern[str]:
    return re.compile(f" (?:{'|'.join(map(re.escape, sorted(part, key=_longest)))}) ")


def _combined(parts: list[dict[str, str]]) -> list[str]:
    """A pattern of as many names of ingredients as there are; `is_drug` says whether it is all."""
    if not 2 <= len(parts) <= MOST_INGREDIENTS or not all(parts):
        return []
    names = sorted({name for part in parts for name in part}, key=_longest)
    one = f"(?:{'|'.join(map(re.escape, names))})"
    return [f"{one}(?:{_JOINED} {one}){{{len(parts) - 1}}}"]


@lru_cache(maxsize=1_000)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _drug_pattern(names: list[str]) -> re.Pattern[str] | None:
    if not names:
        return None
    return _compiled(rf" (?P<name>{'|'.join(names)})(?= )")


def _maker_pattern(makers: list[str], text: str) -> re.Pattern[str] | None:
    """The manufacturer's name, with or without what says what sort of company it is."""
    names = set()
    for name in makers[:MOST_NAMES]:
        words = name.lower().split()
        while len(words) > 1 and words[-1] in OF_MAKERS:
            words.pop()
        short = " ".join(words)
        alone = len(short) > 3 and any(
            word.isalpha() and word not in _ORDINARY and not _is_ordinary(word, text)
            for word in words
        )
        if _is_safe([w for w in words if w not in ("&", ".", "'s", "-")]):
            names.add(re.escape(short) if alone else re.escape(name.lower()))
    if not names:
        return None
    return _compiled(rf" (?:{'|'.join(sorted(names, key=_longest))})(?= )")
