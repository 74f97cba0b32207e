"""The split is one of all rows, by the seed alone."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from synth_anomaly.data.split import split_normals
from synth_anomaly.errors import DataError


@given(st.integers(2, 300), st.floats(0, 0.99), st.integers(0, 2**63))
def test_every_row_is_on_one_side(count, validation, seed):
    train, held_out = split_normals(count, validation, seed)
    assert sorted([*train.tolist(), *held_out.tolist()]) == list(range(count))
    assert train.dtype == held_out.dtype == torch.int64
    assert len(train) >= 1
    assert (len(held_out) >= 1) == (validation > 0)
    assert train.tolist() == sorted(train.tolist())
    again = split_normals(count, validation, seed)
    assert torch.equal(train, again[0])


def test_share_and_seed():
    assert [len(part) for part in split_normals(200, 0.05, 0)] == [190, 10]
    assert not torch.equal(split_normals(200, 0.05, 0)[1], split_normals(200, 0.05, 1)[1])
    assert torch.equal(split_normals(5, 0, 3)[0], torch.arange(5))


def test_the_split_of_a_seed_stays():
    assert split_normals(20, 0.2, 0)[1].tolist() == [3, 4, 8, 10]


@pytest.mark.parametrize(
    ("count", "validation", "seed", "message"),
    [
        (10, 1.0, 0, r"share in \[0, 1\), got 1.0"),
        (10, -0.1, 0, "got -0.1"),
        (10, float("nan"), 0, "got nan"),
        (1, 0.1, 0, "at least 2 good images, got 1: add images, or hold none out"),
        (0, 0, 0, "at least 1 good images, got 0"),
        (10, 0.1, -1, "seed of 0 or more, got -1"),
    ],
)
def test_what_cannot_be_split(count, validation, seed, message):
    with pytest.raises(DataError, match=message):
        split_normals(count, validation, seed)
