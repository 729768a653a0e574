"""Names of substances and conditions: how they are compared, and how they become ids."""

import hashlib
import re
import unicodedata
from functools import lru_cache

from app.models.base import LONGEST_SLUG
from app.models.drug import MARKS, folded

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
    """.split()  # noqa: SIM905 -- a list of 90 strings would be read by nobody
)
"""Words that name a substance's salt, ester or water, not the substance."""

IONS = frozenset(
    "aluminum ammonium calcium hydrogen magnesium potassium silver sodium strontium zinc".split()  # noqa: SIM905 -- as above
)
"""Salt words that are no substance by themselves."""


@lru_cache(maxsize=200_000)
def normalised(name: str) -> str:
    """A name as names are compared: see `folded`."""
    return folded(name)


def without_salt(name: str) -> list[str]:
    """What a normalised name is less one word at its end that names its salt, less two, and so on.

    What is left may be no drug, and means nothing unless it is one; a bare ion is never left, for
    calcium chloride is not calcium.
    """
    words = name.split()
    left = []
    while len(words) > 1 and words.pop() in SALT_WORDS:
        if not IONS.issuperset(words):
            left.append(" ".join(words))
    return left


@lru_cache(maxsize=200_000)
def slug(name: str) -> str:
    """A readable id made of a name: `GABA-B receptor` becomes `gaba-b-receptor`.

    A Greek letter is spelt out. Two names may give the same; one of signs alone gives a digest.
    """
    plain = name if name.isascii() else "".join(_plain(c) for c in MARKS.sub("", name))
    joined = "-".join(re.findall("[a-z0-9]+", plain.lower()))
    if joined:
        return shortened(joined)
    text = name.encode(errors="replace")  # what is no text gets its record refused later
    return "x-" + hashlib.sha256(text).hexdigest()[:12]


def shortened(id_: str) -> str:
    """An id no longer than ids may be: the end of a long one is replaced by a digest of it."""
    if len(id_) <= LONGEST_SLUG:
        return id_
    digest = hashlib.sha256(id_.encode()).hexdigest()[:12]
    return f"{id_[: LONGEST_SLUG - 13].rstrip('-')}-{digest}"


def _plain(character: str) -> str:
    if character.isascii():
        return character
    letters = "".join(c for c in unicodedata.normalize("NFKD", character) if c.isascii())
    if letters:
        return letters
    name = unicodedata.name(character, "")
    return name.rsplit(" ", 1)[-1].lower() if name.startswith("GREEK") else " "
