"""What a development installation installs."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_requirements_list_every_plugin():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    listed = sorted(line.removeprefix("-e ") for line in lines if line.startswith("-e plugins/"))
    there = sorted(f"plugins/{path.parent.name}" for path in (ROOT / "plugins").glob("*/pyproject.toml"))
    assert listed == there, "give each folder of plugins/ a line '-e plugins/<folder>' in requirements.txt"
    assert "-e .[test,pretrained]" in lines


def test_the_extras_list_every_plugin_at_its_version():
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = table["project"]["optional-dependencies"]
    released = []
    for path in sorted((ROOT / "plugins").glob("*/pyproject.toml")):
        project = tomllib.loads(path.read_text())["project"]
        released.append(f"{project['name']}=={project['version']}")
    offered = [*extras["papers"], *extras["deviation"]]
    assert sorted(offered) == sorted(released), "write the plugins' extras in pyproject.toml anew"
