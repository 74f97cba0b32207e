"""Test images that are trained on are found, and no more files are read than must be."""

from pathlib import Path

import pytest

from synth_anomaly.data.kind_names import GOOD
from synth_anomaly.data.leaks import find_leaks, leak_note
from synth_anomaly.data.samples import image_sample
from synth_anomaly.interfaces import Sample


@pytest.fixture
def sample(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        return image_sample(GOOD, name, path)

    return write


def test_equal_files_are_named(sample):
    train = [sample("a", b"first"), sample("b", b"other"), sample("c", b"first")]
    test = [sample("x", b"third"), sample("y", b"first"), sample("z", b"longer than any")]
    assert [(found.name, equal.name) for found, equal in find_leaks(train, test)] == [("good/y", "good/a")]
    assert leak_note(train, test).startswith("1 of 3 test images")
    assert "good/y is good/a" in leak_note(train, test)
    assert leak_note(train, test[:1]) == ""


def test_many_are_counted(sample):
    train = [sample(f"a{n}", bytes([n])) for n in range(9)]
    test = [sample(f"x{n}", bytes([n])) for n in range(9)]
    assert "9 of 9 test images" in leak_note(train, test)
    assert "and 6 more" in leak_note(train, test)


def test_files_of_another_size_are_not_read(sample, monkeypatch):
    train, test = [sample("a", b"1"), sample("b", b"22")], [sample("x", b"333"), sample("y", b"4444")]

    def refuse(self, *_):
        raise AssertionError(self)

    monkeypatch.setattr(Path, "open", refuse)
    assert find_leaks(train, test) == []


def test_what_is_no_file_is_left_out(sample, tmp_path):
    lone = Sample(name="good/0", defect=GOOD, read=lambda: None)
    gone = image_sample(GOOD, "gone", tmp_path / "gone")
    assert find_leaks([lone, gone, sample("a", b"1")], [lone, gone]) == []


@pytest.mark.parametrize("place", [0, 40_000, 99_999])
def test_files_of_one_size_that_differ_in_one_byte_are_no_leak(tmp_path, place):
    content = bytearray(100_000)
    for name, changed in (("a", False), ("b", False), ("c", True)):
        content[place] = 1 if changed else 0
        (tmp_path / name).write_bytes(content)
    train, equal, other = (
        Sample(name=name, defect="good", read=lambda: None, path=tmp_path / name) for name in "abc"
    )
    assert [(tested.name, trained.name) for tested, trained in find_leaks([train], [equal, other])] == [
        ("b", "a")
    ]
