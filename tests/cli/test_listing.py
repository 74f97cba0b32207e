"""The listings, as a user has them: they import nothing heavy, and no plugin stops them."""

import json
import tomllib

import pytest

from synth_anomaly.cli.docstring import read_docstring
from synth_anomaly.cli.inline import inline
from synth_anomaly.interfaces import KINDS

SCRATCHES = """
    from synth_anomaly.plugin import Command, Component, hookimpl

    @hookimpl
    def sat_components():
        yield Component("shape", "scratches", "synth_anomaly.synthesizers:WholeImage", "thin lines")

    @hookimpl
    def sat_commands():
        yield Command("scratch", "{module}_commands:command", "say so")
"""

COMMAND = """
    import click
    from synth_anomaly.errors import DataError

    @click.command()
    @click.option("--how", default="well")
    def command(how):
        if how == "badly":
            try:
                raise ZeroDivisionError("deep inside")
            except ZeroDivisionError as error:
                raise DataError("expected images, got none: give some") from error
        if how == "interrupted":
            raise KeyboardInterrupt
        print("scratched from {module}", how)
"""


@pytest.fixture
def scratches(machine):
    def install(distribution):
        module = distribution.replace("-", "_")
        machine.install(distribution, SCRATCHES.replace("{module}", module))
        code = COMMAND.replace("{module}", module).replace("\n    ", "\n")
        (machine.folder / f"{module}_commands.py").write_text(code)

    return install


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["list"],
        ["plugins"],
        ["list", "--json"],
        *([command, "--help"] for command in ("run", "evaluate", "predict", "synth", "download")),
    ],
    ids=" ".join,
)
def test_listings_and_help_import_nothing_heavy(machine, scratches, arguments):
    scratches("sat-scratches")
    done = machine.run(*arguments, python=("-X", "importtime"))
    assert done.returncode == 0
    imported = {line.split("|")[-1].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "click" in imported
    assert not imported & {"torch", "numpy", "kornia", "pydantic", "rich", "cv2", "sklearn", "tensorboard"}


def test_help_names_every_command_and_who_provides_it(machine, scratches):
    scratches("sat-scratches")
    text = machine.run("--help").stdout
    for name in ("run", "evaluate", "predict", "demo", "list", "describe", "plugins"):
        assert f"\n  {name} " in text
    assert "Commands of plugins:\n" in text
    assert "  scratch " in text
    assert "say so [sat-scratches]" in text


def test_list_groups_by_kind(machine):
    text = machine.run("list").stdout
    assert [line for line in text.splitlines() if line in KINDS] == list(KINDS)
    assert max(map(len, text.splitlines())) <= 80


def test_list_takes_a_kind_or_its_plural(machine, scratches):
    scratches("sat-scratches")
    for kind in ("shape", "shapes"):
        text = machine.run("list", kind).stdout
        assert "scratches thin lines [sat-scratches]" in " ".join(text.split())
        assert "backbone" not in text
    wrong = machine.run("list", "shap")
    assert wrong.returncode == 2
    assert wrong.stderr == "error: unknown kind 'shap': did you mean 'shape' or 'head'?\n"


def test_list_as_json(machine):
    rows = json.loads(machine.run("list", "shape", "--json").stdout)["components"]
    assert {tuple(row) for row in rows} == {("kind", "name", "use", "summary", "provider", "target")}
    assert rows[0] == {
        "kind": "shape",
        "name": rows[0]["name"],
        "use": rows[0]["name"],
        "summary": rows[0]["summary"],
        "provider": "synth-anomaly",
        "target": rows[0]["target"],
    }


def test_a_clash_is_marked_and_an_error_when_used(machine, scratches):
    scratches("sat-a")
    scratches("sat-b")
    text = machine.run("list", "shape").stdout
    for use in ("sat-a/scratches", "sat-b/scratches"):
        assert f"  {use} " in text
    assert "write the full name" in " ".join(text.split())
    choices = "sat-a/scratches or sat-b/scratches"
    assert f"shape 'scratches' is offered several times: write {choices}" in " ".join(
        machine.run("plugins").stdout.split()
    )
    used = machine.run("describe", "shape", "scratches")
    assert used.returncode == 2
    assert used.stderr == f"error: shape 'scratches' is offered by sat-a and sat-b: write {choices}\n"
    assert machine.run("describe", "shape", "sat-b/scratches").returncode == 0


def test_commands_of_plugins_run_and_clash_when_used(machine, scratches):
    scratches("sat-a")
    assert machine.run("scratch", "--how", "badly").returncode == 2
    assert machine.run("scratch").stdout == "scratched from sat_a well\n"
    scratches("sat-b")
    clash = machine.run("scratch")
    assert clash.returncode == 2
    assert "offered by sat-a and sat-b: write sat sat-a/scratch or sat sat-b/scratch" in clash.stderr
    assert machine.run("sat-b/scratch").stdout == "scratched from sat_b well\n"
    assert "command 'scratch' is offered several times" in " ".join(machine.run("plugins").stdout.split())


def test_a_built_in_command_wins(machine):
    code = SCRATCHES.replace('"scratch"', '"list"').replace("{module}_commands:command", "nowhere:command")
    machine.install("sat-greedy", code)
    assert machine.run("list", "shape").returncode == 0
    notes = json.loads(machine.run("plugins", "--json").stdout)["clashes"]
    assert notes == ["command 'list' is the toolkit's own: write sat sat-greedy/list for the plugin's"]
    broken = machine.run("sat-greedy/list")
    assert broken.returncode == 2
    assert "error: command 'sat-greedy/list' of sat-greedy cannot be imported from nowhere" in broken.stderr


def test_what_is_no_command_is_an_error(machine):
    machine.install("sat-odd", SCRATCHES.replace("{module}_commands:command", "json:dumps"))
    done = machine.run("scratch")
    assert done.returncode == 2
    assert "not a click command: reinstall sat-odd" in done.stderr


def test_errors_are_one_line_and_verbose_tells_the_cause(machine, scratches):
    scratches("sat-a")
    line = "error: expected images, got none: give some\n"
    assert machine.run("scratch", "--how", "badly").stderr == line
    verbose = machine.run("-v", "scratch", "--how", "badly").stderr
    assert "ZeroDivisionError: deep inside" in verbose
    assert verbose.endswith(line)


def test_ctrl_c_is_one_line_and_status_130(machine, scratches):
    scratches("sat-a")
    done = machine.run("scratch", "--how", "interrupted")
    assert (done.returncode, done.stderr) == (130, "stopped\n")


def test_an_unknown_command_suggests_names_like_it(machine):
    done = machine.run("plugin")
    assert done.returncode == 2
    assert "no such command 'plugin': did you mean 'plugins'" in done.stderr
    assert "no such option" in machine.run("--nonsense").stderr.lower()


def test_version(machine):
    assert machine.run("--version").stdout.startswith("sat, version ")


def test_completion_imports_no_command(machine, scratches):
    scratches("sat-a")
    done = machine.run(_SAT_COMPLETE="bash_complete", COMP_WORDS="sat sc", COMP_CWORD="1")
    assert done.stdout == "plain,scratch\n"


def test_describe_a_component(sat):
    text = sat("describe", "synthesizer", "cutpaste").stdout
    assert ", synth_anomaly.synthesizers.published:cutpaste" in text
    assert '{name = "rectangle", area = [0.02, 0.15]' in text
    assert "CutPaste (arXiv 2104.04015)" in text
    about = json.loads(sat("describe", "synthesizers", "cutpaste", "--json").stdout)
    assert list(about) == [
        *("kind", "name", "summary", "provider", "version", "target", "text", "source", "options", "presets")
    ]
    assert about["presets"] is None
    shape = about["options"][0]
    assert list(shape) == ["name", "type", "takes", "kind", "many", "required", "default", "text"]
    assert (shape["kind"], shape["default"]["name"]) == ("shape", "rectangle")
    assert (shape["type"], shape["takes"]) == ("Shape", "a shape")


def test_describe_says_in_words_what_an_option_takes(sat):
    assert "  area: two numbers\n" in sat("describe", "shape", "rectangle").stdout
    several = sat("describe", "synthesizer", "one-of").stdout
    assert "  synthesizers: a list of synthesizers\n" in several


def test_describe_a_method_with_its_presets(sat):
    about = json.loads(sat("describe", "method", "segmentation", "--json").stdout)
    assert about["presets"]["full"] == {}
    assert about["presets"]["quick"]["steps"] > 0
    options = {option["name"]: option for option in about["options"]}
    assert options["augment"]["default"] == "none"
    assert all(option["text"] for option in options.values()), "every setting is documented"
    assert "Presets" in sat("describe", "method", "segmentation").stdout


def test_describe_a_class_of_kornia_and_an_import_path(sat):
    assert "kornia" in sat("describe", "augmentation", "RandomAffine").stdout
    assert "whole image" in sat("describe", "shape", "synth_anomaly.synthesizers:WholeImage").stdout


def test_describe_an_unknown_name(machine):
    done = machine.run("describe", "shape", "rectangel")
    assert done.returncode == 2
    assert "did you mean 'rectangle'" in done.stderr


@pytest.mark.parametrize(
    "value", [{"a b": [1, 0.5, True], "name": 'quo"te\x7f'}, [], {}, {"n": {"m": "ä"}}, float("inf")]
)
def test_inline_is_toml(value):
    assert tomllib.loads(f"value = {inline(value)}")["value"] == value


class Base:
    """The base.

    Args:
        width: In pixels,
            of the base.
        height: Also in pixels.

    Source: A paper, section 2:
    all of it.

    Example:
        >>> 1
    """


class Derived(Base):
    """One sentence, with ``code`` and :class:`Base`.

    A second
    paragraph.

    Args:
        width: Of this one.
    """


def test_docstrings_are_read_with_those_of_the_bases():
    found = read_docstring(Derived)
    assert found.text == ("One sentence, with code and Base.", "A second paragraph.")
    assert found.options == {"width": "Of this one.", "height": "Also in pixels."}
    assert found.source == "A paper, section 2: all of it."
    assert read_docstring(Base).options["width"] == "In pixels, of the base."
    assert read_docstring(len).text


def test_a_mistyped_method_is_refused_before_anything_heavy_is_imported(machine):
    done = machine.run("run", "segmentaton", python=("-X", "importtime"))
    assert done.returncode == 2
    assert "unknown method 'segmentaton': did you mean 'segmentation'" in done.stderr
    assert "torch" not in {line.split("|")[-1].strip().partition(".")[0] for line in done.stderr.splitlines()}
