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

from app.ingest.sources.label_addresses import less_addresses, less_contacts
from app.ingest.sources.label_forms import Form, distinguished, form_at, release, singular
from app.ingest.sources.label_names import OF_MAKERS, LabelNames
from app.ingest.sources.label_references import less_own_title, less_references
from app.ingest.sources.label_tokens import DRUG, END, ENDS, MAKER, plain, tokens_of

_CASE_COUNTS = re.compile(
    r"[MG](?:(?<= [mnp\u03bc]M)|(?<= M)(?:Bq|Pa|Hz|W)|(?<=[0-9] G))(?= )"  # rare letters first
)
"""Units that are others in the other case: millimolar and millimetres, gauge and gram."""

_COMPOUND = re.compile(
    r" (?:(?:co|non|pre|post|anti) (?=[a-z])|breast (?=fe)|[ct] (?=m(?:ax|in) ))+"
)
"""What is written in one word or in two: non-prescription, breast-feeding, and C with max below."""

_OF_MAKER = re.compile(rf"{MAKER}(?> (?:{'|'.join(sorted(OF_MAKERS))})(?= ))+", re.IGNORECASE)

_AFTER_A_DOSE = re.compile(
    r" (?:mg|mcg|\u03bcg|ug|g|kg|ml|%|iu|units?|meq|mmol|grams?)(?: of)?$", re.IGNORECASE
)


def compared(text: str, names: LabelNames) -> str:
    """The normal form of a label's passage: equal for two of one section that say the same."""
    tokens = tokens_of(ENDS.sub(END, less_addresses(plain(text))))
    tokens = less_contacts(less_references(tokens))
    tokens = less_own_title(_less_names(tokens, names))
    while f" {END} {END}" in tokens:
        tokens = tokens.replace(f" {END} {END}", f" {END}")
    tokens = tokens.removeprefix(f" {END}").removesuffix(f"{END} ")
    return _COMPOUND.sub(_joined, _CASE_COUNTS.sub(r"\g<0>^", tokens).lower()).strip()


def _joined(compound: re.Match[str]) -> str:
    return f" {compound[0].replace(' ', '')}"


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
    forms: list[Form] = []
    brands: list[str] = []
    end = 0
    for found in pattern.finditer(tokens):
        if not names.is_drug(found["name"]):
            continue
        form, after = form_at(tokens, found.end())
        name = found["name"].lower()
        form = (*names.releases.get(name, ()), *release(name.split()), *form)
        between = tokens[end : found.start()]
        if between == " (" and pieces and tokens.startswith(" ) ", after):  # Zomax (zomepirac)
            more, after = form_at(tokens, after + 2)
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
        told_apart = distinguished([singular(form) for form in forms])
        for place, (form, kept) in enumerate(zip(forms, told_apart, strict=True)):
            if words := (*dict.fromkeys(release(form)), *kept):
                between, name = pieces[place].rsplit(f" {DRUG}", 1)
                # before the name: the verb stays beside it
                pieces[place] = f"{between} {' '.join(words)} {DRUG}{name}"
    tokens = "".join([*pieces, tokens[end:]])
    for article in (" an", " An", " AN"):
        tokens = tokens.replace(f"{article} {DRUG}", f" a {DRUG}")
    return _AGREEING.sub(_agreed, tokens)


def _salt_of_dose(tokens: str, found: re.Match[str], names: LabelNames) -> str:
    """The salt, where it says what a dose before it is of."""
    salt = names.salts.get(found["name"].lower())
    before = tokens[max(0, found.start() - 12) : found.start()]
    return f" {salt}" if salt and _AFTER_A_DOSE.search(before) else ""


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
