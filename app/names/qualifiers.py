"""Qualifiers: what labels and prescriptions write beside a name, as a salt or a strength."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import compress, product

from app.names import product_words as words
from app.names.normalization import normalized, word_list, words_of


class Qualifier(StrEnum):
    """What is written beside a name."""

    SALT = "salt"
    STRENGTH = "strength"
    DOSE_FORM = "dose_form"
    COMPENDIUM = "compendium"
    CONTAINER = "container"
    DOSE = "dose"
    ROUTE = "route"
    FREQUENCY = "frequency"
    MANUFACTURER = "manufacturer"
    SUFFIX = "suffix"
    STUDY = "study"
    DILUENT = "diluent"
    NOTE = "note"
    NAME = "name"
    NOT_UNDERSTOOD = "not_understood"


Qualifier.__name__ = Qualifier.__qualname__ = "Beside"
"""The OpenAPI document knows it by this name, and `/v1` only grows."""

SALT_WORDS = frozenset(
    """
    acetate aluminum axetil bisulfate bisulphate diacetate diaspartate difumarate dimaleate
    dimeglumine dimesylate diolamine dipotassium ditosylate epolamine ethanolate hemisulfate
    hemitartrate heptahydrate ammonium anhydrous arginine aspartate benzathine benzoate besilate
    besylate bitartrate borate bromide butyrate calcium camsylate carbonate chloride choline
    citrate cypionate decanoate dichloride dihydrate dihydrochloride diphosphate dipropionate
    disodium disoproxil edisylate enanthate erbumine esylate estolate ethylsuccinate fumarate
    furoate gluceptate gluconate glutamate glycolate hcl hemifumarate hemihydrate hexahydrate
    hippurate hyclate hydrate hydrobromide hydrochloride hydrogen hydroiodide hydroxide iodide
    isethionate lactate lactobionate laurate lauroxil lysine magnesium malate maleate mandelate
    medoxomil meglumine mesilate mesylate methylsulfate monohydrate monohydrochloride monosodium
    mucate napadisylate napsylate nicotinate nitrate oleate olamine orotate oxalate oxide
    palmitate cilexetil fumaric pamoate pantothenate pentahydrate pivoxil proxetil
    phenylpropionate phosphate picrate pivalate polistirex potassium propionate saccharate
    salicylate sesquihydrate silver sodium stearate strontium succinate sulfate sulphate
    sulfonate tannate tartrate teoclate tetrahydrate tosilate tosylate trifluoroacetate
    trihydrate trisodium trometamol tromethamine undecanoate valerate xinafoate zinc
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
    acetate arginine aspartate axetil benzoate cilexetil borate butyrate carbonate choline
    cypionate decanoate diacetate diaspartate diphosphate dipropionate disoproxil enanthate
    estolate ethylsuccinate furoate gluceptate glutamate glycolate hydroxide laurate lauroxil
    lysine medoxomil methylsulfate nicotinate nitrate oleate orotate oxide palmitate
    pantothenate phenylpropionate phosphate picrate pivalate pivoxil proxetil polistirex
    propionate saccharate salicylate stearate sulfate sulfonate sulphate tannate undecanoate
    valerate zinc
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
    suppositories suppository suspension syringe syringes syrup tab tablet tablets tabs troche
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

FILLERS = frozenset({"for", "in", "of", "pour", "en", "de", "ou"})
"""Words between those: powder for injection."""

JOINERS = frozenset(
    {"/", "+", "&", "-", "and", "with", "plus", "et", "avec"}
    | {"combined with", "in combination with", "together with", "co-administered with"}
)
"""What stands between the ingredients of a combination; a comma may, and much else besides."""

_KINDS: dict[str, Qualifier] = {
    **dict.fromkeys(FORMS | OF_FORMS | words.DOSE_FORMS | words.RELEASES, Qualifier.DOSE_FORM),
    **dict.fromkeys(words.FRENCH_FORMS, Qualifier.DOSE_FORM),
    **dict.fromkeys(COMPENDIA, Qualifier.COMPENDIUM),
    **dict.fromkeys(words.CONTAINERS, Qualifier.CONTAINER),
    **dict.fromkeys(words.ROUTES, Qualifier.ROUTE),
    **dict.fromkeys(words.FREQUENCIES, Qualifier.FREQUENCY),
    **dict.fromkeys(words.STRENGTHS, Qualifier.STRENGTH),
    **dict.fromkeys(words.MANUFACTURERS, Qualifier.MANUFACTURER),
    **dict.fromkeys(words.OF_STUDIES | words.CARE, Qualifier.STUDY),
    **dict.fromkeys(words.NOTES, Qualifier.NOTE),
}
_LONGEST_PHRASE = 4
_COUNTED = (Qualifier.DOSE_FORM, Qualifier.CONTAINER)
_BEFORE_A_NAME = (
    Qualifier.STRENGTH,
    Qualifier.STUDY,
    Qualifier.NOTE,
    Qualifier.COMPENDIUM,
    *_COUNTED,
)
_GIVEN = (Qualifier.ROUTE, Qualifier.FREQUENCY)
_JOINED = (Qualifier.DOSE_FORM, Qualifier.DOSE, Qualifier.NOTE, Qualifier.NOT_UNDERSTOOD)
_SHORTEST_BEFORE = 5
"""Letters of a route or a frequency that may stand before a name: `IT` may be part of it."""
_ENDS_STRENGTH = (*_COUNTED, *_GIVEN)
_BEFORE_INSTRUCTIONS = (*_ENDS_STRENGTH, Qualifier.DOSE)

_MASS = r"(?:(?:milli|micro)?gram(?:me)?s?|mg(?:\s?pe)?|mcg|ug|\u03bcg|\xb5g|gms?|g|kg|ng)"
_OF_DRUG = (
    r"(?:iu|ui|mui|usp\sunits?|units?|unt|u|bau|ein|cells|(?:vector-genome|viral-particle)s"
    r"|meq|mmol|(?-i:mM)|mol|m?ci|uci|[mg]bq)"
)
_PERCENT = r"(?:%|percent)"
_OF_PRODUCT = r"(?:mls?|litres?|l|cc|actuat|doses?|(?-i:D)|hours?|hrs?|days?)"
_TIME = r"(?:hours?|hrs?|h|days?|minutes?|min)"
_PER = rf"(?:mls?|l|cc|(?:kg|m2|m\u00b2|m\^2)(?:/{_TIME})?|{_TIME})"
_PER_ONE = (
    r"(?:actuat(?:ion)?s?|act|doses?|sprays?|puffs?|inh(?:alations?)?|tab(?:let)?|cap(?:sule)?|vial"
    r"|drops?|patch)"
)
_NUMBER = r"(?:\d+(?:[.,]\d+)*|\.\d+)"
_ONE_AMOUNT = (
    rf"{_NUMBER}\s*(?:million\s+)?(?:"
    rf"(?:(?P<mass>{_MASS})|(?P<drug>{_OF_DRUG})|(?P<percent>{_PERCENT})|(?P<product>{_OF_PRODUCT}))"
    rf"(?![a-z])(?:(?:\s*/\s*|\s+per\s+|\s+in\s+)"
    rf"(?:(?:{_NUMBER}\s*)?{_PER}|(?:1\s*)?{_PER_ONE}|(?P<one>1\s*)?{_MASS})(?![a-z]))?)?"
)
_PIECES = re.compile(_ONE_AMOUNT, re.IGNORECASE)
_PIECE = re.sub(r"\?P<\w+>", "?:", _ONE_AMOUNT)
_AMOUNT = rf"{_PIECE}(?:\s*(?:[/+-]|\b(?:to|or)\b)\s*(?!1\s?:\s?\d){_PIECE})*(?!\.?\w)"
"""One amount of each of some drugs, some of which share a unit: `10-12.5mg`, `5mg/325mg`."""
_IS_RANGE = re.compile(r"0+\s*-|.*\b(?:to|or)\b", re.IGNORECASE)
"""One amount from a range: `0-12 units`, `1 mg or 2 mg`."""
_FLUID = rf"""
    (?:{_NUMBER}\s*%\s*)?
    (?:sod(?:ium|\.)?\s*chlor(?:ide|\.)?|nacl|n/s|swfi|swi|iso-?osm(?:otic)?\s+dextrose
      |(?:(?:1/2|half|half\s+normal|normal)\s*)?(?:ns|saline)
      |d(?:5|10)(?:w|\s?ns|[\s-]?1/2\s?ns|[\s-]?0\.45\s?%?\s?(?:ns|nacl)|\s?lr)?
      |dextrose|lr|lactated\s+ringer'?s?|ringer'?s\s+lactate|(?:sterile\s+)?water)
    (?:\s*\(?{_NUMBER}\s*%\)?)? (?:\s*\((?:iso-?osm?(?:otic)?|pf)\))?
    (?:\s+in\s+water|\s+for\s+inj(?:ection)?|\s+solution)? (?![\w%])
    """
_DILUENT = rf"""
    in\s+ (?:{_NUMBER}\s*ml\s+ (?:of\s+)?)? {_FLUID} (?:\s* [-/] \s* {_FLUID})*
    |(?<=ml[\s-]) {_FLUID}
    """
"""What a drug is diluted in, with its strength."""
_PACKAGE = r"\d+\s?x\s?\d+(?:\.\d+)?\s?ml(?!\w)|x\s?\d{2,}(?!\w)"
"""How many a package holds: `25X1ML`."""
_RUN = rf"(?:at|@)\s*{_NUMBER}\s*(?:ml|cc)\s*/\s*h(?:r|our)?(?!\w)"
"""How fast an infusion runs."""
_OF_CODEINE = r"(?:\#|no\.?)\s?[234](?![\w.])"
"""How much codeine is in a tablet: number 3 has 30 mg."""

_TOKEN = re.compile(
    rf"""(?P<dilution>-?1\s?:\s?\d[\d,]*(?![\w:])) | (?P<diluent>{_DILUENT})
    |(?P<note>{_PACKAGE}|{_RUN})
    |(?P<frequency>(?:q|every\s)\s*\d+(?:-\d+)?\s*(?:h|hrs?|hours?|d|days?|w|wks?|weeks?|months?|min)
        (?::\s*prn)?(?![\w/])|x\s?\d+\s*(?:d|days?|doses?|w|wks?|weeks?|months?)(?!\w)
        |daily\s?\d{{1,2}}(?!\w)|\d\s?(?:x|times)\s?(?:/|a\s|per\s)?\s?(?:d|day|daily|week|weekly)(?!\w))
    |(?P<amount>{_AMOUNT})
    |(?P<codeine>{_OF_CODEINE})
    |(?P<open>[(\[]) | (?P<close>[)\]]) | (?P<mark>[,;\uff0c\u3001\uff1b])
    |(?P<joiner>(?<!\w)w/(?![vw](?!\w))|[/+&]|-(?=\s)|(?<=[\w%)])-(?=[a-z]{{3}}))
    |(?P<word>[^\s()\[\],;\uff0c\u3001\uff1b/+&]+)""",
    re.IGNORECASE | re.VERBOSE,
)
_GLUED = re.compile(rf"[a-z]{{4}}(?={_NUMBER}\s*(?:{_MASS}|{_OF_DRUG}|{_PERCENT})(?![a-z]))", re.I)
_UNIT = re.compile(rf"{_MASS}|{_OF_DRUG}|insulin", re.IGNORECASE)
_ITEM = re.compile(r"\s*\d{1,2}[.)]\s+(?=[a-z])", re.IGNORECASE)
"""The number of an item of a list: `1. Lisinopril 10 mg`."""
_ENDS = re.compile(r"(?![\w-])")
_LONG_WORD = re.compile("[a-z]{5}$", re.IGNORECASE)
_HYPHEN = re.compile(r"(?:(?<=[a-z.]{2})|(?<=[a-z]\d)|(?<=[a-z]\d\d))-(?=[a-z])", re.IGNORECASE)
_EDGES = " \t,;\uff0c\u3001\uff1b./-"


@dataclass(frozen=True, slots=True)
class _Token:
    """A part of a text: a qualifier, or else what `what` says, a word of a name most often."""

    what: Qualifier | str
    start: int
    end: int
    ingredients: int = 0
    is_percent: bool = False
    is_number: bool = False
    is_first: bool = True
    """Whether it is a qualifier right after a name too."""
    is_instruction: bool = False
    """Whether it stands in the instructions of a prescription line."""


@dataclass(frozen=True)
class StrippedName:
    """What is left of a name, and what was stripped off before and after it, as it was written.

    `salt` is the name with its salt, where that was stripped. `is_sure` says whether it is a salt
    whatever stands before it; otherwise somebody has to call it one. `asides` stood in brackets,
    and have to name the same; those in square ones are brands. `ingredients` is how many the
    strengths are of, 1 where they do not say. `is_numeral` says that the first that was stripped is
    `IV`, which is a route or a numeral. An abbreviated salt is spelt out where not `is_as_written`.
    `is_bare_number` says that a number without a unit was taken for a strength, and `instructions`
    are the words, if any, that were taken for those of a prescription line: neither is sure.
    """

    name: str
    before: tuple[tuple[Qualifier, str], ...] = ()
    after: tuple[tuple[Qualifier, str], ...] = ()
    salt: str | None = None
    is_sure: bool = True
    asides: tuple[str, ...] = ()
    ingredients: int = 1
    is_numeral: bool = False
    is_as_written: bool = True
    is_bare_number: bool = False
    instructions: str = ""

    @property
    def stripped(self) -> list[tuple[Qualifier, str]]:
        """What was stripped, in the order in which it was written; words of one dose form, and of
        instructions, together."""
        joined: list[tuple[Qualifier, str]] = []
        for what, text in (*self.before, *self.after):
            if joined and joined[-1][0] is what and what in _JOINED:
                joined[-1] = (what, f"{joined[-1][1]} {text}")
            else:
                joined.append((what, text))
        return joined


def stripped_names(name: str) -> Iterator[StrippedName]:
    """A name as it is, and less what may be written beside it: the least first.

    What is left may be no drug, and means nothing unless it is exactly one.
    """
    for left in _less_qualifiers(name):
        yield left
        yield from _less_salt(left)
        if base := without_suffix(left.name.lower()):
            suffix = (Qualifier.SUFFIX, left.name[len(base) + 1 :])
            yield replace(left, name=left.name[: len(base)], after=(suffix, *left.after))


def parts_of(name: str) -> list[tuple[str, ...]]:
    """The ways in which a name may be those of several ingredients, the fewest first."""
    tokens = _tokens(name)
    joiners = _joiners(tokens)
    for token in tokens:
        if token.what == "word":
            joiners += [hyphen.span() for hyphen in _HYPHEN.finditer(name, token.start, token.end)]
    joiners.sort()
    return _ways(name, joiners) if len(joiners) <= MOST_JOINERS else []


def lists_of(name: str) -> list[tuple[str, ...]]:
    """The ways in which a name may be a list of names, the fewest first: no hyphen parts those."""
    joiners = _joiners(_tokens(name))
    ways = _ways(name, joiners) if len(joiners) <= MOST_JOINERS else [_parted(name, joiners)]
    bare = [tuple(part.strip(_EDGES + "+&") for part in way) for way in ways]  # of `A + / - B`
    return [parts for parts in bare if all(parts)]


def _joiners(tokens: list[_Token]) -> list[tuple[int, int]]:
    return [(token.start, token.end) for token in tokens if token.what in ("mark", "joiner")]


def _ways(name: str, joiners: list[tuple[int, int]]) -> list[tuple[str, ...]]:
    ways = []
    for is_taken in product((False, True), repeat=len(joiners)):
        parts = _parted(name, list(compress(joiners, is_taken)))
        if len(parts) > 1 and all(parts):
            ways.append(parts)
    return sorted(ways, key=len)


def _parted(name: str, joiners: list[tuple[int, int]]) -> tuple[str, ...]:
    starts = [0, *(end for _, end in joiners)]
    ends = [*(start for start, _ in joiners), len(name)]
    return tuple(name[start:end].strip() for start, end in zip(starts, ends, strict=True))


MOST_JOINERS = 5
"""Of more, there are too many ways to take a name apart."""


def without_salt(name: str) -> list[str]:
    """What a normalized name is less one word at its end that names its salt, less two, and so on.

    What is left may be no drug, and means nothing unless it is one; a bare ion is never left, for
    calcium chloride is not calcium.
    """
    words = name.removesuffix(" acid").split() if name.endswith(" fumaric acid") else name.split()
    left = []
    while len(words) > 1 and words.pop() in SALT_WORDS:
        if not IONS.issuperset(words):
            left.append(" ".join(words))
    return left


def is_salt_of(name: str, drug: str) -> bool:
    """Whether a name is a drug's with words for a salt, an ester or water beside it, before or
    behind: sodium oxybate is oxybate's, and magnesium sulfate is none of sulfate's."""
    words, own = set(word_list(name)), set(word_list(drug))
    added = words - own
    if not own <= words or own <= IONS or not added <= SALT_WORDS | IONS:
        return False
    return not own <= SALT_WORDS or added.isdisjoint(IONS)


def without_suffix(name: str) -> str | None:
    """A biological's name in lower case less FDA's suffix for one maker's; None if it has none.

    The four letters mean nothing: tocilizumab-bavi is a tocilizumab.
    """
    found = _SUFFIXED.fullmatch(name)
    return found[1] if found else None


_SUFFIXED = re.compile(
    r"(.*(?:mab|cept|stim|ase|kin|ermin|tropin|poetin|tide|toxina|alfa|beta|aspart|glargine|lispro"
    r"|degludec|vedotin|deruxtecan|emtansine|govitecan|[a-z]leucel|vec))-((?!alfa|beta|zinc)[a-z]{4})"
)
"""How WHO's names of biologicals end, and FDA's suffix."""


def _less_salt(left: StrippedName) -> Iterator[StrippedName]:
    """The name less a word for its salt, less two …, as long as nothing but blanks parts them."""
    written = left.name.split()
    plain = [normalized(word) for word in written]
    whole = [words.ABBREVIATED_IONS.get(word.strip("."), word) for word in plain]
    whole[1:] = [words.ABBREVIATED_SALTS.get(word.strip("."), word) for word in whole[1:]]
    if len(whole) > 1 and whole != plain:
        yield replace(left, name=" ".join(whole), is_as_written=False)
    for stem in without_salt(" ".join(whole)):
        kept = len(stem.split())
        salts = whole[kept:]
        if not IONS.isdisjoint(stem.split()):  # as of a radioactive one
            continue
        is_substance = salts[0] in IONS and not WITH_IONS.isdisjoint(salts)
        if is_substance or not whole[kept - 1][-1].isalnum():
            continue
        yield replace(
            left,
            name=" ".join(written[:kept]),
            after=((Qualifier.SALT, " ".join(written[kept:])), *left.after),
            salt=" ".join([*written[:kept], *salts]) if whole != plain else left.name,
            is_sure=ESTER_WORDS.isdisjoint(salts),
        )


def _less_qualifiers(name: str) -> Iterator[StrippedName]:
    """The name, and less qualifiers at its end, and then at its beginning."""
    yield StrippedName(name)
    tokens = _tokens(name)
    is_vaccine = "vaccine" in normalized(name)  # by mouth, it is another
    first, end = 0, len(tokens)
    begin = next((i for i, token in enumerate(tokens) if token.is_instruction), end)
    if begin < end and not is_vaccine:
        end = begin
        yield _left(name, tokens, first, end)
    has_number = False
    while end > 1:
        last = tokens[end - 1]
        is_filler = last.what == "filler" and end < len(tokens)
        if is_number := last.is_number and last.what == "word" and not has_number:
            has_number = True
        elif not (isinstance(last.what, Qualifier) or is_filler or last.what in ("mark", "joiner")):
            break
        if is_vaccine and last.what is not Qualifier.STRENGTH:
            break
        end -= 1
        is_qualifier = last.is_first and (isinstance(last.what, Qualifier) or is_number)
        joiner = tokens[end - 1] if tokens[end - 1].what == "joiner" else None
        if joiner and name[joiner.start : joiner.end] != "-":
            if normalized(name[last.start : last.end]) not in words.CARE | _CRYSTALS:
                continue  # another ingredient is missing there
            yield _left(name, [*tokens[: end - 1], *tokens[end:]], first, end - 1)
            continue
        if is_qualifier and not _is_appliance(name, tokens[end:]):
            yield _left(name, tokens, first, end)
    while first < end - 1 and not is_vaccine:
        head = tokens[first]
        is_filler = head.what == "filler" and first > 0
        is_given = head.what in _GIVEN and (
            head.end - head.start >= _SHORTEST_BEFORE
            or normalized(name[head.start : head.end]) in words.ROUTES_BEFORE
        )
        if not (head.what in _BEFORE_A_NAME or is_given or is_filler or head.what == "mark"):
            break
        first += 1
        if tokens[first].what not in ("mark", "joiner", "filler"):
            yield _left(name, tokens, first, end)


_CRYSTALS = frozenset({"m-cryst", "macrocrystal", "macrocrystals"})
"""What may stand behind a stroke and is no ingredient: nitrofurantoin's monohydrate has both."""


def _is_appliance(name: str, stripped: list[_Token]) -> bool:
    """Whether a container was stripped, and no amount of a drug: `29G` is a needle's gauge, and
    what stands right behind `insulin` is for any."""
    texts = [normalized(name[token.start : token.end]) for token in stripped]
    if words.EMPTY.isdisjoint(texts) or "prefilled" in texts or "prefilled syringe" in texts:
        return False
    left = normalized(name[: stripped[0].start]).rstrip(_EDGES)
    if left.endswith("insulin") and texts[0] in words.EMPTY:
        return True
    amounts = zip(stripped, texts, strict=True)
    return not sum(token.ingredients for token, text in amounts if not _GAUGE.fullmatch(text))


_GAUGE = re.compile(r"(?:1[4-9]|2\d|3[0-4])\s?g(?:auge)?")


def _left(name: str, tokens: list[_Token], first: int, end: int) -> StrippedName:
    """What is left of a name from one token up to another."""

    def pieces(some: list[_Token]) -> Iterator[tuple[Qualifier, str]]:
        for token in some:
            if token.what not in ("mark", "joiner"):
                what = _FILLED.get(token.what) or Qualifier(token.what)
                yield what, name[token.start : token.end].strip(_EDGES + "()[]")

    before, after = tokens[:first], tokens[end:]
    unsure = [token for token in after if token.is_instruction]
    return StrippedName(
        name[tokens[first].start : tokens[end - 1].end].rstrip(_EDGES),
        tuple(pieces(before)),
        tuple(pieces(after)),
        asides=tuple(name[t.start : t.end] for t in after if t.what is Qualifier.NAME),
        ingredients=_ingredients([*before, *after]),
        is_numeral=bool(after) and normalized(name[after[0].start : after[0].end]) == "iv",
        is_bare_number=any(t.is_number and t.what == "word" for t in after),
        instructions=name[unsure[0].start : unsure[-1].end] if unsure else "",
    )


_FILLED = {"filler": Qualifier.DOSE_FORM, "word": Qualifier.STRENGTH}
"""What words between qualifiers, and numbers behind a name, are taken for."""


def _ingredients(tokens: list[_Token]) -> int:
    """How many ingredients the strengths are of; what follows a percentage is a package's size."""
    strengths = [t for t in tokens if t.what is Qualifier.STRENGTH and t.ingredients]
    several = [t.ingredients for t in strengths if t.ingredients > 1]
    if several:
        return sum(several)
    return max(1, sum(t.is_percent for t in strengths) or len(strengths))


@lru_cache(maxsize=5_000)
def _tokens(text: str) -> list[_Token]:
    """A text, taken apart."""
    return _instructions(text, _doses(text, _brackets(text, _phrases(text, _raw_tokens(text)))))


_OF_ITS_OWN_KIND = (Qualifier.FREQUENCY, Qualifier.DILUENT, Qualifier.NOTE)
"""The parts of `_TOKEN` that are qualifiers whatever stands around them."""


def _raw_tokens(text: str) -> list[_Token]:
    """Amounts, marks and words."""
    tokens = []
    at = 0
    if item := _ITEM.match(text):
        at = item.end()
        tokens.append(_Token("mark", 0, at))
    while found := _TOKEN.search(text, at):
        what = found.lastgroup or ""
        end = found.end()
        if what == "word" and (glued := _GLUED.search(text, found.start(), end)):
            end = glued.end()
        if what == "amount":
            tokens.append(_amount(text, found.start(), end))
        elif what == "dilution":
            tokens.append(_Token(Qualifier.STRENGTH, found.start(), end, 1))
        elif what == "codeine":
            is_strength = "codeine" in text.lower()
            kind = Qualifier.STRENGTH if is_strength else "word"
            tokens.append(_Token(kind, found.start(), end))
        elif what in _OF_ITS_OWN_KIND:
            tokens.append(_Token(Qualifier(what), found.start(), end))
        else:
            tokens.append(_Token(what, found.start(), end))
        at = end
    return tokens


def _amount(text: str, start: int, end: int) -> _Token:
    """An amount, and of how many ingredients it is: none, if it is of the whole product."""
    pieces = list(_PIECES.finditer(text, start, end))
    units = [piece.lastgroup if piece.lastgroup != "one" else "mass" for piece in pieces]
    if not any(units):  # `1-2` may be tablets
        is_ratio = len(pieces) > 1 and not set("/+").isdisjoint(text[start:end])
        what = Qualifier.STRENGTH if is_ratio else "word"
        return _Token(what, start, end, len(pieces), is_number=not is_ratio)
    units[-1] = units[-1] or next(filter(None, reversed(units)))
    for i in reversed(range(len(units) - 1)):
        units[i] = units[i] or units[i + 1]
    number = units.count("percent") or sum(unit in ("mass", "drug") for unit in units)
    if number > 1 and _IS_RANGE.match(text, start, end):
        number = 1
    if len(pieces) == 1 and pieces[0]["one"] and pieces[0]["mass"] in ("g", "gm", "G", "GM"):
        number = 2  # 2 g/1 g is no concentration
    if normalized(text[start:end]).endswith(("hr", "hrs", "hour", "hours", "day")) and not number:
        return _Token(Qualifier.DOSE_FORM, start, end)
    return _Token(Qualifier.STRENGTH, start, end, number, "percent" in units)


def _phrases(text: str, raw: list[_Token]) -> list[_Token]:
    """The same, with words and phrases of the tables as what they are: the longest first."""
    tokens: list[_Token] = []
    at = 0
    while at < len(raw):
        token, end = raw[at], at + 1
        for last in range(min(at + _LONGEST_PHRASE, len(raw)) - 1, at - 1, -1):
            if token.what != "word" or raw[last].what != "word":
                continue
            written = normalized(text[token.start : raw[last].end]).strip(".:'*")
            if kind := _kind(written) if written else "mark":
                is_first = written not in words.NOT_FIRST
                token, end = _Token(kind, token.start, raw[last].end, is_first=is_first), last + 1
                break
        tokens.append(token)
        at = end
    return tokens


def _kind(written: str) -> Qualifier | str | None:
    """What a word or a phrase is, if it is no word of a name."""
    if written in JOINERS:
        return "joiner"
    if written in FILLERS:
        return "filler"
    kind = _KINDS.get(written) or _KINDS.get(written.replace(".", ""))
    if kind is None and ":" in written:
        kinds = {_kind(each) for each in written.split(":")}
        return Qualifier.FREQUENCY if kinds == {Qualifier.FREQUENCY} else None
    return kind


def _brackets(text: str, tokens: list[_Token]) -> list[_Token]:
    """The same, with what stands in brackets beside a name as one, unless it is a qualifier."""
    left: list[_Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        close = next((i for i in range(at, len(tokens)) if tokens[i].what == "close"), None)
        if token.what != "open" or close is None:
            is_bracket = token.what in ("open", "close")
            left.append(replace(token, what="word") if is_bracket else token)
            at += 1
            continue
        within, end = tokens[at + 1 : close], tokens[close].end
        is_beside = at > 0 and text[token.start - 1].isspace() and _ENDS.match(text, end)
        if _is_element(text, token, within):
            left.append(_Token(Qualifier.STRENGTH, token.start, end))
        elif any(each.what in ("word", "open") and not each.is_number for each in within):
            what = Qualifier.NAME if is_beside else "word"
            left.append(_Token(what, token.start, end))
        else:
            is_again = bool(left) and left[-1].what is Qualifier.STRENGTH and left[-1].ingredients
            left += [
                replace(each, is_first=True, ingredients=0 if is_again else each.ingredients)
                for each in within
            ]
        at = close + 1
    return left


_ELEMENTS = {
    "fe": ("ferr", "iron"),
    "iron": ("ferr", "iron"),
    "ca": ("calcium",),
    "calcium": ("calcium",),
    "mg": ("magnesium",),
    "magnesium": ("magnesium",),
    "zinc": ("zinc",),
}
"""Elements, and how the names of their salts begin."""


def _is_element(text: str, bracket: _Token, within: list[_Token]) -> bool:
    """Whether what stands in brackets is how much of an element a salt has: `(65 mg iron)`."""
    said = {normalized(text[t.start : t.end]) for t in within if t.what == "word"}
    said = {word for word in said if not word.isdigit()} - {"elemental", "elem"}
    stems = _ELEMENTS.get(said.pop(), ()) if len(said) == 1 else ()
    name = normalized(text[: bracket.start])
    return any(t.what != "word" or t.is_number for t in within) and any(s in name for s in stems)


def _instructions(text: str, tokens: list[_Token]) -> list[_Token]:
    """The same, with what follows a product and how it is given as the instructions of a line: the
    words in it are none of a name, but for names of other drugs, which `NameReader` looks for."""
    has_amount = is_given = False
    for at, token in enumerate(tokens):
        word = normalized(text[token.start : token.end]).strip(".:'")
        if at and token.what == "word" and (not token.is_number or (has_amount and is_given)):
            if (has_amount and is_given) or (
                word in words.BEGINS_INSTRUCTIONS and (has_amount or is_given)
            ):
                at -= tokens[at - 1].what in ("joiner", "filler")
                rest = list(_words_of_instructions(text, tokens[at:]))
                line = [*tokens[:at], *rest]
                strange = next(
                    (i for i, t in enumerate(line) if t.what is Qualifier.NOT_UNDERSTOOD), 0
                )
                if strange and all(t.what not in _GIVEN for t in line[:strange]):
                    return tokens  # it may be another ingredient
                return line
            has_amount = is_given = False
        elif at:
            has_amount |= (
                token.is_number or bool(token.ingredients) or (token.what is Qualifier.STRENGTH)
            )
            is_given |= token.what in _BEFORE_INSTRUCTIONS
    return tokens


def is_of_instructions(word: str) -> bool:
    """Whether a word is one of instructions, or a qualifier, and so no drug's name among those."""
    is_amount = word.isdigit() or _UNIT.fullmatch(word)
    return bool(is_amount) or word in words.OF_INSTRUCTIONS or word in _KINDS


def _words_of_instructions(text: str, tokens: list[_Token]) -> Iterator[_Token]:
    is_counting = False
    for token in tokens:
        written = words_of(text[token.start : token.end])
        what = token.what
        if token.is_number or what is Qualifier.STRENGTH or (is_counting and what in _COUNTED):
            what = Qualifier.DOSE
        elif what in ("word", "filler", Qualifier.NAME):
            is_known = what == "filler" or all(map(is_of_instructions, written.split()))
            what = Qualifier.NOTE if is_known else Qualifier.NOT_UNDERSTOOD
        is_counting = token.is_number
        yield replace(token, what=what, is_number=False, is_instruction=True, ingredients=0)


def _doses(text: str, tokens: list[_Token]) -> list[_Token]:
    """The same, with amounts that follow a product as its dose, as `100 mg` or `1 TAB`."""
    left: list[_Token] = []
    has_strength = is_product = False
    for at, token in enumerate(tokens):
        before, after = left[-1] if left else None, tokens[at + 1 : at + 3]
        if before and before.what is Qualifier.DOSE and before.is_number and token.what in _COUNTED:
            left[-1] = replace(before, end=token.end, is_number=False)
            continue
        if before and after and token.is_number:
            counts = _is_qualifier(after[0]) and (
                token.ingredients == 1
                or is_product
                or (before.what is Qualifier.STRENGTH and after[0].what in _COUNTED)
            )
            # of vitamin B 12, it is part of the name
            is_line = len(after) > 1 and after[0].what in _COUNTED and after[1].what in _GIVEN
            is_line &= before.what is Qualifier.STRENGTH or bool(
                _LONG_WORD.search(text, before.start, before.end)
            )
            if counts and (_is_qualifier(before) or is_line):
                token = replace(token, what=Qualifier.DOSE)
        if token.is_number and token.ingredients > 1 and token.what == "word":
            token = replace(token, what=Qualifier.STRENGTH)
        elif (
            before
            and before.what is Qualifier.STRENGTH
            and token.what == "word"
            and _UNIT.fullmatch(text, token.start, token.end)
        ):  # of `325 (65 Fe) mg`, and of `(U-100) Insulin`
            token = replace(token, what=Qualifier.STRENGTH)
        elif token.what is Qualifier.STRENGTH and (
            is_product
            or _is_dose(text, token, tokens[at + 1 :])
            or (before and _is_again(text, before, token))
        ):
            token = replace(token, what=Qualifier.DOSE)
        if token.what is Qualifier.STRENGTH:
            has_strength = True
        elif token.what in _ENDS_STRENGTH:
            is_product = has_strength
        elif token.what == "word":
            has_strength = is_product = False
        left.append(token)
    return left


def _is_again(text: str, before: _Token, token: _Token) -> bool:
    """Whether an amount is the strength before it once more: `125mg/2.5mL 125 mg` gives one."""
    amount = normalized(text[token.start : token.end]).replace(" ", "")
    strength = normalized(text[before.start : before.end]).replace(" ", "")
    return before.what is Qualifier.STRENGTH and strength.partition("/")[0] == amount


def _is_dose(text: str, token: _Token, after: list[_Token]) -> bool:
    """Whether an amount is a range of doses, and not the strengths of two ingredients: a rate, or
    from less to more in a line that says `PRN`."""
    found = _RANGE.match(text, token.start, token.end)
    if token.ingredients != 2 or not found or float(found[1]) >= float(found[2]):
        return False
    is_prn = any(t.what is Qualifier.FREQUENCY and _PRN.search(text, t.start, t.end) for t in after)
    return is_prn or bool(_RATE.search(text, token.start, token.end))


_RANGE = re.compile(r"(\d*\.?\d+)\s?-\s?(\d*\.?\d+)\s?[a-z]", re.IGNORECASE)
_PRN = re.compile(r"prn|as needed", re.IGNORECASE)
_RATE = re.compile(r"/(?:kg|min|h)", re.IGNORECASE)


def _is_qualifier(token: _Token) -> bool:
    return isinstance(token.what, Qualifier) or token.is_number
