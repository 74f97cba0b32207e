"""What every registered loss must hold."""

import pytest
import torch

from synth_anomaly.errors import ComponentError, OptionError
from synth_anomaly.interfaces import Loss, Outputs, Targets
from synth_anomaly.losses import L2, SSIM, Focal, MaskedL1, SegmentationL1, SegmentationL2, WeightedSum

LOSSES = [
    L2(),
    SSIM(),
    SSIM(window=5),
    Focal(),
    Focal(gamma=0.0, alpha=0.25),
    Focal(gamma=0.5),
    MaskedL1(),
    SegmentationL1(),
    SegmentationL2(),
    WeightedSum((L2(), Focal()), (1.0, 2.0)),
]


def identify(loss):
    return f"{type(loss).__name__}-{'-'.join(str(value) for value in vars(loss).values())}"[:40]


@pytest.fixture(params=LOSSES, ids=identify)
def loss(request):
    return request.param


@pytest.fixture
def targets():
    generator = torch.Generator().manual_seed(0)
    clean = torch.rand(2, 3, 16, 16, generator=generator)
    masks = (torch.rand(2, 1, 16, 16, generator=generator) < 0.3).float()
    return Targets(clean, torch.where(masks > 0, 1 - clean, clean), masks)


def outputs_for(targets, *, inverse=False, requires_grad=False):
    masks = 1 - targets.masks if inverse else targets.masks
    reconstruction = 1 - targets.clean if inverse else targets.clean.clone()
    logits = (2 * masks - 1) * 8
    return Outputs(logits.requires_grad_(requires_grad), reconstruction.requires_grad_(requires_grad))


def test_it_follows_the_protocol_and_is_a_float32_scalar(loss, targets):
    assert isinstance(loss, Loss)
    value = loss(outputs_for(targets), targets)
    assert (value.shape, value.dtype) == ((), torch.float32)


def test_perfect_is_less_than_inverse(loss, targets):
    assert loss.lower_is_better
    perfect, inverse = (loss(outputs_for(targets, inverse=inverse), targets) for inverse in (False, True))
    assert 0 <= perfect + 1e-6 < inverse


@pytest.mark.parametrize("fill", [0.0, 1.0])
def test_empty_and_full_masks_are_finite_with_finite_gradients(loss, targets, fill):
    targets = Targets(targets.clean, targets.images, torch.full_like(targets.masks, fill))
    outputs = outputs_for(targets, inverse=True, requires_grad=True)
    value = loss(outputs, targets)
    value.backward()
    assert value.isfinite()
    for tensor in (outputs.logits, outputs.reconstruction):
        assert tensor.grad is None or tensor.grad.isfinite().all()


def test_what_it_looks_at_gets_gradients(loss, targets):
    outputs = outputs_for(targets, inverse=True, requires_grad=True)
    loss(outputs, targets).backward()
    grads = [tensor.grad for tensor in (outputs.logits, outputs.reconstruction) if tensor.grad is not None]
    assert grads
    assert all(grad.abs().sum() > 0 for grad in grads)


def test_extreme_logits_are_finite_with_finite_gradients(loss, targets):
    outputs = outputs_for(targets, inverse=True)
    logits = (outputs.logits * 1e4).requires_grad_()
    reconstruction = outputs.reconstruction.requires_grad_()
    value = loss(Outputs(logits, reconstruction), targets)
    value.backward()
    assert value.isfinite()
    assert logits.grad is None or logits.grad.isfinite().all()


def test_it_is_computed_in_float32_whatever_comes_in(loss, targets):
    outputs = outputs_for(targets, inverse=True)
    halved = Outputs(outputs.logits.bfloat16(), outputs.reconstruction.bfloat16())
    with torch.autocast("cpu", torch.bfloat16):
        value = loss(halved, targets)
    assert value.dtype == torch.float32
    as_float = Outputs(halved.logits.float(), halved.reconstruction.float())
    torch.testing.assert_close(value, loss(as_float, targets), rtol=1e-6, atol=1e-6)


def test_outputs_that_lack_what_it_needs_are_named(loss, targets):
    with pytest.raises(ComponentError, match=r"needs outputs\.(logits|reconstruction), got None"):
        loss(Outputs(), targets)


def test_a_sum_is_the_sum(targets):
    outputs = outputs_for(targets, inverse=True)
    both = WeightedSum((L2(), Focal()), (0.5, 3.0))(outputs, targets)
    torch.testing.assert_close(both, 0.5 * L2()(outputs, targets) + 3 * Focal()(outputs, targets))


def test_a_sum_is_better_when_lower_only_if_all_its_terms_are():
    assert WeightedSum((L2(), Focal()), (1.0, 0.0)).lower_is_better
    assert not WeightedSum((L2(), Focal()), (1.0, -1.0)).lower_is_better
    assert not WeightedSum((L2(), lambda outputs, targets: targets.masks.mean()), (1.0, 1.0)).lower_is_better


@pytest.mark.parametrize(
    "build",
    [
        lambda: WeightedSum((L2(),), (1.0, 2.0)),
        lambda: WeightedSum((), ()),
        lambda: SSIM(window=4),
        lambda: SSIM(window=-1),
        lambda: Focal(gamma=-1.0),
        lambda: Focal(alpha=1.5),
    ],
)
def test_options_that_cannot_be_are_refused(build):
    with pytest.raises(OptionError, match="takes"):
        build()
