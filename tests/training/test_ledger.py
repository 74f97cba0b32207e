import math

import pytest
import torch

from synth_anomaly.errors import TrainingError
from synth_anomaly.training.ledger import Ledger


def test_means_are_of_the_steps_since_the_last_look():
    ledger = Ledger("game")
    for step in range(4):
        ledger.record(step, "generator", {"image": torch.tensor(float(step))}, torch.tensor(1.0))
    ledger.record(4, "discriminator", {"image": torch.tensor(5.0)}, torch.tensor(1.0))
    assert ledger.latest == {}
    assert ledger.means() == {"generator/image": 1.5, "discriminator/image": 5.0}
    assert ledger.latest == {"generator/image": 3.0, "discriminator/image": 5.0}
    assert ledger.means() == {}
    ledger.record(5, "generator", {"image": torch.tensor(8.0, dtype=torch.bfloat16)}, torch.tensor(1.0))
    assert ledger.means() == {"generator/image": 8.0}


def test_a_ledger_holds_no_graph():
    term = torch.ones((), requires_grad=True) * 2
    ledger = Ledger("game")
    ledger.record(0, "generator", {"image": term}, torch.tensor(1.0))
    assert not any(values.requires_grad for _, _, values in ledger._pending)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_terms_that_are_not_finite_are_named(number):
    ledger = Ledger("game")
    ledger.record(
        6, "generator", {"image": torch.tensor(1.0), "deceive": torch.tensor(number)}, torch.tensor(1.0)
    )
    with pytest.raises(TrainingError) as caught:
        ledger.settle()
    assert str(caught.value) == (
        f"loss term 'generator/deceive' became {number} in stage 'game' at step 6: "
        "start anew with a smaller learning rate, or in fp32 (sat run RUN --precision fp32)"
    )


def test_gradients_that_are_not_finite_are_named():
    ledger = Ledger("game")
    ledger.record(2, "generator", {"image": torch.tensor(1.0)}, torch.tensor(1.0))
    ledger.record(3, "generator", {"image": torch.tensor(1.0)}, torch.tensor(math.nan))
    with pytest.raises(
        TrainingError, match="the gradient of 'generator' became nan in stage 'game' at step 3"
    ):
        ledger.means()
