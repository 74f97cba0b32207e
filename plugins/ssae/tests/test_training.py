"""Crops, objectives in a step, what is validated."""

from dataclasses import replace

import pytest
import torch
from sat_ssae.objectives import amplifying, filtering
from sat_ssae.training import crop, crop_size

from synth_anomaly.interfaces import Batch


def generator(seed=3):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def batch():
    images = torch.rand(5, 3, 32, 32, generator=generator())
    return Batch(images, torch.arange(5), images[:, :1])


@pytest.mark.parametrize(
    ("size", "share", "stride", "expected"),
    [((512, 512), 0.25, 8, (128, 128)), ((40, 64), 0.5, 8, (16, 32)), ((32, 32), 0.01, 8, (8, 8))],
)
def test_crops_are_multiples_of_the_stride(size, share, stride, expected):
    assert crop_size(size, share, stride) == expected
    assert crop_size(size, 1.0, stride) == size


def test_a_crop_is_a_part_of_its_image_at_the_same_resolution(batch):
    cut = crop(batch, (16, 8), generator())
    assert cut.images.shape == (5, 3, 16, 8)
    assert torch.equal(cut.guide, cut.images[:, :1])
    windows = batch.images.unfold(2, 16, 1).unfold(3, 8, 1)
    for row in range(5):
        same = (windows[row].permute(1, 2, 0, 3, 4) == cut.images[row]).flatten(2).all(dim=2)
        assert same.sum() == 1


def test_crops_reach_every_place(batch):
    corners = Batch(torch.arange(16.0).view(1, 1, 4, 4).expand(400, 3, 4, 4), torch.arange(400))
    cut = crop(corners, (2, 2), generator())
    assert cut.images[:, 0, 0, 0].unique().tolist() == [0, 1, 2, 4, 5, 6, 8, 9, 10]


def test_a_whole_image_is_not_cropped(batch):
    assert crop(batch, (32, 32), generator()) is batch


def test_a_step_minimises_the_objective_of_its_model(tiny, batch):
    method = tiny("ensemble")
    for name, training in method.trainings().items():
        network = method.models[name].network.eval()
        (objective,) = training.step(batch, generator())
        defects = method.settings.synthesizer(
            batch.images, generator(), donors=batch.images, guide=batch.guide
        )
        equation = filtering if name == "filtering" else amplifying
        expected = equation(network(defects.images), batch.images, defects.images, defects.masks, 0.5)
        torch.testing.assert_close(objective.terms["objective"], expected)


def test_each_model_has_its_own_weight(tiny, batch):
    method = tiny("ensemble", weight=0.0, amplifying_weight=1.0)
    trainings = method.trainings()
    losses = {}
    for name, training in trainings.items():
        method.models[name].eval()
        losses[name] = next(training.step(batch, generator())).terms["objective"]
    assert losses["filtering"] > 0
    assert losses["amplifying"] < 0


def test_panels_show_input_corrupted_output_and_difference(tiny, batch):
    (training,) = tiny().eval().trainings().values()
    panels = training.panels(batch, generator())
    assert list(panels)[:4] == ["input", "corrupted", "output", "difference"]
    for panel in panels.values():
        assert panel.shape == (5, 3, 32, 32)
        assert panel.min() >= 0
        assert panel.max() <= 1
    assert torch.equal(panels["difference"], (panels["output"] - panels["corrupted"]).abs())


def test_the_validated_figure_is_the_same_each_time(tiny, images):
    method = tiny("objective-4").eval()
    data = method.training_data(images, torch.device("cpu"))
    (training,) = method.trainings().values()
    with torch.no_grad():
        assert training.figure(data) == training.figure(data)


def test_the_inputs_grow_and_one_optimiser_sees_them_all(tiny):
    stages = tiny(steps=7, input_sides=(0.25, 0.5, 1.0)).stages()
    assert [stage.name for stage in stages] == ["filtering-1", "filtering-2", "filtering-3"]
    assert sum(stage.steps for stage in stages) == 7
    assert len({id(stage.optimisers["network"]) for stage in stages}) == 1
    assert [stage.step.__self__.size for stage in stages] == [(8, 8), (16, 16), (32, 32)]
    assert [stage.finish is not None for stage in stages] == [False, False, True]


def test_only_equation_4_stops_early(tiny):
    for preset, validates in (("objective-1", [False, False]), ("objective-4", [False, True])):
        assert [stage.validate is not None for stage in tiny(preset).stages()] == validates


def test_adam_starts_at_the_papers_rate(tiny):
    (first, *_) = tiny().stages()
    optimiser = first.optimisers["network"].optimiser
    assert type(optimiser).__name__ == "Adam"
    assert optimiser.param_groups[0]["lr"] == 1e-4
    assert first.optimisers["network"].schedule is None
    quick = tiny("quick", steps=4).stages()[0].optimisers["network"]
    assert quick.schedule is not None


def test_settings_of_a_step_do_not_touch_the_guide(tiny, batch):
    (training,) = tiny().trainings().values()
    training = replace(training, size=(16, 16))
    before = batch.images.clone()
    list(training.step(batch, generator()))
    assert torch.equal(batch.images, before)
