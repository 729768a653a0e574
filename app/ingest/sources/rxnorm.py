"""RxNorm's Current Prescribable Content: the drugs, brands and products that can be prescribed in
the US, and the products' National Drug Codes.

Format: `RXNCONSO.RRF`, `RXNREL.RRF` and `RXNSAT.RRF` in UTF-8, their columns each closed by a bar
and without a heading; in the zip of a release they are under `rrf`, in that of the full RxNorm
under `prescribe/rrf`. A relation is read from its second concept to its first: `B` `tradename_of`
`A` stands in a row that begins with `A`. Of the vocabularies in them two are read: RXNORM, and of
MTHSPL the UNIIs with FDA's names of substances. What is suppressed is not.
Documented at https://www.nlm.nih.gov/research/umls/rxnorm/docs/techdoc.html
Licence: none is needed for this content, https://www.nlm.nih.gov/research/umls/rxnorm/docs/prescribe.html
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from app.ingest.sources.interface import (
    InputPart,
    InvalidRecord,
    Record,
    SkippedRecord,
    SourceVersion,
    Substance,
    WrongFileError,
)
from app.ingest.sources.rxnorm_products import (
    DrugOfProducts,
    RxNormGraph,
    drug_of_combination,
    drugs_of_products,
)
from app.models.drug import IdentifierSystem, NameType
from app.names.normalization import normalized

SOURCE: dict[str, Any] = {
    "id": "rxnorm",
    "title": "RxNorm Current Prescribable Content",
    "publisher": "US National Library of Medicine",
    "url": "https://www.nlm.nih.gov/research/umls/rxnorm/docs/prescribe.html",
    "licence": "No licence needed",
}

FILES = {"RXNCONSO.RRF": 18, "RXNREL.RRF": 16, "RXNSAT.RRF": 13}
"""The files that have to be there, and how many columns each has."""

CONCEPTS = frozenset(
    {"IN", "PIN", "MIN", "BN", "SCDC", "SCD", "SBD", "GPCK", "BPCK", "DF"},
)
"""The term types that are read: ingredients, brands, components, products, packs, dose forms."""

OTHER_NAMES = frozenset({"PSN", "SY", "TMSY"})
"""The term types of what products are called too: prescribable names, synonyms, tall man names."""

RELATIONS = frozenset(
    {
        "form_of",
        "has_part",
        "tradename_of",
        "has_ingredient",
        "has_precise_ingredient",
        "consists_of",
        "contains",
        "has_dose_form",
    }
)

SUPPRESSED = frozenset({"O", "Y", "E"})
"""Marks of what is obsolete or suppressed; `N` or nothing is neither, but of a name it is `N`."""

WHOLE = {
    "MIN": ("has_part",),
    "BN": ("tradename_of",),
    "GPCK": ("contains",),
    "BPCK": ("contains",),
}
"""The relations of concepts that say something else where one of several is lacking: what a brand
of two ingredients is a name of is never the one that is left."""

RXCUI = IdentifierSystem.RXCUI

LONGEST_LINE = 100_000
"""Bytes. The first line of another file may be the whole of it."""


class RxNorm:
    """Reads RxNorm. A record is an ingredient, a form of one, or a combination, with its products.

    A product is of the drug that has exactly its ingredients, and so is its brand: never of one
    ingredient of several.
    """

    source = SOURCE
    wanted = "the zip of RxNorm's Current Prescribable Content"

    def read(
        self, parts: list[InputPart], source_version: SourceVersion
    ) -> Iterator[Record | InvalidRecord | SkippedRecord]:
        """What is said of each drug: ingredients by number, then their forms, then combinations.

        The concepts and the relations that are needed are joined in memory: some 100 MB.
        """
        concepts, relations, attributes = (
            _RrfFile(_part_named(name, parts), width) for name, width in FILES.items()
        )
        source_version.released = source_version.released or _day(concepts)
        graph = RxNormGraph()
        yield from _read_concepts(concepts, graph)
        yield from _read_relations(relations, graph)
        yield from _read_ndcs(attributes, graph)
        source_version.complete = True
        drugs, incomplete = drugs_of_products(graph)
        for rxcui, reason in incomplete:
            yield InvalidRecord(relations.name, f"RXCUI {rxcui}", reason, in_part=True)
        _add_other_brands(graph, drugs)
        for rxcui in sorted(graph.of_type["IN"], key=int):
            yield _ingredient(graph, rxcui, drugs.pop(frozenset({rxcui}), DrugOfProducts()))
        for rxcui in sorted(graph.of_type["PIN"], key=int):
            yield _ingredient(graph, rxcui, drugs.pop(frozenset({rxcui}), DrugOfProducts()))
        for ingredients in sorted(drugs, key=sorted):
            yield _combination(graph, ingredients, drugs[ingredients])


class _RrfFile:
    """One of the files. Raises `WrongFileError` where its first line has not its columns."""

    def __init__(self, part: InputPart, width: int) -> None:
        self.name, self.date = part.name, part.date
        self._part = part
        self._width = width
        with part.open() as file:
            columns = file.readline(LONGEST_LINE).count(b"|")
        if columns != width:
            raise WrongFileError(
                part.name,
                f"its first line has {columns} columns that end in a bar; {width} were expected.",
            )

    def rows(
        self, place: int, wanted: frozenset[str]
    ) -> Iterator[tuple[int, list[str]] | InvalidRecord]:
        """The line and the columns of each row whose column at a place is one that is wanted."""
        width = self._width
        with self._part.open() as file:
            for line, read in enumerate(file, 1):
                try:
                    columns = read.decode().split("|")
                except UnicodeDecodeError:
                    yield self.invalid(line, "its text is not UTF-8.")
                    continue
                if len(columns) != width + 1 or b"\0" in read:
                    if not read.endswith(b"\n"):
                        raise WrongFileError(self.name, f"it is cut off in line {line}.")
                    reason = f"it has {len(columns) - 1} columns; {width} were expected."
                    yield self.invalid(line, "it holds a NUL." if b"\0" in read else reason)
                elif columns[place] in wanted:
                    yield line, columns

    def invalid(self, line: int, reason: str) -> InvalidRecord:
        return InvalidRecord(self.name, f"line {line}", reason)


def _part_named(name: str, parts: list[InputPart]) -> InputPart:
    """The file of a name; of those in the zip of the full RxNorm the one of `prescribe`."""
    paths = [re.split(r"[/\\]", part.name.lower()) for part in parts]
    found = [i for i, path in enumerate(paths) if path[-1] == name.lower()]
    found = [i for i in found if "prescribe" in paths[i]] or found
    if len(found) == 1:
        return parts[found[0]]
    raise WrongFileError(
        parts[found[1] if found else 0].name.rpartition("/")[0] or parts[0].name,
        f"{f'a second {name}' if found else f'no {name}'} was found; RXNCONSO.RRF, RXNREL.RRF and "
        "RXNSAT.RRF were expected, each once.",
    )


def _day(file: _RrfFile) -> str | None:
    """The release's day, as NLM names its zips (`…_10062025.zip`), or else as the zip dates it."""
    for month, day, year in re.findall(r"_(\d\d)(\d\d)(\d{4})(?!\d)", file.name):
        try:
            return date(int(year), int(month), int(day)).isoformat()
        except ValueError:
            continue
    return file.date


def _read_concepts(file: _RrfFile, graph: RxNormGraph) -> Iterator[InvalidRecord]:
    for row in file.rows(11, frozenset({"RXNORM", "MTHSPL"})):
        if isinstance(row, InvalidRecord):
            yield row
            continue
        line, columns = row
        if columns[16] != "N":
            continue
        rxcui, vocabulary, type_, code, name = columns[0], *columns[11:15]
        is_fdas = (vocabulary, type_) == ("MTHSPL", "SU")
        if not is_fdas and (vocabulary != "RXNORM" or type_ not in CONCEPTS | OTHER_NAMES):
            continue
        if not (rxcui.isascii() and rxcui.isdecimal()):
            yield file.invalid(line, f"its RXCUI '{rxcui[:20]}' is no number.")
        elif not name.strip():
            yield file.invalid(line, "it has no name.")
        elif is_fdas:
            graph.substances[rxcui].append((code, name))
        elif type_ in OTHER_NAMES:
            graph.synonyms[rxcui].append(name)
        else:
            graph.add(rxcui, type_, name)
    if not graph.of_type["IN"]:
        raise WrongFileError(file.name, "it has no ingredients: rows with RXNORM and IN.")


def _read_relations(file: _RrfFile, graph: RxNormGraph) -> Iterator[InvalidRecord]:
    known = graph.names
    same = {rxcui: rxcui for rxcui in known}
    for row in file.rows(7, RELATIONS):
        if isinstance(row, InvalidRecord):
            yield row
            continue
        columns = row[1]
        to, of = same.get(columns[0]), same.get(columns[4])
        if of and columns[10] == "RXNORM" and columns[14] not in SUPPRESSED:
            if to:
                graph.related[columns[7]][of].append(to)
            elif columns[7] in WHOLE.get(graph.types[of], ()):
                graph.incomplete.add(of)
    if graph.of_type["SCD"] and not graph.related["consists_of"]:
        raise WrongFileError(file.name, "it does not say what the products of RXNCONSO consist of.")


def _read_ndcs(file: _RrfFile, graph: RxNormGraph) -> Iterator[InvalidRecord]:
    for row in file.rows(8, frozenset({"NDC"})):
        if isinstance(row, InvalidRecord):
            yield row
            continue
        line, columns = row
        if columns[9] != "RXNORM" or columns[11] in SUPPRESSED:
            continue
        rxcui, value = columns[0], columns[10]
        if not _NDC.fullmatch(value):
            yield file.invalid(line, f"its NDC '{value[:20]}' has not eleven digits.")
        elif rxcui in graph.names:
            graph.ndcs[rxcui].append(value)
    if graph.of_type["SCD"] and not graph.ndcs:
        raise WrongFileError(file.name, "it has no NDCs.")


def _add_other_brands(graph: RxNormGraph, drugs: dict[frozenset[str], DrugOfProducts]) -> None:
    """Give drugs the combinations' names, and the brands of which there is no product.

    Such a brand is the combination's where there is one of all that it is a name of; what it is
    else is not known.
    """
    for rxcui in graph.of_type["MIN"] - graph.incomplete:
        if ingredients := drug_of_combination(graph, rxcui):
            drugs.setdefault(ingredients, DrugOfProducts()).combinations.append(rxcui)
    sold = {brand for drug in drugs.values() for brand in drug.brands}
    for brand in graph.of_type["BN"] - sold - graph.incomplete:
        of = graph.to("tradename_of", brand, "IN", "PIN")
        ingredients = frozenset(graph.ingredient_of(rxcui) for rxcui in of)
        if len(ingredients) == 1 or ingredients in drugs:
            drugs.setdefault(ingredients, DrugOfProducts()).brands.add(brand)


def _ingredient(graph: RxNormGraph, rxcui: str, drug: DrugOfProducts) -> Record:
    """An ingredient, or a form of one."""
    name = graph.names[rxcui]
    substances = dict.fromkeys(graph.substances.get(rxcui, ()))
    fdas = [fdas for _, fdas in substances if normalized(fdas) != normalized(name)]
    synonyms = tuple(dict.fromkeys(fdas))
    uniis = dict.fromkeys((IdentifierSystem.UNII, unii) for unii, _ in substances)
    of = graph.ingredient_of(rxcui)
    identifiers = ((RXCUI, rxcui), *uniis)
    substance = Substance(
        names=tuple(dict.fromkeys([name, *synonyms, _less_usp(name)])),
        identifiers=identifiers,
        form_of=(RXCUI, of) if of != rxcui else None,
        distinct=True,
    )
    return Record(
        id=rxcui,
        locator=f"RXCUI {rxcui}",
        substances=[substance],
        names=[
            (name, NameType.GENERIC),
            *((synonym, NameType.SYNONYM) for synonym in synonyms),
            *_brand_names(graph, drug),
        ],
        identifiers=list(identifiers),
        leading=_leading(graph, drug),
        products=drug.products,
    )


def _combination(graph: RxNormGraph, ingredients: frozenset[str], drug: DrugOfProducts) -> Record:
    """A combination; or one ingredient that its products name, and that is no concept here."""
    called = {
        ingredient: graph.names.get(ingredient) or _less_usp(ingredient)
        for ingredient in ingredients
    }
    in_order = sorted(
        ingredients, key=lambda ingredient: (called[ingredient].casefold(), ingredient)
    )
    names = tuple(called[ingredient] for ingredient in in_order)
    ids = sorted(drug.combinations, key=int)
    identified = tuple((RXCUI, i) if i in graph.names else None for i in in_order)
    if len(ingredients) == 1:
        substance = Substance(names)
    else:
        substance = Substance((), ingredients=names, ingredient_identifiers=identified)
    generic = [graph.names[rxcui] for rxcui in ids] or list(names[:1] * (len(names) == 1))
    cited = ids[0] if ids else min((p["rxcui"] for p in drug.products), key=int)
    return Record(
        id=ids[0] if ids else "+".join(in_order),
        locator=f"RXCUI {cited}",
        substances=[substance],
        names=[
            *((name, NameType.GENERIC) for name in dict.fromkeys(generic)),
            *_brand_names(graph, drug),
        ],
        leading=_leading(graph, drug),
        products=drug.products,
    )


def _less_usp(name: str) -> str:
    """An ingredient's name less what says that it is as the pharmacopeia has it."""
    return name.removesuffix(" (USP)").removesuffix(", USP")


def _brand_names(graph: RxNormGraph, drug: DrugOfProducts) -> list[tuple[str, NameType]]:
    names = sorted({graph.names[brand] for brand in drug.brands})
    return [(name, NameType.BRAND) for name in names]


def _leading(graph: RxNormGraph, drug: DrugOfProducts) -> list[tuple[IdentifierSystem, str, str]]:
    """What leads to a drug and is no number of its own: brands, and combinations."""
    concepts = sorted({*drug.brands, *drug.combinations}, key=int)
    return [(RXCUI, rxcui, graph.names[rxcui]) for rxcui in concepts]


_NDC = re.compile(r"[0-9]{11}")
