"""Images in whatever form: what a folder means to train and to evaluate on, and to predict."""

import numpy as np
import pytest

from synth_anomaly.data import Demo, as_samples
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample


def names(images, use):
    return [sample.name for sample in as_samples(images, use)]


class TestAFolderToLearnFrom:
    @pytest.mark.parametrize("form", [str, lambda path: path, lambda path: [path]])
    def test_is_a_product_in_the_layout_of_mvtec(self, make, form):
        make.mvtec(train=3, good=1, defective=2)
        path = form(make.root / "bolt")
        assert names(path, "train") == ["good/000", "good/001", "good/002"]
        test = as_samples(path, "test")
        assert [sample.name for sample in test] == ["good/000", "scratch/000", "scratch/001"]
        assert [sample.is_defective for sample in test] == [False, True, True]
        assert test[1].read_mask().any()

    def test_is_a_data_set_of_one_product(self, make):
        make.mvtec(train=3)
        assert len(names(make.root, "train")) == 3

    def test_is_a_folder_of_good_images(self, make):
        for name in ("b.png", "a.png"):
            make.image(name)
        make.image("defective/c.png")
        assert names(make.root, "train") == ["good/a", "good/b"]
        assert names(make.root, "test") == []

    def test_of_several_products_is_an_error(self, make):
        make.mvtec("bolt")
        make.mvtec("nut")
        with pytest.raises(
            DataError, match=r"one product in .*got bolt, nut: give one of its folders, such as"
        ):
            as_samples(make.root, "train")

    def test_without_good_images_is_an_error(self, make):
        make.image("line-1/a.png")
        with pytest.raises(DataError, match="images of good parts"):
            as_samples(make.root, "train")


class TestAFolderToPredict:
    def test_is_every_image_at_any_depth_unless_told_otherwise(self, make):
        make.mvtec(train=1, good=1, defective=1)
        make.image(".thumbnails/000.png")
        make.image("bolt/.hidden.png")
        make.image("bolt/a.png")
        (make.root / "bolt/notes.txt").write_text("no image")
        said = []
        flat = as_samples(make.root / "bolt", "new", subfolders=False, warn=said.append)
        assert [sample.name for sample in flat] == ["a"]
        assert len(said) == 1
        assert "3 images in subfolders (--subfolders reads them)" in said[0]
        assert "1 image in ground_truth, 1 .txt, 1 hidden" in said[0]
        deep = as_samples(make.root, "new")
        assert [sample.name for sample in deep] == [
            *("bolt/a", "bolt/test/good/000", "bolt/test/scratch/000", "bolt/train/good/000")
        ]

    def test_of_which_none_lies_right_in_it_is_an_error_that_names_the_cure(self, make):
        make.image("line-1/a.png")
        with pytest.raises(DataError, match=r"1 image in subfolders \(--subfolders reads them\)"):
            as_samples(make.root, "new", subfolders=False)

    def test_names_are_relative_to_what_all_share(self, make):
        first, second = make.image("a/001.png"), make.image("b/c/001.png")
        assert names(first, "new") == ["001"]
        assert names([first], "new") == ["001"]
        assert names([first, second], "new") == ["a/001", "b/c/001"]
        assert names([first.parent, second.parent], "new") == ["a/001", "b/c/001"]
        assert names([first, make.root / "b/../a/001.png"], "new") == ["001", "001"]

    def test_relative_paths(self, make, monkeypatch):
        make.image("a/001.png")
        make.image("a/part.2.png")
        monkeypatch.chdir(make.root / "a")
        assert names(["001.png", "part.2.png"], "new") == ["001", "part.2"]
        assert names(".", "new") == ["001", "part.2"]
        assert names(["../a", "."], "new") == ["001", "part.2"] * 2

    def test_without_images_is_an_error(self, make):
        (make.root / "empty").mkdir()
        with pytest.raises(DataError, match="expected images in"):
            as_samples(make.root / "empty", "new")


@pytest.mark.parametrize("use", ["train", "test", "new"])
class TestEverythingElse:
    def test_files_are_images(self, make, use):
        files = [make.image("a.png"), make.image("b/c.png")]
        samples = as_samples(files, use)
        assert [sample.path for sample in samples] == files
        assert samples[1].read().shape == (12, 16, 3)

    def test_arrays_are_images(self, use):
        stack = np.zeros((2, 5, 6, 3), np.uint8)
        assert [sample.read().shape for sample in as_samples(stack, use)] == [(5, 6, 3)] * 2
        assert len(as_samples(stack[0], use)) == 1
        for wrong in (stack.astype(np.float32), stack[..., 0], stack[..., :2]):
            with pytest.raises(DataError, match="uint8"):
                as_samples(wrong, use)

    def test_samples_are_themselves(self, use):
        samples = [Sample(name="good/0", defect="good", read=lambda: np.zeros((5, 6, 3), np.uint8))]
        assert as_samples(samples, use) == tuple(samples)

    def test_data_sets(self, use):
        demo = Demo("bottle", size=32)
        expected = demo.train() if use == "train" else demo.test()
        assert names(demo, use) == [sample.name for sample in expected]

    def test_mistakes(self, make, use):
        with pytest.raises(DataError, match="nothing at"):
            as_samples(make.root / "nowhere", use)
        with pytest.raises(DataError, match="at least one image"):
            as_samples([], use)
        with pytest.raises(DataError, match="got list"):
            as_samples([3], use)
