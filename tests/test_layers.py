"""Who may import whom: the contracts of import-linter, and what plugins take from the core."""

import ast
import importlib
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
PUBLIC_MODULES = {
    line.rpartition(".")[0] for line in (ROOT / "tests" / "public_names.txt").read_text().split()
}
PACKAGES = sorted(path.name for path in (ROOT / "plugins").glob("*/sat_*") if path.is_dir())
SOURCES = sorted((ROOT / "plugins").glob("*/sat_*/**/*.py")) + sorted(
    (ROOT / "examples").glob("sat-*/sat_*/**/*.py")
)


def test_the_contracts_hold():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()"]
    done = subprocess.run([*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (
        f"an import runs upward; move the name down, or the importer up:\n{done.stdout}{done.stderr}"
    )


def test_every_plugin_is_under_contract():
    _, core, outside = LINTER["contracts"]
    cure = "add the plugin to [tool.importlinter] in pyproject.toml"
    assert sorted(LINTER["root_packages"]) == sorted(["synth_anomaly", *PACKAGES]), cure
    assert sorted(core["forbidden_modules"]) == PACKAGES, cure
    assert sorted(outside["source_modules"]) == PACKAGES, cure


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_plugin_imports_public_names_alone(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            private = [alias.name for alias in node.names if alias.name.startswith("synth_anomaly.")]
            assert not private, f"{path}:{node.lineno} imports a module: import its public names instead"
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "synth_anomaly":
            assert node.module in PUBLIC_MODULES, (
                f"{path}:{node.lineno} imports from {node.module}, which is not public: "
                "import from a module in MODULES of tests/test_public_names.py, or add it there on purpose"
            )
            public = importlib.import_module(node.module).__all__
            hidden = {alias.name for alias in node.names} - set(public)
            assert not hidden, f"{path}:{node.lineno}: {hidden} are not in {node.module}.__all__"


def test_importing_the_package_imports_no_torch():
    code = """
        import sys
        import synth_anomaly
        assert "torch" not in sys.modules
        assert "Pipeline" in dir(synth_anomaly)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)
