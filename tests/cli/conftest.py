"""``sat`` in this process, on a few tiny images, with networks that train in a blink."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from synth_anomaly.cli.main import cli

TINY = [
    "--set=size=32",
    '--set=backbone={name="resnet18",width=4}',
    "--set=steps=2",
    "--set=batch_size=2",
    "--device=cpu",
]


class Said:
    """What a command said."""

    def __init__(self, result):
        self.code, self.stdout, self.stderr = result.exit_code, result.stdout, result.stderr
        self.error = result.exception

    @property
    def folder(self):
        """The folder that the last line names."""
        assert self.code == 0, self.stdout + self.stderr
        return Path(self.stdout.splitlines()[-1])

    @property
    def metrics(self):
        return json.loads((self.folder / "metrics.json").read_text())

    def refuses(self, *texts):
        """Assert that this is a mistake of the user's: status 2 and one line, which has the texts."""
        assert isinstance(self.error, SystemExit), repr(self.error)
        assert self.code == 2, self.stdout + self.stderr
        errors = [line for line in self.stderr.splitlines() if line.lower().startswith("error: ")]
        assert len(errors) == 1, self.stderr
        assert "Traceback" not in self.stderr
        for text in texts:
            assert text in errors[0]
        return True


class Sat:
    """The command line, in this process."""

    tiny = TINY

    def __call__(self, *arguments):
        return Said(CliRunner().invoke(cli, [str(argument) for argument in arguments], prog_name="sat"))

    def run(self, *arguments):
        """Train a tiny pipeline."""
        return self("run", "segmentation", *TINY, "--precision=fp32", *arguments)


def write_parts(root, *categories):
    """Write grey, noisy parts in the layout of MVTec AD, 40 pixels high and 48 wide; defects are bright."""
    noise = np.random.default_rng(0)

    def write(path, is_defective):
        pixels = noise.integers(90, 110, (40, 48, 3), np.uint8)
        if is_defective:
            pixels[10:20, 10:20] = 250
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)

    for category in categories:
        folder = root / category
        for number in range(4):
            write(folder / f"train/good/{number:03d}.png", False)
        for number in range(2):
            write(folder / f"test/good/{number:03d}.png", False)
            write(folder / f"test/scratch/{number:03d}.png", True)
            mask = np.zeros((40, 48), np.uint8)
            mask[10:20, 10:20] = 255
            (folder / "ground_truth/scratch").mkdir(parents=True, exist_ok=True)
            Image.fromarray(mask).save(folder / f"ground_truth/scratch/{number:03d}_mask.png")
    return root


def truncate(path):
    """Cut a file in half; return what it held."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return content


@pytest.fixture
def sat(tmp_path, monkeypatch):
    """The command line in an empty working folder, with no data set in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SAT_DATA", raising=False)
    return Sat()


@pytest.fixture
def parts(tmp_path):
    """A data set of two products."""
    return write_parts(tmp_path / "parts", "bolt", "nut")


@pytest.fixture
def cut():
    return truncate


@pytest.fixture(scope="package")
def one_run(tmp_path_factory):
    """A finished run on the bolts; it is shared, so a test writes elsewhere or copies it."""
    root = tmp_path_factory.mktemp("finished")
    data = write_parts(root / "parts", "bolt", "nut")
    return Sat().run("--data", data, "--category=bolt", "--out", root / "runs").folder


@pytest.fixture
def stranger(tmp_path, monkeypatch):
    """The import path of a shape whose module leaves a file behind when it is imported, and that file."""
    trace = tmp_path / "imported"
    (tmp_path / "stranger_of_tests.py").write_text(
        f"open({str(trace)!r}, 'w').close()\n"
        "from synth_anomaly.synthesizers import Rectangle\n"
        "class Shape(Rectangle): pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    sys.modules.pop("stranger_of_tests", None)
    yield "stranger_of_tests:Shape", trace
    sys.modules.pop("stranger_of_tests", None)
