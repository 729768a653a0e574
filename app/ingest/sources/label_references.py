"""A section's own number and title, and cross references to other sections."""

import re

from app.ingest.sources.label_tokens import DRUG, END, word_at

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
    rf"(?: {END})?(?= (?P<next>[A-Z(]|{DRUG})| )(?!(?i: category))"
)
_OWN_NUMBER = re.compile(
    rf" (?:{_SECTION}(?: {END})?(?= (?=[A-Z])(?i:{_TITLE}) )"
    rf"|(?:1[0-7]|[1-9])(?:\.\d{{1,2}}){{1,2}}(?: {END})?(?= (?:[A-Z][^\W\d_]|{DRUG})))"
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
    rf" information|in|under|above|below)(?= )|{_NUMBERS}|[,;{END}-](?= )))+ \)(?= )"
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


def less_own_title(tokens: str) -> str:
    """Less the numbers and titles of its section, and of its subsection, at the beginning."""
    start = 0
    for _ in range(2):
        number = _OWN_NUMBER.match(tokens, start)
        if number and word_at(tokens, number.end()) not in _COUNTED:
            start = number.end()
        elif start:
            break
        title = _OWN_TITLE.match(tokens, start)
        if not title or title.end() == len(tokens) - 1:
            break
        if number or title["next"] or title["title"].isupper():
            start = title.end()
    return tokens[start:]


def less_references(tokens: str) -> str:
    if "see" not in tokens and "See" not in tokens and "SEE" not in tokens:
        return tokens
    tokens = _REFERENCE.sub("", tokens)
    tokens = _OPEN_REFERENCE.sub("", tokens)
    tokens = _REFERENCE_TO_PART.sub(_less_numbers, tokens)
    return tokens.replace(" ( )", "")


def _less_numbers(reference: re.Match[str]) -> str:
    return _NUMBERS_IN_BRACKETS.sub("", reference[0])
