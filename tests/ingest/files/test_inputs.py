"""What is named at the command line becomes files that importers can read, or a clear refusal."""

import gzip
import hashlib
import io
import os
import struct
import tempfile
import threading
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.ingest.files.inputs import Input, inputs_of
from app.ingest.sources.interface import InputPart, WrongFileError

RECORDS = b"".join(b'{"record": %d}\n' % number for number in range(100_000))


@contextmanager
def opened(*arguments: str | Path, standard_input: bytes | None = None) -> Iterator[list[Input]]:
    """The inputs of arguments, none of which is downloaded."""
    with inputs_of(
        [str(argument) for argument in arguments],
        downloads=Path("nowhere"),
        quiet=True,
        standard_input=None if standard_input is None else io.BytesIO(standard_input),
    ) as inputs:
        yield inputs


def read_all(*arguments: str | Path, standard_input: bytes | None = None) -> list[bytes]:
    """What all parts of arguments hold."""
    with opened(*arguments, standard_input=standard_input) as inputs:
        return [content(part) for input_ in inputs for part in input_.parts()]


def refusal(*arguments: str | Path, standard_input: bytes | None = None) -> str:
    """Why arguments, or a part of what they name, cannot be read: one sentence."""
    with pytest.raises(WrongFileError) as caught:
        read_all(*arguments, standard_input=standard_input)
    said = str(caught.value)
    assert said.endswith(".")
    assert "\n" not in said
    return said


def content(part: InputPart) -> bytes:
    with part.open() as file:
        return file.read()


def contents(input_: Input) -> dict[str, bytes]:
    return {part.name: content(part) for part in input_.parts()}


def write_zip(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        for name, member in members.items():
            file.writestr(zipfile.ZipInfo(name, (2024, 1, 15, 0, 0, 0)), member, method)
    return path


def write_gzip(path: Path, unpacked: bytes) -> Path:
    path.write_bytes(gzip.compress(unpacked))
    return path


def change(path: Path, at: int, new: bytes) -> Path:
    """Write over what a file has at a place."""
    whole = bytearray(path.read_bytes())
    whole[at : at + len(new)] = new
    path.write_bytes(whole)
    return path


def cut(path: Path, share: float) -> Path:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    return path


def test_a_file_is_one_part_with_its_digest_and_size(tmp_path: Path) -> None:
    path = tmp_path / "labels.json"
    path.write_bytes(RECORDS)

    with opened(path) as [input_]:
        assert (input_.name, input_.path, input_.bytes) == (str(path), path, len(RECORDS))
        assert input_.sha256 == hashlib.sha256(RECORDS).hexdigest()
        assert contents(input_) == {str(path): RECORDS}
        assert [part.date for part in input_.parts()] == [None]


def test_a_zips_files_are_parts_in_the_order_of_their_names(tmp_path: Path) -> None:
    members = {"b/two.json": b"2", "a.json": RECORDS, "b/": b"", "c.json": b""}
    path = write_zip(tmp_path / "labels.zip", members)

    with opened(path) as [input_]:
        read = contents(input_)

    assert list(read.items()) == [
        (f"{path}/a.json", RECORDS),
        (f"{path}/b/two.json", b"2"),
        (f"{path}/c.json", b""),
    ]


def test_what_computers_leave_in_a_zip_is_no_part_of_it(tmp_path: Path) -> None:
    noise = {"__MACOSX/a.json": b"1", ".DS_Store": b"2", "x/.hidden/a.json": b"3"}
    path = write_zip(tmp_path / "labels.zip", {**noise, "./a.json": b"4"})

    with opened(path) as [input_]:
        assert list(contents(input_).values()) == [b"4"]


@pytest.mark.parametrize(
    ("written", "date"),
    [((2019, 7, 2), "2019-07-02"), ((1980, 1, 1), None), ((1980, 0, 0), None)],
)
def test_a_zips_member_has_the_date_that_the_zip_gives_it(
    tmp_path: Path, written: tuple[int, int, int], date: str | None
) -> None:
    with zipfile.ZipFile(tmp_path / "labels.zip", "w") as file:
        file.writestr(zipfile.ZipInfo("a.json", (*written, 12, 0, 0)), b"{}")

    with opened(tmp_path / "labels.zip") as [input_]:
        assert [part.date for part in input_.parts()] == [date]


@pytest.mark.parametrize("pack", ["plain", "stored", "deflated", "gzip", "gzips"])
def test_a_part_is_read_by_blocks_by_lines_and_as_text(tmp_path: Path, pack: str) -> None:
    path = tmp_path / "packed"  # no name says what it is
    if pack in ("stored", "deflated"):
        method = zipfile.ZIP_STORED if pack == "stored" else zipfile.ZIP_DEFLATED
        write_zip(path, {"a": RECORDS}, method)
    else:
        packed = {
            "plain": RECORDS,
            "gzip": gzip.compress(RECORDS),
            "gzips": gzip.compress(RECORDS[:999]) + gzip.compress(RECORDS[999:]),
        }
        path.write_bytes(packed[pack])

    with opened(path) as [input_]:
        [part] = input_.parts()
        with part.open() as file:
            by_blocks = list(iter(lambda: file.read(3_000_000), b""))
        with part.open() as file:
            by_lines = list(iter(file.readline, b""))
        with part.open() as file, io.TextIOWrapper(file, "utf-8", newline="") as text:
            as_text = text.read()

    assert b"".join(by_blocks) == RECORDS
    assert by_lines == RECORDS.splitlines(keepends=True)
    assert as_text == RECORDS.decode()


def test_two_parts_may_be_read_at_the_same_time(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "labels.zip", {"a": RECORDS, "b": RECORDS[::-1]})

    with opened(path) as [input_]:
        one, other = input_.parts()
        with one.open() as first, other.open() as second:
            both = [(first.read(100_000), second.read(100_000)) for _ in range(20)]

    assert b"".join(a for a, _ in both) == RECORDS[:2_000_000]
    assert b"".join(b for _, b in both) == RECORDS[::-1][:2_000_000]


@pytest.mark.parametrize("pack", ["plain", "zip", "gzip"])
def test_reading_is_reported_in_bytes_of_the_file_and_once(tmp_path: Path, pack: str) -> None:
    path = tmp_path / "packed"
    if pack == "zip":
        write_zip(path, {"a": RECORDS, "b": RECORDS})
    elif pack == "gzip":
        write_gzip(path, RECORDS)
    else:
        path.write_bytes(RECORDS)
    sizes: list[int] = []

    with opened(path) as [input_]:
        input_.on_read = sizes.append
        for part in input_.parts() * 2:
            content(part)

    headings = 300 if pack == "zip" else 0
    assert input_.bytes - headings <= sum(sizes) <= input_.bytes
    assert min(sizes) > 0


def test_a_pattern_is_its_files_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("label-2.json", "label-1.json", "other.json"):
        (tmp_path / name).write_text(name)
    (tmp_path / "label-folder").mkdir()

    with opened(tmp_path / "label-*", tmp_path / "other.json") as inputs:
        names = [Path(input_.name).name for input_ in inputs]

    assert names == ["label-1.json", "label-2.json", "other.json"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    for name in ("label[1].json", "label1.json"):
        (tmp_path / name).write_text(name)

    with opened(tmp_path / "label[1].json") as [input_]:
        assert list(contents(input_).values()) == [b"label[1].json"]


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "label.json").write_text("{}")
    (tmp_path / "link.json").symlink_to(tmp_path / "label.json")

    with opened(tmp_path / "label.json", tmp_path / "*.json") as inputs:
        assert [input_.name for input_ in inputs] == [str(tmp_path / "label.json")]


def test_standard_input_is_a_file_like_any_other(tmp_path: Path) -> None:
    packed = write_zip(tmp_path / "labels.zip", {"a.json": RECORDS}).read_bytes()

    with opened("-", standard_input=packed) as [input_]:
        assert contents(input_) == {"standard input/a.json": RECORDS}
        assert input_.sha256 == hashlib.sha256(packed).hexdigest()


def test_standard_input_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    assert read_all("-", "-", standard_input=RECORDS) == [RECORDS]


def test_a_file_that_a_pattern_finds_is_never_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-").write_bytes(RECORDS)

    assert read_all("*", standard_input=b"other") == [RECORDS]


def test_a_pipe_with_a_name_is_read_as_standard_input_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=[gzip.compress(RECORDS)])
    writer.start()

    with opened(pipe) as [input_]:
        assert contents(input_) == {str(pipe): RECORDS}
    writer.join()


@pytest.mark.parametrize("fails", [True, False])
def test_nothing_temporary_is_left(
    tmp_path: Path, fails: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    arguments = ["-", tmp_path / "missing"] if fails else ["-"]

    try:
        with opened(*arguments, standard_input=RECORDS):
            assert len(list(tmp_path.iterdir())) == 1
    except WrongFileError:
        assert fails

    assert list(tmp_path.iterdir()) == []


def test_what_names_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.json").touch()

    said = [
        refusal(tmp_path / "missing.json"),
        refusal(tmp_path / "*.zip"),
        refusal(tmp_path / "fold*"),
        refusal(tmp_path / "folder"),
        refusal(tmp_path / "empty.json"),
        refusal("/dev/null"),
        refusal("-", standard_input=b""),
        refusal("odd\nname\x00.json"),
    ]

    assert said == [
        f"{tmp_path}/missing.json: there is no such file.",
        f"{tmp_path}/*.zip: no file matches this pattern.",
        f"{tmp_path}/fold*: no file matches this pattern.",
        f"{tmp_path}/folder: it is a folder; name the files in it, as in '{tmp_path}/folder/*'.",
        f"{tmp_path}/empty.json: it is empty.",
        "/dev/null: it is a device; a file was expected.",
        "standard input: it is empty.",
        r"odd\nname\x00.json: there is no such file.",
    ]


def test_a_file_that_changes_after_it_was_looked_at_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "labels.json"
    path.write_bytes(RECORDS)

    with opened(path) as [input_]:
        path.write_bytes(RECORDS + b"more")
        with pytest.raises(WrongFileError) as caught:
            content(input_.parts()[0])

    assert str(caught.value) == f"{path}: it was changed while it was being imported."


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_zip_that_is_cut_off_is_refused(tmp_path: Path, share: float) -> None:
    path = cut(write_zip(tmp_path / "labels.zip", {"a.json": RECORDS}), share)

    said = refusal(path)

    reason = "it is a zip that is cut off or damaged: its list of files is not there."
    assert said == f"{path}: {reason}"


def test_a_zip_without_files_is_refused(tmp_path: Path) -> None:
    empty = write_zip(tmp_path / "empty.zip", {})
    folders = write_zip(tmp_path / "folders.zip", {"a/": b""})

    assert refusal(empty) == f"{empty}: it is a zip that holds no files."
    assert refusal(folders) == f"{folders}: it is a zip that holds no files."


@pytest.mark.parametrize("share", [0.001, 0.5, 0.999])
def test_a_gzip_file_that_is_cut_off_is_refused(tmp_path: Path, share: float) -> None:
    path = cut(write_gzip(tmp_path / "labels.json.gz", RECORDS), share)

    assert refusal(path) == f"{path}: it is cut off: its end is missing."


HEADING, LISTED = b"PK\x03\x04", b"PK\x01\x02"
"""What a zip's member begins with, and what begins its entry in the list at the end."""


@pytest.mark.parametrize(
    ("of", "at", "new", "reason"),
    [
        (HEADING, 36, b"\xff", "it is damaged: it cannot be unpacked."),
        (LISTED, 16, b"1234", "it is damaged: its content does not fit its checksum."),
        (LISTED, 8, b"\x01", "it is encrypted; a zip without a password was expected."),
        (
            LISTED,
            10,
            b"\x0e",
            "it is packed by method 14, which cannot be read here; pack the zip anew in the "
            "ordinary way (deflate).",
        ),
        (
            LISTED,
            24,
            struct.pack("<I", len(RECORDS) - 5),
            f"it is damaged: {len(RECORDS) - 5} bytes were expected, and more came.",
        ),
        (
            LISTED,
            24,
            struct.pack("<I", len(RECORDS) + 5),
            f"it is damaged: {len(RECORDS) + 5} bytes were expected, and {len(RECORDS)} came.",
        ),
        (HEADING, 30, b"b", "it is damaged: it cannot be unpacked."),
    ],
)
def test_corruption_in_a_zip_is_reported_with_the_file_that_it_is_in(
    tmp_path: Path, of: bytes, at: int, new: bytes, reason: str
) -> None:
    path = write_zip(tmp_path / "labels.zip", {"a.json": RECORDS})
    change(path, path.read_bytes().index(of) + at, new)

    said = refusal(path)

    assert said == f"{path}/a.json: {reason}"


def test_a_member_that_says_it_unpacks_to_more_than_it_can_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "labels.zip", {"a.json": RECORDS})
    change(path, path.read_bytes().index(LISTED) + 24, struct.pack("<I", 4_000_000_000))

    said = refusal(path)

    packed = zipfile.ZipFile(path).infolist()[0].compress_size
    reason = f"{packed} bytes of it cannot unpack to 4000000000, as the zip says they do."
    assert said == f"{path}/a.json: {reason}"


def test_members_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "labels.zip", {"a.json": RECORDS})
    whole = path.read_bytes()
    start = whole.index(b"PK\x01\x02")
    end = whole.index(b"PK\x05\x06")
    listed = whole[start:end]
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 2, 2, 2 * len(listed), start, 0)
    path.write_bytes(whole[:start] + listed + listed + tail)

    assert refusal(path) == f"{path}: it is a damaged zip: files in it overlap."


@pytest.mark.slow
def test_no_corruption_of_a_packed_file_shows_as_anything_but_a_refusal(tmp_path: Path) -> None:
    whole = {
        "zip": write_zip(tmp_path / "whole.zip", {"ä": RECORDS[:3000], "b": b"2"}).read_bytes(),
        "gzip": gzip.compress(RECORDS[:3000]),
    }
    path = tmp_path / "damaged"

    for packed in whole.values():
        for at in range(2, len(packed)):
            path.write_bytes(packed[:at] + bytes([packed[at] ^ 0xFF]) + packed[at + 1 :])
            try:
                read_all(path)
            except WrongFileError as error:
                assert str(error).startswith(str(path))  # noqa: PT017 -- not every damage is one


def test_a_file_that_is_gone_when_it_is_to_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "labels.json"
    path.write_bytes(b"{}")

    with opened(path) as [input_]:
        path.unlink()
        with pytest.raises(WrongFileError) as caught:
            input_.parts()[0].open()

    assert str(caught.value) == f"{path}: it cannot be opened: no such file or directory."


@pytest.mark.slow
def test_the_memory_that_a_part_takes_is_that_of_a_block(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "zeros.zip", {"a": bytes(50_000_000)})
    tracemalloc.start()
    with opened(path) as [input_], input_.parts()[0].open() as file:
        while file.read(1_000_000):
            pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 8_000_000
