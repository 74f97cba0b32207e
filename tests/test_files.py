import os
import stat

import pytest

from synth_anomaly.files import printable, write_text, write_whole


@pytest.mark.parametrize("sync", [True, False])
def test_a_file_is_written_and_replaced(tmp_path, sync):
    path = tmp_path / "state.json"
    write_whole(path, b"old", sync=sync)
    write_whole(path, b"new", sync=sync)
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_the_old_content_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "state.json"
    path.write_bytes(b"old")

    def full(descriptor):
        raise OSError("no space left on device")

    monkeypatch.setattr("synth_anomaly.files.os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="elsewhere folders cannot be synced")
@pytest.mark.parametrize(("sync", "expected"), [(True, [False, True]), (False, [])])
def test_the_file_and_then_its_name_reach_the_disk(tmp_path, monkeypatch, sync, expected):
    synced, fsync = [], os.fsync

    def noting(descriptor):
        synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
        fsync(descriptor)

    monkeypatch.setattr("synth_anomaly.files.os.fsync", noting)
    write_whole(tmp_path / "state.json", b"new", sync=sync)
    assert synced == expected


@pytest.mark.skipif(os.name != "posix", reason="elsewhere folders cannot be synced")
def test_a_folder_that_cannot_be_synced_does_no_harm(tmp_path, monkeypatch):
    fsync = os.fsync

    def refusing(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(22, "Invalid argument")
        fsync(descriptor)

    monkeypatch.setattr("synth_anomaly.files.os.fsync", refusing)
    write_whole(tmp_path / "state.json", b"new")
    assert (tmp_path / "state.json").read_bytes() == b"new"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Prüf #1 100%.png", "Prüf #1 100%.png"),
        ("Pr\udcfcf", "Pr%FCf"),
        ("\udc80\udcff", "%80%FF"),
        ("\ud800", "%ED%A0%80"),
        ("🙂", "🙂"),
    ],
)
def test_what_is_no_utf8_is_written_as_in_addresses(tmp_path, text, shown):
    assert printable(text) == shown
    write_text(tmp_path / "file", text)
    assert (tmp_path / "file").read_text(encoding="utf-8") == shown
