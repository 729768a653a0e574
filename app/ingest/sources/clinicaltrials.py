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
    Substance,
    WrongFileError,
)
from app.ingest.sources.study_fields import MalformedError, Object
from app.ingest.sources.study_fields import known_term as _term
from app.ingest.sources.study_fields import object_of as _object
from app.ingest.sources.study_fields import objects_of as _objects
from app.ingest.sources.study_fields import term_of as _of
from app.ingest.sources.study_fields import text_of as _text
from app.ingest.sources.study_fields import texts_of as _texts
from app.ingest.sources.study_fields import whole_number as _whole
from app.ingest.sources.trial_adverse_events import adverse_events_of
from app.ingest.sources.trial_results import arms_of, baseline_of, outcomes_of, units_assigned
from app.models.trial import (
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
from app.names.mesh import mesh_code
from app.names.normalization import normalized
from app.names.slugs import slug

FIRST_RECORDS = 100
"""Among so many at a file's beginning there is a study, or it is no file of studies."""

DRUG_TYPES = {"DRUG", "BIOLOGICAL"}
REGISTRY_ID_TYPES = {"EUDRACT_NUMBER", "CTIS", "REGISTRY"}
"""Types of secondary ids that a registry of trials issued; the others name grants and ethics."""

_NCT_ID = re.compile(r"NCT\d{8}")
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)
_CLUSTER = re.compile(
    r"\bclusters?[- ]+((level|based)[- ]+)?(randomi[sz]|rct\b|trial|allocat|assign)"
    r"|\bstepped[- ]wedge\b"
    r"|\brandomi[sz](ed|ation|ing)( (by|of|in|into|at))?( the)? clusters?\b"
    r"|\bclusters? (will be|were|are|was|is) randomi[sz]",
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
        """A record for each study with an intervention that is a drug or a biological."""
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
    value = _text(_object(owner, name), "date")
    if value is not None and not _is_date(value):
        raise MalformedError(f"expected a date as '{name}', found '{value[:40]}'")
    return value


def _dated(field: str, owner: Object, name: str) -> Object:
    """A date as a field, with whether it is the actual one beside it."""
    day = _date(owner, name)
    return {
        field: day,
        f"{field}_type": _of(DateType, _object(owner, name), "type") if day else None,
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
    identification = _object(protocol, "identificationModule")
    nct_id = _nct_id(study)
    if nct_id is None:
        raise MalformedError("expected the study's number as 'nctId', such as NCT00525252")
    official, brief = _text(identification, "officialTitle"), _text(identification, "briefTitle")
    title = official or brief
    if title is None:
        raise MalformedError("the study has no title")
    interventions = _object(protocol, "armsInterventionsModule")
    drugs = _drugs(interventions)
    status = _object(protocol, "statusModule")
    version = (
        _date(status, "lastUpdatePostDateStruct") or _text(status, "lastUpdateSubmitDate") or ""
    )
    released = _data_of(study) or ""
    if not drugs:
        return SkippedRecord("studies not about a drug", nct_id, version, released)
    conditions = _conditions(study)
    design = _object(protocol, "designModule")
    of_design = _object(design, "designInfo")
    results = _object(study, "resultsSection")
    arms = arms_of(interventions, results, of_design)
    fields: Object = {
        "statement": title,
        "certainty": "verbatim",
        "study": nct_id.lower(),
        "title": brief or official,
        "registry_ids": _registry_ids(nct_id, identification),
        "conditions": list(conditions),
        "status": _of(TrialStatus, status, "overallStatus"),
        "study_type": _of(StudyType, design, "studyType"),
        "why_stopped": _text(status, "whyStopped"),
        "phases": _phases(design),
        "allocation": _of(Allocation, of_design, "allocation"),
        "intervention_model": _of(InterventionModel, of_design, "interventionModel"),
        "observational_model": _of(ObservationalModel, of_design, "observationalModel"),
        "time_perspective": _of(TimePerspective, of_design, "timePerspective"),
        "masking": _of(Masking, _object(of_design, "maskingInfo"), "masking"),
        "primary_purpose": _of(PrimaryPurpose, of_design, "primaryPurpose"),
        "enrollment": _enrollment(_object(design, "enrollmentInfo")),
        **_dated("start_date", status, "startDateStruct"),
        **_dated("completion_date", status, "completionDateStruct"),
        **_dated("first_posted", status, "studyFirstPostDateStruct"),
        "locations": _locations(_object(protocol, "contactsLocationsModule")),
        "arms": arms.all,
        "groups": arms.groups,
        "baseline": baseline_of(results, arms),
        "outcomes": outcomes_of(nct_id, study, arms),
        "adverse_events": adverse_events_of(results, arms),
        "type_units_assigned": units_assigned(results),
        "cluster_randomized": _is_of_clusters(protocol),
        "limitations": _limitations(nct_id, results),
    }
    return Record(
        id=nct_id,
        locator=nct_id,
        version=version,
        released=released,
        dated=version,
        substances=[Substance(names=(name,)) for name in drugs],
        statements=[Statement("trials", fields, key=nct_id.lower())],
        kinds=("trials",),
        conditions=conditions,
    )


def _drugs(interventions: Object) -> list[str]:
    """The names of the interventions that are drugs or biologicals, each once."""
    named: dict[str, str] = {}
    for intervention in _objects(interventions, "interventions"):
        type_, name = _text(intervention, "type"), _text(intervention, "name")
        if type_ and name and type_.upper() in DRUG_TYPES:
            named.setdefault(normalized(name), name.strip())
    return list(named.values())


def _is_of_clusters(protocol: Object) -> bool:
    """Whether titles, summary or design call it a trial in which groups of people were randomised.

    The registry has no field that says so, and people of one group are alike: no interval follows
    from counting them one by one.
    """
    identification = _object(protocol, "identificationModule")
    description = _object(protocol, "descriptionModule")
    design = _object(_object(protocol, "designModule"), "designInfo")
    said = (
        _text(identification, "officialTitle"),
        _text(identification, "briefTitle"),
        _text(description, "briefSummary"),
        _text(description, "detailedDescription"),
        _text(design, "interventionModelDescription"),
    )
    return any(text and _CLUSTER.search(text) for text in said)


def _registry_ids(nct_id: str, identification: Object) -> list[str]:
    """The number, those it had before, and those of other registries."""
    others = [
        id_
        for info in _objects(identification, "secondaryIdInfos")
        if _text(info, "type") in REGISTRY_ID_TYPES and (id_ := _text(info, "id"))
    ]
    return list(dict.fromkeys([nct_id, *_texts(identification, "nctIdAliases"), *others]))


def _phases(design: Object) -> list[str]:
    phases = (_term(Phase, published) for published in _texts(design, "phases"))
    return list(dict.fromkeys(phase for phase in phases if phase))


def _enrollment(info: Object) -> Object | None:
    printed = info.get("count")
    number = _whole(printed)
    if number is None and printed is not None:
        raise MalformedError("expected a whole number as the 'count' of 'enrollmentInfo'")
    type_ = _of(EnrollmentType, info, "type")
    return None if number is None and type_ is None else {"count": number, "type": type_}


def _locations(module: Object) -> list[str]:
    """Cities with their countries, each once: `Rome, Italy`."""
    places = (
        ", ".join(filter(None, (_text(place, "city"), _text(place, "country"))))
        for place in _objects(module, "locations")
    )
    return list(dict.fromkeys(place for place in places if place))


def _conditions(study: Object) -> dict[str, Object]:
    """The conditions by id.

    One whose very name is a term of MeSH that the registry found for the study has the term's code,
    and is named as the term is written. A code that is none of MeSH's is left out.
    """
    browse = _object(_object(study, "derivedSection"), "conditionBrowseModule")
    terms = {
        normalized(term): (term, code)
        for mesh in _objects(browse, "meshes")
        if (term := _text(mesh, "term")) and (code := mesh_code(_text(mesh, "id") or ""))
    }
    conditions: dict[str, Object] = {}
    module = _object(study["protocolSection"], "conditionsModule")
    for name in _texts(module, "conditions"):
        id_ = slug(name)
        if found := terms.get(normalized(name)):
            coded = {"id": id_, "name": found[0], "codes": [{"system": "mesh", "code": found[1]}]}
            if id_ not in conditions or not conditions[id_]["codes"]:
                conditions[id_] = coded
        else:
            conditions.setdefault(id_, {"id": id_, "name": name, "codes": []})
    return conditions


def _limitations(nct_id: str, results: Object) -> list[Object]:
    caveats = _object(_object(results, "moreInfoModule"), "limitationsAndCaveats")
    said = _text(caveats, "description")
    if said is None:
        return []
    return [
        {
            "statement": said,
            "certainty": "verbatim",
            "cite": {"clinicaltrials": [f"{nct_id}, limitations and caveats"]},
        }
    ]
