"""The benchmark's own parts: the catalogue that it makes up, and what its report says."""

from datetime import date

from app.database import read_engine, write_engine
from app.ingest.checks import faults_of
from app.settings import Settings
from bench.generate import drug_name, fill
from bench.load import Round
from bench.report import report
from bench.results import BARE, US, Comparison, Results


def test_a_made_up_catalogue_is_whole(database: Settings) -> None:
    engine = write_engine(database)
    with engine.begin() as connection:
        counts = fill(connection, 20)
    engine.dispose()

    engine = read_engine(database)
    with engine.connect() as connection:
        faults = faults_of(connection)
    engine.dispose()

    assert faults == []
    assert (counts["drugs"], counts["warnings"], counts["trials"]) == (20, 80, 2)


def test_no_two_drugs_have_the_same_name() -> None:
    assert len({drug_name(number) for number in range(10_000)}) == 10_000


def test_the_report_says_which_figures_fall_short() -> None:
    text = _report(_rounds(90, 80, 100), _rounds(100, 100, 100))

    assert "| hot record, of bare ASGI | at least 0.95 | 0.90 | **falls short** |" in text
    assert "| medfacts | 90 | 80 to 100 | 0.90 | 1.00 | 2.00 |" in text
    assert "| p99 of a hot record, of bare ASGI's | at most 1.3 | 1.00 | reached |" in text


def test_the_report_says_which_figures_do_not_count() -> None:
    fault = "3 of 90 answers were errors"

    text = _report([*_rounds(99), Round(99, 1, 2, fault)], _rounds(100, 100))

    assert "| hot record, of bare ASGI | at least 0.95 | - | **no figure** |" in text
    assert f"| medfacts | **does not count** | {fault} | - |" in text
    assert f"- Hot record, medfacts: {fault}." in text


def _rounds(*rates: float) -> list[Round]:
    return [Round(rate, p50_ms=1, p99_ms=2) for rate in rates]


def _report(ours: list[Round], bare: list[Round]) -> str:
    hot = Comparison("Hot record", "`GET /`", BARE, {US: ours, BARE: bare})
    results = Results({"hot record": hot}, sizes=[1000])
    return report(results, date(2026, 1, 31), {"cores": "2"}, {"wrk": "4"}, "It was a test.")
