"""`sat download`, as a user types it, from a server on this machine."""

import functools
import hashlib
import http.server
import io
import tarfile
import threading
from pathlib import Path

import pytest

from synth_anomaly.data import cifar10_download

NAMES = ("batches.meta.txt", *(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """Say nothing: a client that has seen the size hangs up, and stderr is what the tests read."""


@pytest.fixture
def offer(tmp_path, monkeypatch, cifar10):
    """Serve an archive of the small files, changed by what a test adds or leaves out."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("synth_anomaly.data.cifar10_files.PER_FILE", cifar10.per_file)
    served = tmp_path / "served"
    served.mkdir()
    handler = functools.partial(Quiet, directory=str(served))

    def make(*, without=(), add=(), checksum=None, size=None):
        folder = cifar10.binary() / "cifar-10-batches-bin"
        path = served / "cifar-10-binary.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            for member, content in add:
                archive.addfile(member, io.BytesIO(content))
            for file in sorted(folder.iterdir()):
                if file.name not in without:
                    archive.add(file, f"cifar-10-batches-bin/{file.name}")
        digest = checksum or hashlib.sha256(path.read_bytes()).hexdigest()
        monkeypatch.setattr(cifar10_download, "SHA256", digest)
        monkeypatch.setattr(cifar10_download, "SIZE", size or path.stat().st_size)
        monkeypatch.setattr(cifar10_download, "URL", f"http://127.0.0.1:{server.server_port}/{path.name}")
        return path

    with Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield make
        server.shutdown()
        thread.join()


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*"))


def test_what_is_downloaded_runs(sat, offer):
    archive = offer()
    said = sat("download", "cifar10")
    assert said.folder == Path("datasets/cifar10/cifar-10-batches-bin")
    assert files("datasets/cifar10") == [
        "cifar-10-batches-bin",
        *(f"cifar-10-batches-bin/{n}" for n in NAMES),
    ]
    assert "cifar-10-binary.tar.gz, MB: 0/0" in said.stderr
    assert sat.run("--dataset=cifar10", "--category=cat").metrics["training_images"] == 10
    archive.unlink()  # what is there is not fetched again
    assert sat("download", "cifar10", "-q").folder == said.folder


def test_another_place_and_another_address(sat, offer):
    archive = offer()
    address = cifar10_download.URL.replace(archive.name, "mirror")
    archive.rename(archive.with_name("mirror"))
    said = sat("download", "cifar10", "--out=elsewhere", "--url", address, "-q")
    assert said.folder == Path("elsewhere/cifar-10-batches-bin")
    assert said.stderr == ""


def test_members_that_lead_elsewhere_are_left_out(sat, offer, tmp_path):
    outside = tmp_path / "outside"
    link = tarfile.TarInfo("cifar-10-batches-bin/test_batch.bin")
    link.type, link.linkname = tarfile.SYMTYPE, str(outside)
    evil = tarfile.TarInfo("../outside")
    absolute = tarfile.TarInfo(str(outside))
    nested = tarfile.TarInfo("cifar-10-batches-bin/../../outside")
    large = tarfile.TarInfo("cifar-10-batches-bin/data_batch_1.bin")
    more = tarfile.TarInfo("cifar-10-batches-bin/run.sh")
    evil.size = absolute.size = nested.size = more.size = 4
    large.size = 100_000
    content = [(member, b"evil") for member in (evil, absolute, nested, more)]
    offer(add=[(link, b""), (large, bytes(100_000)), *content])
    sat("download", "cifar10", "--out=here")
    assert files("here/cifar-10-batches-bin") == sorted(NAMES)
    assert not outside.exists()
    assert Path("here/cifar-10-batches-bin/data_batch_1.bin").stat().st_size == 20 * 3073


def test_an_archive_that_lacks_files_leaves_nothing(sat, offer):
    offer(without=("data_batch_4.bin",))
    assert sat("download", "cifar10", "--out=here").refuses("data_batch_4.bin")
    assert not Path("here/cifar-10-batches-bin").exists()
    assert files("here") == ["cifar-10-binary.tar.gz"]


def test_a_wrong_checksum_leaves_nothing(sat, offer):
    offer(checksum="0" * 64)
    assert sat("download", "cifar10", "--out=here").refuses("SHA-256", "nothing is kept")
    assert files("here") == []


def test_an_archive_of_another_size_is_not_fetched(sat, offer):
    archive = offer(size=7)
    announced = f"got {archive.stat().st_size} announced"
    assert sat("download", "cifar10", "--out=here").refuses("expected 7 bytes of http", announced)
    assert files("here") == []


def test_a_folder_that_is_there_in_part_is_left_alone(sat, offer):
    offer()
    Path("here/cifar-10-batches-bin").mkdir(parents=True)
    Path("here/cifar-10-batches-bin/test_batch.bin").write_text("mine")
    assert sat("download", "cifar10", "--out=here").refuses("batches.meta.txt", "remove it")
    assert files("here") == ["cifar-10-batches-bin", "cifar-10-batches-bin/test_batch.bin"]


@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        (["cifr10"], ["'cifr10'", "cifar10"]),
        (["mvtec_ad"], ["mvtec_ad", "--data PATH"]),
        (["cifar10", "--url=ftp://x/y"], ["https://", "ftp://x/y"]),
    ],
)
def test_mistakes_are_one_line(sat, arguments, texts):
    assert sat("download", *arguments).refuses(*texts)
    assert not list(Path("datasets").rglob("*.gz"))


def test_the_address_checksum_and_size_are_the_authors():
    assert cifar10_download.URL == "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
    assert cifar10_download.SHA256 == "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
    assert cifar10_download.SIZE == 170_052_171
