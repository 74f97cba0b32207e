"""Training images are the same whether they stay on the device or are read again."""

import threading

import numpy as np
import pytest
import torch

from synth_anomaly.data.folder import Folder
from synth_anomaly.data.load import load_images
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample


@pytest.fixture
def samples(make):
    rng = np.random.default_rng(0)
    for number in range(9):
        make.write(f"parts/{number}.png", rng.integers(0, 256, (20 + number % 2, 30, 3), np.uint8))
    return Folder(str(make.root / "parts")).train()


def test_streaming_equals_resident(samples):
    resident = load_images(samples, (16, 24))
    streamed = load_images(samples, (16, 24), budget_bytes=9 * 3 * 16 * 24 - 1)
    assert (resident.streams, streamed.streams) == (False, True)
    assert len(resident) == len(streamed) == 9
    order = [torch.tensor(rows) for rows in ([3, 0, 8], [1], [1, 1, 2], [7, 6])]
    pairs = list(zip(resident.batches(order), streamed.batches(order), strict=True))
    assert len(pairs) == 4
    for index, (ours, theirs) in zip(order, pairs, strict=True):
        assert ours.shape == (len(index), 3, 16, 24)
        assert ours.dtype == torch.float32
        assert 0 <= ours.min() < ours.max() <= 1
        assert torch.equal(ours, theirs)
        assert torch.equal(ours, streamed.batch(index))


def test_values_and_order(make):
    for number in range(5):
        make.image(f"{number}.png")
    store = load_images(Folder(str(make.root)).train(), (12, 16), workers=2)
    grey = (store.batch(torch.tensor([4, 2]))[:, 0, 0, 0] * 255).round()
    assert grey.tolist() == [5, 3]


def test_batches_can_be_changed_in_place(samples):
    store = load_images(samples, (8, 8))
    before = store.batch(torch.tensor([0])).clone()
    store.batch(torch.tensor([0])).zero_()
    assert torch.equal(store.batch(torch.tensor([0])), before)


def test_the_next_batch_is_read_while_this_one_is_used():
    asked = threading.Event()

    def sample(number):
        def read():
            if armed and number == 1:
                asked.set()
            return np.zeros((4, 4, 3), np.uint8)

        return Sample(name=f"good/{number}", defect="good", read=read)

    armed = False
    store = load_images([sample(0), sample(1)], (4, 4), budget_bytes=0)
    armed = True
    batches = store.batches([torch.tensor([0]), torch.tensor([1])])
    next(batches)
    assert asked.wait(10)


@pytest.mark.parametrize("budget", [0, 1 << 30])
def test_bad_image_stops_or_is_left_out(make, budget):
    for number in range(4):
        make.image(f"{number}.png")
    make.truncate("1.png")
    samples, lines = Folder(str(make.root)).train(), []
    with pytest.raises(DataError, match=r"got .*1\.png"):
        load_images(samples, (12, 16), budget_bytes=budget)
    store = load_images(samples, (12, 16), budget_bytes=budget, skip_bad=True, warn=lines.append)
    assert len(store) == 3
    assert [skip.name for skip in store.skipped] == ["good/1"]
    assert len(lines) == 1
    assert "left out 1 of 4 images" in lines[0]
    assert "1.png" in lines[0]
    grey = (store.batch(torch.arange(3))[:, 0, 0, 0] * 255).round()
    assert grey.tolist() == [1, 3, 4]


def test_nothing_readable(make):
    make.truncate("1.png")
    with pytest.raises(DataError, match="expected at least one readable image"):
        load_images(Folder(str(make.root)).train(), (8, 8), skip_bad=True)
    with pytest.raises(DataError, match="there are none"):
        load_images([], (8, 8))


def test_several_sizes_are_told_once(make):
    lines = []
    for number, size in enumerate([(12, 16)] * 3 + [(12, 15), (10, 16), (9, 16), (8, 16)]):
        make.image(f"{number}.png", size)
    load_images(Folder(str(make.root)).train(), (8, 8), warn=lines.append)
    assert lines == ["3 of 7 images are 16x12, the rest 15x12; 16x10; 16x9; and 1 more: all resized to 8x8"]


@pytest.mark.parametrize(
    "value", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((4, 4, 4), np.uint8), None]
)
def test_sample_that_reads_no_image(value):
    sample = Sample(name="good/7", defect="good", read=lambda: value)
    with pytest.raises(DataError, match=r"expected a uint8 array \(H, W, 3\) from the image 'good/7'"):
        load_images([sample], (4, 4))


def test_reader_of_somebody_else_that_raises():
    def read():
        raise KeyError("frame")

    with pytest.raises(DataError, match="'good/7' cannot be read: KeyError: 'frame'"):
        load_images([Sample(name="good/7", defect="good", read=read)], (4, 4))


@pytest.mark.parametrize("budget", [0, 1 << 30])
def test_guides(samples, budget):
    store = load_images(samples, (8, 10), budget_bytes=budget)
    index = torch.tensor([2, 5])
    assert store.guide_batch(index) is None
    guides = torch.zeros(9, 1, 8, 10, dtype=torch.uint8)
    guides[5] = 255
    store.attach_guides(guides)
    assert store.guide_batch(index).amax(dim=(1, 2, 3)).tolist() == [0, 1]
    assert store.guide_batch(index).shape == (2, 1, 8, 10)
    for wrong in (guides.float(), guides[:8], guides[..., :5]):
        with pytest.raises(DataError, match=r"expected guides as uint8 \(9, 1, 8, 10\)"):
            store.attach_guides(wrong)
