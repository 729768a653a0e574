"""ClinicalTrials.gov: trials of drugs, with their design, arms, outcomes and results.

Format: studies as JSON, as the site's API v2 has them: the array that the site downloads, a page of
the API (`{"studies": […]}`), one study, or a zip of any of these. The publisher documents it at
https://clinicaltrials.gov/data-api/about-api/study-data-structure, and as an OpenAPI document at
https://clinicaltrials.gov/data-api/api

Licence: public domain; https://clinicaltrials.gov/about-site/terms-conditions asks that whoever
shows the data names ClinicalTrials.gov as their source, and the date on which they were processed.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import chain, count
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
from app.ingest.sources.trial_interventions import Arm, Intervention, Study, substances_of
from app.models.numbers import NUMBER, double_of
from app.models.trial import (
    MOST,
    Allocation,
    ArmType,
    DateType,
    DispersionType,
    EnrollmentType,
    InterventionModel,
    Masking,
    ObservationalModel,
    OutcomeType,
    ParamType,
    Phase,
    PrimaryPurpose,
    StudyType,
    TimePerspective,
    TrialStatus,
)
from app.names.mesh import mesh_code
from app.names.normalization import normalized
from app.names.slugs import shortened, slug

PARTICIPANTS = "participants"
"""The units of denominators that are people."""

FIRST_RECORDS = 100
"""Among so many at a file's beginning there is a study, or it is no file of studies."""

REGISTRY_ID_TYPES = {"EUDRACT_NUMBER", "CTIS", "REGISTRY"}
"""Types of secondary ids that a registry of trials issued; the others name grants and ethics."""

REGISTERED = (
    ("primaryOutcomes", OutcomeType.PRIMARY, "primary"),
    ("secondaryOutcomes", OutcomeType.SECONDARY, "secondary"),
    ("otherOutcomes", OutcomeType.OTHER_PRE_SPECIFIED, "other"),
)

NOTES = (
    "groupDescription",
    "statisticalComment",
    "pValueComment",
    "estimateComment",
    "ciLowerLimitComment",
    "ciUpperLimitComment",
    "nonInferiorityComment",
    "otherAnalysisDescription",
)
"""What an analysis says in words."""

SHOWN_AS = {
    "80_CONFIDENCE_INTERVAL": "CONFIDENCE_80",
    "90_CONFIDENCE_INTERVAL": "CONFIDENCE_90",
    "95_CONFIDENCE_INTERVAL": "CONFIDENCE_95",
    "97_5_CONFIDENCE_INTERVAL": "CONFIDENCE_975",
    "99_CONFIDENCE_INTERVAL": "CONFIDENCE_99",
    "OTHER_CONFIDENCE_INTERVAL_LEVEL": "CONFIDENCE_OTHER",
    "GEOMETRIC_COEFFICIENT_OF_VARIATION": "GEOMETRIC_COEFFICIENT",
    "NOT_APPLICABLE": "NA",
    "N_A": "NA",
    "EARLY_PHASE_1": "EARLY_PHASE1",
    "PHASE_1": "PHASE1",
    "PHASE_2": "PHASE2",
    "PHASE_3": "PHASE3",
    "PHASE_4": "PHASE4",
    "NONE_OPEN_LABEL": "NONE",
    "SINGLE_GROUP_ASSIGNMENT": "SINGLE_GROUP",
    "PARALLEL_ASSIGNMENT": "PARALLEL",
    "CROSSOVER_ASSIGNMENT": "CROSSOVER",
    "FACTORIAL_ASSIGNMENT": "FACTORIAL",
    "SEQUENTIAL_ASSIGNMENT": "SEQUENTIAL",
    "ANTICIPATED": "ESTIMATED",
    "OBSERVATIONAL_PATIENT_REGISTRY": "OBSERVATIONAL",
    "UNKNOWN_STATUS": "UNKNOWN",
}
"""Values as the site shows them, where that is more than another way of writing them."""

_NCT_ID = re.compile(r"NCT\d{8}")
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)
_NUMBER = re.compile(rf"=?\s*({NUMBER.pattern})", re.ASCII)
_WHOLE = re.compile(r"\d+(\.0+)?", re.ASCII)

Object = dict[str, Any]


class MalformedError(Exception):
    """A study that is not as the API's document says: which part, and what was expected."""


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


def _object(owner: Object, name: str) -> Object:
    """A part that is an object; empty where it is absent."""
    value = owner.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedError(f"expected an object as '{name}'")
    return value


def _objects(owner: Object, name: str) -> list[Object]:
    """A part that is a list of objects; empty where it is absent."""
    value = owner.get(name)
    if value is None:
        return []
    if not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
        raise MalformedError(f"expected a list of objects as '{name}'")
    return value


def _text(owner: Object, name: str) -> str | None:
    """A text as published; None where it is absent or blank."""
    value = owner.get(name)
    return None if value is None else _fit(value, name)


def _texts(owner: Object, name: str) -> list[str]:
    """A list of texts, less those that are blank."""
    value = owner.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise MalformedError(f"expected a list of texts as '{name}'")
    return [text for item in value if (text := _fit(item, name))]


def _fit(value: Any, name: str) -> str | None:
    if not isinstance(value, str):
        raise MalformedError(f"expected text as '{name}'")
    return value if value.strip() else None


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


@lru_cache(maxsize=1000)
def _term(enum: type[StrEnum], published: str) -> str | None:
    """An enum's value, as the API or as the site writes it; None for one that is not known."""
    known = {member.value for member in enum}
    written = "_".join(re.findall("[A-Z0-9]+", published.upper()))
    terms = (term for term in (published, written, SHOWN_AS.get(written)) if term in known)
    return next(terms, None)


def _of(enum: type[StrEnum], owner: Object, name: str) -> str | None:
    published = _text(owner, name)
    return None if published is None else _term(enum, published)


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
    substances, left_out = substances_of(_interventions(study))
    status = _object(protocol, "statusModule")
    version = (
        _date(status, "lastUpdatePostDateStruct") or _text(status, "lastUpdateSubmitDate") or ""
    )
    released = _data_of(study) or ""
    if not substances:
        return SkippedRecord("studies not about a drug", nct_id, version, released, left_out)
    arms = _Arms(interventions, _object(study, "resultsSection"))
    conditions = _conditions(study)
    outcomes = _outcomes(nct_id, study, arms)
    design = _object(protocol, "designModule")
    of_design = _object(design, "designInfo")
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
        "outcomes": outcomes,
        "limitations": _limitations(nct_id, _object(study, "resultsSection")),
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
    protocol = _object(study, "protocolSection")
    module = _object(protocol, "armsInterventionsModule")
    identification = _object(protocol, "identificationModule")
    conditions = _object(protocol, "conditionsModule")
    browse = _object(_object(study, "derivedSection"), "interventionBrowseModule")
    titles = (_text(identification, name) for name in ("briefTitle", "officialTitle"))
    return Study(
        [
            Intervention(
                _text(intervention, "type") or "",
                name,
                _texts(intervention, "otherNames"),
                _texts(intervention, "armGroupLabels"),
            )
            for intervention in _objects(module, "interventions")
            if (name := _text(intervention, "name"))
        ],
        [
            Arm(
                _text(arm, "label") or "",
                _of(ArmType, arm, "type"),
                _texts(arm, "interventionNames"),
            )
            for arm in _objects(module, "armGroups")
        ],
        [term for mesh in _objects(browse, "meshes") if (term := _text(mesh, "term"))],
        _texts(conditions, "conditions"),
        [*filter(None, titles), *_texts(conditions, "keywords")],
    )


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


class _Arms:
    """A study's arms, and those groups of its results that are none of them.

    A group is the arm whose label is its title. Any other (all participants, two arms together) is
    no arm, and is one of `groups`.
    """

    def __init__(self, interventions: Object, results: Object) -> None:
        self.all: list[Object] = []
        self.groups: list[Object] = []
        self._ids: set[str] = set()
        self._group_ids: dict[tuple[str, str | None, int], str] = {}
        started = _started(_object(results, "participantFlowModule"))
        groups = _objects(interventions, "armGroups")
        labels = [_text(group, "label") or "" for group in groups]
        times = Counter(map(normalized, labels))
        self._by_label: dict[str, Object] = {}
        for group, label in zip(groups, labels, strict=True):
            compared = normalized(label)
            is_alone = bool(compared) and times[compared] == 1
            arm = {
                "id": self._new_id(label),
                "label": label,
                "type": _of(ArmType, group, "type"),
                "description": _text(group, "description"),
                "participants": started.get(compared) if is_alone else None,
                "interventions": _texts(group, "interventionNames"),
            }
            self.all.append(arm)
            if is_alone:
                self._by_label[compared] = arm

    def of_groups(self, groups: list[Object]) -> tuple[dict[str, str], list[Object]]:
        """The ids of arms and groups by the ids that an outcome's groups have within it, and what
        the outcome says of those that are arms."""
        titles = [_text(group, "title") or _text(group, "id") or "" for group in groups]
        times = Counter(map(normalized, titles))
        before: Counter[str] = Counter()
        ids: dict[str, str] = {}
        descriptions: list[Object] = []
        for group, title in zip(groups, titles, strict=True):
            compared, description = normalized(title), _text(group, "description")
            arm = self._by_label.get(compared) if times[compared] == 1 else None
            id_ = arm["id"] if arm else self._group_id(title, description, before[compared])
            ids[_text(group, "id") or ""] = id_
            before[compared] += 1
            if arm and description and not _is_same(description, arm["description"]):
                descriptions.append({"arm": id_, "description": description})
        return ids, descriptions

    def _group_id(self, title: str, description: str | None, nth: int) -> str:
        key = (title, description, nth)
        if key not in self._group_ids:
            id_ = self._group_ids[key] = self._new_id(title)
            self.groups.append({"id": id_, "label": title, "description": description})
        return self._group_ids[key]

    def _new_id(self, label: str) -> str:
        plain = slug(label) if label else "arm"
        new = next(
            id_
            for n in count(1)
            if (id_ := plain if n == 1 else shortened(f"{plain}-{n}")) not in self._ids
        )
        self._ids.add(new)
        return new


def _is_same(description: str, other: str | None) -> bool:
    """Whether two descriptions differ in nothing but blanks and capitals."""
    return other is not None and normalized(description) == normalized(other)


def _started(flow: Object) -> dict[str, int]:
    """How many started, by the title of their group, where one group has it.

    Of the first period alone: in a later one they may have changed over.
    """
    groups = _objects(flow, "groups")
    titles = {_text(group, "id"): normalized(_text(group, "title") or "") for group in groups}
    times = Counter(titles.values())
    started: dict[str, int] = {}
    for period in _objects(flow, "periods")[:1]:
        for milestone in _objects(period, "milestones"):
            if _text(milestone, "type") != "STARTED":
                continue
            for achievement in _objects(milestone, "achievements"):
                title = titles.get(_text(achievement, "groupId"))
                number = _whole(achievement.get("numSubjects"))
                if title and times[title] == 1 and number is not None:
                    started[title] = number
    return started


def _whole(printed: Any) -> int | None:
    """A number of people or things; None for what is none, or is more than a column holds."""
    written = str(printed).strip()
    number = int(float(written)) if _WHOLE.fullmatch(written) and len(written) < 15 else None
    return None if number is None or number > MOST else number


def _outcomes(nct_id: str, study: Object, arms: _Arms) -> list[Object]:
    """What was found; then what was to be measured, and has no results."""
    measured = _objects(
        _object(_object(study, "resultsSection"), "outcomeMeasuresModule"), "outcomeMeasures"
    )
    outcomes: list[Object] = []
    with_results: set[tuple[str, str]] = set()
    for n, measure in enumerate(measured, 1):
        title = _text(measure, "title")
        if title is None:
            raise MalformedError(f"outcome measure {n} has no title")
        time_frame = _text(measure, "timeFrame")
        with_results.add((normalized(title), normalized(time_frame or "")))
        groups, group_descriptions = arms.of_groups(_objects(measure, "groups"))
        units = _units_analyzed(measure)
        outcomes.append(
            {
                "statement": title,
                "certainty": "verbatim",
                "measure": title,
                "type": _of(OutcomeType, measure, "type"),
                "description": _text(measure, "description"),
                "time_frame": time_frame,
                "unit": _text(measure, "unitOfMeasure"),
                "param_type": _of(ParamType, measure, "paramType"),
                "population_description": _text(measure, "populationDescription"),
                "type_units_analyzed": units,
                "group_descriptions": group_descriptions,
                "results": list(_results(measure, groups, units)),
                "analyses": [
                    _analysis(analysis, groups) for analysis in _objects(measure, "analyses")
                ],
                "cite": {"clinicaltrials": [f"{nct_id}, outcome measure {n}"]},
            }
        )
    registered = _object(study["protocolSection"], "outcomesModule")
    for name, type_, word in REGISTERED:
        for n, outcome in enumerate(_objects(registered, name), 1):
            title, time_frame = _text(outcome, "measure"), _text(outcome, "timeFrame")
            if title is None:
                raise MalformedError(f"{word} outcome {n} has no measure")
            if (normalized(title), normalized(time_frame or "")) in with_results:
                continue
            outcomes.append(
                {
                    "statement": title,
                    "certainty": "verbatim",
                    "measure": title,
                    "type": type_.value,
                    "description": _text(outcome, "description"),
                    "time_frame": time_frame,
                    "cite": {"clinicaltrials": [f"{nct_id}, registered {word} outcome {n}"]},
                }
            )
    return outcomes


def _units_analyzed(measure: Object) -> str | None:
    """What else than participants was analysed: eyes, say, of which each has two."""
    tables = [measure, *_objects(measure, "classes")]
    named = [_text(measure, "typeUnitsAnalyzed"), _text(measure, "denomUnitsSelected")]
    named += [_text(denom, "units") for table in tables for denom in _objects(table, "denoms")]
    return next((name for name in named if name and normalized(name) != PARTICIPANTS), None)


def _results(measure: Object, groups: dict[str, str], units: str | None) -> Iterator[Object]:
    """A result for each number: of each row and category of the table, for each group."""
    in_outcome = _analyzed(measure, PARTICIPANTS)
    units_in_outcome = _analyzed(measure, units)
    dispersion = _text(measure, "dispersionType")
    dispersion_type = dispersion and _term(DispersionType, dispersion)
    unknown = f"Dispersion type: {dispersion}" if dispersion and not dispersion_type else None
    is_count = (
        _of(ParamType, measure, "paramType") == ParamType.COUNT_OF_PARTICIPANTS and units is None
    )
    for row in _objects(measure, "classes"):
        participants_of = in_outcome | _analyzed(row, PARTICIPANTS)
        units_of = units_in_outcome | _analyzed(row, units)
        for category in _objects(row, "categories"):
            for measurement in _objects(category, "measurements"):
                group = _text(measurement, "groupId") or ""
                if group not in groups:
                    raise MalformedError(
                        f"a measurement is of group '{group[:40]}', which is not there"
                    )
                participants, value = participants_of.get(group), measurement.get("value")
                result: Object = {
                    "arm": groups[group],
                    "class_title": _text(row, "title"),
                    "category_title": _text(category, "title"),
                    "dispersion_type": dispersion_type,
                    "comment": "\n".join(filter(None, (_text(measurement, "comment"), unknown)))
                    or None,
                }
                _put(result, "value", value)
                _put(result, "spread", measurement.get("spread"))
                _put(result, "lower_limit", measurement.get("lowerLimit"))
                _put(result, "upper_limit", measurement.get("upperLimit"))
                _put(result, "participants", participants, whole=True)
                _put(result, "units_analyzed", units_of.get(group), whole=True)
                number, of = _whole(value), _whole(participants)
                if is_count and number is not None and (of is None or number <= of):
                    _put(result, "count", value, whole=True)
                yield result


def _analyzed(owner: Object, units: str | None) -> dict[str, Any]:
    """How many of these units were analysed in each group, as printed."""
    return {
        _text(number, "groupId") or "": number.get("value")
        for denominator in _objects(owner, "denoms")
        if units and normalized(_text(denominator, "units") or "") == normalized(units)
        for number in _objects(denominator, "counts")
    }


def _analysis(analysis: Object, groups: dict[str, str]) -> Object:
    missing = [id_ for id_ in _texts(analysis, "groupIds") if id_ not in groups]
    if missing:
        raise MalformedError(f"an analysis is of group '{missing[0][:40]}', which is not there")
    fields: Object = {
        "param_type": _text(analysis, "paramType"),
        "ci_num_sides": _text(analysis, "ciNumSides"),
        "dispersion_type": _text(analysis, "dispersionType"),
        "statistical_method": _text(analysis, "statisticalMethod"),
        "hypothesis": _text(analysis, "nonInferiorityType"),
        "arms": list(dict.fromkeys(groups[id_] for id_ in _texts(analysis, "groupIds"))),
        "note": "\n".join(filter(None, (_text(analysis, name) for name in NOTES))) or None,
    }
    for name, published in (
        ("param_value", "paramValue"),
        ("ci_percent", "ciPctValue"),
        ("ci_lower_limit", "ciLowerLimit"),
        ("ci_upper_limit", "ciUpperLimit"),
        ("dispersion_value", "dispersionValue"),
        ("p_value", "pValue"),
    ):
        _put(fields, name, analysis.get(published))
    return fields


def _put(fields: Object, name: str, printed: Any, *, whole: bool = False) -> None:
    """Give a number as it is printed; one that cannot be read for certain is null beside that.

    `0.04` is for the entry to read. `= 0.04` is 0.04; but `<0.0001` is a bound, `1,234` may have a
    decimal comma, `1e-400` is no double and not 0, and `NA` and `0.05 (two-sided)` are no numbers.
    """
    if printed is None or isinstance(printed, bool) or not isinstance(printed, (str, int, float)):
        if printed is not None:
            raise MalformedError(f"expected a number as '{name}'")
        return
    written = printed if isinstance(printed, str) else str(printed)
    if _fit(written, name) is None:
        return
    plain = _NUMBER.fullmatch(written.strip())
    number = double_of(plain[1]) if plain else None
    if whole:
        number = _whole(written)
    if number is not None and plain and plain[1] == written:
        fields[name] = written
    else:
        fields[name] = number
        fields.setdefault("as_printed", {})[name] = written


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
