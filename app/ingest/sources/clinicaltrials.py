"""ClinicalTrials.gov: trials of drugs, with their design, arms, outcomes and results.

Format: studies as JSON, as the site's API v2 has them: the array that the site downloads, a page of
the API (`{"studies": […]}`), one study, or a zip of any of these. The publisher documents it at
https://clinicaltrials.gov/data-api/about-api/study-data-structure, and as an OpenAPI document at
https://clinicaltrials.gov/data-api/api

Licence: public domain; https://clinicaltrials.gov/about-site/terms-conditions asks that whoever
shows the data names ClinicalTrials.gov as their source, and the date on which they were processed.
"""

import re
from collections.abc import Iterator
from datetime import date
from itertools import chain
from typing import Any

from app.ingest.files.json_records import JsonRecords
from app.ingest.sources.interface import (
    InputPart,
    InvalidRecord,
    Record,
    SkippedRecord,
    SourceVersion,
    Statement,
    WrongFileError,
)
from app.ingest.sources.study_fields import (
    MalformedError,
    Object,
    known_term,
    object_of,
    objects_of,
    term_of,
    text_of,
    texts_of,
    whole_number,
)
from app.ingest.sources.trial_adverse_events import adverse_events_of
from app.ingest.sources.trial_interventions import Arm, Intervention, Study, substances_of
from app.ingest.sources.trial_results import arms_of, baseline_of, outcomes_of, units_assigned
from app.models.trial import (
    CROSSOVER,
    Allocation,
    DateType,
    EnrollmentType,
    InterventionModel,
    Masking,
    ObservationalModel,
    Phase,
    PrimaryPurpose,
    StudyType,
    TimePerspective,
    TrialStatus,
)
from app.models.trial_arm import ArmType
from app.names.mesh import mesh_code
from app.names.normalization import normalized
from app.names.slugs import slug

FIRST_RECORDS = 100
"""Among so many at a file's beginning there is a study, or it is no file of studies."""

REGISTRY_ID_TYPES = {"EUDRACT_NUMBER", "CTIS", "REGISTRY"}
"""Types of secondary ids that a registry of trials issued; the others name grants and ethics."""

_NCT_ID = re.compile(r"NCT\d{8}")
_CROSSOVER_TRIAL = re.compile(
    rf"{CROSSOVER.pattern}[- ,]+(?:[a-z-]+[ ,]+){{0,3}}(?:trial|study|design)", re.IGNORECASE
)
"""Summaries say too that a patient may cross over once the disease has progressed."""

_EARLIER = re.compile(
    r"\b(?:unlike|earlier|previous|prior|in contrast to|other|not a)\b[^.;,]*", re.IGNORECASE
)
"""What is said of other trials."""

_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)
_RANDOMIZED = r"(?:randomi[sz](?:ed|ation|ing)|allocat(?:ed|ion)|assign(?:ed|ment))"
_UNITS = (
    r"(?:clusters?|villages?|communit(?:y|ies)|households?|schools?|class(?:room|e)?s?|hospitals?"
    r"|clinics?|wards?|practices?|famil(?:y|ies)|(?:health )?cent(?:er|re)s?|districts?|sites?"
    r"|facilit(?:y|ies)|units?|pharmac(?:y|ies)|nursing homes?|neighbou?rhoods?)"
)
_BE = r"(?:(?:is|are|was|were|has|have|been|will|be) )+"
_CLUSTER = re.compile(
    rf"\bcluster(?:s|ed)?[-, ]+(?:(?:level|based)[- ]+)?(?:{_RANDOMIZED}|rct\b|trial|cross)"
    r"|\bstepped[- ]wedge\b"
    r"|(?<!parallel.)(?<!two.)(?<!three.)(?<!control.)\bgroup-randomi[sz]"
    r"|\b(?:community|village|school|household|practice|ward|family)[- ]randomi[sz]"
    r"|\brandomi[sz](?:ed|ation|ing)(?: (?:by|of|in|into|at))?(?: the)? clusters?\b"
    rf"|\b{_RANDOMIZED} (?:{_BE})?(?:clustered by|(?:at|on) the levels? of)(?: the| a)? {_UNITS}\b"
    rf"|\b{_RANDOMIZED} (?:{_BE})?(?:at|on) the {_UNITS}[- ]level\b"
    rf"|\bunits? of {_RANDOMIZED} (?:{_BE})?(?:the |an? )?{_UNITS}\b"
    rf"|\bclusters? {_BE}{_RANDOMIZED}"
    r"|(?:^|[.;:,]\s+|\band )(?:(?:the|all|eligible|participating|\d+) )*"
    rf"{_UNITS} {_BE}{_RANDOMIZED}",
    re.IGNORECASE,
)
"""What a registry's words call a trial in which groups of people were randomised."""


class ClinicalTrials:
    """Reads studies, each as the registry's account of one trial; those of no drug it leaves."""

    source: dict[str, Any] = {  # noqa: RUF012 # the protocol's, and never changed
        "id": "clinicaltrials",
        "title": "ClinicalTrials.gov",
        "publisher": "US National Library of Medicine",
        "url": "https://clinicaltrials.gov/",
        "licence": "Public domain. ClinicalTrials.gov asks to be named as the source, with the "
        "date of the data.",
    }
    wanted = "JSON files, or a zip of them, of studies as the API v2 of ClinicalTrials.gov has them"

    def read(
        self, parts: list[InputPart], source_version: SourceVersion
    ) -> Iterator[Record | InvalidRecord | SkippedRecord]:
        """A record for each study with an intervention that may be a drug."""
        for part in parts:
            for number, study in _studies(part):
                place = f"record {number}"
                try:
                    record = _record(study)
                except MalformedError as error:
                    nct_id = _nct_id(study)
                    yield InvalidRecord(part.name, nct_id or place, f"{error}.", nct_id)
                    continue
                _note_version(study, source_version)
                yield record


def _studies(part: InputPart) -> Iterator[tuple[int, Any]]:
    """The file's records, numbered from 1; raises `WrongFileError` if none of the first is one."""
    waiting: list[tuple[int, Any]] = []
    records = enumerate(JsonRecords(part, {"studies"}), 1)
    for number, study in records:
        waiting.append((number, study))
        if isinstance(study, dict) and "protocolSection" in study:
            yield from chain(waiting, records)
            return
        if number == FIRST_RECORDS:
            break
    raise WrongFileError(part.name, "holds no study as ClinicalTrials.gov's API v2 has them.")


def _nct_id(study: Any) -> str | None:
    """The study's number, where that much of it can be read."""
    try:
        found = study["protocolSection"]["identificationModule"]["nctId"]
    except (KeyError, TypeError):
        return None
    return found if isinstance(found, str) and _NCT_ID.fullmatch(found) else None


def _note_version(study: Object, source_version: SourceVersion) -> None:
    """The day of the registry's data: the newest that a study was taken from."""
    day = _data_of(study)
    if day is not None and day > (source_version.released or ""):
        source_version.version = source_version.released = day


def _data_of(study: Object) -> str | None:
    """The day of the registry's data that a study was taken from."""
    day = _get(_get(study.get("derivedSection"), "miscInfoModule"), "versionHolder")
    return day if isinstance(day, str) and _is_date(day) else None


def _get(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _date(owner: Object, name: str) -> str | None:
    """A date at the precision that is given."""
    value = text_of(object_of(owner, name), "date")
    if value is not None and not _is_date(value):
        raise MalformedError(f"expected a date as '{name}', found '{value[:40]}'")
    return value


def _dated(field: str, owner: Object, name: str) -> Object:
    """A date as a field, with whether it is the actual one beside it."""
    day = _date(owner, name)
    return {
        field: day,
        f"{field}_type": term_of(DateType, object_of(owner, name), "type") if day else None,
    }


def _is_date(value: str) -> bool:
    """Whether it is a day, month or year that the calendar has."""
    if not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value + "0000-01-01"[len(value) :])
    except ValueError:
        return False
    return True


def _record(study: Any) -> Record | SkippedRecord:
    """What a study says; raises `MalformedError`."""
    if not isinstance(study, dict) or not isinstance(study.get("protocolSection"), dict):
        raise MalformedError("expected a study, with a 'protocolSection'")
    protocol: Object = study["protocolSection"]
    identification = object_of(protocol, "identificationModule")
    nct_id = _nct_id(study)
    if nct_id is None:
        raise MalformedError("expected the study's number as 'nctId', such as NCT00525252")
    official, brief = (
        text_of(identification, "officialTitle"),
        text_of(identification, "briefTitle"),
    )
    title = official or brief
    if title is None:
        raise MalformedError("the study has no title")
    interventions = object_of(protocol, "armsInterventionsModule")
    substances, left_out = substances_of(_interventions(study))
    status = object_of(protocol, "statusModule")
    submitted = text_of(status, "lastUpdateSubmitDate")
    if submitted and not _is_date(submitted):
        raise MalformedError(f"expected a date as 'lastUpdateSubmitDate', found '{submitted[:40]}'")
    version = _date(status, "lastUpdatePostDateStruct") or submitted or ""
    released = _data_of(study) or ""
    if not substances:
        return SkippedRecord("studies not about a drug", nct_id, version, released, left_out)
    conditions = _conditions(study)
    design = object_of(protocol, "designModule")
    of_design = object_of(design, "designInfo")
    results = object_of(study, "resultsSection")
    is_called_crossover = _is_called_crossover(protocol)
    arms = arms_of(interventions, results, of_design, is_called_crossover=is_called_crossover)
    fields: Object = {
        "statement": title,
        "certainty": "verbatim",
        "study": nct_id.lower(),
        "title": brief or official,
        "registry_ids": _registry_ids(nct_id, identification),
        "conditions": list(conditions),
        "status": term_of(TrialStatus, status, "overallStatus"),
        "study_type": term_of(StudyType, design, "studyType"),
        "why_stopped": text_of(status, "whyStopped"),
        "phases": _phases(design),
        "allocation": term_of(Allocation, of_design, "allocation"),
        "intervention_model": term_of(InterventionModel, of_design, "interventionModel"),
        "observational_model": term_of(ObservationalModel, of_design, "observationalModel"),
        "time_perspective": term_of(TimePerspective, of_design, "timePerspective"),
        "masking": term_of(Masking, object_of(of_design, "maskingInfo"), "masking"),
        "primary_purpose": term_of(PrimaryPurpose, of_design, "primaryPurpose"),
        "enrollment": _enrollment(object_of(design, "enrollmentInfo")),
        **_dated("start_date", status, "startDateStruct"),
        **_dated("completion_date", status, "completionDateStruct"),
        **_dated("first_posted", status, "studyFirstPostDateStruct"),
        "locations": _locations(object_of(protocol, "contactsLocationsModule")),
        "arms": arms.all,
        "groups": arms.groups,
        "baseline": baseline_of(results, arms, left_out),
        "outcomes": outcomes_of(nct_id, study, arms),
        "adverse_events": adverse_events_of(results, arms, left_out),
        "type_units_assigned": units_assigned(results),
        "cluster_randomized": _is_of_clusters(protocol),
        "crossover": is_called_crossover,
        "limitations": _limitations(nct_id, results),
    }
    return Record(
        id=nct_id,
        locator=nct_id,
        version=version,
        released=released,
        dated=version,
        substances=substances,
        statements=[Statement("trials", fields, key=nct_id.lower())],
        kinds=("trials",),
        conditions=conditions,
        left_out=left_out,
    )


def _interventions(study: Object) -> Study:
    """What the study says of its interventions, and where else it may name drugs."""
    protocol = object_of(study, "protocolSection")
    module = object_of(protocol, "armsInterventionsModule")
    identification = object_of(protocol, "identificationModule")
    conditions = object_of(protocol, "conditionsModule")
    browse = object_of(object_of(study, "derivedSection"), "interventionBrowseModule")
    titles = (text_of(identification, name) for name in ("briefTitle", "officialTitle"))
    return Study(
        [
            Intervention(
                text_of(intervention, "type") or "",
                name,
                texts_of(intervention, "otherNames"),
                texts_of(intervention, "armGroupLabels"),
            )
            for intervention in objects_of(module, "interventions")
            if (name := text_of(intervention, "name"))
        ],
        [
            Arm(
                text_of(arm, "label") or "",
                term_of(ArmType, arm, "type"),
                texts_of(arm, "interventionNames"),
            )
            for arm in objects_of(module, "armGroups")
        ],
        [term for mesh in objects_of(browse, "meshes") if (term := text_of(mesh, "term"))],
        texts_of(conditions, "conditions"),
        [*filter(None, titles), *texts_of(conditions, "keywords")],
    )


def _is_of_clusters(protocol: Object) -> bool:
    """Whether titles, summary or design call it a trial in which groups of people were randomised.

    The registry has no field that says so, and people of one group are alike: no interval follows
    from counting them one by one.
    """
    identification = object_of(protocol, "identificationModule")
    description = object_of(protocol, "descriptionModule")
    design = object_of(object_of(protocol, "designModule"), "designInfo")
    said = (
        text_of(identification, "officialTitle"),
        text_of(identification, "briefTitle"),
        text_of(description, "briefSummary"),
        text_of(description, "detailedDescription"),
        text_of(design, "interventionModelDescription"),
    )
    return any(text and _CLUSTER.search(_EARLIER.sub("", text)) for text in said)


def _is_called_crossover(protocol: Object) -> bool:
    """Whether titles, descriptions or design call it a crossover trial, whatever its model is."""
    identification = object_of(protocol, "identificationModule")
    design = object_of(object_of(protocol, "designModule"), "designInfo")
    said = (
        text_of(identification, "officialTitle"),
        text_of(identification, "briefTitle"),
        text_of(design, "interventionModelDescription"),
    )
    described = object_of(protocol, "descriptionModule")
    texts = (text_of(described, name) or "" for name in ("briefSummary", "detailedDescription"))
    return any(text and CROSSOVER.search(text) for text in said) or any(
        _CROSSOVER_TRIAL.search(_EARLIER.sub("", text)) for text in texts
    )


def _registry_ids(nct_id: str, identification: Object) -> list[str]:
    """The number, those it had before, and those of other registries."""
    others = [
        id_
        for info in objects_of(identification, "secondaryIdInfos")
        if text_of(info, "type") in REGISTRY_ID_TYPES and (id_ := text_of(info, "id"))
    ]
    return list(dict.fromkeys([nct_id, *texts_of(identification, "nctIdAliases"), *others]))


def _phases(design: Object) -> list[str]:
    phases = (known_term(Phase, published) for published in texts_of(design, "phases"))
    return list(dict.fromkeys(phase for phase in phases if phase))


def _enrollment(info: Object) -> Object | None:
    printed = info.get("count")
    number = whole_number(printed)
    if number is None and printed is not None:
        raise MalformedError("expected a whole number as the 'count' of 'enrollmentInfo'")
    type_ = term_of(EnrollmentType, info, "type")
    return None if number is None and type_ is None else {"count": number, "type": type_}


def _locations(module: Object) -> list[str]:
    """Cities with their countries, each once: `Rome, Italy`."""
    places = (
        ", ".join(filter(None, (text_of(place, "city"), text_of(place, "country"))))
        for place in objects_of(module, "locations")
    )
    return list(dict.fromkeys(place for place in places if place))


def _conditions(study: Object) -> dict[str, Object]:
    """The conditions by id.

    One whose very name is a term of MeSH that the registry found for the study has the term's code,
    and is named as the term is written; a term may be inverted, as Lupus Erythematosus, Systemic.
    No other term is tied to a condition, though it be the only one: the registry gives Hernia to a
    herniated disk, and asthma to what resists corticosteroids. A code that is none of MeSH's is
    left out.
    """
    browse = object_of(object_of(study, "derivedSection"), "conditionBrowseModule")
    terms = {
        normalized(spelling): (term, code)
        for mesh in objects_of(browse, "meshes")
        if (term := text_of(mesh, "term")) and (code := mesh_code(text_of(mesh, "id") or ""))
        for spelling in (" ".join(reversed(term.split(", "))), term)
    }
    conditions: dict[str, Object] = {}
    module = object_of(study["protocolSection"], "conditionsModule")
    for name in texts_of(module, "conditions"):
        id_ = slug(name)
        if found := terms.get(normalized(name)):
            term = found[0] if slug(found[0]) == id_ else name
            coded = {"id": id_, "name": term, "codes": [{"system": "mesh", "code": found[1]}]}
            if id_ not in conditions or not conditions[id_]["codes"]:
                conditions[id_] = coded
        else:
            conditions.setdefault(id_, {"id": id_, "name": name, "codes": []})
    return conditions


def _limitations(nct_id: str, results: Object) -> list[Object]:
    caveats = object_of(object_of(results, "moreInfoModule"), "limitationsAndCaveats")
    said = text_of(caveats, "description")
    if said is None:
        return []
    return [
        {
            "statement": said,
            "certainty": "verbatim",
            "cite": {"clinicaltrials": [f"{nct_id}, limitations and caveats"]},
        }
    ]
