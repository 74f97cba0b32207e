import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from synth_anomaly.randomness import batch_index, epoch_order, forked_rng, generator_for, seed_for

PLACE = st.lists(st.integers(0, 10**6) | st.sampled_from(["game", "detector", "epoch"]), max_size=4)


@given(PLACE, PLACE)
def test_a_place_has_one_seed(first, second):
    assert 0 <= seed_for(*first) < 2**63
    assert (seed_for(*first) == seed_for(*second)) == (first == second)


def test_seeds_are_the_same_in_every_process_and_release():
    assert seed_for(7, "game", 12) == 2735793299311459529
    assert epoch_order(0, "game", 0, 8).tolist() == [7, 2, 5, 6, 1, 0, 3, 4]


def test_generators_of_a_place_draw_alike():
    first, second = (torch.rand(4, generator=generator_for(1, "game", 2)) for _ in range(2))
    assert torch.equal(first, second)
    assert not torch.equal(first, torch.rand(4, generator=generator_for(1, "game", 3)))


def test_the_global_state_is_put_back():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    with forked_rng(1):
        inside = torch.rand(3)
    assert torch.equal(torch.rand(3), expected)
    with forked_rng(1):
        assert torch.equal(torch.rand(3), inside)


def test_the_global_state_is_put_back_after_an_error():
    before = torch.get_rng_state()
    with pytest.raises(RuntimeError), forked_rng(1):
        torch.rand(-1)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(("count", "batch_size"), [(7, 3), (3, 7), (1, 4), (6, 6), (5, 1)])
def test_every_image_comes_once_an_epoch_in_full_batches(count, batch_size):
    batches = [batch_index(0, "game", step, batch_size, count) for step in range(count)]
    assert all(len(batch) == batch_size for batch in batches)
    for epoch in torch.cat(batches).split(count):
        assert sorted(epoch.tolist()) == list(range(count))


def test_a_batch_does_not_depend_on_the_steps_before():
    late = batch_index(0, "game", 1000, 4, 9)
    assert torch.equal(late, batch_index(0, "game", 1000, 4, 9))
    laid = torch.cat([epoch_order(0, "game", epoch, 9) for epoch in range(450)])
    assert torch.equal(late, laid[4000:4004])


def test_orders_differ_between_epochs_stages_and_seeds():
    orders = [
        epoch_order(*place, 30).tolist() for place in [(0, "a", 0), (0, "a", 1), (0, "b", 0), (1, "a", 0)]
    ]
    assert len({tuple(order) for order in orders}) == 4


def test_an_apple_gpu_is_seeded_and_put_back(monkeypatch):
    said = []
    monkeypatch.setattr(torch.mps, "get_rng_state", lambda: "before")
    monkeypatch.setattr(torch.mps, "set_rng_state", said.append)
    monkeypatch.setattr(torch.mps, "manual_seed", said.append)
    with forked_rng(7, "mps"):
        assert said == [7]
    assert said == [7, "before"]
    with forked_rng(7, "cpu"):
        assert said == [7, "before"]
