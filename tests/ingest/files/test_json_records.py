import json
import tracemalloc
from typing import Any

import pytest

from app.ingest.files import json_records
from app.ingest.files.json_records import JsonRecords
from app.ingest.sources.interface import WrongFileError
from tests.ingest.made_files import File


def labels_file(content: str | bytes) -> File:
    return File("labels.json", content)


def records(content: str | bytes, *lists: str) -> list[Any]:
    return list(JsonRecords(labels_file(content), lists or ("results",)))


def refusal(content: str | bytes) -> str:
    with pytest.raises(WrongFileError) as refused:
        records(content)
    return str(refused.value)


@pytest.fixture(params=[1, 7, 64])
def read_in_bits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read so few bytes at a time that every record is cut somewhere."""
    monkeypatch.setattr(json_records, "READ_AT_ONCE", request.param)
    monkeypatch.setattr(json_records, "LONG_ENOUGH", 0)


def test_an_array_is_its_elements() -> None:
    assert records(' [ {"a": 1}, [2], "three", 4, null ] \n') == [{"a": 1}, [2], "three", 4, None]


def test_an_object_is_the_list_that_it_holds() -> None:
    labels = JsonRecords(labels_file('{"meta": {"total": 2}, "results": [1, 2]}'), ("results",))

    assert list(labels) == [1, 2]
    assert (labels.list_name, labels.head) == ("results", {"meta": {"total": 2}})


def test_an_object_without_a_list_is_one_record() -> None:
    study = JsonRecords(labels_file('{"protocolSection": {}, "studies": 5}'), ("studies",))

    assert list(study) == [{"protocolSection": {}, "studies": 5}]
    assert (study.list_name, study.head) == (None, {})


def test_what_stands_before_the_list_is_known_at_its_first_record_and_the_rest_at_the_end() -> None:
    page = JsonRecords(
        labels_file('{"a": 1, "studies": [1, 2], "nextPageToken": "x"}'), ("studies",)
    )
    heads = [dict(page.head) for _ in page]

    assert heads == [{"a": 1}, {"a": 1}]
    assert page.head == {"a": 1, "nextPageToken": "x"}


def test_empty_arrays_lists_and_objects_are_read() -> None:
    assert records("[]") == []
    assert records('{"results": [ ]}') == []
    assert records("{}") == [{}]


def test_a_number_with_a_point_or_an_exponent_is_as_text_what_was_printed() -> None:
    [numbers] = records("[[1E5, 62.80, -0.0, 1e-400, 1e400, 7, 9007199254740993]]")

    assert numbers == [1e5, 62.8, 0.0, 0.0, float("inf"), 7, 9007199254740993]
    assert [str(number) for number in numbers] == [
        *("1E5", "62.80", "-0.0", "1e-400", "1e400", "7", "9007199254740993"),
    ]


def test_it_can_be_read_again() -> None:
    labels = JsonRecords(labels_file('{"meta": 1, "results": [1, 2]}'), ("results",))

    assert list(labels) == list(labels) == [1, 2]


@pytest.mark.usefixtures("read_in_bits")
def test_records_are_whole_wherever_the_reading_stops() -> None:
    written = [
        {"text": 'naïve 🜁 \\ "quoted"', "escaped": "\U0001f701\n\x7f"},
        {"numbers": [12, -3.5, 1.5e-7, 0, 123456789012345678901234567890]},
        {"nothing": [None, True, False, {}, [], ""]},
        12345,
        "plain",
        False,
    ]
    for ascii_only in (True, False):
        for indent in (None, 2):
            text = json.dumps(
                {"meta": {}, "results": written}, ensure_ascii=ascii_only, indent=indent
            )

            assert records(text) == written
            assert records("\ufeff" + text) == written


@pytest.mark.usefixtures("read_in_bits")
def test_a_file_cut_anywhere_is_refused() -> None:
    whole = (
        '{"meta": {"n": -1.5e+3}, "results": [{"a": "ä\\u00e9\\ud834\\udd1e"}, true, [1]]}'.encode()
    )

    for length in range(1, len(whole)):
        assert "it is cut off" in refusal(whole[:length]), whole[:length]


def test_a_file_that_is_cut_off_says_in_which_record() -> None:
    assert refusal('{"results": [{"a": 1}, {"a": "tex') == "labels.json: it is cut off in record 2."
    assert refusal('[{"a": 1}') == "labels.json: it is cut off in record 1."
    assert refusal('{"meta": {"a"') == "labels.json: it is cut off in its member 'meta'."
    assert refusal('{"results": []') == "labels.json: it is cut off after its last record."


@pytest.mark.usefixtures("read_in_bits")
def test_what_is_not_json_says_in_which_record_and_where() -> None:
    assert refusal('[{"a": 1}, {"a": nope}]') == (
        "labels.json: in record 2 it is not JSON: Expecting value at its character 7."
    )
    assert refusal('[{"a": "x\ty"}]') == (
        "labels.json: in record 1 it is not JSON: Invalid control character at its character 9."
    )


def test_what_stands_between_records_says_after_which() -> None:
    assert refusal('[{"a": 1} {"b": 2}]') == (
        "labels.json: in record 1 it is not JSON: ',' or ']' was expected after it, "
        "not '{\"b\": 2}]'."
    )


def test_a_byte_that_is_not_utf8_is_named_with_its_record() -> None:
    assert refusal(b'\xef\xbb\xbf[{"a": "\xc3\xa4"}, {"a": "caf\xe9"}]') == (
        "labels.json: in record 2 byte 27 (0xe9) is not UTF-8."
    )
    assert refusal('[{"a": 1}]'.encode("utf-16")) == (
        "labels.json: at its beginning byte 0 (0xff) is not UTF-8."
    )


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.usefixtures("read_in_bits")
def test_what_is_no_number_is_not_json(number: str) -> None:
    assert refusal(f'[{{"p": {number}}}]') == (
        f"labels.json: in record 1 it is not JSON: {number} is no number."
    )


def test_a_number_too_long_to_be_read_is_refused() -> None:
    assert "in record 1 it is not JSON: Exceeds the limit" in refusal("[" + "1" * 5000 + "]")


def test_nesting_without_end_is_refused() -> None:
    bomb = "[1, " + "[" * 500_000

    assert refusal(bomb) == (
        "labels.json: in record 2 its values are nested too deeply to be read."
    )


def test_another_kind_of_file_is_refused() -> None:
    assert refusal("") == "labels.json: it is empty; a JSON file was expected."
    assert refusal(" \n") == "labels.json: it is empty; a JSON file was expected."
    assert refusal("<!DOCTYPE html>\n<html>") == (
        "labels.json: it is no JSON file of records: it begins with '<!DOCTYPE html>'."
    )


def test_something_after_the_end_is_refused() -> None:
    assert refusal('[1] {"a": 2}') == (
        "labels.json: something follows after its end: '{\"a\": 2}'."
    )


def test_a_second_list_is_refused() -> None:
    assert refusal('{"results": [], "results": []}') == (
        "labels.json: it holds two lists, 'results' and 'results'; one was expected."
    )


def test_a_record_without_end_is_refused_before_the_memory_is_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(json_records, "LONGEST_RECORD", 100)
    monkeypatch.setattr(json_records, "READ_AT_ONCE", 10)

    assert refusal('["' + "x" * 1000) == (
        "labels.json: in record 1 a value is longer than 100 characters."
    )


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file() -> None:
    record = json.dumps({"text": "x" * 20_000})
    peaks = []
    for count in (200, 2000):
        part = labels_file("[" + ",".join([record] * count) + "]")
        tracemalloc.start()
        read = sum(1 for _ in JsonRecords(part, ()))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert read == count

    assert peaks[1] < 20_000_000
