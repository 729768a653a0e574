"""Whether passages of two drug labels say the same, whatever their manufacturers are called.

`compared` gives a passage's normal form; two passages of one section of labels of one drug say the
same if and only if their normal forms are equal. What differs between manufacturers is taken out:

- case, white space, bullets, commas, stops within a sentence, hyphens between words;
- the section's own number and title at the beginning, and cross references to other sections;
- the label's own names: brand, generic and substance, with the dose form but not its release,
  become `<drug>`, a brand that its label calls extended-release means that, and the manufacturer
  becomes `<maker>`;
- telephone numbers, web and e-mail addresses, the manufacturer's address, dates of revision.

All else has to be equal, the ends of sentences too, for a negation ends there. What is in doubt
stays: a wrong join hides a warning, a missed one only shows it twice. So no rule drops a digit,
unless it is part of a section's number, a telephone number, an address or a date, and none drops a
sign beside a digit.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Self

from app.names.qualifiers import (
    COMPENDIA,
    ESTER_WORDS,
    FORMS,
    IONS,
    OF_FORMS,
    SALT_WORDS,
)

DRUG = "<drug>"
"""Stands for the label's own drug. No text can hold it, for `<` is a token by itself."""
MAKER = "<maker>"
"""Stands for the label's manufacturer."""

MOST_NAMES = 40
"""Names of one kind that are looked for; a label with more is of many products, and keeps all."""
MOST_SLIPS = 20
"""A name may stand once in small letters where it stands as often as this in capitals."""
MOST_INGREDIENTS = 8
"""Ingredients of a combination whose names joined are its name."""

# ---------------------------------------------------------------------------------------- tokens

_CONTACT = "\ue000"
"""Stands for a telephone number or an address until it is taken out."""
_END = "\x01"
"""Stands for the end of a sentence: where it is, a negation ends."""

_CHARACTERS = (
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\ufe63\uff0d", "-")
    | dict.fromkeys("\u2018\u2019\u02bc\u00b4", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f", '"')
    | dict.fromkeys("\u25cf\u25cb\u25aa\u25ab\u25a0\u25a1\u25e6\u2023\u2043\u27a2\uf0b7", "•")
    | dict.fromkeys("®™℠©", " ")
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", "")
    | dict.fromkeys("\u02da\u00ba", "°")
    | {"\u00d7": " x ", "\u201a": ",", "\u2032": "'", "\u22c5": "·"}
    | {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
    | {"\u00b5": "\u03bc", _CONTACT: "\ufffd"}
)
"""Characters that are another in other clothes. Not among them: superscripts, fractions and the
minus sign (U+2212), which all have a meaning of their own."""

_CHARACTER = re.compile(f"[{''.join(_CHARACTERS)}]")
_SOFT_HYPHEN = re.compile("(?<=[0-9])\u00ad(?=[0-9])")
"""Between digits it may be all that is left of a range; elsewhere nobody sees it."""

_TOKEN = re.compile(
    r"""
      [A-Za-z]+ (?> [ ] [A-Za-z]+ )*+ [^\W\d_]*               # words: most of a text, so first
    | (?! [ ] ) (?:                                           # nothing else begins with a blank
      \d+ (?: [.,] \d+ )*                                     # a number
    | [^\w\s.,;:•"'*·!-]                                      # a sign, but those below
    | [^\W\d_]+                                               # a word, or a unit
    | ' (?<= [^\W\d_]' ) [^\W\d_]+                            # the s of a genitive
    | \. (?<! [\w.,)\]]\. ) \d+ (?: [.,] \d+ )*                 # a number without its nought
    | - (?<! [\w)\]%°]- ) (?: \. ? \d+ ) (?: [.,] \d+ )*       # a number below nought
    | [.,;:•"*·!] (?: (?<= \d. ) | (?<= \d[ ]. ) )            # whatever parts two numbers
      (?: [ .,;:•"*·!]* [.,;:•"*·!] )? (?= [ ]? \d )
    | [.,] (?= \d )                                           # perhaps a decimal point
    | [.,;:] (?i: (?<= \bno. ) | (?<= \bno[rt]. ) | (?<= \bnever. ) | (?<= \bwithout. ) )
                                                              # a pause that makes a `no` an answer
    | - (?<! [^\W\d_]- ) (?<! \d- ) (?<! [ ]- ) (?<! ^- )     # dashes: all but those
    | - (?<= [^\W\d_]- ) (?! [^\W\d_] ) (?! (?<= [a-z]{3}- ) [ ] [a-z] )
    | - (?<= \d- ) (?! [^\W\d_] )                              # between words, or of a list
    | - (?: (?<= [ ]- ) | (?<= ^- ) ) (?= [ ]? [\d.] | [^\W\d_] (?! [^\W\d_] ) )
    | \* (?<= [\w)%]\* )                                      # a footnote's mark
    | · (?<= \w· ) (?= \w )                                    # a product of units
    | ["'] (?: (?<= \d. ) | (?<= \d[ ]. ) )                    # feet, inches, minutes
    )
    """,
    re.VERBOSE,
)
"""The parts of a text that count; what none of them matches says nothing."""

_CASE_COUNTS = re.compile(
    r"[MG](?:(?<= [mnp\u03bc]M)|(?<= M)(?:Bq|Pa|Hz|W)|(?<=[0-9] G))(?= )"  # rare letters first
)
"""Units that are others in the other case: millimolar and millimetres, gauge and gram."""

_ENDS = re.compile(
    r"""
    [.!;:•]
    (?= [ ] (?: [A-Z] | [ •"'(\[*·-]* [A-Z] | (?<! \d.[ ] ) [ •"'(\[*·-]* \d )
      | (?: (?<= • ) | (?<= [a-z][a-z]. ) ) [A-Z] )
    (?<! \.[A-Za-z]\. ) (?<! [ (]etc\. ) (?<! [ (](?: vs | al | D[Rr] | C[Oo] | S[Tt] )\. )
    """,
    re.VERBOSE,
)
"""What ends a sentence, as a capital or a number after it shows; less the stops of abbreviations,
and what parts two numbers, which is a token of its own."""

_COMPOUND = re.compile(
    r" (?:(?:co|non|pre|post|anti) (?=[a-z])|breast (?=fe)|[ct] (?=m(?:ax|in) ))+"
)
"""What is written in one word or in two: non-prescription, breast-feeding, and C with max below."""

_SQUARED = re.compile(r"(?<![^\W\d_])m\u00b2")
"""The square metre, which as often is written m2 or m 2."""

# ------------------------------------------------------------------- telephone numbers, addresses

_PHONE = re.compile(
    r"""
    [+(1-9] (?<! [\w.,/-] . )
    (?: (?: (?<= \+ ) 1 | (?<= 1 ) ) (?:
            [-. ] [ ]? \( ? [28]\d\d \) ? [-. ] [ ]? \d{3} [-.] \d{4}         # 1-800-555-0134
          | [-. ] 8\d\d [-. ] (?= [A-Z0-9-]{7,12} (?! [\w-] ) ) [0-9-]* [A-Z]{2} [A-Z0-9-]*
          | [-.] [2-9]\d\d [-.] \d{3} [-.] \d{4} )
      | (?<= \( ) [2-9]\d\d \) [ ]? \d{3} [-. ] \d{4}
      | (?: (?<= \bat[ ]. ) | (?<= \bcall[ ]. ) | (?<= \bcalling[ ]. ) | (?<= \bnumber[ ]. )
          | (?<= \bphone[ ]. ) | (?<= \btelephone[ ]. ) | (?<= \bfax[ ]. ) )
        (?<= [2-9] ) \d\d - \d{3} - \d{4} )
    (?! [\w/%-] | [ ]? (?: mg | mcg | g | ml | units? ) \b )
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""It begins with a class of characters, which a text is searched for many times faster."""
_WEB = re.compile(
    r"""
    (?: \b https?:// | \b www\. ) [^\s()\[\]<>"]+
    | (?<! [\w.@-] ) [\w.+-]{1,64} @ [\w-]{1,63} (?: \. [\w-]{1,63} ){1,4}
    | \b (?<! [.@/-] ) [a-z][a-z0-9-]{2,40} \. (?: com | org | net | gov ) \b (?: / [\w/.-]* )?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_HAS_WEB = re.compile(
    r"[.@:](?:(?<=@)|(?<=www\.)|(?<=WWW\.)|(?<=http:)|(?<=https:)"
    r"|(?<=\.)(?:com|org|net|gov|COM|ORG|GOV))"
)
_HAS_PHONE = re.compile(r"[-.8](?:(?<=[-.])\d{4}(?!\d)|(?<=8)\d\d[-. ][A-Z0-9])")

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_REVISED = re.compile(
    rf"""
    [\[(]? [ ]? \b (?: mfg\. [ ]? )? rev (?: ised | ision | \. ) (?: [ ] date )? [ ]? : ? [ ]?
    (?: \d{{1,2}} / (?: \d{{1,2}} / )? (?: (?:19|20)\d\d | \d\d (?= [ ]? (?: [\])] | $ ) ) )
      | (?: \d{{1,2}} [ ] )? {_MONTH} \. ? ,? [ ]? (?: \d{{1,2}}, [ ] )? \d{{4}}
      | \d{{4}} - \d\d (?: - \d\d )? )
    (?! [\w/%-] ) [ ]? [\])]?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MADE_BY = re.compile(
    r"""
    (?: (?i: manufactured | distributed | marketed | repackaged | packaged ) [ ]? (?i: by | for )
        [ ]? [:/]? [ ]? ){1,2}
    (?: [A-Z][\w.&,'-]* [ ] | \d{1,6} [ ] | (?: and | of ) [ ] | [,.&] [ ] ){1,14}?
    [A-Z]{2} ,? [ ] \d{5} (?: -\d{4} )? (?! [\w%/-] ) (?: [ ,]* (?: USA | U\.S\.A\. ) )?
    """,
    re.VERBOSE,
)
"""Who made the product, and where: names in capitals up to a state and its ZIP code."""

_REPORT_TO = re.compile(
    rf"(?i:(?<= contact ))(?P<who>(?:(?:[A-Z][^\W_]*|'s) ){{1,8}})(?=(?:toll free )?at {_CONTACT} )"
)
"""Whom to report to, by telephone: a manufacturer, where it is not one of these."""
_NO_MAKER = re.compile(
    r"\b(?:fda|food|poison|cent(?:er|re)|control|registry|hotline|service|department|cdc|health)\b",
    re.IGNORECASE,
)
_LESS_CONTACT = re.compile(
    rf"(?: (?:toll free )?(?:at|or at|or visit|visit|or))?"
    rf"(?: \((?: {_CONTACT})++ \)| {_CONTACT})(?= )"
)

# ---------------------------------------------------------------------------- sections and titles

_TITLES = (
    "boxed warnings?",
    "warnings?(?: and precautions)?",
    "precautions",
    "contraindications?",
    "adverse (?:reactions?|events)",
    "indications?(?: (?:and|&) usage)?",
    "dosage (?:and|&) administration",
    "dosage forms (?:and|&) strengths",
    "drug interactions?",
    "use in specific populations?",
    "pregnancy",
    "lactation",
    "labor (?:and|&) delivery",
    "nursing mothers",
    "p(?:a)?ediatric use",
    "geriatric use",
    "drug abuse (?:and|&) dependence",
    "overdos(?:age|e)",
    "description",
    "clinical pharmacology",
    "mechanism of action",
    "pharmacodynamics",
    "pharmacokinetics",
    "microbiology",
    "nonclinical toxicology",
    "carcinogenesis(?: and)? mutagenesis(?: and)? impairment of fertility",
    "clinical studies",
    "clinical trials experience",
    "postmarketing experience",
    "how supplied(?: storage and handling)?",
    "patient counseling information",
    "information for patients",
    "medication guide",
)
"""The titles that 21 CFR 201.56, 201.57 and 201.80 give to a label's sections."""
_TITLE = f"(?:{'|'.join(_TITLES)})"
_SECTION = r"(?:1[0-7]|[1-9])(?:\.\d{1,2}){0,2}"

_OWN_TITLE = re.compile(
    rf" (?=[A-Z])(?P<title>(?i:{_TITLE}(?: section)?))"
    rf"(?: {_END})?(?= (?P<next>[A-Z(]|{DRUG})| )(?!(?i: category))"
)
_OWN_NUMBER = re.compile(
    rf" (?:{_SECTION}(?: {_END})?(?= (?=[A-Z])(?i:{_TITLE}) )"
    rf"|(?:1[0-7]|[1-9])(?:\.\d{{1,2}}){{1,2}}(?: {_END})?(?= (?:[A-Z][^\W\d_]|{DRUG})))"
)
_COUNTED = frozenset(
    """
    and billion cc cm cups day days dl drops fold g gm gram grams hour hours hr hrs in inch inches
    is iu kcal kg l lb lbs mci mcg mcl meq mg micrograms million milligrams min minutes ml mm mmhg
    mmol mol month months mu mug ng nm of or per percent points puffs second seconds tablets
    teaspoons than times to unit units versus vs was week weeks were x year years
    """.split()  # noqa: SIM905 -- a list of strings would be read by nobody
)
"""What follows a number that is a value, also where it is written in capitals."""

_NUMBERS = rf"\( {_SECTION}(?: (?:,|and|or|to|-|;|, and) {_SECTION}| {_SECTION})* \)"
_REFERENCE = re.compile(
    rf" \( (?i:see)(?i: also)?(?> (?:(?i:{_TITLE}(?= )|and|or|sections?|the|also|full prescribing"
    rf" information|in|under|above|below)(?= )|{_NUMBERS}|[,;{_END}-](?= )))+ \)(?= )"
)
"""A cross reference in brackets: nothing but titles, and numbers of sections."""
_OPEN_REFERENCE = re.compile(
    rf" (?<!\( )(?i:see)(?i: also)?"
    rf"(?> (?:(?=[A-Z])(?i:{_TITLE}(?: sections?)?)(?= )(?: {_NUMBERS})?|(?:and|or)"
    rf"(?= (?=[A-Z])(?i:{_TITLE}) )))+(?= )"
)
"""One without brackets: its titles are in capitals."""
_REFERENCE_TO_PART = re.compile(rf" \( (?i:see) (?>[^()\d]+|{_NUMBERS} )*\)(?= )")
"""One that names a part of a section in its own words, which stay; the numbers go."""
_NUMBERS_IN_BRACKETS = re.compile(rf" {_NUMBERS}(?= )")

# ------------------------------------------------------------------------------------------ names

_GUARDED = frozenset(
    """
    no not non none nor never without un anti free less one two three four five six seven eight nine
    ten eleven twelve half double twice once daily mg mcg g kg ml l iu unit units meq percent
    """.split()  # noqa: SIM905 -- as above
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

_OF_MAKERS = frozenset(
    """
    ab ag b biologics biopharma biopharmaceuticals biosciences bv co company corp corporation div
    division gmbh healthcare inc incorporated laboratories laboratory labs limited llc llp lp ltd
    manufacturing nv pharma pharmaceutical pharmaceuticals plc private pvt sa sas therapeutics us
    usa
    """.split()  # noqa: SIM905 -- as above
)
"""Words at the end of a manufacturer's name that its labels write or leave out."""

_OF_MAKER = re.compile(rf"{MAKER}(?> (?:{'|'.join(sorted(_OF_MAKERS))})(?= ))+", re.IGNORECASE)

_FORM_WORDS = (FORMS - {"drop", "inj", "amp", "pen", "cap", "tab", "disk", "disc"}) | {
    *"capsule tablet caplet emulsion lozenge".split()  # noqa: SIM905
}
_RELEASES = frozenset({"release", "er", "xr", "sr", "xl", "cr", "dr", "la", "odt", "xt", "mr"})
_OF_RELEASE = _RELEASES - {"odt"} | {
    *"delayed enteric extended immediate modified prolonged sustained".split()  # noqa: SIM905
}
"""How the drug is released, which is never left out: a dose is of one release."""
_IN_FULL = {"er": ("extended", "release"), "xr": ("extended", "release")}
_RELEASED = re.compile(
    r"(?:extended|sustained|delayed|controlled|modified|prolonged|immediate)[- ]release",
    re.IGNORECASE,
)
_BEFORE_FORMS = frozenset(word for word in OF_FORMS if "-" not in word) | {
    *"for film orally sterile".split()  # noqa: SIM905
}
_NO_FORM_BEFORE = frozenset("site sites reaction reactions".split())  # noqa: SIM905
_OF_FORM = _FORM_WORDS | _RELEASES | _BEFORE_FORMS | COMPENDIA

_AFTER_A_DOSE = re.compile(
    r" (?:mg|mcg|\u03bcg|ug|g|kg|ml|%|iu|units?|meq|mmol|grams?)(?: of)?$", re.IGNORECASE
)
_STEM_ESTERS = frozenset({"sulfate", "sulphate", "phosphate", "acetate", "nitrate", "carbonate"})
"""Salts among the words that may name an ester: morphine sulfate is called morphine."""
_STEM_SALTS = (SALT_WORDS - ESTER_WORDS) | _STEM_ESTERS

_JOINED = r"(?: (?:and|/|with|&|plus|\+))?"
_SEVERAL = frozenset({"and", "with", "/", "&", "+", "plus"})


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


def compared(text: str, names: LabelNames) -> str:
    """The normal form of a label's passage: equal for two of one section that say the same."""
    tokens = _tokens(_ENDS.sub(_END, _less_addresses(_plain(text))))
    tokens = _less_contacts(_less_references(tokens))
    tokens = _less_own_title(_less_names(tokens, names))
    while f" {_END} {_END}" in tokens:
        tokens = tokens.replace(f" {_END} {_END}", f" {_END}")
    tokens = tokens.removeprefix(f" {_END}").removesuffix(f"{_END} ")
    return _COMPOUND.sub(_joined, _CASE_COUNTS.sub(r"\g<0>^", tokens).lower()).strip()


def _joined(compound: re.Match[str]) -> str:
    return f" {compound[0].replace(' ', '')}"


def _plain(text: str) -> str:
    """The text with one sign for what is written in several ways, and one blank between words."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        if "\u00ad" in text:
            text = _SOFT_HYPHEN.sub("-", text).replace("\u00ad", "")
        if "m\u00b2" in text:
            text = _SQUARED.sub("m2", text)
        text = _CHARACTER.sub(lambda found: _CHARACTERS[found[0]], text)
    if text.isprintable() and "  " not in text:  # a blank is the only space that can be printed
        return text.strip()
    return " ".join(text.replace(_END, " ").split())


def _tokens(text: str) -> str:
    """What counts in a text, with blanks between, before and after."""
    tokens = f" {' '.join(_TOKEN.findall(text))} ".replace("[", "(").replace("]", ")")
    return tokens.replace(" & ", " and ")


def _less_addresses(text: str) -> str:
    """The text less dates of revision and addresses, with a mark for each telephone number."""
    if "evis" in text or "ev." in text or "REV" in text:
        text = _REVISED.sub(" ", text)
    if "ackaged" in text or "anufactured" in text or "istributed" in text or "arketed" in text:
        text = _MADE_BY.sub(" ", text)
    if _HAS_WEB.search(text):
        text = _WEB.sub(f" {_CONTACT} ", text)
    if _HAS_PHONE.search(text):
        text = _PHONE.sub(f" {_CONTACT} ", text)
    return text


def _less_contacts(tokens: str) -> str:
    if _CONTACT not in tokens:
        return tokens
    tokens = _REPORT_TO.sub(_as_maker, tokens)
    return _LESS_CONTACT.sub("", tokens)


def _as_maker(found: re.Match[str]) -> str:
    return found[0] if _NO_MAKER.search(found["who"]) else f"{MAKER} "


def _less_own_title(tokens: str) -> str:
    """Less the numbers and titles of its section, and of its subsection, at the beginning."""
    start = 0
    for _ in range(2):
        number = _OWN_NUMBER.match(tokens, start)
        if number and _word_at(tokens, number.end()) not in _COUNTED:
            start = number.end()
        elif start:
            break
        title = _OWN_TITLE.match(tokens, start)
        if not title or title.end() == len(tokens) - 1:
            break
        if number or title["next"] or title["title"].isupper():
            start = title.end()
    return tokens[start:]


def _word_at(tokens: str, start: int) -> str:
    """The token after a blank, in lower case."""
    return tokens[start + 1 : tokens.find(" ", start + 1)].lower()


def _less_references(tokens: str) -> str:
    if "see" not in tokens and "See" not in tokens and "SEE" not in tokens:
        return tokens
    tokens = _REFERENCE.sub("", tokens)
    tokens = _OPEN_REFERENCE.sub("", tokens)
    tokens = _REFERENCE_TO_PART.sub(_less_numbers, tokens)
    return tokens.replace(" ( )", "")


def _less_numbers(reference: re.Match[str]) -> str:
    return _NUMBERS_IN_BRACKETS.sub("", reference[0])


def _less_names(tokens: str, names: LabelNames) -> str:
    if names.maker:
        tokens = names.maker.sub(_maker_for, tokens)
        tokens = _OF_MAKER.sub(MAKER, tokens)
    if names.drug:
        tokens = _less_drug(tokens, names.drug, names)
    return tokens


def _maker_for(found: re.Match[str]) -> str:
    return f" {MAKER}" if found[0][1].isupper() else found[0]


def _less_drug(tokens: str, pattern: re.Pattern[str], names: LabelNames) -> str:
    """With `<drug>` for the drug's names and the dose form after them, less its release.

    Where a passage names the drug in several dose forms, it may tell them apart: only that which it
    names most often is left out. So it may of two brands: both stay.
    """
    pieces: list[str] = []
    forms: list[_Form] = []
    brands: list[str] = []
    end = 0
    for found in pattern.finditer(tokens):
        if not names.is_drug(found["name"]):
            continue
        form, after = _form_at(tokens, found.end())
        name = found["name"].lower()
        form = (*names.releases.get(name, ()), *_release(name.split()), *form)
        between = tokens[end : found.start()]
        if between == " (" and pieces and tokens.startswith(" ) ", after):  # Zomax (zomepirac)
            more, after = _form_at(tokens, after + 2)
            forms[-1] += form + more
        else:
            pieces.append(f"{between} {DRUG}{_salt_of_dose(tokens, found, names)}")
            forms.append(form)
            brands.append(names.brand(found["name"]))
        end = after
    if not pieces:
        return tokens
    if len({brand for brand in brands if brand}) > 1:
        pieces = [piece + brand for piece, brand in zip(pieces, brands, strict=True)]
    if any(forms):
        distinguished = _distinguished([_singular(form) for form in forms])
        for place, (form, kept) in enumerate(zip(forms, distinguished, strict=True)):
            if words := (*dict.fromkeys(_release(form)), *kept):
                between, name = pieces[place].rsplit(f" {DRUG}", 1)
                # before the name: the verb stays beside it
                pieces[place] = f"{between} {' '.join(words)} {DRUG}{name}"
    tokens = "".join([*pieces, tokens[end:]])
    for article in (" an", " An", " AN"):
        tokens = tokens.replace(f"{article} {DRUG}", f" a {DRUG}")
    return _AGREEING.sub(_agreed, tokens)


_Form = tuple[str, ...]


def _release(words: Iterable[str]) -> _Form:
    """The words that say how the drug is released."""
    return tuple(
        full for word in words if word in _OF_RELEASE for full in _IN_FULL.get(word, (word,))
    )


def _salt_of_dose(tokens: str, found: re.Match[str], names: LabelNames) -> str:
    """The salt, where it says what a dose before it is of."""
    salt = names.salts.get(found["name"].lower())
    before = tokens[max(0, found.start() - 12) : found.start()]
    return f" {salt}" if salt and _AFTER_A_DOSE.search(before) else ""


def _form_at(tokens: str, start: int) -> tuple[_Form, int]:
    """The words of a dose form at a place in the text, in lower case, and where they end."""
    if tokens.startswith(" TM ", start):
        start += len(" TM")
    words: list[str] = []
    end = start
    while (word := _word_at(tokens, end)) in _OF_FORM:
        words.append(word)
        end += len(word) + 1
    while words and words[-1] not in _FORM_ENDS:
        end -= len(words.pop()) + 1
    if words and _word_at(tokens, end) in _NO_FORM_BEFORE:
        return (), start
    return tuple(words), end


def _distinguished(forms: list[_Form]) -> list[_Form]:
    """The dose forms less that which is named most often, of several the first.

    A generic name may stand with its form for a brand: of `zomepirac tablets` and `zomepirac
    tablets solution` tablets are part of the name.
    """
    main = _main_form(forms)
    if main and all(_stands_for_name(form, main) for form in forms if form):
        forms = [form[len(main) :] for form in forms]
        main = _main_form(forms)
    return [() if form == main else form for form in forms]


def _stands_for_name(form: _Form, main: _Form) -> bool:
    rest = form[len(main) :]
    begins = form[: len(main)] == main
    return begins and (not rest or (rest[0] != "for" and rest[-1] in _SINGULAR_FORMS))


def _main_form(forms: list[_Form]) -> _Form:
    """The dose form that is named most often."""
    counted = Counter(form for form in forms if form)
    return max(counted, key=counted.__getitem__, default=())


_AGREEING = re.compile(
    rf"""{DRUG}[ ](?P<verb>(?i:are|were|have|do)|(?i:affect|appear|cause|contain|decrease|exert
    |increase|inhibit|interact|lower|produce|reduce|require)s)(?=[ ])""",
    re.VERBOSE,
)
_VERBS = {"are": "is", "were": "was", "have": "has", "do": "does"}


def _agreed(found: re.Match[str]) -> str:
    """What tablets are and increase, as what a brand is and increases."""
    verb = found["verb"].lower()
    return f"{DRUG} {_VERBS.get(verb, verb.removesuffix('s'))}"


_NO_NAMES = _ORDINARY | FORMS | OF_FORMS | SALT_WORDS | COMPENDIA
_SINGULAR_FORMS = frozenset(word.removesuffix("s") for word in _FORM_WORDS)
_FORM_ENDS = _FORM_WORDS | _RELEASES | COMPENDIA


def _singular(form: _Form) -> _Form:
    """A dose form as it is compared: one tablet, no compendium, and without its release."""
    words = (word for word in form if word not in COMPENDIA | _OF_RELEASE)
    singular = (word.removesuffix("s") for word in words)
    return tuple("tablet" if word == "tab" else word for word in singular)


# -------------------------------------------------------------------------------- names of a label


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
    found = (_tokens(_plain(value[:200])).strip() for value in values if isinstance(value, str))
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


def _release_of(brand: str, names: Iterable[str], text: str) -> _Form:
    """How a brand is released, where its label always says the same: `Invega (paliperidone)
    Extended-Release Tablets`. The brand alone means that, and generics say it in its place."""
    if not _RELEASED.search(text):
        return ()
    own = "|".join(map(re.escape, sorted(names, key=_longest))) or "(?!)"
    said = re.compile(
        rf"\b{re.escape(brand)}[ ®™]*(?:\(? ?(?:{own}),? ?)?\)?[ ,]*({_RELEASED.pattern})",
        re.IGNORECASE,
    )
    found = {tuple(re.split("[- ]", release.lower())) for release in said.findall(text)}
    found.discard(("immediate", "release"))
    return found.pop() if len(found) == 1 else ()


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
        while len(words) > 1 and words[-1] in _OF_MAKERS:
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
