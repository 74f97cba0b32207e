"""The proportions of images, from their files' headers."""

import numpy as np
import pytest
from PIL import Image

from synth_anomaly.data import proportions
from synth_anomaly.data.inputs import as_samples
from synth_anomaly.data.proportions import proportions_of
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample


def sample(height, width, reads=None, **given):
    def read():
        if reads is not None:
            reads.append((height, width))
        return np.zeros((height, width, 3), np.uint8)

    return Sample(name=f"good/{height}x{width}", defect="good", read=read, **given)


def test_the_median_is_an_image_of_the_set():
    found = proportions_of([sample(30, 10), sample(10, 10), sample(20, 10)])
    assert found.sizes == ((10, 10), (20, 10), (30, 10))
    assert found.median == (20, 10)
    assert found.spread == pytest.approx(3)
    assert not found.are_of_one_size
    assert proportions_of([sample(30, 10), sample(10, 10)]).median == (10, 10)


def test_files_are_not_decoded(tmp_path):
    path = tmp_path / "part.png"
    Image.new("RGB", (96, 40)).save(path)
    reads = []
    found = proportions_of([sample(7, 7, reads, path=path)])
    assert found.sizes == ((40, 96),)
    assert not reads


def test_an_upright_photograph_counts_as_it_is_shown(tmp_path):
    image, turned = Image.new("RGB", (96, 40)), Image.Exif()
    turned[0x0112] = 6
    image.save(tmp_path / "part.jpg", exif=turned)
    assert proportions_of(as_samples(tmp_path / "part.jpg", "train")).median == (96, 40)


def test_a_file_that_is_no_image_is_read_by_its_sample(tmp_path):
    path = tmp_path / "part.npy"
    np.save(path, np.zeros(3))
    assert proportions_of([sample(40, 96, path=path)]).median == (40, 96)


def test_many_images_are_drawn_evenly(monkeypatch):
    monkeypatch.setattr(proportions, "_DRAWN", 4)
    reads = []
    proportions_of([sample(10 + row, 10, reads) for row in range(100)])
    assert reads == [(10, 10), (35, 10), (60, 10), (85, 10)]


def test_a_bad_image_stops_it_or_is_left_out(tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no image")
    samples = [*as_samples(broken, "train"), sample(20, 10)]
    with pytest.raises(DataError, match=r"broken\.png"):
        proportions_of(samples)
    assert proportions_of(samples, skip_bad=True).sizes == ((20, 10),)
    assert proportions_of(samples[:1], skip_bad=True) is None
    assert proportions_of([]) is None
