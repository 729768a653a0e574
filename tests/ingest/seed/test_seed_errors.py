"""Whatever is wrong in a file is told with the file, the line, the field and what was expected."""

from pathlib import Path

import pytest

from app.ingest.seed.loading import read_seed
from app.ingest.seed.yaml_files import FileProblem, UnusableFilesError

HUSTANOL = """\
reviewed: 2026-01-31
sources:
  - id: leaflet
    title: A leaflet
    url: https://leaflet.example/
    licence: CC0 1.0
conditions:
  - {id: cough, name: Cough}
drug:
  id: hustanol
  name: hustanol
  names:
    - {name: hustanol, type: generic, cite: {leaflet: page 1}}
  identifiers:
    - {system: cas, value: 50-00-0, cite: {leaflet: page 1}}
warnings:
  - key: drowsiness
    type: warning
    category: dosing
    advice: Do not drive
    statement: Hustanol makes drowsy.
    certainty: stated
    cite: {leaflet: page 2}
indications:
  - key: cough
    condition: cough
    status: approved
    statement: Hustanol helps against cough.
    certainty: stated
    cite: {leaflet: page 1}
trials:
  - key: first
    enrollment: {count: 9}
    start_date: 2003-10
    statement: Hustanol was tried against cough.
    certainty: stated
    cite: {leaflet: page 3}
    arms:
      - {id: verum, label: Hustanol, participants: 4}
    outcomes:
      - measure: Cough
        statement: It helped three of four.
        certainty: stated
        cite: {leaflet: page 3}
        results:
          - {arm: verum, count: 3, participants: 4}
discrepancies:
  - key: size
    subject: hustanol-trial-first
    field: /enrollment/count
    statement: The leaflet gives two sizes.
    certainty: stated
    values:
      - {value: '9', cite: {leaflet: page 3}}
      - {value: '4', cite: {leaflet: page 4}}
"""
CATEGORIES = (
    "'abuse', 'dependence', 'dosing', 'geriatric', 'hepatic', 'lactation', 'overdosage', "
    "'pediatric', 'pregnancy', 'renal', 'supervision', 'withdrawal' or 'withdrawn'"
)
NO_VALUE = "has no value; leave the line out where the source says nothing."
SLUG = "expected lower-case words joined by hyphens, such as 'multiple-sclerosis', found"


def problems_of(folder: Path, **files: str | bytes) -> list[FileProblem]:
    """What reading a seed of these files finds wrong with it."""
    seed = folder / "seed"
    seed.mkdir(parents=True)
    for name, content in files.items():
        raw = content.encode() if isinstance(content, str) else content
        (seed / f"{name}.yaml").write_bytes(raw)
    try:
        read_seed(seed)
    except UnusableFilesError as error:
        return error.problems
    return []


def altered(right: str, wrong: str) -> str:
    """The file with one passage, which stands there once, written otherwise."""
    assert HUSTANOL.count(right) == 1
    return HUSTANOL.replace(right, wrong)


def test_the_file_that_the_others_are_made_from_is_right(tmp_path: Path) -> None:
    assert problems_of(tmp_path, hustanol=HUSTANOL) == []


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        pytest.param(
            "    category: dosing\n",
            "    category: dosing\n    colour: red\n",
            "20: warnings[0].colour: there is no such field.",
            id="unknown field",
        ),
        pytest.param(
            "category: dosing",
            "category: doses",
            f"19: warnings[0].category: expected {CATEGORIES}, found 'doses'.",
            id="value outside its list",
        ),
        pytest.param(
            "drowsy.\n    certainty: stated\n",
            "drowsy.\n",
            "17: warnings[0].certainty: is missing.",
            id="no certainty",
        ),
        pytest.param(
            "    cite: {leaflet: page 2}\n", "", "17: warnings[0].cite: is missing.", id="no cite"
        ),
        pytest.param(
            "{value: '4', cite: {leaflet: page 4}}",
            "{value: '4'}",
            "55: discrepancies[0].values[1].cite: is missing.",
            id="no cite for one value of a discrepancy",
        ),
        pytest.param(
            "{leaflet: page 2}",
            "{leaflet: ''}",
            f"23: warnings[0].cite.leaflet: {NO_VALUE}",
            id="cite without a passage",
        ),
        pytest.param(
            "cite: {leaflet: page 2}",
            "cite: leaflet",
            "23: warnings[0].cite: expected fields, each with its value, found 'leaflet'.",
            id="cite that is only a source",
        ),
        pytest.param(
            "{leaflet: page 2}",
            "{booklet: page 2}",
            "23: warnings[0].cite.booklet: there is no source 'booklet'.",
            id="unknown source",
        ),
        pytest.param(
            "    condition: cough",
            "    condition: flu",
            "26: indications[0].condition: there is no condition 'flu'.",
            id="unknown condition",
        ),
        pytest.param(
            "subject: hustanol-trial-first",
            "subject: hustanol-trial-second",
            "49: discrepancies[0].subject: there is no fact 'hustanol-trial-second'.",
            id="discrepancy about an unknown fact",
        ),
        pytest.param(
            "indications:\n",
            "  - key: drowsiness\n    type: warning\n    statement: It does.\n"
            "    certainty: stated\n    cite: {leaflet: page 5}\nindications:\n",
            "24: warnings[1].key: there is a fact 'hustanol-warning-drowsiness' already.",
            id="a fact's key twice",
        ),
        pytest.param(
            "    category: dosing\n",
            "    category: dosing\n    category: renal\n",
            "20: warnings[0].category: stands here for the second time.",
            id="a field twice",
        ),
        pytest.param(
            "advice: Do not drive",
            "advice:",
            f"20: warnings[0].advice: {NO_VALUE}",
            id="field without a value",
        ),
        pytest.param(
            "start_date: 2003-10",
            "start_date: Nov 1977",
            "34: trials[0].start_date: expected a date as YYYY, YYYY-MM or YYYY-MM-DD, "
            "found 'Nov 1977'.",
            id="date in words",
        ),
        pytest.param(
            "start_date: 2003-10",
            "start_date: 2026-02-30",
            "34: trials[0].start_date: expected a date that the calendar has, found '2026-02-30'.",
            id="date that is none",
        ),
        pytest.param(
            "reviewed: 2026-01-31",
            "reviewed: 2026-01",
            "1: reviewed: expected the day the facts were last checked, YYYY-MM-DD.",
            id="review without a day",
        ),
        pytest.param(
            "  id: hustanol\n",
            "  id: Hustanol\n",
            f"10: drug.id: {SLUG} 'Hustanol'.",
            id="drug id with a capital",
        ),
        pytest.param(
            "key: drowsiness",
            "key: Very drowsy",
            f"17: warnings[0].key: {SLUG} 'Very drowsy'.",
            id="key with a blank",
        ),
        pytest.param(
            "{name: hustanol, type",
            "{name: Coughaway, type",
            "12: drug.names: 'hustanol' itself must be among the names.",
            id="name that is not among the names",
        ),
        pytest.param(
            "{id: cough, name: Cough}",
            "{id: cough, name: Cough, description: A reflex}",
            "8: conditions[0]: a description and its cite go together.",
            id="description without a cite",
        ),
        pytest.param(
            "{id: cough, name: Cough}",
            "{id: cough, name: Cough, codes: [{system: mesh, code: D003371}]}",
            "8: conditions[0]: codes go together with a cite of their terminology.",
            id="code without a cite",
        ),
        pytest.param(
            "{arm: verum,",
            "{arm: placebo,",
            "46: trials[0].outcomes[0].results[0].arm: this trial's arms are: verum.",
            id="result for no arm",
        ),
        pytest.param(
            "{id: cough, name: Cough}",
            "{id: cough, name: Cough, codes: [{system: mesh, code: R05}], cite: {leaflet: page 1}}",
            "8: conditions[0].codes[0].code: a code of MeSH, such as D009128.",
            id="code that is none of MeSH's",
        ),
        pytest.param(
            "count: 3,",
            "count: 5,",
            "46: trials[0].outcomes[0].results[0].count: at most as many as `participants`.",
            id="more than all",
        ),
        pytest.param(
            "field: /enrollment/count",
            "field: /enrollment/size",
            "50: discrepancies[0].field: points at nothing in 'hustanol-trial-first'.",
            id="pointer to nothing",
        ),
        pytest.param(
            "field: /enrollment/count",
            "field: enrollment",
            "50: discrepancies[0].field: points at nothing in 'hustanol-trial-first'.",
            id="pointer without a slash",
        ),
        pytest.param(
            "field: /enrollment/count",
            "field: /arms/1/label",
            "50: discrepancies[0].field: points at nothing in 'hustanol-trial-first'.",
            id="pointer past the end of a list",
        ),
        pytest.param(
            "    category: dosing\n",
            "    severity: critical\n",
            "19: warnings[0].severity: a severity and its severity_basis go together.",
            id="severity without its basis",
        ),
        pytest.param(
            "    arms:\n      - {id: verum, label: Hustanol, participants: 4}\n",
            "    arms: verum\n",
            "38: trials[0].arms: expected a valid list, found 'verum'.",
            id="text for a list",
        ),
        pytest.param(
            "statement: Hustanol makes drowsy.",
            "statement: [Hustanol makes drowsy.]",
            "21: warnings[0].statement: expected a valid string.",
            id="list for a text",
        ),
        pytest.param(
            "{count: 9}",
            "{count: nine}",
            "33: trials[0].enrollment.count: expected a valid integer, "
            "unable to parse string as an integer, found 'nine'.",
            id="number in words",
        ),
        pytest.param(
            "{count: 9}",
            "{count: -9}",
            "33: trials[0].enrollment.count: expected greater than or equal to 0, found '-9'.",
            id="count below nought",
        ),
    ],
)
def test_a_mistake_is_reported_with_its_place_and_what_was_expected(
    tmp_path: Path, right: str, wrong: str, message: str
) -> None:
    problems = problems_of(tmp_path, hustanol=altered(right, wrong))

    assert [str(problem) for problem in problems] == [f"seed/hustanol.yaml:{message}"]


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        pytest.param("value: 50-00-0,", "value: &it [*it],", 15, id="list that holds itself"),
        pytest.param("{leaflet: page 2}", "&it {leaflet: *it}", 23, id="cite that holds itself"),
        pytest.param("category:", "? [a, b]\n    :", 19, id="list for a field's name"),
        pytest.param("category:", "? {a: b}\n    :", 19, id="mapping for a field's name"),
    ],
)
def test_yaml_that_is_no_plain_data_is_reported_with_its_line(
    tmp_path: Path, right: str, wrong: str, line: int
) -> None:
    problems = problems_of(tmp_path, hustanol=altered(right, wrong))

    assert [(p.file, p.line) for p in problems] == [("seed/hustanol.yaml", line)]


@pytest.mark.parametrize(
    ("written", "field"),
    [("{}", "warnings[0].cite"), ("{leaflet: []}", "warnings[0].cite.leaflet")],
)
def test_an_empty_cite_is_reported_once_and_in_a_sentence(
    tmp_path: Path, written: str, field: str
) -> None:
    problems = problems_of(tmp_path, hustanol=altered("{leaflet: page 2}", written))

    assert [(p.file, p.line, p.field) for p in problems] == [("seed/hustanol.yaml", 23, field)]
    assert "at least 1" in problems[0].expected
    assert "should have" not in problems[0].expected


@pytest.mark.parametrize(
    ("right", "wrong", "line", "field"),
    [
        pytest.param(
            "  identifiers:\n",
            "  identifiers:\n    - {system: cas, value: 50-00-0, cite: {leaflet: page 9}}\n",
            16,
            "drug.identifiers[1].value",
            id="an identifier twice in one drug",
        ),
        pytest.param(
            "    licence: CC0 1.0\n",
            "    licence: CC0 1.0\n    sha256: abc\n",
            7,
            "sources[0].sha256",
            id="a digest of the wrong length",
        ),
        pytest.param(
            "count: 3, participants: 4}",
            "count: 3, participants: 99999999999999999999}",
            46,
            "trials[0].outcomes[0].results[0].participants",
            id="a number that no column holds",
        ),
        pytest.param(
            "advice: Do not drive",
            'advice: "Do not\\0drive"',
            20,
            "warnings[0].advice",
            id="a NUL that Postgres refuses",
        ),
    ],
)
def test_what_the_database_would_refuse_is_reported_with_its_line(
    tmp_path: Path, right: str, wrong: str, line: int, field: str
) -> None:
    problems = problems_of(tmp_path, hustanol=altered(right, wrong))

    assert [(p.file, p.line, p.field) for p in problems] == [("seed/hustanol.yaml", line, field)]


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999"])
def test_a_value_is_a_number_that_json_can_carry(tmp_path: Path, number: str) -> None:
    dose = f"participants: 4, doses: [{{value: {number}}}]}}"

    problems = problems_of(
        tmp_path, hustanol=altered("Hustanol, participants: 4}", f"Hustanol, {dose}")
    )

    assert [(p.line, p.field) for p in problems] == [(39, "trials[0].arms[0].doses[0].value")]


def test_a_coverage_names_the_source_and_the_kind_that_are_not_there(tmp_path: Path) -> None:
    coverage = (
        "coverage:\n  - {source: leaflet, kinds: [drawings]}\n  - {source: x, kinds: [trials]}\n"
    )

    problems = problems_of(tmp_path, hustanol=coverage + HUSTANOL)

    assert [str(problem) for problem in problems] == [
        "seed/hustanol.yaml:2: coverage[0].kinds: kinds are discrepancies, dosages, "
        "indications, mechanisms, pharmacokinetics, trials, warnings.",
        "seed/hustanol.yaml:3: coverage[1].source: there is no source 'x'.",
    ]


def test_every_mistake_in_every_file_is_reported_in_one_go(tmp_path: Path) -> None:
    hustanol = altered("category: dosing", "category: doses").replace("2003-10", "Nov 1977")
    shared = "conditions:\n  - {id: flu, name: Flu}\n  - {id: Cold, name: Cold}\nodd: 1\n"

    problems = problems_of(tmp_path, hustanol=hustanol, shared=shared, torn="drug: [\n")

    assert [(p.file, p.line, p.field) for p in problems] == [
        ("seed/hustanol.yaml", 19, "warnings[0].category"),
        ("seed/hustanol.yaml", 34, "trials[0].start_date"),
        ("seed/shared.yaml", 3, "conditions[1].id"),
        ("seed/shared.yaml", 4, "odd"),
        ("seed/torn.yaml", 2, ""),
    ]


def test_results_name_an_arm_or_a_group_of_their_trial(tmp_path: Path) -> None:
    outcome = "          - {arm: verum, count: 3, participants: 4}\n"
    groups = "    groups:\n      - {id: everybody, label: All}\n"
    of_groups = outcome + "          - {arm: everybody, count: 3}\n"
    right = altered(outcome, of_groups).replace("    outcomes:\n", groups + "    outcomes:\n")
    more = (
        "          - {arm: nobody}\n"
        "        analyses:\n          - {arms: [verum, everybody, nobody]}\n"
        "        group_descriptions:\n          - {arm: everybody, description: All of them.}\n"
    )
    wrong = right.replace(of_groups, of_groups + more).replace(
        "label: All}\n", "label: All}\n      - {id: verum, label: Again}\n"
    )

    assert problems_of(tmp_path / "right", hustanol=right) == []
    known = "this trial's arms are: verum"
    assert [str(problem) for problem in problems_of(tmp_path / "wrong", hustanol=wrong)] == [
        "seed/hustanol.yaml:42: trials[0].groups[1].id: there is an arm or group 'verum' already.",
        f"seed/hustanol.yaml:51: trials[0].outcomes[0].results[2].arm: {known}; its groups: "
        "everybody, verum.",
        f"seed/hustanol.yaml:53: trials[0].outcomes[0].analyses[0].arms[2]: {known}; its groups: "
        "everybody, verum.",
        f"seed/hustanol.yaml:55: trials[0].outcomes[0].group_descriptions[0].arm: {known}.",
    ]


def test_every_reference_to_nothing_is_reported_in_one_go(tmp_path: Path) -> None:
    lost = altered("    condition: cough", "    condition: flu").replace(
        "{leaflet: page 4}", "{booklet: page 4}"
    )

    problems = problems_of(tmp_path, hustanol=lost)

    assert [(p.line, p.field) for p in problems] == [
        (26, "indications[0].condition"),
        (55, "discrepancies[0].values[1].cite.booklet"),
    ]


def test_a_mistake_in_a_shared_file_is_not_reported_again_where_it_is_referred_to(
    tmp_path: Path,
) -> None:
    sources, rest = HUSTANOL.split("conditions:\n")
    shared = sources.removeprefix("reviewed: 2026-01-31\n") + "    colour: red\n"

    problems = problems_of(
        tmp_path, hustanol=f"reviewed: 2026-01-31\nconditions:\n{rest}", shared=shared
    )

    assert [str(problem) for problem in problems] == [
        "seed/shared.yaml:6: sources[0].colour: there is no such field."
    ]


@pytest.mark.parametrize(
    ("content", "line", "expected"),
    [
        pytest.param("a: [1,\nb: }\n", 2, "is not YAML: ", id="not YAML"),
        pytest.param("a: b\n\tc: d\n", 2, "is not YAML: ", id="tab"),
        pytest.param("a: b\n---\nc: d\n", 2, "is not YAML: ", id="two documents"),
        pytest.param("a: *nothing\n", 1, "is not YAML: ", id="alias of nothing"),
        pytest.param("a: \0\n", 1, "is not YAML: ", id="control character"),
        pytest.param(b"sources: []\n# Gr\xfc\xdfe\n", 2, "is not UTF-8 text.", id="Latin-1"),
        pytest.param("- a\n- b\n", 1, "expected ", id="list"),
        pytest.param("hustanol\n", 1, "expected ", id="text"),
    ],
)
def test_a_file_that_is_no_seed_file_is_reported_with_its_line(
    tmp_path: Path, content: str | bytes, line: int, expected: str
) -> None:
    problems = problems_of(tmp_path, hustanol=HUSTANOL, odd=content)

    assert [(p.file, p.line, p.field) for p in problems] == [("seed/odd.yaml", line, "")]
    assert problems[0].expected.startswith(expected)
    assert "\n" not in problems[0].expected


def test_a_drug_that_is_a_number_is_reported_in_the_words_of_the_file(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, hustanol=HUSTANOL, odd="drug: 5\n")

    assert [(p.file, p.line, p.field) for p in problems] == [("seed/odd.yaml", 1, "drug")]
    assert "found '5'" in problems[0].expected
    assert "Entry" not in problems[0].expected


def test_facts_without_a_drug_are_reported(tmp_path: Path) -> None:
    warnings = HUSTANOL[HUSTANOL.index("warnings:") : HUSTANOL.index("indications:")]

    problems = problems_of(tmp_path, hustanol=HUSTANOL, odd=f"reviewed: 2026-01-31\n{warnings}")

    assert [str(problem) for problem in problems] == [
        "seed/odd.yaml:1: reviewed: belongs to a drug, and this file has no `drug`.",
        "seed/odd.yaml:2: warnings: belongs to a drug, and this file has no `drug`.",
    ]


def test_an_empty_file_is_no_mistake(tmp_path: Path) -> None:
    assert problems_of(tmp_path, hustanol=HUSTANOL, empty="", remark="# Nothing yet.\n") == []


def test_a_seed_without_a_drug_is_reported(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, shared="conditions:\n  - {id: cough, name: Cough}\n")

    assert [str(problem) for problem in problems] == ["seed:1: no file here holds a drug."]


def test_a_folder_without_a_file_is_reported(tmp_path: Path) -> None:
    [problem] = problems_of(tmp_path)

    assert (problem.file, problem.expected) == (
        str(tmp_path / "seed"),
        "there is no .yaml file here.",
    )


@pytest.mark.parametrize("written", ["three", "3O", "3 of 5"])
def test_a_mistyped_number_is_never_read_as_none_given(tmp_path: Path, written: str) -> None:
    altered = HUSTANOL.replace("count: 3,", f"count: {written},")

    [problem] = problems_of(tmp_path, hustanol=altered)

    assert problem.field.endswith(".count")
    assert f"found '{written}'" in problem.expected


def test_the_same_drug_in_two_files_is_reported_with_every_id_taken_twice(tmp_path: Path) -> None:
    again = "reviewed: 2026-01-31\n" + HUSTANOL[HUSTANOL.index("drug:") : HUSTANOL.index("trials:")]

    problems = problems_of(tmp_path, hustanol=HUSTANOL, second=again)

    assert [str(problem) for problem in problems] == [
        "seed/second.yaml:3: drug.id: there is a drug 'hustanol' already.",
        "seed/second.yaml:8: drug.identifiers[0].value: cas 50-00-0 already identifies 'hustanol'.",
        "seed/second.yaml:10: warnings[0].key: "
        "there is a fact 'hustanol-warning-drowsiness' already.",
        "seed/second.yaml:18: indications[0].key: "
        "there is a fact 'hustanol-indication-cough' already.",
    ]
