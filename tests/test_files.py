import pytest

from synth_anomaly.files import write_whole


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
