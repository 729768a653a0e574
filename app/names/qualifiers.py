"""Qualifiers: what labels and prescriptions write beside a name, as a salt or a strength."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from app.names.normalization import normalized


class Qualifier(StrEnum):
    """What is written beside a name."""

    SALT = "salt"
    STRENGTH = "strength"
    DOSE_FORM = "dose_form"
    COMPENDIUM = "compendium"


Qualifier.__name__ = Qualifier.__qualname__ = "Beside"
"""The OpenAPI document knows it by this name, and `/v1` only grows."""

SALT_WORDS = frozenset(
    """
    acetate aluminum bisulfate bisulphate diacetate diaspartate difumarate dimaleate dimeglumine
    dimesylate diolamine dipotassium ditosylate epolamine ethanolate hemisulfate hemitartrate
    heptahydrate ammonium anhydrous arginine aspartate benzathine benzoate besilate besylate
    bitartrate borate bromide butyrate calcium camsylate carbonate chloride choline citrate
    cypionate decanoate dichloride dihydrate dihydrochloride diphosphate dipropionate disodium
    disoproxil edisylate enanthate erbumine esylate estolate ethylsuccinate fumarate furoate
    gluceptate gluconate glutamate glycolate hcl hemifumarate hemihydrate hexahydrate hippurate
    hyclate hydrate hydrobromide hydrochloride hydrogen hydroiodide hydroxide iodide isethionate
    lactate lactobionate laurate lauroxil lysine magnesium malate maleate mandelate medoxomil
    meglumine mesilate mesylate methylsulfate monohydrate monohydrochloride monosodium mucate
    napadisylate napsylate nicotinate nitrate oleate olamine orotate oxalate oxide palmitate
    pamoate pantothenate pentahydrate phenylpropionate phosphate picrate pivalate polistirex
    potassium propionate saccharate salicylate sesquihydrate silver sodium stearate strontium
    succinate sulfate sulphate sulfonate tannate tartrate teoclate tetrahydrate tosilate
    tosylate trifluoroacetate trihydrate trisodium trometamol tromethamine undecanoate valerate
    xinafoate zinc
    """.split()  # noqa: SIM905 -- a list of strings would be read by nobody
)
"""Words that name a substance's salt, ester or water, not the substance."""

IONS = frozenset(
    """
    aluminum ammonium antimony arsenic barium bismuth cadmium calcium carbon cesium chlorine
    chromium cobalt copper cupric ferric ferrous gallium gold hydrogen indium iodine iron lead
    magnesium manganese mercury nickel nitrogen palladium phosphorus platinum potassium radium
    rubidium samarium selenium silver sodium strontium sulfur thallium tin titanium yttrium zinc
    """.split()  # noqa: SIM905 -- as above
)
"""What is no substance by itself: barium sulfate is not barium."""

ESTER_WORDS = frozenset(
    """
    acetate arginine aspartate benzoate borate butyrate carbonate choline cypionate decanoate
    diacetate diaspartate diphosphate dipropionate disoproxil enanthate estolate ethylsuccinate
    furoate gluceptate glutamate glycolate hydroxide laurate lauroxil lysine medoxomil methylsulfate
    nicotinate nitrate oleate orotate oxide palmitate pantothenate phenylpropionate phosphate
    picrate pivalate polistirex propionate saccharate salicylate stearate sulfate sulfonate sulphate
    tannate undecanoate valerate zinc
    """.split()  # noqa: SIM905 -- as above
)
"""Salt words that as often make another substance: morphine sulfate is morphine's salt, and dextran
sulfate is none of dextran's."""

WITH_IONS = frozenset("bromide carbonate chloride hydroxide iodide oxide".split())  # noqa: SIM905
"""What is a substance with an ion before it: zinc oxide stands beside a name as another drug."""

FORMS = frozenset(
    """
    aerosol amp ampoule ampoules ampul ampule ampules cap caplet caplets caps capsule capsules cream
    disc disk drop drops elixir enema film foam gel granule granules implant inhaler inj injectable
    injection insert jelly liquid lotion lozenge lozenges nebules ointment pastille pastilles patch
    patches pellet pellets pen pens pessary pessaries powder ring shampoo soln solution spray
    suppositories suppository suspension swab syringe syringes syrup tab tablet tablets tabs troche
    troches vial vials wafer
    """.split()  # noqa: SIM905 -- a list of strings would be read by nobody
)
"""Dose forms, as FDA's products and prescriptions have them; none that also names substances, such
as oil, gum or extract."""

OF_FORMS = frozenset(
    """
    buccal chewable coated concentrated cr delayed delayed-release disintegrating dispersible dr ear
    ec effervescent enteric enteric-coated er extended extended-release eye film-coated
    gastro-resistant im immediate immediate-release inhalation intramuscular intranasal intrathecal
    intravenous intravenously iv la metered modified modified-release mr nasal odt ophthalmic oral
    orally otic prefilled prolonged prolonged-release rectal release sc sl soluble sr subcutaneous
    subcut sublingual sustained sustained-release topical transdermal vaginal xl xr
    """.split()  # noqa: SIM905 -- as above
)
"""How a dose form is given, or lets go of the drug."""

COMPENDIA = frozenset({"usp", "bp", "nf", "eur", "ph", "jp"})
"""Compendia whose standard a product meets: `Baclofen Tablets USP`."""

FILLERS = frozenset({"for", "in", "of"})
"""Words between those: powder for injection."""

_MASS = r"(?:mg|mcg|ug|\u03bcg|g|gm|grams?|kg|ng)"
_OTHER = r"(?:ml|l|cc|iu|units?|usp units?|u|meq|mmol|mol|mci|%|percent)"
_PER = r"(?:ml|l|cc|g|gm|hr?|hours?|days?|actuations?|doses?|sprays?|puffs?)"
_NUMBER = r"\d+(?:[.,]\d+)*"
_STRENGTH = (
    rf"{_NUMBER}\s*(?:million\s+)?(?:(?P<mass>{_MASS})|{_OTHER})"
    rf"(?:\s*(?:/|per\s)\s*(?:{_NUMBER})?\s*{_PER})?"
)
"""One strength: a mass by a volume or a time, but not by another mass, as combinations have it."""

_STRENGTH_AT_END = re.compile(
    rf"(?:^|(?<=[\s,;(])|(?<=[a-z]{{4}})){_STRENGTH}[\s,;.)]*$", re.IGNORECASE
)
_STRENGTH_AT_START = re.compile(rf"^[\s(]*{_STRENGTH}(?=[\s,;)])", re.IGNORECASE)
_WORD_AT_END = re.compile(r"[^\s,;()/]+[\s,;.()/]*$")
_WORD_AT_START = re.compile(r"^[\s(]*[^\s,;()/]+")
_EDGES = " \t,;./-"


@dataclass(frozen=True)
class StrippedName:
    """What is left of a name, and what was stripped off before and after it, as it was written.

    `salt` is the name with its salt, where that was stripped. `is_sure` says whether it is a salt
    whatever stands before it; otherwise somebody has to call it one. `has_mass` says that a mass
    was stripped.
    """

    name: str
    before: tuple[tuple[Qualifier, str], ...] = ()
    after: tuple[tuple[Qualifier, str], ...] = ()
    salt: str | None = None
    is_sure: bool = True
    has_mass: bool = False

    @property
    def stripped(self) -> list[tuple[Qualifier, str]]:
        """What was stripped, in the order in which it was written; a dose form's words together."""
        joined: list[tuple[Qualifier, str]] = []
        for what, text in (*self.before, *self.after):
            if joined and joined[-1][0] is what is Qualifier.DOSE_FORM:
                joined[-1] = (what, f"{joined[-1][1]} {text}")
            else:
                joined.append((what, text))
        return joined


def stripped_names(name: str) -> Iterator[StrippedName]:
    """A name as it is, and less what may be written beside it: the least first.

    What is left may be no drug, and means nothing unless it is exactly one.
    """
    bare = list(_less_forms(StrippedName(name)))
    for left in bare:
        yield left
        yield from _less_salt(left)


def without_salt(name: str) -> list[str]:
    """What a normalized name is less one word at its end that names its salt, less two, and so on.

    What is left may be no drug, and means nothing unless it is one; a bare ion is never left, for
    calcium chloride is not calcium.
    """
    words = name.split()
    left = []
    while len(words) > 1 and words.pop() in SALT_WORDS:
        if not IONS.issuperset(words):
            left.append(" ".join(words))
    return left


def _less_salt(left: StrippedName) -> Iterator[StrippedName]:
    """The name less a word for its salt, less two …, as long as nothing but blanks parts them."""
    words = left.name.split()
    for stem in without_salt(normalized(left.name)):
        kept = len(stem.split())
        salts = [normalized(word) for word in words[kept:]]
        if not IONS.isdisjoint(stem.split()):  # as of a radioactive one
            continue
        before = normalized(words[kept - 1])
        is_substance = salts[0] in IONS and not WITH_IONS.isdisjoint(salts)
        if is_substance or not before[-1].isalnum():
            continue
        yield replace(
            left,
            name=" ".join(words[:kept]),
            after=((Qualifier.SALT, " ".join(words[kept:])), *left.after),
            salt=left.name,
            is_sure=ESTER_WORDS.isdisjoint(salts),
        )


def _less_forms(left: StrippedName) -> Iterator[StrippedName]:
    """The name, and less strengths and dose forms at its end, and then at its beginning."""
    yield left
    is_vaccine = "vaccine" in normalized(left.name)  # by mouth, it is another
    for at_end in (True, False):
        while True:
            less = _less_strength(left, at_end=at_end)
            if less is None and not is_vaccine:
                less = _less_form(left, at_end=at_end)
            if less is None or not less.name:
                break
            left = less
            yield left


def _less_strength(left: StrippedName, *, at_end: bool) -> StrippedName | None:
    """Less one strength; what has two is of two substances."""
    found = (_STRENGTH_AT_END if at_end else _STRENGTH_AT_START).search(left.name)
    if found is None or (found["mass"] and left.has_mass):
        return None
    beside = left.name[: found.start()] if at_end else left.name[found.end() :]
    if (beside.rstrip()[-1:] if at_end else beside.lstrip()[:1]) in ("/", "-", "+", "&"):
        return None
    less = _less(left, found, Qualifier.STRENGTH, at_end)
    return replace(less, has_mass=left.has_mass or bool(found["mass"]))


def _less_form(left: StrippedName, *, at_end: bool) -> StrippedName | None:
    """Less one word for a dose form, with the fillers beside it."""
    found = (_WORD_AT_END if at_end else _WORD_AT_START).search(left.name)
    word = normalized(found[0]).strip(" ,;.()/") if found else ""
    if found is not None and word in COMPENDIA and at_end:
        return _less(left, found, Qualifier.COMPENDIUM, at_end)
    if found is None or word not in FORMS | OF_FORMS:
        return None
    less = _less(left, found, Qualifier.DOSE_FORM, at_end)
    filler = (_WORD_AT_END if at_end else _WORD_AT_START).search(less.name)
    if filler and normalized(filler[0]).strip(" ,;.()") in FILLERS:
        less = _less(less, filler, Qualifier.DOSE_FORM, at_end)
    return less


def _less(left: StrippedName, found: re.Match[str], what: Qualifier, at_end: bool) -> StrippedName:
    rest = left.name[: found.start()] if at_end else left.name[found.end() :]
    edges = _EDGES if rest.count("(") == rest.count(")") else _EDGES + "()"
    piece = (what, found[0].strip(_EDGES + "()"))
    if at_end:
        return replace(left, name=rest.strip(edges), after=(piece, *left.after))
    return replace(left, name=rest.strip(edges), before=(*left.before, piece))
