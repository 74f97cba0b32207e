"""A user's machine: packages installed into a folder, and ``sat`` run in a process of its own; small data."""

import os
import struct
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest


class Machine:
    """A folder of installed packages, and the command line that sees them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, distribution: str, code: str, *, version: str = "1.0", entry_points: str = "") -> None:
        """Install a plugin of one module, as pip would leave it; its entry point has the module's name."""
        module = distribution.replace("-", "_")
        (self.folder / f"{module}.py").write_text(textwrap.dedent(code))
        about = self.folder / f"{module}-{version}.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        points = entry_points or f"[synth_anomaly]\n{distribution.removeprefix('sat-')} = {module}\n"
        (about / "entry_points.txt").write_text(points)

    def run(self, *arguments: str, python: tuple[str, ...] = (), **environment: str):
        """Run ``sat`` with the arguments."""
        command = [sys.executable, *python, "-m", "synth_anomaly", *arguments]
        known = {name: value for name, value in os.environ.items() if name != "SAT_DISABLE_PLUGINS"}
        settings = {**known, "PYTHONPATH": str(self.folder), **environment}
        return subprocess.run(command, capture_output=True, text=True, check=False, env=settings)


@pytest.fixture
def machine(tmp_path):
    folder = tmp_path / "site-packages"
    folder.mkdir()
    return Machine(folder)


class SmallCifar10:
    """CIFAR-10's files with 20 images each, two of a class, in a folder."""

    per_file = 20
    classes = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

    def __init__(self, root):
        self.root = root

    def binary(self, training=range(1, 6), test=True):
        """Write the binary layout; return the folder that holds its folder."""
        folder = self._folder("cifar-10-batches-bin")
        for name, rows, labels in self._contents(training, test):
            content = b"".join(
                bytes([label]) + row.tobytes() for label, row in zip(labels, rows, strict=True)
            )
            (folder / f"{name}.bin").write_bytes(content)
        (folder / "batches.meta.txt").write_text("\n".join([*self.classes, ""]))
        return self.root

    def python(self, training=range(1, 6), test=True):
        """Write the layout for Python, byte for byte as Python 2 wrote it."""
        folder = self._folder("cifar-10-batches-py")
        for name, rows, labels in self._contents(training, test):
            (folder / name).write_bytes(self.pickled(name, rows, labels))
        names = b"".join(_text2(name.encode()) for name in self.classes)
        meta = _text2(b"num_cases_per_batch") + b"M\x10'" + _text2(b"label_names") + b"](" + names + b"e"
        (folder / "batches.meta").write_bytes(b"\x80\x02}q\x01(" + meta + b"u.")
        return self.root

    def pickled(self, name, rows, labels):
        """Return one file of the layout for Python."""
        array = (
            b"cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\x00\x85U\x01b\x87Rq\x0c"
            b"(K\x01"
            + _number2(len(rows))
            + _number2(rows[0].size)
            + b"\x86cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R"
            b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T"
        )
        data = b"".join(row.tobytes() for row in rows)
        return b"".join(
            [
                *(b"\x80\x02}q\x01(", _text2(b"batch_label"), _text2(name.encode())),
                *(_text2(b"labels"), b"](", *(b"K" + bytes([label]) for label in labels), b"e"),
                *(_text2(b"data"), array, struct.pack("<i", len(data)), data, b"tb"),
                *(
                    _text2(b"filenames"),
                    b"](",
                    *(_text2(b"%d.png" % row) for row in range(len(rows))),
                    b"eu.",
                ),
            ]
        )

    def pixels(self, number, row):
        """Return an image ``(3, 32, 32)``: of training file ``number``, or of the test file as 6."""
        return self._rows(number)[row]

    def _contents(self, training, test):
        names = {number: f"data_batch_{number}" for number in training} | ({6: "test_batch"} if test else {})
        for number, name in names.items():
            yield name, self._rows(number), [row % 10 for row in range(self.per_file)]

    def _rows(self, number):
        shape = (self.per_file, 3, 32, 32)
        return list(np.random.default_rng(number).integers(0, 256, shape, np.uint8))

    def _folder(self, name):
        (self.root / name).mkdir(parents=True)
        return self.root / name


def _text2(text):
    return b"U" + bytes([len(text)]) + text


def _number2(number):
    return b"M" + struct.pack("<H", number)


@pytest.fixture
def cifar10(tmp_path, monkeypatch):
    """Writes CIFAR-10's files, small, in either layout."""
    files = SmallCifar10(tmp_path / "cifar10")
    monkeypatch.setattr("synth_anomaly.data.cifar10_files.PER_FILE", files.per_file)
    monkeypatch.setattr("synth_anomaly.data.cifar10.PER_FILE", files.per_file)
    return files
