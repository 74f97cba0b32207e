"""``sat list weights`` and ``sat describe weights``, as a user has them."""

import json

import pytest

BOARDS = """
    from synth_anomaly.plugin import Component, hookimpl

    @hookimpl
    def sat_components():
        yield Component("weights", "boards", "sat_boards_weights:Boards", "circuit boards")
        yield Component("weights", "broken", "sat_boards_weights:Broken", "circuit boards")
"""
WEIGHTS = """
class Boards:
    \"\"\"ResNet-18, trained on circuit boards.\"\"\"
    network, source, licence = "resnet18", "ours, trained on boards", "MIT"
    install = "pip install boards"
    def installed(self): return False
    def read(self): raise NotImplementedError

class Broken(Boards):
    def installed(self): return 1 / 0
"""


@pytest.fixture
def boards(machine):
    machine.install("sat-boards", BOARDS)
    (machine.folder / "sat_boards_weights.py").write_text(WEIGHTS)


def test_a_list_of_weights_says_source_licence_and_whether_they_are_here(machine, boards):
    done = machine.run("list", "weights", python=("-X", "importtime"))
    text = " ".join(done.stdout.split())
    told = "ours, trained on boards; licence MIT; not installed: pip install boards [sat-boards]"
    assert f"boards {told}" in text
    assert "weights 'broken' do not say what they are: ZeroDivisionError" in text
    assert "efficientnet-lite0 Google's, trained on ImageNet;" in text
    assert "licence DINOv3 License;" in text
    imported = {line.split("|")[-1].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert not imported & {"torch", "numpy", "kornia", "pydantic", "timm"}


def test_a_list_of_weights_as_json(machine, boards):
    listed = json.loads(machine.run("list", "weights", "--json").stdout)["components"]
    rows = {row["name"]: row for row in listed}
    facts = {
        "network": "resnet18",
        "source": "ours, trained on boards",
        "licence": "MIT",
        "installed": False,
        "install": "pip install boards",
        "error": None,
    }
    assert facts.items() <= rows["boards"].items()
    assert (rows["broken"]["licence"], rows["broken"]["installed"]) == (None, None)
    assert "ZeroDivisionError" in rows["broken"]["error"]
    assert {"efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2", "resnet18"} <= rows.keys()


def test_the_list_of_everything_asks_no_weights(machine, boards):
    text = machine.run("list").stdout
    assert "boards circuit boards [sat-boards]" in " ".join(text.split())
    assert "where they come from and which are installed: sat list weights" in text
    rows = json.loads(machine.run("list", "--json").stdout)["components"]
    assert len({tuple(row) for row in rows}) == 1


def test_describe_weights(machine, boards):
    text = " ".join(machine.run("describe", "weights", "boards").stdout.split())
    assert "ResNet-18, trained on circuit boards." in text
    assert "ours, trained on boards; licence MIT; not installed: pip install boards" in text
    about = json.loads(machine.run("describe", "weights", "dinov3-vits16", "--json").stdout)
    assert about["weights"]["licence"] == "DINOv3 License"
    assert about["weights"]["network"] == "timm"
    broken = machine.run("describe", "weights", "broken")
    assert broken.returncode == 2
    assert broken.stderr.startswith("error: weights 'broken' do not say what they are: ZeroDivisionError")


def test_plugins_count_weights_by_their_own_plural(machine, boards):
    assert "2 weights" in machine.run("plugins").stdout
