"""CIFAR-10 in its two official layouts, small and generated; and the real files, where they are."""

import os
import pickle
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from synth_anomaly.catalogue import catalogue
from synth_anomaly.data import CIFAR10, load_images, load_test, open_dataset, resolve
from synth_anomaly.data.originals import is_original
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import WithAnomalies, WithNotes

LAYOUTS = ["binary", "python"]


@pytest.fixture(params=LAYOUTS)
def write(request, cifar10):
    """Writes the files in one of the layouts."""
    return getattr(cifar10, request.param)


def names(samples):
    return [sample.name for sample in samples]


def test_a_class_trains_and_all_test(write):
    data = CIFAR10(str(write()), "bird")
    assert names(data.train()) == [f"good/{number:05d}" for number in range(2, 100, 10)]
    tested = data.test()
    assert len(tested) == len(set(names(tested))) == 20
    assert names(tested)[:3] == ["airplane/0000", "automobile/0001", "good/0002"]
    assert [sample.is_defective for sample in tested] == [row % 10 != 2 for row in range(20)]
    assert not any(sample.read_mask for sample in tested)


def test_anomalies_are_the_other_classes_training_images_in_order(write):
    data = CIFAR10(str(write()), "bird")
    assert isinstance(data, WithAnomalies)
    anomalies = data.anomalies()
    numbers = [int(sample.name.partition("/")[2]) for sample in anomalies]
    assert numbers == [number for number in range(100) if number % 10 != 2]
    assert all(sample.is_defective for sample in anomalies)
    assert not set(names(anomalies)) & set(names(data.train()))


def test_pixels_are_rgb_rows_as_published(write, cifar10):
    data = CIFAR10(str(write()), "bird")
    for sample, (number, row) in ((data.train()[3], (2, 12)), (data.test()[5], (6, 5))):
        image = sample.read()
        assert (image.dtype, image.shape) == (np.uint8, (32, 32, 3))
        np.testing.assert_array_equal(image, cifar10.pixels(number, row).transpose(1, 2, 0))
        image[:] = 0  # a caller's own
        assert sample.read().any()


def test_both_layouts_hold_the_same(cifar10):
    cifar10.binary()
    cifar10.python()
    both = [CIFAR10(str(cifar10.root / f"cifar-10-batches-{name}"), "ship") for name in ("bin", "py")]
    for first, second in zip(both[0].test(), both[1].test(), strict=True):
        assert (first.name, first.defect) == (second.name, second.defect)
        np.testing.assert_array_equal(first.read(), second.read())


def test_python_3_writes_it_too(cifar10):
    folder = cifar10.python() / "cifar-10-batches-py"
    before = [sample.read() for sample in CIFAR10(str(folder), "ship").test()]
    table = pickle.loads((folder / "test_batch").read_bytes(), encoding="bytes")
    for protocol in (2, 4):
        (folder / "test_batch").write_bytes(pickle.dumps(table, protocol))
        after = [sample.read() for sample in CIFAR10(str(folder), "ship").test()]
        np.testing.assert_array_equal(before, after)


def test_it_is_told_from_its_folder_and_by_its_name(write, cifar10):
    root = write()
    (inside,) = root.iterdir()
    for source in (
        resolve(data=str(root), category="all"),
        resolve(data=str(inside), category="all"),
        resolve("cifar10", str(root), "all"),
    ):
        assert (source.dataset, source.categories) == ("cifar10", cifar10.classes)
        assert len(open_dataset(source, "truck").train()) == 10
    assert catalogue().registry("dataset").load("cifar10") is CIFAR10


def test_images_load_at_any_size(write):
    data = CIFAR10(str(write()), "cat")
    assert load_images(data.train(), (48, 40)).batch(torch.arange(2)).shape == (2, 3, 48, 40)
    batches = list(load_test(data.test(), (32, 32), batch_size=8))
    assert [len(batch.samples) for batch in batches] == [8, 8, 4]
    assert all(batch.masks is None for batch in batches)


class TestMissingFiles:
    def test_some_training_files_are_enough_and_said(self, write):
        data = CIFAR10(str(write(training=(1, 4))), "dog")
        assert names(data.train()) == ["good/00005", "good/00015", "good/00065", "good/00075"]
        assert isinstance(data, WithNotes)
        (note,) = data.notes()
        assert "data_batch_2" in note
        assert "data_batch_1" not in note
        assert "2 of its 5 training files" in note
        assert not is_original(data)

    def test_of_whole_data_nothing_is_said(self, write, monkeypatch):
        data = CIFAR10(str(write()), "dog")
        assert data.notes() == ()
        monkeypatch.setattr("synth_anomaly.data.originals.CLASS_IMAGES", 10)
        assert is_original(data)

    def test_without_test_images_the_file_is_named(self, write):
        with pytest.raises(DataError, match=r"test images in .*test_batch.*sat download cifar10"):
            CIFAR10(str(write(test=False)), "dog").test()

    def test_without_training_images_the_file_is_named(self, write):
        with pytest.raises(DataError, match="data_batch_1"):
            CIFAR10(str(write(training=())), "dog").train()

    def test_without_any_the_layouts_are_named(self, tmp_path):
        with pytest.raises(DataError, match="cifar-10-batches-bin or cifar-10-batches-py"):
            resolve("cifar10", str(tmp_path), "dog")

    def test_an_unknown_class(self, write):
        with pytest.raises(DataError, match="no class 'dgo': did you mean 'dog'"):
            CIFAR10(str(write()), "dgo").train()


class TestDamage:
    @pytest.mark.parametrize("length", [0, 3073, 20 * 3073 - 1, 20 * 3073 + 1, 20 * 3074])
    def test_a_binary_file_of_another_size(self, cifar10, length):
        path = cifar10.binary() / "cifar-10-batches-bin/data_batch_3.bin"
        path.write_bytes(path.read_bytes().ljust(length, b"\0")[:length])
        with pytest.raises(DataError, match=rf"data_batch_3\.bin to have 61460 bytes, got {length}: "):
            CIFAR10(str(cifar10.root), "dog").train()

    @pytest.mark.parametrize("length", [0, 100, 60000, -1])
    def test_a_pickle_that_is_cut_short(self, cifar10, length):
        path = cifar10.python() / "cifar-10-batches-py/test_batch"
        content = path.read_bytes()[:length]
        path.write_bytes(content)
        with pytest.raises(DataError, match=rf"test_batch \({len(content)} bytes\), got a damaged pickle"):
            CIFAR10(str(cifar10.root), "dog").test()

    @pytest.mark.parametrize(
        ("change", "text"),
        [
            (
                {b"data": np.zeros((3, 3072), np.uint8)},
                r"images \(20, 3072\) in .*test_batch, got \(3, 3072\)",
            ),
            ({b"data": None}, "got NoneType"),
            ({b"labels": [10] * 20}, "20 labels from 0 to 9"),
            ({b"labels": [1] * 19}, "20 labels from 0 to 9"),
            ({b"labels": None, b"fine_labels": [1] * 20}, "20 labels from 0 to 9"),
        ],
    )
    def test_a_pickle_of_something_else(self, cifar10, change, text):
        path = cifar10.python() / "cifar-10-batches-py/test_batch"
        table = pickle.loads(path.read_bytes(), encoding="bytes") | change
        path.write_bytes(pickle.dumps(table, 2))
        with pytest.raises(DataError, match=text):
            CIFAR10(str(cifar10.root), "dog").test()

    @pytest.mark.parametrize("name", ["data_batch_2", "test_batch", "batches.meta"])
    def test_a_pickle_that_would_run_code_is_refused_and_not_run(self, cifar10, tmp_path, name):
        class Writes:
            def __reduce__(self):
                return exec, (f"open({str(tmp_path / 'trace')!r}, 'w').close()",)

        root = cifar10.python()
        (root / "cifar-10-batches-py" / name).write_bytes(pickle.dumps({"data": Writes()}, 2))
        data = CIFAR10(str(root), "dog")
        with pytest.raises(DataError, match=rf"{name} .*a pickle that names \w+\.exec"):
            data.test() if name == "test_batch" else data.train()
        assert not (tmp_path / "trace").exists()

    def test_labels_beyond_the_ten(self, cifar10):
        path = cifar10.binary() / "cifar-10-batches-bin/test_batch.bin"
        path.write_bytes(b"\x0a" + path.read_bytes()[1:])
        with pytest.raises(DataError, match="labels from 0 to 9"):
            CIFAR10(str(cifar10.root), "dog").test()

    def test_classes_of_another_order(self, cifar10):
        path = cifar10.binary() / "cifar-10-batches-bin/batches.meta.txt"
        path.write_text("\n".join(reversed(cifar10.classes)))
        with pytest.raises(DataError, match=r"batches\.meta\.txt, got 'truck, ship"):
            CIFAR10(str(cifar10.root), "dog").train()

    def test_a_file_that_changes_is_read_again(self, cifar10):
        path = cifar10.binary() / "cifar-10-batches-bin/test_batch.bin"
        data = CIFAR10(str(cifar10.root), "dog")
        before = data.test()[0].read()
        path.write_bytes(path.read_bytes()[::-1].replace(b"\xff", b"\0")[: 20 * 3073])
        os.utime(path, ns=(1, 1))
        with pytest.raises(DataError):
            data.test()
        assert before.any()


@pytest.mark.skipif("SAT_TEST_DATA" not in os.environ, reason="SAT_TEST_DATA names no real data sets")
class TestRealFiles:
    @pytest.fixture
    def root(self):
        return str(Path(os.environ["SAT_TEST_DATA"]) / "cifar10")

    def test_counts(self, root):
        source = resolve(data=root, category="all")
        assert (source.dataset, len(source.categories)) == ("cifar10", 10)
        for category in source.categories:
            data = CIFAR10(root, category)
            trained, tested = data.train(), data.test()
            assert len(trained) in range(800, 5001)
            assert [sample.is_defective for sample in tested].count(False) == 1000
            assert len(tested) == 10000
            assert len(data.anomalies()) % 10000 == -len(trained) % 10000

    def test_ten_thousand_images_load_in_about_a_second(self, root):
        data = CIFAR10(root, "frog")
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        begun = time.process_time()
        sums = [batch.images.mean().item() for batch in load_test(data.test(), (32, 32), batch_size=128)]
        spent = time.process_time() - begun
        torch.set_num_threads(threads)
        assert 0.4 < np.mean(sums) < 0.55  # CIFAR-10's mean grey is 0.47
        assert spent < 5
