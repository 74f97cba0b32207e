"""What plugins do wrong, on a machine where they are installed as a user has them."""

import json

import pytest

from synth_anomaly.discovery import discover

GOOD = """
    from synth_anomaly.plugin import Command, Component, hookimpl

    @hookimpl
    def sat_components():
        yield Component("shape", "scratches", "{module}:Scratches", "thin lines")

    @hookimpl
    def sat_commands():
        yield Command("scratch", "{module}:scratch", "make a scratch")
"""

BROKEN = {
    "does not import": ("import nowhere_to_be_found", "failed", "ModuleNotFoundError"),
    "exits": ("raise SystemExit('no licence')", "failed", "SystemExit: no licence"),
    "exits when asked": (
        """
        from synth_anomaly.plugin import hookimpl
        @hookimpl
        def sat_components():
            raise SystemExit(3)
        """,
        "failed",
        "SystemExit: 3",
    ),
    "another API": ("SAT_PLUGIN_API = 2", "incompatible", "plugin API 2"),
    "rubbish": (
        """
        from synth_anomaly.plugin import hookimpl
        @hookimpl
        def sat_components():
            yield "scratches"
        """,
        "failed",
        "expected a Component, got 'scratches'",
    ),
    "nothing": (
        """
        from synth_anomaly.plugin import hookimpl
        @hookimpl
        def sat_components():
            return None
        """,
        "failed",
        "must yield what it offers",
    ),
    "half of it rubbish": (
        """
        from synth_anomaly.plugin import Component, hookimpl
        @hookimpl
        def sat_components():
            yield Component("shape", "halved", "a:B")
            yield Component("shapes", "scratches", "a:B")
        """,
        "failed",
        "unknown kind 'shapes'",
    ),
    "bad target": (
        """
        from synth_anomaly.plugin import Component, hookimpl
        @hookimpl
        def sat_components():
            yield Component("shape", "scratches", "not a target")
        """,
        "failed",
        "package.module:Name",
    ),
    "bad name": (
        """
        from synth_anomaly.plugin import Component, hookimpl
        @hookimpl
        def sat_components():
            yield Component("shape", "Scratches!", "a:B")
        """,
        "failed",
        "lower-case",
    ),
    "forgot the mark": ("def sat_components():\n    yield 1", "failed", "@hookimpl"),
    "takes arguments": (
        """
        from synth_anomaly.plugin import hookimpl
        @hookimpl
        def sat_run_start(run, colour):
            pass
        """,
        "failed",
        "colour",
    ),
    "unknown hook": (
        """
        from synth_anomaly.plugin import hookimpl
        @hookimpl
        def sat_lunch():
            pass
        """,
        "failed",
        "sat_lunch",
    ),
}


def install_good(machine, distribution="sat-good"):
    machine.install(distribution, GOOD.replace("{module}", distribution.replace("-", "_")))


def plugins(machine, *arguments, **environment):
    done = machine.run(*arguments, "plugins", "--json", **environment)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return {plugin["name"]: plugin for plugin in json.loads(done.stdout)["plugins"]}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_plugin_is_told_and_stops_nobody(machine, case):
    code, status, detail = BROKEN[case]
    machine.install("sat-broken", code)
    install_good(machine)
    found = plugins(machine)
    assert found["broken"]["status"] == status
    assert detail in found["broken"]["detail"]
    assert "sat-broken" in found["broken"]["detail"], "the cure names the package"
    assert found["broken"]["components"] == {}
    assert found["good"]["status"] == "ok"
    listing = machine.run("list", "shape")
    assert listing.returncode == 0
    assert "scratches" in listing.stdout
    assert "halved" not in listing.stdout, "all or nothing"
    (line,) = listing.stderr.splitlines()
    assert "plugin broken (sat-broken 1.0)" in line
    assert detail in line


def test_every_broken_plugin_at_once(machine):
    for number, (code, _, _) in enumerate(BROKEN.values()):
        machine.install(f"sat-broken{number}", code)
    found = plugins(machine)
    assert sum(plugin["status"] != "ok" for plugin in found.values()) == len(BROKEN)
    assert found["built-in"]["status"] == "ok"
    help_text = machine.run("--help")
    assert help_text.returncode == 0
    assert len(help_text.stderr.splitlines()) == len(BROKEN)
    table = machine.run("plugins")
    assert table.returncode == 0
    assert table.stderr == ""
    assert table.stdout.count("broken0: ") == 1


@pytest.mark.parametrize("name", ["broken", "sat-broken", "sat_broken", "sat-broken/broken"])
@pytest.mark.parametrize("way", ["option", "variable"])
def test_a_disabled_plugin_is_not_imported(machine, name, way):
    machine.install("sat-broken", "import pathlib; pathlib.Path(__file__ + '.imported').touch()")
    if way == "option":
        found = plugins(machine, "--no-plugin", name)
    else:
        found = plugins(machine, SAT_DISABLE_PLUGINS=f" {name} ,")
    assert found["broken"]["status"] == "disabled"
    assert not list(machine.folder.glob("*.imported"))
    help_text = machine.run("--no-plugin", name, "--help")
    assert help_text.stderr == ""


def test_a_name_to_disable_that_nobody_has_is_told(machine):
    install_good(machine)
    done = machine.run("--no-plugin", "godo", "list")
    assert "'godo'" in done.stderr
    assert "'godo'" in machine.run("--no-plugin", "godo", "plugins").stdout


def test_plugins_are_ordered_by_package_and_name_the_core_first(machine):
    for distribution in ("sat-b", "a-plugin", "sat-a"):
        install_good(machine, distribution)
    found = [(plugin["distribution"], name) for name, plugin in plugins(machine).items()]
    assert found == sorted(found, key=lambda pair: (pair[0] != "synth-anomaly", pair))


def test_two_names_for_one_module_are_told(machine):
    code = GOOD.replace("{module}", "sat_good")
    machine.install("sat-good", code, entry_points="[synth_anomaly]\na = sat_good\nb = sat_good\n")
    found = plugins(machine)
    assert (found["a"]["status"], found["b"]["status"]) == ("ok", "failed")
    assert "scratches" in machine.run("list", "shape").stdout


def test_an_unreadable_package_hides_no_plugin(machine):
    install_good(machine)
    machine.install("unrelated", "", entry_points="[console_scripts]\nno equals sign\n")
    assert plugins(machine)["good"]["status"] == "ok"


def test_a_package_without_metadata_is_listed(machine):
    install_good(machine)
    (machine.folder / "sat_good-1.0.dist-info" / "METADATA").unlink()
    assert plugins(machine)["good"]["status"] == "ok"


def test_a_hook_that_raises_is_reported_once():
    from synth_anomaly.plugin import hookimpl

    class Plugin:
        calls = 0

        @hookimpl
        def sat_run_start(self, run):
            self.calls += 1
            raise SystemExit("enough")

    class Other:
        calls = 0

        @hookimpl
        def sat_run_start(self, run):
            self.calls += 1

    found, bad, good, warnings = discover(found=()), Plugin(), Other(), []
    found.manager.register(good, "good")
    found.manager.register(bad, "bad")
    for _ in range(2):
        found.notify("sat_run_start", warnings.append, run=None)
    assert (bad.calls, good.calls) == (1, 2)
    assert warnings == [
        "plugin 'bad' failed in sat_run_start and is left out from here on: SystemExit: enough"
    ]
