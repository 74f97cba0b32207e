"""A user's machine: packages installed into a folder, and ``sat`` run in a process of its own."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

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
