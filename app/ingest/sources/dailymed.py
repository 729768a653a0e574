"""Drug labels, as DailyMed publishes them.

Format: HL7 Structured Product Labeling (SPL), XML, a document for each version of a label. DailyMed
has them in zips with their pictures, and its releases are zips of these zips: here are taken
releases, zips of labels, and XML files. What else is in a zip is left.
Documented at https://www.fda.gov/industry/fda-data-standards-advisory-board/structured-product-labeling-resources
and https://dailymed.nlm.nih.gov/dailymed/app-support-web-services.cfm; downloaded from
https://dailymed.nlm.nih.gov/dailymed/spl-resources-all-drug-labels.cfm.
Licence: works of the US government, in the public domain; the labels are as their manufacturers
submitted them, https://dailymed.nlm.nih.gov/dailymed/about-dailymed.cfm.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from itertools import chain
from pathlib import Path, PurePath
from typing import IO, Any

from app.ingest.files.inputs import AT_ONCE, Input
from app.ingest.sources.interface import (
    InputPart,
    InvalidRecord,
    Item,
    Record,
    SkippedRecord,
    SourceVersion,
    Statement,
    WrongFileError,
)
from app.ingest.sources.label_facts import (
    CommonFields,
    category_of,
    fact_of,
    passage_of,
    precedence_of,
    status_of_products,
)
from app.ingest.sources.label_names import LabelNames
from app.ingest.sources.label_substances import distinct
from app.ingest.sources.label_wording import compared
from app.ingest.sources.spl_documents import LONGEST, SPL, SplDocument, read_document
from app.ingest.sources.spl_highlights import summaries_of
from app.ingest.sources.spl_indexing import INDEXING_OF_CLASSES, read_classes
from app.ingest.sources.spl_products import (
    full_name,
    marketed_under,
    package_ndcs,
    products_of,
    values_of,
    with_parts,
)
from app.ingest.sources.spl_sections import SplSection, sections_of
from app.ingest.sources.spl_substances import name_substance, own_of
from app.ingest.sources.spl_text import plain
from app.models.label import PASSAGE, date_of
from app.models.label_section import SUBSECTIONS

SOURCE: dict[str, Any] = {
    "id": "dailymed",
    "title": "DailyMed drug labels",
    "publisher": "US National Library of Medicine",
    "url": "https://dailymed.nlm.nih.gov/dailymed/",
    "licence": "Public domain",
    "note": "Labels are as their manufacturers submitted them to the FDA.",
}

LONGEST_ZIP = 500_000_000
"""Bytes that the zip of a label may have, which are nearly all pictures."""

PICTURES = (".jpg", ".jpeg", ".gif", ".png")
"""The files beside a label's document that are left without a word."""


class DailyMed:
    """Reads DailyMed's labels. A record is a version of a label, known by its SPL set id."""

    source = SOURCE
    wanted = "a zip of DailyMed's labels, or a label's zip or XML file"

    def read(
        self, parts: list[InputPart], source_version: SourceVersion
    ) -> Iterator[Record | InvalidRecord | SkippedRecord]:
        """What each label says, section by section, in the words of the label."""
        dates = [part.date for part in parts if part.date]
        source_version.released = source_version.version = max(dates, default=None)
        are_none = not any(_is((".zip", ".xml"), part) for part in parts)
        for part in parts:
            if _is(".zip", part):
                yield from _read_zip(part)
            elif _is(".xml", part):
                yield _read(part, part)
            elif are_none:
                raise WrongFileError(part.name, f"it is no XML; expected {self.wanted}.")
            elif not _is(PICTURES, part):
                kind = PurePath(part.name).suffix.lower() or "of no kind"
                yield SkippedRecord(f"files that are no XML: {kind}")


def _is(ending: str | tuple[str, ...], part: InputPart) -> bool:
    return part.name.lower().endswith(ending)


def _read_zip(part: InputPart) -> Iterator[Item]:
    """What the document in a label's own zip says. A zip in it is not opened."""
    with tempfile.NamedTemporaryFile() as copy:
        try:
            _copy(part, copy)
            archive = Input(part.name, Path(copy.name))
            with closing(archive):
                documents = [each for each in archive.parts() if _is(".xml", each)]
                if len(documents) != 1:
                    count = len(documents) or "no"
                    raise WrongFileError(part.name, f"it holds {count} XML files; 1 was expected.")
                yield _read(documents[0], part)
        except WrongFileError as error:
            yield _damaged(part, part, error)


def _copy(part: InputPart, copy: IO[bytes]) -> None:
    with part.open() as file:
        left = LONGEST_ZIP
        while block := file.read(AT_ONCE):
            copy.write(block)
            left -= len(block)
            if left < 0:
                raise WrongFileError(part.name, f"it is longer than {LONGEST_ZIP:,} bytes.")
    copy.flush()


def _damaged(part: InputPart, document: InputPart, error: WrongFileError) -> InvalidRecord:
    reason = str(error).removeprefix(f"{document.name}: ")
    return InvalidRecord(part.name, "the file", reason)


def _read(document: InputPart, part: InputPart) -> Item:
    """What a document says, of the day of the part that it is or is in."""
    try:
        with document.open() as file:
            xml = file.read(LONGEST + 1)
    except WrongFileError as error:
        return _damaged(part, document, error)
    id_, place = None, "the document"
    try:
        if len(xml) > LONGEST:
            raise ValueError(f"it is longer than {LONGEST:,} bytes, as no label is.")
        spl = read_document(xml)
        id_, place = spl.set_id.lower(), f"SPL set id {spl.set_id}"
        return _record(spl, part.date or "")
    except ValueError as error:
        return InvalidRecord(part.name, place, str(error), id_)


def _record(document: SplDocument, released: str) -> Record | SkippedRecord:
    effective = date_of(document.day)
    version = f"{document.version:0>6}.{document.day}"
    record = Record(
        id=document.set_id.lower(),
        locator=f"SPL set id {document.set_id}, version {document.version} of {effective}",
        version=version,
        released=released,
        dated=effective,
        substances=[],
    )
    if document.type_code == INDEXING_OF_CLASSES:
        read_classes(record, document.root)
        if not record.substances:
            return SkippedRecord("an indexing file of a class", record.id, version, released)
        return record
    if not _is_label(document):
        kind = document.type_name or "of no type"
        return SkippedRecord(f"no label: {kind}", record.id, version, released)
    products = products_of(document.root)
    name_substance(record, products)
    own = own_of(products)
    label = _label(document, products, [*chain(*own)], effective)
    routes = ", ".join(sorted(label["routes"])) or None
    record.precedence = precedence_of(label["application_numbers"], effective)
    record.routes = routes
    common = CommonFields(routes, status_of_products(own))
    record.statements = _statements(document, label, common)
    kinds = dict.fromkeys(statement.kind for statement in record.statements)
    record.kinds = tuple(kind for kind in kinds if kind != PASSAGE)
    record.label = label
    return record


def _is_label(document: SplDocument) -> bool:
    """Whether a document is called a label, or has text: some are but called vaccines."""
    type_ = document.type_name.upper()
    text = f"{SPL}component/{SPL}structuredBody//{SPL}text"
    return "LABEL" in type_ or ("INDEXING" not in type_ and document.root.find(text) is not None)


def _label(
    document: SplDocument,
    products: list[dict[str, Any]],
    own: list[dict[str, Any]],
    effective: str,
) -> dict[str, Any]:
    """What the label says of itself; `own` are the products and parts of its drug."""
    listed = list(with_parts(products))
    active = [ingredient for each in listed for ingredient in each["active_ingredients"]]
    return {
        "version": document.version,
        "effective_date": effective,
        "title": plain(document.root.find(f"{SPL}title")),
        "brand_names": distinct(map(full_name, own)),
        "generic_names": values_of(own, "generic_name"),
        "manufacturers": document.manufacturers,
        "product_types": [document.type_name.removesuffix(" LABEL")],  # as openFDA has it
        "routes": values_of(own, "routes"),
        "application_numbers": marketed_under(own, "application_number"),
        "marketing_categories": marketed_under(own, "category"),
        "product_ndcs": values_of(listed, "ndc"),
        "package_ndcs": package_ndcs(products),
        "substances": distinct(ingredient["name"] for ingredient in active),
        "products": products,
    }


def _statements(
    document: SplDocument, label: dict[str, Any], common: CommonFields
) -> list[Statement]:
    """What the sections of a label become, each once, in its order."""
    sections = sections_of(document.root)
    names = _names(label, sections)
    made = [_statement(section, common, names) for section in sections]
    _number_parts(sections, made)
    _summarize(sections, made)
    _refer(sections, made)
    return made


def _names(label: dict[str, Any], sections: list[SplSection]) -> LabelNames:
    """The label's names for its drug, which wordings are compared without."""
    openfda = {
        "brand_name": label["brand_names"],
        "generic_name": label["generic_names"],
        "substance_name": label["substances"],
        "manufacturer_name": label["manufacturers"],
    }
    return LabelNames.of({"openfda": openfda, "text": [s.text.statement for s in sections]})


def _statement(section: SplSection, common: CommonFields, names: LabelNames) -> Statement:
    type_, text = section.type, section.text
    around = _around(section)
    within = [each.title for each in around if each.title]
    of = {
        "code": section.code,
        "name": section.name,
        "published_code": section.published_code,
        "number": section.number,
        "heading": section.heading,
        "within": within,
        "part": 0,
    }
    if type_.kind in (None, PASSAGE) or not text.statement:
        made = passage_of(of, text.statement or None, text.tables)
    else:
        made = fact_of(type_, of, text.statement, text.tables, common)
        if type_.kind == "warnings":
            made.fields |= _category(section)
        titles = [each.spaced_title for each in around if each.title][1:]
        if not section.has_title_in_text:
            titles.append(section.spaced_title)
        made.compared = compared("\n".join(filter(None, (*titles, text.spaced))), names)
    made.fields |= {"summary": None, "blocks": text.blocks or None, "cross_references": []}
    return made


def _around(section: SplSection) -> list[SplSection]:
    """The sections that a section stands in, the outermost first."""
    found = []
    around = section.within
    while around is not None:
        found.append(around)
        around = around.within
    return found[::-1]


def _category(section: SplSection) -> dict[str, Any]:
    """What a section on a population is about, or the one that it stands in."""
    around: SplSection | None = section
    while around is not None and around.type.fields == section.type.fields:
        if around.population:
            return {"category": around.population}
        if found := category_of(around.number, f"{around.number} {around.heading}"):
            return found
        if around.code in SUBSECTIONS:
            return SUBSECTIONS[around.code].fields
        around = around.within
    return {}


def _number_parts(sections: list[SplSection], made: list[Statement]) -> None:
    """Count the parts of each numbered subsection, or else of each main section."""
    counts: Counter[int] = Counter()
    for section, statement in zip(sections, made, strict=True):
        if statement.fields["statement"] is not None:
            of = id(_numbered_around(section))
            statement.fields["section"]["part"] = counts[of]
            counts[of] += 1


def _numbered_around(section: SplSection) -> SplSection:
    while not section.is_numbered and section.within is not None:
        section = section.within
    return section


def _summarize(sections: list[SplSection], made: list[Statement]) -> None:
    """Give the short forms of Highlights to the sections that they are of, or, of a section whose
    text stands in a single part of it without a number, to that; of several, none has it all."""
    for place, summary in summaries_of(sections).items():
        number = sections[place].number
        facts = [at for at in _facts_of(sections, made, place) if sections[at].number == number]
        fields = made[facts[0] if len(facts) == 1 else place].fields
        fields["summary"] = "\n".join(filter(None, (fields["summary"], summary)))


def _facts_of(sections: list[SplSection], made: list[Statement], place: int) -> list[int]:
    """The places of the facts that a section became: itself, or else those within it."""
    if made[place].kind != PASSAGE:
        return [place]
    facts = []
    for at in range(place + 1, len(sections)):
        if not _is_within(sections[at], sections[place]):
            break
        if made[at].kind != PASSAGE:
            facts.append(at)
    return facts


def _is_within(section: SplSection, other: SplSection) -> bool:
    around = section.within
    while around is not None and around is not other:
        around = around.within
    return around is not None


def _refer(sections: list[SplSection], made: list[Statement]) -> None:
    """Note the links to other sections: of a fact, until it is published, the place in the label
    stands for the id."""
    places: dict[str, int] = {}
    for place, section in enumerate(sections):
        for id_ in section.ids:
            places.setdefault(id_, place)

    @cache
    def facts_of(place: int) -> list[dict[str, str]]:
        facts = _facts_of(sections, made, place)
        return [{"kind": made[at].kind, "id": str(at)} for at in facts]

    for place, section in enumerate(sections):
        made[place].fields["cross_references"] = [
            {
                "start": reference.start,
                "end": reference.end,
                "number": sections[to].number,
                "heading": sections[to].heading,
                "facts": facts_of(to),
            }
            for reference in section.text.references
            if (to := places.get(reference.id, place)) != place
        ]
