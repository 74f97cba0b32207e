"""The demo behaves as any data set, and can be written as one."""

import numpy as np
import pytest

import synth_anomaly.data.demo_dataset as module
from synth_anomaly.data.demo import CATEGORIES, defect_names
from synth_anomaly.data.demo_dataset import Demo
from synth_anomaly.data.export import export_demo
from synth_anomaly.data.images import read_image
from synth_anomaly.data.mvtec_ad import MVTecAD
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Dataset


@pytest.fixture
def small(monkeypatch):
    for name, count in (("GOOD_TRAIN", 3), ("GOOD_TEST", 2), ("DEFECTIVE_PER_KIND", 1)):
        monkeypatch.setattr(module, name, count)


def test_samples():
    data = Demo("bottle", size=48)
    assert isinstance(data, Dataset)
    train, test = data.train(), data.test()
    assert len(train) == 180
    assert len({sample.name for sample in test}) == len(test) == 40 + 12 * len(defect_names("bottle"))
    good, bad = test[0], test[-1]
    assert (good.name, good.read_mask, good.path) == ("good/000", None, None)
    assert not np.array_equal(good.read(), train[0].read())
    mask = bad.read_mask()
    assert (bad.read()[~mask] == bad.read_clean()[~mask]).all()
    assert mask.any()
    assert mask.shape == (48, 48)


def test_samples_know_where_the_part_is():
    """Outside the part, the table's colours; at another size, the same place."""
    sample = Demo("bottle", size=96).train()[0]
    part = sample.read_object()
    assert part.shape == (96, 96)
    assert 0.3 < part.mean() < 0.8
    grey = sample.read().mean(axis=2)
    assert abs(grey[part].mean() - grey[~part].mean()) > 10
    smaller = Demo("bottle", size=48).train()[0].read_object()
    assert (part[::2, ::2] == smaller).mean() > 0.98
    assert Demo("carpet", size=32).test()[0].read_object().all()


def test_seed_and_unknown_category():
    assert not np.array_equal(Demo("grid", 32).train()[0].read(), Demo("grid", 32, seed=1).train()[0].read())
    assert Demo.categories() == CATEGORIES
    for split in ("train", "test"):
        with pytest.raises(DataError, match="bottl"):
            getattr(Demo("bottl"), split)()


def test_export_is_the_same_data_set_in_files(small, tmp_path):
    folder = export_demo(tmp_path / "new", "carpet", size=32)
    assert folder == tmp_path / "new" / "carpet"
    files, drawn = MVTecAD(str(tmp_path / "new"), "carpet"), Demo("carpet", size=32)
    for split in ("train", "test"):
        ours = {sample.name: sample for sample in getattr(drawn, split)()}
        theirs = {sample.name: sample for sample in getattr(files, split)()}
        assert ours.keys() == theirs.keys()
        for name, sample in ours.items():
            assert np.array_equal(sample.read(), theirs[name].read())
            if sample.is_defective:
                assert np.array_equal(sample.read_mask(), theirs[name].read_mask())
                assert np.array_equal(sample.read_clean(), read_image(folder / "clean" / f"{name}.png"))
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["carpet"]


def test_export_overwrites_nothing(tmp_path):
    (tmp_path / "carpet").mkdir()
    with pytest.raises(DataError, match=r"expected no folder at .*carpet, got one"):
        export_demo(tmp_path, "carpet")


def test_export_leaves_nothing_behind_when_it_fails(small, tmp_path, monkeypatch):
    class Full(module.Demo):
        def test(self):
            def fail():
                raise OSError("no space left")

            return [*super().test()[:-1], module.Sample(name="crack/9", defect="crack", read=fail)]

    monkeypatch.setattr("synth_anomaly.data.export.Demo", Full)
    with pytest.raises(DataError, match="no space left"):
        export_demo(tmp_path, "carpet", size=32)
    assert list(tmp_path.iterdir()) == []
