"""Dose forms beside a drug's name, and how it is released."""

from collections import Counter
from collections.abc import Iterable

from app.ingest.sources.label_tokens import word_at
from app.names.qualifiers import COMPENDIA, FORMS, OF_FORMS

Form = tuple[str, ...]
"""The words of a dose form, in lower case."""

_FORM_WORDS = (FORMS - {"drop", "inj", "amp", "pen", "cap", "tab", "disk", "disc"}) | {
    *"capsule tablet caplet emulsion lozenge".split()  # noqa: SIM905
}
_RELEASES = frozenset({"release", "er", "xr", "sr", "xl", "cr", "dr", "la", "odt", "xt", "mr"})
_OF_RELEASE = _RELEASES - {"odt"} | {
    *"controlled delayed enteric extended immediate modified prolonged sustained".split()  # noqa: SIM905
}
"""How the drug is released, which is never left out: a dose is of one release."""
_IN_FULL = {"er": ("extended", "release"), "xr": ("extended", "release")}
RELEASED = "(?:controlled|delayed|extended|immediate|modified|prolonged|sustained)[- ]release"
"""A pattern of the same as a text says it in full."""
_BEFORE_FORMS = frozenset(word for word in OF_FORMS if "-" not in word) | {
    *"for film orally sterile".split()  # noqa: SIM905
}
_NO_FORM_BEFORE = frozenset("site sites reaction reactions".split())  # noqa: SIM905
_OF_FORM = _FORM_WORDS | _RELEASES | _BEFORE_FORMS | COMPENDIA
_SINGULAR_FORMS = frozenset(word.removesuffix("s") for word in _FORM_WORDS)
_FORM_ENDS = _FORM_WORDS | _RELEASES | COMPENDIA


def release(words: Iterable[str]) -> Form:
    """The words that say how the drug is released."""
    return tuple(
        full for word in words if word in _OF_RELEASE for full in _IN_FULL.get(word, (word,))
    )


def form_at(tokens: str, start: int) -> tuple[Form, int]:
    """The words of a dose form at a place in the text, in lower case, and where they end."""
    if tokens.startswith(" TM ", start):
        start += len(" TM")
    words: list[str] = []
    end = start
    while (word := word_at(tokens, end)) in _OF_FORM:
        words.append(word)
        end += len(word) + 1
    while words and words[-1] not in _FORM_ENDS:
        end -= len(words.pop()) + 1
    if words and word_at(tokens, end) in _NO_FORM_BEFORE:
        return (), start
    return tuple(words), end


def distinguished(forms: list[Form]) -> list[Form]:
    """The dose forms less that which is named most often, of several the first.

    A generic name may stand with its form for a brand: of `zomepirac tablets` and `zomepirac
    tablets solution` tablets are part of the name.
    """
    main = _main_form(forms)
    if main and all(_stands_for_name(form, main) for form in forms if form):
        forms = [form[len(main) :] for form in forms]
        main = _main_form(forms)
    return [() if form == main else form for form in forms]


def _stands_for_name(form: Form, main: Form) -> bool:
    rest = form[len(main) :]
    begins = form[: len(main)] == main
    return begins and (not rest or (rest[0] != "for" and rest[-1] in _SINGULAR_FORMS))


def _main_form(forms: list[Form]) -> Form:
    """The dose form that is named most often."""
    counted = Counter(form for form in forms if form)
    return max(counted, key=counted.__getitem__, default=())


def singular(form: Form) -> Form:
    """A dose form as it is compared: one tablet, no compendium, and without its release."""
    words = (word for word in form if word not in COMPENDIA | _OF_RELEASE)
    singular = (word.removesuffix("s") for word in words)
    return tuple("tablet" if word == "tab" else word for word in singular)
