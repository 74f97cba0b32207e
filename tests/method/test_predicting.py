"""Maps and scores of images, in every form that images come in."""

import pytest
import torch
from PIL import Image

from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Prediction, Sample
from synth_anomaly.testing import as_tensor, random_images


def test_a_prediction_has_a_map_and_a_score_for_each_image(trained):
    made = trained.predict(random_images(5))
    assert made.maps.shape == (5, 1, 32, 32)
    assert made.scores.shape == (5,)
    assert made.maps.dtype == made.scores.dtype == torch.float32
    assert made.maps.device.type == made.scores.device.type == "cpu"
    assert made.reconstruction is None
    assert not made.maps.requires_grad


def test_every_form_of_the_images_gives_the_same(trained, tmp_path, assert_same):
    stack = random_images(5)
    expected = trained.predict(stack)
    paths = [tmp_path / "some" / f"{row}.png" for row in range(5)]
    paths[0].parent.mkdir()
    for path, image in zip(paths, stack, strict=True):
        Image.fromarray(image).save(path)
    samples = [
        Sample(name=str(row), defect="good", read=lambda i=image: i) for row, image in enumerate(stack)
    ]
    assert_same(trained.predict(as_tensor(stack)), expected)
    assert_same(trained.predict(samples), expected)
    assert_same(trained.predict(paths), expected)
    assert_same(trained.predict([str(path) for path in paths]), expected)
    assert_same(trained.predict(tmp_path), expected)
    assert_same(trained.predict(str(paths[0].parent)), expected)
    alone = trained.predict(stack[:1])
    assert_same(trained.predict(stack[0]), alone)
    assert_same(trained.predict(paths[0]), alone)


def test_other_sizes_are_resized(trained):
    assert trained.predict(random_images(2, 45, 60)).maps.shape == (2, 1, 32, 32)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 5, 99])
def test_a_batch_gives_what_its_images_give(trained, batch_size, assert_same):
    stack = random_images(5)
    made = trained.predict(stack, batch_size=batch_size)
    assert_same(made, trained.predict(stack, batch_size=batch_size))
    assert_same(made, trained.predict(stack), atol=1e-5, rtol=1e-5)


def test_prediction_draws_nothing_and_changes_nothing(trained):
    before = {name: value.clone() for name, value in trained.state_dict().items()}
    state = torch.get_rng_state()
    trained.train()
    trained.predict(random_images(3))
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(value, before[name]) for name, value in trained.state_dict().items())


def test_a_prediction_is_an_ordinary_tensor(trained):
    prediction = trained.predict(random_images(2))
    assert not prediction.maps.is_inference()
    prediction.maps.clamp_(0, 1)
    weight = torch.ones((), requires_grad=True)
    (prediction.maps * prediction.scores.mean() * weight).sum().backward()
    torch.testing.assert_close(weight.grad, (prediction.maps * prediction.scores.mean()).sum())


@pytest.mark.filterwarnings("ignore:.*with the weights that it began with")
def test_a_forward_that_needs_gradients_leaves_none(trained, methods):
    class Saliency(methods.Other):
        def forward(self, images):
            with torch.enable_grad():
                maps = self.network(images).sigmoid()
                return Prediction(maps, maps.amax(dim=(1, 2, 3)), maps.expand(-1, 3, -1, -1))

    made = Saliency(size=16).predict(torch.rand(3, 3, 16, 16), batch_size=2)
    for values in (made.maps, made.scores, made.reconstruction):
        assert not values.requires_grad


def test_bf16_predicts_nearly_the_same(trained, assert_same):
    made = trained.predict(random_images(3), precision="bf16")
    assert made.maps.dtype == made.scores.dtype == torch.float32
    assert_same(made, trained.predict(random_images(3)), atol=0.05, rtol=0.05)


WRONG = {
    "a tensor of another size": (
        lambda: torch.zeros(2, 3, 16, 16),
        r"expected a \(B, 3, 32, 32\) tensor of floats in \[0, 1\]",
    ),
    "a tensor of one image": (
        lambda: torch.zeros(3, 32, 32),
        r"got torch.float32 \(3, 32, 32\): .*images\[None\]",
    ),
    "a grey tensor": (lambda: torch.zeros(2, 1, 32, 32), r"got torch.float32 \(2, 1, 32, 32\)"),
    "a tensor of bytes": (lambda: torch.zeros(2, 3, 32, 32, dtype=torch.uint8), "got torch.uint8"),
    "an empty tensor": (lambda: torch.zeros(0, 3, 32, 32), "B at least 1, got torch.float32"),
    "an empty array": (lambda: random_images(0), "expected at least one image"),
    "no image": (list, "expected at least one image, got none"),
    "a float array": (lambda: random_images(1) / 255, "expected images as uint8 .* got float64"),
    "a grey array": (lambda: random_images(1)[..., 0], "expected images as uint8"),
    "an absent file": (lambda: "absent.png", "found nothing at absent.png: check the path"),
    "a number": (lambda: [3], "expected a data set, samples, an array, or files and folders"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_images_are_one_clear_line(trained, wrong):
    make, message = WRONG[wrong]
    with pytest.raises(DataError, match=message) as caught:
        trained.predict(make())
    assert "\n" not in str(caught.value)


def test_broken_files_are_named(trained, tmp_path, small):
    (tmp_path / "broken.png").write_bytes(b"no image")
    with pytest.raises(DataError, match=r"broken\.png"):
        trained.predict(tmp_path / "broken.png")
    with pytest.raises(DataError, match=r"broken\.png"):
        small().fit(tmp_path / "broken.png", device="cpu")
