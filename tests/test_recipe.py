import os
import sys

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth_anomaly.errors import RecipeError
from synth_anomaly.recipe import DataRecipe, Recipe, overrides, parse_override

# the first draw of any text builds a table of all characters
patient = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
names = st.text("abcdefghijklmnopqrstuvwxyz_-0123456789", min_size=1)
scalars = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8"))
)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4), max_leaves=8)
tables = st.recursive(
    st.dictionaries(names, values, max_size=4),
    lambda inner: st.dictionaries(names, inner | values, max_size=4),
    max_leaves=8,
)


def equal(first, second):
    """Compare with types: True is not 1."""
    return repr(first) == repr(second) and first == second


@patient
@given(changes=tables, seed=st.integers(0, 2**63 - 1), options=tables)
def test_a_recipe_reads_back_what_was_written(tmp_path_factory, changes, seed, options):
    recipe = Recipe(
        method="anoseg", preset="paper", seed=seed, settings=changes, data=DataRecipe(options=options)
    )
    path = tmp_path_factory.mktemp("recipe") / "recipe.toml"
    path.write_text(recipe.text(), encoding="utf-8", newline="")
    assert Recipe.read(path).table() == recipe.table()
    assert Recipe.read(path.parent) == Recipe.read(path)


@patient
@given(keys=st.lists(names, min_size=1, max_size=4), value=values)
def test_an_override_is_the_toml_that_was_written(keys, value):
    literal = tomli_w.dumps({"value": value}).removeprefix("value = ").rstrip("\n")
    nested = value
    for key in reversed(keys):
        nested = {key: nested}
    assert equal(parse_override(f"{'.'.join(keys)}={literal}"), nested)


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("steps=3", {"steps": 3}),
        ("rate=1", {"rate": 1}),
        ("shape=whole-image", {"shape": "whole-image"}),
        (" a . b = 1 ", {"a": {"b": 1}}),
        ('name="7"', {"name": "7"}),
        ("name=", {"name": ""}),
        ("path=C:\\images#1", {"path": "C:\\images#1"}),
        ("a=b=c", {"a": "b=c"}),
        ("category=2024-01-01", {"category": "2024-01-01"}),
        ("a=1\nb=2", {"a": "1\nb=2"}),
        ("shape={name='rectangle', area=[0.1, 0.2]}", {"shape": {"name": "rectangle", "area": [0.1, 0.2]}}),
    ],
)
def test_values_are_toml_or_text(text, table):
    assert equal(parse_override(text), table)


@pytest.mark.parametrize("text", ["steps", "=3", "a..b=3", ".a=3", ""])
def test_an_override_needs_a_name_and_a_value(text):
    with pytest.raises(RecipeError, match="expected --set NAME=VALUE"):
        parse_override(text)


def test_what_has_no_value_is_told_how_to_get_one():
    with pytest.raises(RecipeError, match="got 'visible': write visible=VALUE; a dot between names"):
        parse_override("visible")
    with pytest.raises(RecipeError, match=r"got 'a..b=3': write NAME=VALUE; a dot between names"):
        parse_override("a..b=3")


def test_overrides_merge_and_the_later_wins():
    made = overrides(["synthesizer=cutpaste", "synthesizer.shape.area=[0.1,0.2]", "steps=1", "steps=2"])
    assert made == {"synthesizer": {"name": "cutpaste", "shape": {"area": [0.1, 0.2]}}, "steps": 2}
    assert overrides(["backbone.width=3", "backbone=resnet34"]) == {"backbone": "resnet34"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('method = "x"', "is no recipe: expected a file that begins with recipe = 1"),
        ('recipe = "1"\nmethod = "x"', "begins with recipe = 1, got '1'"),
        ("recipe = true", "begins with recipe = 1, got True"),
        (
            'recipe = 2\nmethod = "x"',
            "of format 2, written by a newer version; .* reads format 1: pip install",
        ),
        ('recipe = 2\n[packages]\nsynth-anomaly = "7.1"', r"by synth-anomaly 7\.1; .*synth-anomaly==7\.1"),
        ("recipe = 0", "of format 0, written by another version"),
        ("recipe = 1", "needs a method"),
        ('recipe = 1\nmethod = "x"\nprset = "y"', "unknown key 'prset': did you mean 'preset'"),
        ('recipe = 1\nmethod = "x"\n[data]\nrot = "y"', r"\[data\]: unknown key 'rot': did you mean 'root'"),
        ('recipe = 1\nmethod = "x"\ndata = 3', r"expected a table \[data\], got data = 3"),
        ('recipe = 1\nmethod = "x"\nseed = "many"', "option 'seed' takes a whole number, got 'many'"),
        ('recipe = 1\nmethod = "x"\nsettings = 3', "option 'settings' takes a table, got 3"),
        ("recipe = ", "is not TOML"),
    ],
)
def test_a_wrong_recipe_says_what_is_wrong(tmp_path, text, message):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(RecipeError, match=message) as error:
        Recipe.read(path)
    assert "mine.toml" in str(error.value)


def test_a_missing_recipe_names_the_place(tmp_path):
    with pytest.raises(RecipeError, match=r"no recipe at .*nowhere"):
        Recipe.read(tmp_path / "nowhere")
    with pytest.raises(RecipeError, match=r"no recipe at .*recipe\.toml"):
        Recipe.read(tmp_path)
    (tmp_path / "recipe.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(RecipeError, match="is not TOML"):
        Recipe.read(tmp_path)


def test_none_is_written_as_a_word_and_objects_not_at_all():
    assert Recipe(method="x", settings={"augment": None}).table()["settings"] == {"augment": "none"}
    with pytest.raises(RecipeError, match="no recipe can hold"):
        Recipe(method="x", settings={"loss": object()}).text()


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="this system's names are no bytes")
@patient
@given(name=st.binary(min_size=1, max_size=12).filter(lambda name: b"/" not in name and b"\0" not in name))
def test_paths_of_any_bytes_come_back(tmp_path_factory, name):
    root = os.fsdecode(b"/data/" + name)
    recipe = Recipe(
        method="x", settings={"folder": [root]}, data=DataRecipe(root=root, category=os.fsdecode(name))
    )
    path = tmp_path_factory.mktemp("recipe") / "recipe.toml"
    path.write_bytes(recipe.text().encode())
    assert Recipe.read(path).data.category == recipe.data.category
    assert Recipe.read(path).data.root == root
    assert Recipe.read(path).settings == {"folder": [root]}


def test_packages_are_written_where_there_are_some(tmp_path):
    (tmp_path / "recipe.toml").write_text(Recipe(method="x", packages={"sat-mine": "1.2"}).text())
    assert Recipe.read(tmp_path).packages == {"sat-mine": "1.2"}
    assert "packages" not in Recipe(method="x").text()
