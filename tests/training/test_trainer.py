import math

import kornia.augmentation as K
import pytest
import torch
from torch import nn
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

from synth_anomaly.data import ImageStore
from synth_anomaly.errors import TrainingError
from synth_anomaly.interfaces import Sample
from synth_anomaly.training import (
    Listener,
    Objective,
    Optimiser,
    Precision,
    Stage,
    Trainer,
    TrainingData,
    Validation,
    trainer,
)
from synth_anomaly.training.checkpoint import load_checkpoint

CPU = torch.device("cpu")


def store(images):
    samples = [Sample(name=f"good/{row}", defect="good", read=lambda: None) for row in range(len(images))]
    return ImageStore(samples, tuple(images.shape[-2:]), device=CPU, resident=images)


def grey(count=5, side=4):
    """Images whose grey level is their number."""
    return (
        torch.arange(count, dtype=torch.uint8)[:, None, None, None].expand(count, 3, side, side).contiguous()
    )


class Pair(nn.Module):
    """Two small networks without randomness."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.generator = nn.Conv2d(3, 3, 3, padding=1)
        self.discriminator = nn.Conv2d(3, 1, 3)

    def parts(self, learning_rate=0.1):
        return {
            name: Optimiser(SGD(getattr(self, name).parameters(), lr=learning_rate))
            for name in ("generator", "discriminator")
        }


def stage(network, step, *, steps=1, batch_size=2, optimisers=None, name="stage", **options):
    optimisers = optimisers or {"network": Optimiser(SGD(network.parameters(), lr=0.1))}
    return Stage(
        name=name,
        steps=steps,
        batch_size=batch_size,
        network=network,
        optimisers=optimisers,
        step=step,
        **options,
    )


def train(network, *stages, images=None, precision="fp32", seed=0, **options):
    data = TrainingData(store(grey() if images is None else images))
    Trainer(network, stages, data, seed=seed, device=CPU, precision=Precision(precision), **options).run()


@pytest.fixture
def every_step(monkeypatch):
    """Saves a checkpoint after every step."""
    monkeypatch.setattr(trainer, "_CHECKPOINT_SECONDS", 0.0)


def gradients(network):
    return [parameter.grad for parameter in network.parameters() if parameter.grad is not None]


def weights(network):
    return [parameter.detach().clone() for parameter in network.parameters()]


def same(first, second):
    return [bool(torch.equal(*pair)) for pair in zip(first, second, strict=True)]


def test_an_objective_moves_its_own_optimisers_parameters_alone():
    pair, seen = Pair(), []

    def step(batch, generator):
        for name, other in (("discriminator", "generator"), ("generator", "discriminator")):
            own, others = weights(getattr(pair, name)), weights(getattr(pair, other))
            yield Objective(name, {"loss": pair.discriminator(pair.generator(batch.images)).square().mean()})
            assert not any(same(weights(getattr(pair, name)), own))
            assert all(same(weights(getattr(pair, other)), others))
            assert gradients(pair) == []
            seen.append(name)

    train(pair, stage(pair, step, optimisers=pair.parts()))
    assert seen == ["discriminator", "generator"]


def test_the_step_is_plain_gradient_descent_on_the_sum_of_the_terms():
    pair = Pair()
    images = grey()[:2].float() / 255
    expected = Pair()
    (2 * expected.generator(images).mean() + expected.generator(images).square().mean()).backward()

    def step(batch, generator):
        made = pair.generator(images)
        yield Objective("generator", {"mean": 2 * made.mean(), "square": made.square().mean()})

    train(pair, stage(pair, step, optimisers=pair.parts()))
    wanted = expected.generator.weight - 0.1 * expected.generator.weight.grad
    torch.testing.assert_close(pair.generator.weight, wanted)


def test_in_bf16_the_second_objective_sees_the_updated_discriminator():
    """Autocast keeps weights that it has cast, and knows nothing of an optimiser's step."""
    pair, seen = Pair(), {}

    def step(batch, generator):
        seen["before"] = pair.discriminator(batch.images)
        yield Objective("discriminator", {"loss": seen["before"].float().square().mean()})
        seen["after"] = pair.discriminator(batch.images)
        with torch.autocast("cpu", torch.bfloat16, cache_enabled=False):
            seen["fresh"] = pair.discriminator(batch.images.clone())
        yield Objective("generator", {"loss": pair.generator(batch.images).float().mean()})

    train(pair, stage(pair, step, optimisers=pair.parts(1.0)), precision="bf16", images=grey() * 50)
    assert seen["after"].dtype == torch.bfloat16
    assert torch.equal(seen["after"], seen["fresh"])
    assert not torch.equal(seen["after"], seen["before"])


def test_bf16_computes_channels_last_and_leaves_contiguous_float32_weights():
    pair, seen = Pair(), []

    def step(batch, generator):
        seen.append(batch.images.is_contiguous(memory_format=torch.channels_last))
        seen.append(pair.generator.weight.is_contiguous(memory_format=torch.channels_last))
        yield Objective("generator", {"loss": pair.generator(batch.images).float().mean()})

    train(pair, stage(pair, step, optimisers=pair.parts()), precision="bf16")
    assert seen == [True, True]
    assert pair.generator.weight.is_contiguous()
    assert pair.generator.weight.dtype == torch.float32


def test_an_unknown_optimiser_is_named():
    pair = Pair()

    def step(batch, generator):
        yield Objective("critic", {"loss": pair.discriminator(batch.images).mean()})

    expected = (
        "stage 'stage' yielded an objective for 'critic', expected one of its optimisers: generator, disc"
    )
    with pytest.raises(TrainingError, match=expected):
        train(pair, stage(pair, step, optimisers=pair.parts()))


@pytest.mark.parametrize("detached", [True, False])
def test_an_objective_that_reaches_none_of_its_parameters_is_named(detached):
    pair = Pair()

    def step(batch, generator):
        made = pair.generator(batch.images)
        yield Objective("discriminator", {"loss": (made.detach() if detached else made).mean()})

    with pytest.raises(
        TrainingError, match="objective for 'discriminator' in stage 'stage' depends on no parameter"
    ):
        train(pair, stage(pair, step, optimisers=pair.parts()))


def test_frozen_parameters_stay():
    pair = Pair()
    pair.generator.weight.requires_grad_(False)
    before = weights(pair.generator)

    def step(batch, generator):
        yield Objective("generator", {"loss": pair.generator(batch.images).mean()})

    train(pair, stage(pair, step, optimisers=pair.parts()))
    assert same(weights(pair.generator), before) == [True, False]


def test_every_schedule_steps_once_a_step():
    pair, rates = Pair(), []
    parts = pair.parts(1.0)
    optimiser = parts["generator"].optimiser
    parts["generator"] = Optimiser(optimiser, StepLR(optimiser, 2, 0.1))

    def step(batch, generator):
        rates.append(parts["generator"].learning_rate)
        yield Objective("generator", {"loss": pair.generator(batch.images).mean()})
        yield Objective("generator", {"loss": pair.generator(batch.images).mean()})

    train(pair, stage(pair, step, steps=5, optimisers=parts))
    assert rates == pytest.approx([1, 1, 0.1, 0.1, 0.01])


class Records(Listener):
    """Writes down what it is told."""

    def __init__(self):
        self.told = []

    def on_stage(self, stage, number, stages, start):
        self.told.append((stage.name, number, stages, start))

    def on_step(self, stage, step, losses):
        self.told.append((stage.name, step))

    def on_epoch(self, report):
        self.told.append(report)


def test_everything_is_called_when_and_as_documented():
    pair, calls = Pair(), []

    def note(what):
        calls.append((what, pair.training, pair.generator.training, torch.is_grad_enabled()))

    def step(batch, generator):
        note("step")
        yield Objective("generator", {"loss": pair.generator(batch.images).mean()})

    def prepare(data, generator):
        assert isinstance(data, TrainingData)
        assert isinstance(generator, torch.Generator)
        note("prepare")

    def look(data):
        note("validate")
        return -float(len(calls))

    def panels(batch, generator):
        note("panels")
        return {"input": batch.images}

    class Looks(Listener):
        def on_epoch(self, report):
            assert report.panels()["input"].shape == (2, 3, 4, 4)

    made = stage(
        pair.generator,
        step,
        steps=2,
        optimisers=pair.parts(),
        prepare=prepare,
        validate=Validation(name="figure", figure=look, every=1, patience=9),
        finish=lambda data: note("finish"),
        panels=panels,
    )
    train(pair, made, images=grey(2), listeners=[Looks()])
    stepping, evaluating = (False, True, True), (False, False, False)
    once = [("step", *stepping), ("validate", *evaluating), ("panels", *evaluating)]
    assert calls == [("prepare", *evaluating), *once, *once, ("finish", *evaluating)]
    assert not any(module.training for module in pair.modules())


def test_listeners_are_told_of_stages_steps_and_epochs():
    pair, records = Pair(), Records()

    def step(batch, generator):
        yield Objective("generator", {"loss": 0 * pair.generator(batch.images).mean() + 3})

    parts = pair.parts(0.5)
    look = Validation(name="figure", figure=lambda data: 7.0, every=3, patience=9)
    stages = [
        stage(pair, step, steps=4, optimisers=parts, name="first"),
        stage(pair, step, steps=3, optimisers=parts, name="second", validate=look),
    ]
    train(pair, *stages, images=grey(6), listeners=[records])
    told = [event for event in records.told if isinstance(event, tuple)]
    assert told[:5] == [("first", 1, 2, 0), *(("first", number) for number in (1, 2, 3, 4))]
    assert told[5:] == [("second", 2, 2, 0), *(("second", number) for number in (1, 2, 3))]
    reports = [event for event in records.told if not isinstance(event, tuple)]
    assert [(report.stage, report.epoch, report.step) for report in reports] == [
        ("first", 1, 3),
        ("first", 1, 4),
        ("second", 1, 7),
    ]
    for report in reports:
        assert report.losses == {"generator/loss": 3.0}
        assert report.learning_rates == {"generator": 0.5, "discriminator": 0.5}
        assert report.images_per_second > 0
        assert report.panels() == {}
    assert [report.figures for report in reports] == [{}, {}, {"figure": 7.0}]


def test_early_stopping_brings_the_best_weights_back():
    pair, figures, seen = Pair(), iter([3.0, 2.0, 2.0, 4.0, 1.0]), []

    def step(batch, generator):
        yield Objective("generator", {"loss": pair.generator(batch.images).mean()})

    def look(data):
        seen.append(weights(pair.generator))
        return next(figures)

    looks = Validation(name="figure", figure=look, every=2, patience=2)
    train(pair, stage(pair, step, steps=20, optimisers=pair.parts(), validate=looks))
    assert len(seen) == 4
    assert same(weights(pair.generator), seen[1]) == [True, True]
    assert not any(same(seen[1], seen[3]))


def test_the_best_weights_stay_when_the_steps_run_out():
    pair, seen = Pair(), []

    def step(batch, generator):
        yield Objective("generator", {"loss": pair.generator(batch.images).mean()})

    def look(data):
        seen.append(weights(pair.generator))
        return float(len(seen))

    looks = Validation(name="figure", figure=look, every=1, patience=9)
    train(pair, stage(pair, step, steps=3, optimisers=pair.parts(), validate=looks))
    assert same(weights(pair.generator), seen[0]) == [True, True]


def test_a_figure_that_is_no_number_stops_the_run():
    pair = Pair()

    def step(batch, generator):
        yield Objective("generator", {"loss": pair.generator(batch.images).mean()})

    looks = Validation(name="figure", figure=lambda data: math.nan, every=2, patience=1)
    with pytest.raises(TrainingError, match="figure 'figure' became nan in stage 'stage' at step 2"):
        train(pair, stage(pair, step, steps=5, optimisers=pair.parts(), validate=looks))


def spoiled_loss(made, step):
    return made.mean() * (math.nan if step == 3 else 1)


def spoiled_gradient(made, step):
    return (made * 0).square().sum().sqrt() if step == 3 else made.mean()


@pytest.mark.parametrize(
    ("spoiled", "message"),
    [
        (spoiled_loss, "loss term 'generator/loss' became nan in stage 'stage' at step 3"),
        (spoiled_gradient, "the gradient of 'generator' became (nan|inf) in stage 'stage' at step 3"),
    ],
)
def test_the_last_good_checkpoint_outlives_a_number_that_is_not_finite(
    tmp_path, every_step, spoiled, message
):
    pair, steps = Pair(), []

    def step(batch, generator):
        yield Objective("generator", {"loss": spoiled(pair.generator(batch.images), len(steps))})
        steps.append(weights(pair.generator))

    with pytest.raises(TrainingError, match=message):
        train(pair, stage(pair, step, steps=9, optimisers=pair.parts()), checkpoints=tmp_path)
    assert not all(torch.isfinite(value).all() for value in steps[3])
    saved = load_checkpoint(tmp_path)
    assert saved.values["step"] == 3
    assert all(torch.isfinite(value).all() for value in saved.tensors.values())
    assert torch.equal(saved.tensors["network/generator.weight"], steps[2][0])


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(3, 2, 1), nn.BatchNorm2d(2), nn.Dropout(0.5))
        self.second = nn.Sequential(nn.Conv2d(2, 1, 1), nn.BatchNorm2d(1))


def test_a_finished_network_stays_still_while_another_trains():
    two, after = Two(), []

    def first(batch, generator):
        assert two.first.training
        assert not two.second.training
        yield Objective("network", {"loss": two.first(batch.images).square().mean()})

    def second(batch, generator):
        assert not any(module.training for module in two.first.modules())
        assert all(module.training for module in two.second.modules())
        made = two.first(batch.images)
        assert torch.equal(made, two.first(batch.images))
        yield Objective("network", {"loss": two.second(made).square().mean()})

    def finish(data):
        after.extend(value.clone() for value in two.first.state_dict().values())

    train(
        two,
        stage(two.first, first, steps=3, finish=finish, name="first"),
        stage(two.second, second, steps=3, name="second"),
        images=grey() * 40,
    )
    assert all(same(two.first.state_dict().values(), after))
    assert two.first[1].num_batches_tracked == two.second[1].num_batches_tracked == 3


def test_augmentation_moves_images_and_guide_alike():
    """Each image is its own guide; both go through the same flips and turns, other ones in each step."""
    images = torch.randint(0, 256, (4, 1, 8, 8), generator=torch.Generator().manual_seed(0)).byte()
    data = TrainingData(store(images.expand(-1, 3, -1, -1).contiguous()))
    data.train.attach_guides(images)
    pair, changed = Pair(), []

    def step(batch, generator):
        torch.testing.assert_close(batch.images[:, :1], batch.guide)
        plain = images[batch.index].float() / 255
        changed.append(not torch.equal(batch.guide, plain))
        torch.testing.assert_close(batch.guide.flatten(1).sort().values, plain.flatten(1).sort().values)
        yield Objective("generator", {"loss": pair.generator(batch.images).mean()})

    flips = K.ImageSequential(K.RandomHorizontalFlip(p=0.5), K.RandomVerticalFlip(p=0.5))
    made = stage(pair, step, steps=4, batch_size=4, optimisers=pair.parts(), augment=flips)
    Trainer(pair, [made], data, seed=0, device=CPU, precision=Precision("fp32")).run()
    assert any(changed)


def test_a_batch_says_which_images_it_holds_and_has_no_guide_unless_there_is_one():
    pair, seen = Pair(), []

    def step(batch, generator):
        levels = (batch.images[:, 0, 0, 0] * 255).round().long()
        assert torch.equal(levels, batch.index)
        assert batch.guide is None
        seen.extend(batch.index.tolist())
        yield Objective("generator", {"loss": pair.generator(batch.images).mean()})

    train(pair, stage(pair, step, steps=5, optimisers=pair.parts()), images=grey(5))
    assert sorted(seen[:5]) == sorted(seen[5:]) == list(range(5))


def test_a_step_has_randomness_of_its_own():
    """The generator and the global state depend on seed, stage and step; the caller's state is left alone."""
    pair, drawn = Pair(), []

    def step(batch, generator):
        drawn.append(torch.rand(1, generator=generator).item())
        drawn.append(torch.rand(1).item())
        yield Objective("generator", {"loss": pair.generator(batch.images).mean()})
        drawn.append(torch.rand(1).item())

    before = torch.get_rng_state()
    for seed in (0, 0, 1):
        train(pair, stage(pair, step, steps=3, optimisers=pair.parts()), seed=seed)
    assert torch.equal(torch.get_rng_state(), before)
    assert drawn[:9] == drawn[9:18]
    assert len(set(drawn)) == 18


def test_an_empty_method_is_done_at_once(tmp_path):
    train(Pair(), checkpoints=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_fewer_images_than_a_batch_train_in_full_batches():
    pair, sizes = Pair(), []

    def step(batch, generator):
        sizes.append(len(batch.images))
        yield Objective("generator", {"loss": pair.generator(batch.images).mean()})

    records = Records()
    train(
        pair,
        stage(pair, step, steps=2, batch_size=8, optimisers=pair.parts()),
        images=grey(3),
        listeners=[records],
    )
    assert sizes == [8, 8]
    assert [report.epoch for report in records.told if not isinstance(report, tuple)] == [2, 5]
