"""Folders as people have them: what is read of each, what is not, and what is said where nothing can be."""

import json
import os

import numpy as np
import pytest
from PIL import Image

from synth_anomaly.catalogue import catalogue
from synth_anomaly.data import open_dataset, resolve
from synth_anomaly.errors import DataError

SIZE = (12, 16)


class Tree:
    """Writes small images, each of another grey level, and masks of which the upper half is white."""

    def __init__(self, root):
        self.root = root
        self.count = 0

    def good(self, *paths):
        for path in paths:
            self.count += 1
            noise = np.random.default_rng(self.count).integers(0, 256, (*SIZE, 3), np.uint8)
            self.write(path, noise)
        return self

    def mask(self, *paths, marks=True, level=255):
        for path in paths:
            pixels = np.zeros(SIZE, np.uint8)
            pixels[: SIZE[0] // 2 * marks] = level
            self.write(path, pixels)
        return self

    def write(self, path, pixels):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(file)

    def text(self, path, content="x"):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return self

    def link(self, path, target):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).symlink_to(self.root / target, target_is_directory=True)
        return self


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path / "part")


def opened(path, dataset=None, category=None, **options):
    """Return the data set that ``--data`` opens."""
    source = resolve(dataset, str(path), category, options=options)
    return open_dataset(source, source.categories[0], options=options)


def told(dataset):
    """Return what trains, what tests of which kind, and which of the latter have a mask."""
    test = dataset.test()
    return (
        sorted(sample.name for sample in dataset.train()),
        sorted((sample.name, sample.defect) for sample in test),
        sorted(sample.name for sample in test if sample.read_mask is not None),
    )


def kinds(dataset):
    return sorted(sample.defect for sample in dataset.test())


def usual(tree, good="good", bad="spot", mask="{}_mask.png", truth="ground_truth"):
    tree.good(f"train/{good}/0.png", f"train/{good}/1.png", f"test/{good}/0.png", f"test/{bad}/0.png")
    return tree.mask(f"{truth}/{bad}/{mask.format('0')}") if mask else tree


def labelme(shapes, size=SIZE):
    return {"imageHeight": size[0], "imageWidth": size[1], "shapes": shapes}


UPPER = [[0, 0], [16, 0], [16, 6], [0, 6]]
CORNERS = [number for corner in UPPER for number in corner]
POLYGON = {"label": "scratch", "points": UPPER, "shape_type": "polygon"}


def coco(**annotated):
    """Return COCO's table of images by name, each with its segmentations."""
    return {
        "images": [
            {"id": number, "file_name": name.replace("__", "/") + ".png", "height": 12, "width": 16}
            for number, name in enumerate(annotated)
        ],
        "annotations": [
            {"id": number, "image_id": number, "category_id": 1, "segmentation": outline}
            for number, outline in enumerate(annotated.values())
            if outline
        ],
        "categories": [{"id": 1, "name": "scratch"}],
    }


# each row writes a folder, and says how it is opened and what is then told of it
TRAINED = ["good/0", "good/1"]
GOOD_NAMES = ("good", "Good", "ok", "OK", "Normal", "pass", "NEGATIVE", "defect-free", "no_defect")


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_names_of_good_images(tree, name):
    expected = TRAINED, sorted([(f"{name}/0", "good"), ("spot/0", "spot")]), ["spot/0"]
    assert told(opened(usual(tree, good=name).root)) == expected


@pytest.mark.parametrize("mask", ["{}.png", "{}_mask.bmp", "{}_label.png", "{}_GT.tif", "{}/000.png"])
def test_names_of_masks(tree, mask):
    dataset = opened(usual(tree, mask=mask).root)
    assert told(dataset)[2] == ["spot/0"]
    assert {sample.name: sample for sample in dataset.test()}["spot/0"].read_mask().sum() == 6 * 16


@pytest.mark.parametrize("truth", ["ground_truth", "Ground Truth", "gt", "masks", "test/ground_truth"])
def test_names_of_folders_of_masks(tree, truth):
    assert told(opened(usual(tree, truth=truth).root))[2] == ["spot/0"]


@pytest.mark.parametrize(
    ("good", "bad"),
    [("good", "bad"), ("OK", "NG"), ("normal", "abnormal"), ("pass", "defective"), ("a", "b")],
)
def test_good_beside_bad_is_split_by_seed(tree, good, bad):
    tree.good(*(f"{good}/{number}.png" for number in range(10)), f"{bad}/x.png")
    options = {"good": ("a",), "bad": ("b",)} if good == "a" else {}
    dataset = opened(tree.root, **options)
    train, test, _ = told(dataset)
    assert len(train) == 8
    assert sorted(kind for _, kind in test) == [bad, "good", "good"]
    assert not set(train) & {name for name, _ in test}
    assert any("2 of 10 good images are held out" in note for note in dataset.notes())
    again = opened(tree.root, **options)
    assert told(again) == told(dataset)
    other = opened(tree.root, **options, split_seed=1)
    assert told(other)[0] != train


FOLDERS = {
    "flat masks for one kind": (
        lambda tree: tree.good("normal/0.png", "normal/1.png", "abnormal/7.png").mask("mask/7.png"),
        {},
        ["abnormal/7"],
    ),
    "several masks an image": (
        lambda tree: (
            usual(tree, mask=None)
            .mask("ground_truth/spot/0/000.png")
            .mask("ground_truth/spot/0/001.png", level=1)
        ),
        {},
        ["spot/0"],
    ),
    "masks of good images": (
        lambda tree: usual(tree).mask("ground_truth/good/0_mask.png", marks=False),
        {},
        ["spot/0"],
    ),
    "masks beside test images": (
        lambda tree: usual(tree, mask=None).mask("test/spot/0_label.png"),
        {},
        ["spot/0"],
    ),
    "a suffix of one's own": (
        lambda tree: usual(tree, mask="{}-wahr.png"),
        {"mask_suffix": ("-wahr",)},
        ["spot/0"],
    ),
    "no masks": (lambda tree: usual(tree, mask=None), {}, []),
    "some masks": (lambda tree: usual(tree).good("test/spot/1.png"), {}, ["spot/0"]),
    "outlines beside a test image": (
        lambda tree: usual(tree, mask=None).text("test/spot/0.json", labelme([POLYGON])),
        {},
        ["spot/0"],
    ),
    "outlines in a folder of masks": (
        lambda tree: usual(tree, mask=None).text("ground_truth/spot/0.json", labelme([POLYGON])),
        {},
        ["spot/0"],
    ),
    "COCO above the images": (
        lambda tree: usual(tree, mask=None).text(
            "annotations.json", coco(test__spot__0=[CORNERS], test__good__0=[])
        ),
        {},
        ["spot/0"],
    ),
    "COCO in a folder of its own": (
        lambda tree: usual(tree, mask=None).text("annotations/test.json", coco(spot__0=[CORNERS])),
        {},
        ["spot/0"],
    ),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_masks(tree, name):
    write, options, masked = FOLDERS[name]
    dataset = opened(write(tree).root, **options)
    assert told(dataset)[0] == (TRAINED[:1] if name.startswith("flat") else TRAINED)
    assert told(dataset)[2] == masked
    for sample in dataset.test():
        if sample.read_mask is not None:
            assert sample.read_mask().sum() == 6 * 16


PUBLISHED = {
    "mvtec_ad": ("bottle", lambda tree: usual(tree), None),
    "mvtec_ad_2": (
        "vial",
        lambda tree: (
            tree.good("train/good/0_regular.png", "validation/good/1_regular.png")
            .good("test_public/good/0_regular.png", "test_public/bad/0_regular.png", "test_private/5.png")
            .mask("test_public/ground_truth/bad/0_regular_mask.png")
        ),
        "1 image in test_private, 1 image in validation",
    ),
    "mvtec_loco": (
        "pushpins",
        lambda tree: (
            tree.good("train/good/0.png", "validation/good/1.png", "test/good/0.png")
            .good("test/logical_anomalies/0.png", "test/structural_anomalies/0.png")
            .mask("ground_truth/logical_anomalies/0/000.png", "ground_truth/logical_anomalies/0/001.png")
            .mask("ground_truth/structural_anomalies/0/000.png")
            .text("defects_config.json", [{"pixel_value": 255}])
        ),
        "1 image in validation",
    ),
    "btad": (
        "01",
        lambda tree: tree.good("train/ok/0.bmp", "test/ok/0.bmp", "test/ko/0.bmp").mask(
            "ground_truth/ko/0.png"
        ),
        None,
    ),
    "mpdd": ("tubes", lambda tree: usual(tree), None),
    "visa": ("candle", lambda tree: usual(tree, bad="bad", mask="{}.png"), None),
}


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("named", [True, False])
def test_published_layouts(tmp_path, name, named):
    category, write, unread = PUBLISHED[name]
    write(Tree(tmp_path / category))
    for path in (tmp_path, tmp_path / category):
        dataset = opened(path, name if named else None)
        assert dataset.name == name
        assert dataset.category == category
        assert all(sample.defect == "good" for sample in dataset.train())
        masked = [sample for sample in dataset.test() if sample.is_defective]
        assert masked
        assert all(sample.read_mask().sum() == 6 * 16 for sample in masked)
        assert [note for note in dataset.notes() if unread and unread in note] or not dataset.notes()
    by_name = catalogue().registry("dataset").load(name)
    assert len(by_name(str(tmp_path), category).test()) == len(dataset.test())


@pytest.fixture
def visa(tmp_path):
    """VisA as its authors lay it out."""
    tree = Tree(tmp_path / "candle" / "Data")
    tree.good(*(f"Images/Normal/{number:04d}.JPG" for number in range(5)), "Images/Anomaly/000.JPG")
    tree.mask("Masks/Anomaly/000.png", level=1)
    tree.text("../image_anno.csv", "image,label,mask\n")
    return tree


def test_visa_as_published(visa, tmp_path):
    rows = ["object,split,label,image,mask"]
    rows += [
        f"candle,{'train' if number < 3 else 'test'},normal,candle/Data/Images/Normal/{number:04d}.JPG,"
        for number in range(5)
    ]
    rows.append("candle,test,anomaly,candle/Data/Images/Anomaly/000.JPG,candle/Data/Masks/Anomaly/000.png")
    visa.text("../../split_csv/1cls.csv", "\n".join(rows))
    for path in (tmp_path, tmp_path / "candle"):
        dataset = opened(path)
        assert (dataset.name, dataset.category) == ("visa", "candle")
        assert told(dataset) == (
            ["good/0000", "good/0001", "good/0002"],
            [("Anomaly/000", "Anomaly"), ("good/0003", "good"), ("good/0004", "good")],
            ["Anomaly/000"],
        )
        assert list(dataset.notes()) == []


def test_visa_without_its_split_is_split_by_seed(visa, tmp_path):
    dataset = opened(tmp_path)
    assert len(dataset.train()) == 4
    assert kinds(dataset) == ["Anomaly", "good"]
    assert "held out" in dataset.notes()[0]


def test_kolektor_sdd_as_published(tmp_path):
    tree = Tree(tmp_path)
    for folder in ("kos01", "kos02"):
        for part in range(5):
            tree.good(f"{folder}/Part{part}.jpg").mask(
                f"{folder}/Part{part}_label.bmp", marks=(folder, part) == ("kos02", 3)
            )
    dataset = opened(tmp_path)
    assert (dataset.name, dataset.category) == ("kolektor_sdd", "kolektor_sdd")
    assert len(dataset.train()) == 7
    assert kinds(dataset) == ["defect", "good", "good"]
    assert told(dataset)[2] == ["defect/kos02/Part3"]
    assert len({sample.name for sample in (*dataset.train(), *dataset.test())}) == 10


class TestSubfolders:
    @pytest.fixture
    def deep(self, tree):
        usual(tree).good("train/good/line2/0.png", "train/good/line2/b/1.png", "test/spot/line2/0.png")
        return tree.mask("ground_truth/spot/line2/0_mask.png")

    def test_are_counted_where_they_are_not_read(self, deep):
        dataset = opened(deep.root)
        assert told(dataset)[0] == TRAINED
        assert list(dataset.notes()) == ["not read: 3 images in subfolders (--subfolders reads them)"]

    def test_are_read_where_asked_for(self, deep):
        dataset = opened(deep.root, subfolders=True)
        assert told(dataset)[0] == [*TRAINED, "good/line2/0", "good/line2/b/1"]
        assert told(dataset)[2] == ["spot/0", "spot/line2/0"]
        assert list(dataset.notes()) == []

    def test_of_good_images_alone(self, tree):
        tree.good("2024-05/0.png", "2024-06/0.png")
        with pytest.raises(DataError, match="2 images in 2024-05,2024-06: give --subfolders"):
            opened(tree.root)
        assert told(opened(tree.root, subfolders=True))[0] == ["good/2024-05/0", "good/2024-06/0"]

    def test_of_defective_images_never_train(self, tree):
        tree.good("a.png", "line/b.png", "line/ng/c.png", "line/masks/d.png")
        dataset = opened(tree.root, subfolders=True)
        assert told(dataset)[0] == ["good/a", "good/line/b"]
        assert "1 image in line/masks, 1 image in line/ng" in dataset.notes()[0]

    def test_are_followed_through_links_and_loops_are_noticed(self, tree, tmp_path):
        Tree(tmp_path / "elsewhere").good("0.png", "in/1.png")
        tree.good("a.png").link("far", "../elsewhere").link("sub/up", "").link("z", "z")
        tree.good("sub/b.png")
        dataset = opened(tree.root, subfolders=True)
        assert told(dataset)[0] == ["good/a", "good/far/0", "good/far/in/1", "good/sub/b"]
        assert "1 link to folders read already, 1 link to nothing" in dataset.notes()[0]
        flat = opened(tree.root)
        assert told(flat)[0] == ["good/a"]
        assert "3 images in subfolders" in flat.notes()[0]

    def test_are_read_once_whatever_leads_to_them(self, tree):
        tree.good("b/0.png").link("a", "b")
        assert told(opened(tree.root, subfolders=True))[0] == ["good/b/0"]


def test_what_lies_beside_is_counted_in_one_line(tree):
    tree.good("a.png", "a_label.png", "defective/d.png").mask("b_mask.png")
    tree.good("b.png", "p_overlay.png").text("p.npz")
    for name in ("x.heic", "y.HEIC", "z.npy", "noext", "Thumbs.db", ".DS_Store", "._a.png", "settings.json"):
        tree.text(name)
    for folder in ("__MACOSX", "@eaDir", ".cache"):
        tree.good(f"{folder}/t.png")
    dataset = opened(tree.root)
    assert sorted(sample.name for sample in (*dataset.train(), *dataset.test())) == [
        *("defect/b", "good/a", "good/a_label")
    ]
    (line,) = [note for note in dataset.notes() if note.startswith("not read")]
    for part in (
        *("1 image in defective", "2 .heic", "1 .json", "1 .npy", "1 .npz", "1 without suffix"),
        *("1 mask among images", "1 overlay of sat", "6 hidden or left by systems"),
    ):
        assert part in line


def test_masks_among_good_images_tell_which_are_good(tree):
    tree.good("0.png", "1.png", "2.png", "3.png")
    tree.mask("0_label.png", "1_label.png", "2_label.png", marks=False)
    dataset = opened(tree.root)
    assert (len(dataset.train()), kinds(dataset)) == (4, [])
    assert "3 masks among images" in dataset.notes()[0]
    tree.mask("3_label.png")
    dataset = opened(tree.root)
    assert (len(dataset.train()), kinds(dataset)) == (2, ["defect", "good"])


def test_images_that_are_called_like_masks_are_images(tree):
    tree.good("0.png", "0_label.png")
    assert told(opened(tree.root))[0] == ["good/0", "good/0_label"]


def test_marked_images_in_a_folder_to_train_on_do_not_train(tree):
    usual(tree).mask("train/good/1_mask.png")
    dataset = opened(tree.root)
    assert told(dataset)[0] == ["good/0"]
    assert any("left out of training: 1 image" in note for note in dataset.notes())


def test_outlines_beside_images_tell_which_are_good(tree):
    tree.good(*(f"{number}.png" for number in range(4)))
    tree.text("0.json", labelme([POLYGON])).text("1.json", labelme([]))
    dataset = opened(tree.root)
    assert told(dataset)[2] == ["defect/0"]
    assert any("taken as good: 2 images without a mask" in note for note in dataset.notes())


def test_test_images_that_are_not_sorted_are_told_by_coco(tree):
    tree.good("train/0.png", "train/1.png", "test/2.png", "test/3.png")
    tree.text("test/_annotations.coco.json", coco(**{"2": [], "3": [CORNERS]}))
    assert told(opened(tree.root))[1] == [("defect/3", "defect"), ("good/2", "good")]


@pytest.mark.parametrize(
    ("write", "options", "cure"),
    [
        (lambda t: t.good("good/0.png", "scratch/0.png"), {}, "--bad scratch"),
        (lambda t: t.good("gut/0.png", "bad/0.png"), {}, "--good gut"),
        (lambda t: t.good("bad/0.png"), {}, "bad without good images"),
        (
            lambda t: t.good("train/ok_front/0.png", "train/def_front/0.png"),
            {},
            "train holds def_front,ok_front",
        ),
        (lambda t: t.good("x/test/spot/0.png").mask("x/ground_truth/spot/0.png"), {}, "near MVTec AD"),
        (lambda t: t.good("x/test_public/bad/0.png"), {}, "near MVTec AD 2: it has test_public"),
        (lambda t: t.good("01/test/ko/0.png"), {}, "near BTAD: it has test/ko but no train/ok"),
        (lambda t: t.good("c/Data/Images/Anomaly/0.JPG"), {}, "near VisA"),
        (lambda t: t.good("Class1/train/0.PNG", "Class1/test/0.PNG"), {}, "right in"),
        (lambda t: t.text("0.heic"), {}, "images of good parts"),
        (lambda t: usual(t, mask="{}-wahr.png"), {}, "--mask-suffix -wahr"),
        (lambda t: usual(t).mask("ground_truth/dent/0.png"), {}, "add the images as"),
        (lambda t: usual(t).good("test/7.png"), {}, "7.png right in"),
        (lambda t: usual(t).good("test/spot/0.jpg"), {}, "0.jpg and 0.png"),
        (lambda t: usual(t).good("test/dent/in/0.png"), {}, "subfolders (--subfolders reads them)"),
        (lambda t: t.good("train/0.png", "test/1.png"), {}, "right in"),
        (lambda t: usual(t), {"dataset": "btad"}, "looks like 'mvtec_ad'"),
        (
            lambda t: usual(t, mask=None).good("test/dent/0.png").text("c.json", coco(**{"0": [CORNERS]})),
            {},
            "give file_name with its folder",
        ),
    ],
)
def test_what_cannot_be_read_names_the_cure(tree, write, options, cure):
    write(tree)

    def read():
        dataset = opened(tree.root, **options)
        return dataset.train(), dataset.test()

    with pytest.raises(DataError) as error:
        read()
    assert cure in str(error.value)
    assert "\n" not in str(error.value)
    assert "rename" not in str(error.value) or "0.jpg" in cure


def test_outlines_of_another_size_are_an_error(tree):
    usual(tree, mask=None).text("test/spot/0.json", labelme([POLYGON], (10, 10)))
    sample = next(sample for sample in opened(tree.root).test() if sample.is_defective)
    with pytest.raises(DataError, match=r"0\.png of 16x12 and .*0\.json of 10x10"):
        sample.read_mask()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="everything may be read here")
def test_a_folder_that_may_not_be_read_is_an_error(tree):
    tree.good("train/good/0.png", "train/good/in/1.png")
    (tree.root / "train/good/in").chmod(0)
    try:
        with pytest.raises(DataError, match="Permission denied"):
            opened(tree.root, subfolders=True).train()
    finally:
        (tree.root / "train/good/in").chmod(0o755)
