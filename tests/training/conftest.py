"""The small game that most tests here train."""

import importlib.util
from pathlib import Path

import pytest

GAME = Path(__file__).with_name("game.py")


@pytest.fixture(scope="session")
def game():
    """The module game.py."""
    spec = importlib.util.spec_from_file_location("training_game", GAME)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
