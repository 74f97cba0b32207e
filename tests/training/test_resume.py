"""A run that was stopped, wherever that was, ends with the very weights of one that was not."""

import os
import signal
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file

from synth_anomaly.errors import Interrupted, RunError, TrainingError
from synth_anomaly.training import Interruption
from synth_anomaly.training import trainer as trainer_module
from synth_anomaly.training.ledger import Ledger

STOPS = ("middle", "boundary", "prepare", "finish", "write", "ctrl-c")
needs_signals = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork to kill")


@pytest.fixture(scope="module")
def folder(game, tmp_path_factory):
    """What game.py writes: one process that imports torch, and many that are killed."""
    folder = tmp_path_factory.mktemp("stopped")
    command = [sys.executable, "-W", "ignore::DeprecationWarning", game.__file__, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def assert_same(weights, expected):
    assert weights.keys() == expected.keys()
    for name, value in expected.items():
        assert torch.equal(weights[name], value), name


@needs_signals
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("where", STOPS)
def test_resumes_bit_for_bit(folder, precision, where):
    never = load_file(folder / f"{precision}-never.safetensors")
    assert_same(load_file(folder / f"{precision}-{where}.safetensors"), never)


@needs_signals
def test_nothing_is_left_over_after_a_kill_while_writing(folder):
    files = {path.suffix for path in (folder / "fp32-write").iterdir()}
    assert files == {".json", ".safetensors"}
    assert len(list((folder / "fp32-write").iterdir())) == 2


def test_one_seed_gives_one_result(game):
    weights = game.trained()
    assert_same(game.trained(), weights)
    other = game.trained(seed=4)
    assert not torch.equal(other["generator.0.weight"], weights["generator.0.weight"])
    assert not torch.equal(other["average"], weights["average"])


def test_bf16_trains_another_network_than_fp32(game):
    assert not torch.equal(
        game.trained(precision="bf16")["detector.0.weight"], game.trained()["detector.0.weight"]
    )


def test_what_listens_changes_nothing(game, tmp_path, monkeypatch):
    class Draws(trainer_module.Listener):
        def on_step(self, stage, step, losses):
            torch.rand(3)

        def on_epoch(self, report):
            torch.rand(3)
            report.panels()

    expected = game.trained()
    monkeypatch.setattr(trainer_module, "_CHECKPOINT_SECONDS", 0.0)
    assert_same(game.trained(listeners=[Draws()], folder=tmp_path), expected)


def test_streamed_images_train_as_resident_ones(game):
    assert_same(game.trained(streams=True), game.trained())


def test_a_finished_run_is_not_trained_again(game, tmp_path):
    expected = game.trained(folder=tmp_path)

    class Refuses(trainer_module.Listener):
        def on_stage(self, stage, number, stages, start):
            raise AssertionError("there is nothing left to do")

    assert_same(game.trained(folder=tmp_path, listeners=[Refuses()]), expected)


def test_no_checkpoint_before_its_time(game, tmp_path):
    class Counts(trainer_module.Listener):
        def on_step(self, stage, step, losses):
            assert (tmp_path / "state.json").is_file() == (stage.name == "detector")

    game.trained(folder=tmp_path, listeners=[Counts()])


class Asks(trainer_module.Listener):
    """Asks to stop when a stage begins, or at a step."""

    def __init__(self, interruption, stage, step=None):
        self.interruption, self.stage, self.step = interruption, stage, step

    def on_stage(self, stage, number, stages, start):
        if self.step is None and stage.name == self.stage:
            self.interruption.requested = True

    def on_step(self, stage, step, losses):
        if (stage.name, step) == (self.stage, self.step):
            self.interruption.requested = True


@pytest.mark.parametrize(("stage", "step"), [("game", 2), ("game", 6), ("detector", None), ("detector", 6)])
def test_a_request_to_stop_is_heard_after_the_step_and_kept(game, tmp_path, stage, step):
    run = game.make_trainer(game.Game(), folder=tmp_path)
    run.listeners = [Asks(run.interruption, stage, step)]
    with pytest.raises(Interrupted, match="everything done so far is kept"):
        run.run()
    assert_same(game.trained(folder=tmp_path), game.trained())


def stopped_at(game, folder, stage, step):
    """Train until a step, where the user asks to stop."""
    run = game.make_trainer(game.Game(), folder=folder)
    run.listeners = [Asks(run.interruption, stage, step)]
    with pytest.raises(Interrupted):
        run.run()


def test_the_best_weights_so_far_are_kept(game, tmp_path, monkeypatch):
    """The figure is turned round, so that the first look is the best and everything after it is worse."""
    difference = game.Play._difference
    monkeypatch.setattr(game.Play, "_difference", lambda *given: -difference(*given))
    stopped_at(game, tmp_path, "game", 5)
    assert_same(game.trained(folder=tmp_path), game.trained())


def test_what_is_prepared_is_not_prepared_again(game, tmp_path, monkeypatch):
    expected = game.trained()
    stopped_at(game, tmp_path, "detector", 2)

    def refuse(*_):
        raise AssertionError("the checkpoint holds what was prepared")

    monkeypatch.setattr(game.Play, "_prepare", refuse)
    assert_same(game.trained(folder=tmp_path), expected)


def test_no_checkpoint_before_its_losses_are_known_to_be_finite(game, tmp_path):
    """On a GPU the numbers of the last steps may still be unread when a checkpoint is due."""
    run = game.make_trainer(game.Game(), folder=tmp_path)
    run.interruption.requested = True
    ledger = Ledger("game")
    ledger.record(3, "generator", {"image": torch.tensor(torch.nan)}, torch.tensor(1.0))
    with pytest.raises(TrainingError, match="at step 3"):
        run._keep(ledger)
    assert list(tmp_path.iterdir()) == []


def test_a_request_during_the_last_finish_is_heard(game, tmp_path, monkeypatch):
    monkeypatch.setattr(game.Play, "_finish", lambda *_: setattr(run.interruption, "requested", True))
    run = game.make_trainer(game.Game(), folder=tmp_path)
    with pytest.raises(Interrupted):
        run.run()


@needs_signals
def test_a_second_ctrl_c_stops_at_once():
    interruption = Interruption()
    before = signal.getsignal(signal.SIGINT)
    with interruption.listening():
        os.kill(os.getpid(), signal.SIGINT)
        assert interruption.requested
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_tensors_of_a_stage_go_back_to_their_device(game, tmp_path):
    """What lay on the host stays there; what lay on the computing device returns to it."""
    from synth_anomaly.training.checkpoint import load_checkpoint
    from synth_anomaly.training.position import Position

    first = game.Game()
    stages = first.stages()
    stages[1].tensors["images"] = torch.ones(2)
    Position(stage=1).save(tmp_path, first, stages)
    assert load_checkpoint(tmp_path).values["on_host"] == ["images"]
    again = game.Game()
    stages = again.stages()
    Position.load(tmp_path, again, stages, torch.device("meta"))
    assert stages[1].tensors["images"].device.type == "cpu"
    state = (tmp_path / "state.json").read_text()
    (tmp_path / "state.json").write_text(state.replace('"images"', '"others"'))
    Position.load(tmp_path, again, stages, torch.device("meta"))
    assert stages[1].tensors["images"].device.type == "meta"


def test_a_checkpoint_of_other_stages_or_networks_is_refused(game, tmp_path):
    game.trained(folder=tmp_path)
    run = game.make_trainer(game.Game(), folder=tmp_path)
    run.stages = run.stages[:1]
    with pytest.raises(RunError, match=r"of other stages than \['game'\]: start a new run"):
        run.run()
    wider = game.Game()
    wider.extra = torch.nn.Conv2d(1, 1, 1)
    with pytest.raises(RunError, match=r"of another network: .*extra.* start a new run") as caught:
        game.make_trainer(wider, folder=tmp_path).run()
    assert "\n" not in str(caught.value)
