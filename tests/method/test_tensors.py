"""Tensors to predict: one precision or another gives the same, and what is no image is refused."""

import pytest
import torch

from synth_anomaly.errors import DataError
from synth_anomaly.method.tensors import checked_images

SIZE = 16, 24


def drawn(count=2):
    return torch.rand(count, 3, *SIZE, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_any_precision_is_taken(dtype):
    checked = checked_images(drawn().to(dtype), SIZE)
    assert checked.dtype == torch.float32
    assert torch.equal(checked, drawn().to(dtype).float())


def test_any_precision_predicts_the_same(trained):
    images = (torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 255).round() / 256
    expected = trained.predict(images)
    for dtype in (torch.float16, torch.float64):
        assert torch.equal(trained.predict(images.to(dtype)).maps, expected.maps)


def test_rounding_at_the_ends_is_let_pass():
    edge = drawn()
    edge[0, 0, 0, 0], edge[0, 0, 0, 1] = -1e-6, 1 + 1e-6
    assert torch.equal(checked_images(edge, SIZE), edge)


@pytest.mark.parametrize(
    ("images", "cure"),
    [
        (drawn() * 255, "divide it by its white"),
        ((drawn() - 0.45) / 0.22, "undo its normalisation"),
        (drawn() * float("nan"), "nan or inf"),
        (torch.where(drawn() > 0.99, -float("inf"), drawn()), "nan or inf"),
        ((drawn() * 255).byte(), "255"),
        (drawn()[0], "images[None]"),
        (drawn().permute(0, 2, 3, 1), "permute(0, 3, 1, 2)"),
        (drawn()[:0], "B at least 1"),
        (drawn()[:, :1], "resize it"),
        (drawn()[..., :-1], "resize it"),
        (torch.zeros(()), "resize it"),
    ],
)
def test_what_is_no_image_is_refused_with_the_cure(images, cure):
    with pytest.raises(DataError) as caught:
        checked_images(images, SIZE)
    assert cure in str(caught.value)
    assert "\n" not in str(caught.value)
