"""A file is the one that its checksum says, or not there."""

import re

import pytest

from synth_anomaly.download import download
from synth_anomaly.errors import DataError


@pytest.mark.parametrize("part", [b"", b"of another file"])
def test_a_wrong_checksum_keeps_nothing(server, fetch, part, left):
    fetch, path = fetch
    path.parent.mkdir()
    path.with_name("file.bin.part").write_bytes(part)
    if not part:
        server.content = server.whole[:-1] + b"?"
    with pytest.raises(DataError, match=f"expected the SHA-256 {server.sha256} of http.*nothing is kept"):
        fetch()
    assert left(path) == []
    server.content = server.whole
    assert fetch().read_bytes() == server.whole


def test_the_beginning_of_a_checksum_is_enough(server, tmp_path, left):
    download(server.url, tmp_path / "a", server.sha256[:8].upper())
    with pytest.raises(DataError, match="SHA-256"):
        download(server.url, tmp_path / "b", ("1" if server.sha256[0] == "0" else "0") + server.sha256[1:8])
    assert left(tmp_path / "b") == ["a"]


@pytest.mark.parametrize("wrong", ["", "0" * 7, "0" * 65, "resnet18", "01234567\n", "sha256:01"])
@pytest.mark.parametrize("is_there", [True, False])
def test_what_is_no_checksum_is_refused_with_the_file_and_without(server, fetch, wrong, is_there, left):
    _, path = fetch
    path.parent.mkdir()
    if is_there:
        path.write_bytes(b"anything")
    message = f"as 8 to 64 hexadecimal digits, got {wrong!r}: declare it beside the address"
    with pytest.raises(DataError, match=re.escape(message)):
        download(server.url, path, wrong)
    assert left(path) == ["file.bin"] * is_there
    assert server.asked == []


def test_another_file_in_its_place_is_not_taken_for_it(server, fetch):
    fetch, path = fetch
    path.parent.mkdir()
    path.write_bytes(b"something else")
    with pytest.raises(DataError, match=r"file\.bin, got .*another file"):
        fetch()
    assert path.read_bytes() == b"something else"
    assert server.asked == []
