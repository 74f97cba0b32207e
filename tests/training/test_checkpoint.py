import json
import os
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim import SGD, Adam, AdamW
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    LambdaLR,
    MultiStepLR,
    OneCycleLR,
    SequentialLR,
    StepLR,
)

from synth_anomaly.errors import RunError
from synth_anomaly.training.checkpoint import Checkpoint, flatten, load_checkpoint, save_checkpoint, unflatten
from synth_anomaly.training.position import Position


class Died(BaseException):
    """Stands for the end of the process."""


def checkpoint(number):
    return Checkpoint({"weights": torch.full((3,), float(number))}, {"step": number})


def test_what_is_saved_comes_back(tmp_path):
    tensors = {
        "matrix": torch.rand(3, 4).t(),
        "channels last": torch.rand(1, 2, 3, 3).contiguous(memory_format=torch.channels_last),
        "bf16": torch.rand(2).bfloat16(),
        "count": torch.tensor(7),
        "empty": torch.zeros(0, 3),
        "flags": torch.tensor([True, False]),
    }
    tensors["again"] = tensors["matrix"]
    save_checkpoint(tmp_path / "new" / "folder", Checkpoint(tensors, {"best": float("inf"), "step": 0.1}))
    loaded = load_checkpoint(tmp_path / "new" / "folder")
    assert loaded.tensors.keys() == tensors.keys()
    for name, value in tensors.items():
        assert loaded.tensors[name].dtype == value.dtype
        assert torch.equal(loaded.tensors[name], value)
    assert loaded.values == {"best": float("inf"), "step": 0.1}


def test_there_is_none_yet(tmp_path):
    assert load_checkpoint(tmp_path) is None
    assert load_checkpoint(tmp_path / "absent") is None


def test_one_is_kept(tmp_path):
    for number in range(3):
        save_checkpoint(tmp_path, checkpoint(number))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["state.json", "tensors-000003.safetensors"]


def dies_at(monkeypatch, call):
    """Let the process die at a call that touches the disk; from there on not even cleaning up succeeds."""
    calls = 0

    def dying(original):
        def function(*arguments, **options):
            nonlocal calls
            calls += 1
            if calls >= call:
                raise Died
            return original(*arguments, **options)

        return function

    monkeypatch.setattr(os, "fsync", dying(os.fsync))
    for name in ("open", "replace", "unlink"):
        monkeypatch.setattr(Path, name, dying(getattr(Path, name)))


@pytest.mark.parametrize("before", [0, 2])
def test_the_last_whole_checkpoint_survives_every_death(tmp_path, before):
    """At each moment of a save, the checkpoint is the one before or, once it is whole, the new one."""
    found, call = [], 0
    while not found or found[-1] != "saved":
        call += 1
        folder = tmp_path / str(call)
        for number in range(before):
            save_checkpoint(folder, checkpoint(number))
        with pytest.MonkeyPatch.context() as patch:
            dies_at(patch, call)
            try:
                save_checkpoint(folder, checkpoint(before))
            except Died:
                pass
            else:
                found.append("saved")
                continue
        loaded = load_checkpoint(folder)
        found.append(-1 if loaded is None else loaded.values["step"])
        if loaded is not None:
            assert torch.equal(loaded.tensors["weights"], torch.full((3,), float(found[-1])))
        save_checkpoint(folder, checkpoint(99))
        assert len(list(folder.iterdir())) == 2
        assert load_checkpoint(folder).values == {"step": 99}
    steps = found[:-1]
    assert steps == sorted(steps)
    assert set(steps) == {before - 1, before}
    assert len(steps) >= 6


def test_a_full_disk_leaves_the_checkpoint_and_no_rubbish(tmp_path, monkeypatch):
    save_checkpoint(tmp_path, checkpoint(1))

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save_checkpoint(tmp_path, checkpoint(2))
    assert load_checkpoint(tmp_path).values == {"step": 1}
    assert len(list(tmp_path.iterdir())) == 2


def test_another_format_is_refused(tmp_path):
    save_checkpoint(tmp_path, checkpoint(1))
    state = json.loads((tmp_path / "state.json").read_text())
    (tmp_path / "state.json").write_text(json.dumps({**state, "format": 2}))
    with pytest.raises(RunError, match="has checkpoint format 2, expected 1: start a new run"):
        load_checkpoint(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"state\.json cannot be read: Expecting value"),
        (b'{"format": 1, "numb', r"state\.json cannot be read: Unterminated string"),
        (b"\xff\xfe\xfa", r"state\.json cannot be read: .*decode"),
        (b"[1]", r"state\.json cannot be read: expected a table, got \[1\]"),
        (b"{}", "has checkpoint format None, expected 1"),
        (b'{"format": 1}', "is damaged: expected 'number' to be int, got None"),
        (b'{"format": 1, "number": 1, "tensors": 3}', "expected 'tensors' to be str, got 3"),
        (b'{"format": 1, "number": 1, "tensors": "a", "values": []}', "expected 'values' to be dict"),
    ],
)
def test_a_damaged_state_is_one_clear_line(tmp_path, content, message):
    save_checkpoint(tmp_path, checkpoint(1))
    (tmp_path / "state.json").write_bytes(content)
    for use in (load_checkpoint, lambda folder: save_checkpoint(folder, checkpoint(2))):
        with pytest.raises(
            RunError, match=rf"{message}.*: start a new run|{message}.*; start a new run"
        ) as caught:
            use(tmp_path)
        assert "\n" not in str(caught.value)


def test_missing_tensors_are_named(tmp_path):
    save_checkpoint(tmp_path, checkpoint(1))
    (tmp_path / "tensors-000001.safetensors").unlink()
    with pytest.raises(
        RunError, match=r"names tensors-000001.safetensors, which is missing: start a new run"
    ):
        load_checkpoint(tmp_path)


@pytest.mark.parametrize("keep", [0, 4, 60])
def test_broken_tensors_are_named(tmp_path, keep):
    save_checkpoint(tmp_path, checkpoint(1))
    path = tmp_path / "tensors-000001.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(RunError, match=r"tensors-000001.safetensors cannot be read: .*; start a new run"):
        load_checkpoint(tmp_path)


KEYS = (
    st.integers(-3, 3)
    | st.sampled_from(["0", "1", "a", "a/b", "b", "$tensor", "$map", "$tuple", ""])
    | st.none()
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=3)
    | st.builds(torch.tensor, st.floats(-1, 1, width=32))
)
NESTED = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(KEYS | st.tuples(KEYS), inner, max_size=3)
    ),
    max_leaves=12,
)


def assert_equal(value, expected):
    assert type(value) is type(expected)
    if isinstance(expected, torch.Tensor):
        assert torch.equal(value, expected)
    elif isinstance(expected, dict):
        assert list(value) == list(expected)
        for key in expected:
            assert_equal(value[key], expected[key])
    elif isinstance(expected, list | tuple):
        assert len(value) == len(expected)
        for item, other in zip(value, expected, strict=True):
            assert_equal(item, other)
    else:
        assert value == expected


def there_and_back(state):
    tensors = {}
    flat = json.loads(json.dumps(flatten(state, "state", tensors)))
    return unflatten(flat, {name: tensor.clone() for name, tensor in tensors.items()})


@given(NESTED)
def test_nested_values_come_back(state):
    assert_equal(there_and_back(state), state)


def test_keys_that_read_alike_keep_apart():
    state = {1: torch.zeros(1), "1": torch.ones(1), "a": {"b": torch.zeros(2)}, "a/b": torch.ones(2)}
    assert_equal(there_and_back(state), state)


def test_other_objects_are_refused():
    with pytest.raises(TypeError, match="a checkpoint holds tensors and plain values, got set at state/0"):
        flatten({"groups": {1}}, "state", {})


@pytest.mark.parametrize(
    "make",
    [
        lambda parameters: Adam(parameters, lr=0.1, betas=(0.5, 0.999), fused=True),
        lambda parameters: AdamW(parameters, lr=0.1, amsgrad=True),
        lambda parameters: SGD(parameters, lr=0.1, momentum=0.9, nesterov=True),
        lambda parameters: SGD([{"params": parameters, "lr": 0.5}], lr=0.1),
    ],
)
@pytest.mark.parametrize(
    "schedule",
    [
        lambda optimiser: CosineAnnealingLR(optimiser, 7),
        lambda optimiser: StepLR(optimiser, 2, 0.5),
        lambda optimiser: MultiStepLR(optimiser, [1, 3]),
        lambda optimiser: OneCycleLR(optimiser, 0.5, total_steps=9, cycle_momentum=False),
        lambda optimiser: LambdaLR(optimiser, lambda step: 0.9**step),
        lambda optimiser: SequentialLR(
            optimiser, [StepLR(optimiser, 1), CosineAnnealingLR(optimiser, 3)], [2]
        ),
    ],
)
def test_optimisers_and_schedules_go_on_as_if_nothing_had_been(make, schedule):
    def begin():
        weights = [torch.nn.Parameter(torch.ones(2, 3)), torch.nn.Parameter(torch.ones(2))]
        optimiser = make(weights)
        return weights, optimiser, schedule(optimiser)

    def step(weights, optimiser, rates):
        for weight in weights:
            weight.grad = weight.detach().cos()
        optimiser.step()
        rates.step()

    first, second = begin(), begin()
    for _ in range(3):
        step(*first)
    for copy, weight in zip(second[0], first[0], strict=True):
        copy.data.copy_(weight)
    second[1].load_state_dict(there_and_back(first[1].state_dict()))
    second[2].load_state_dict(there_and_back(first[2].state_dict()))
    for _ in range(3):
        step(*first)
        step(*second)
    assert first[1].param_groups[0]["lr"] == second[1].param_groups[0]["lr"]
    for copy, weight in zip(second[0], first[0], strict=True):
        assert torch.equal(copy, weight)


def test_states_come_back_in_their_parameters_layout(game, tmp_path):
    """Files are contiguous; fused optimisers pair elements in memory order, which would be the wrong ones."""
    network = game.Game().to(memory_format=torch.channels_last)
    stages = network.stages()
    optimiser = stages[0].optimisers["generator"].optimiser
    network.generator(torch.rand(2, 3, 16, 16)).sum().backward()
    optimiser.step()
    Position().save(tmp_path, network, stages)
    again = game.Game().to(memory_format=torch.channels_last)
    stages = again.stages()
    Position.load(tmp_path, again, stages, torch.device("cpu"))
    weight = again.generator[0].weight
    state = stages[0].optimisers["generator"].optimiser.state[weight]
    assert state["exp_avg"].stride() == weight.stride() != weight.contiguous().stride()
    assert torch.equal(state["exp_avg"], optimiser.state[network.generator[0].weight]["exp_avg"])
    assert state["step"] == 1


def saved(game, folder):
    """Write the checkpoint of a game before its first step; return the values in it."""
    network = game.Game()
    Position().save(folder, network, network.stages())
    return json.loads((folder / "state.json").read_text())


def loads(game, folder, state):
    network = game.Game()
    (folder / "state.json").write_text(json.dumps(state))
    return Position.load(folder, network, network.stages(), torch.device("cpu"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stages": ["other"]}, "is of other stages than"),
        ({"step": "many"}, "expected 'step' to be int, got 'many'"),
        ({"prepared": None}, "expected 'prepared' to be bool, got None"),
        ({"mood": "good"}, "expected 'mood' to be absent, got 'good'"),
        ({"optimisers": None}, "does not fit the optimisers of stage"),
        ({"optimisers": {"$map": []}}, "does not fit the optimisers of stage .* got none"),
        ({"optimisers": {"$map": [["stranger", {"$map": []}]]}}, "got stranger"),
        ({"optimisers": {"$tensor": "absent"}}, "KeyError: 'absent'"),
    ],
)
def test_a_place_that_does_not_fit_is_one_clear_line(game, tmp_path, changes, message):
    state = saved(game, tmp_path)
    state["values"] |= changes
    with pytest.raises(RunError, match=f"{message}.*start a new run") as caught:
        loads(game, tmp_path, state)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["stages", "step", "best_figure"])
def test_a_place_that_lacks_something_is_refused(game, tmp_path, name):
    state = saved(game, tmp_path)
    del state["values"][name]
    with pytest.raises(RunError, match="start a new run"):
        loads(game, tmp_path, state)


def test_an_undamaged_place_comes_back(game, tmp_path):
    state = saved(game, tmp_path)
    state["values"]["best_figure"] = 3  # a figure may be a whole number
    assert loads(game, tmp_path, state).best_figure == 3
