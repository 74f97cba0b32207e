"""How files are read is said on the command line, recorded in the recipe, and the same ever after."""

import json
import tomllib

import numpy as np
import pytest
from PIL import Image

from synth_anomaly import load_method
from synth_anomaly.cli.references import references_asked_for
from synth_anomaly.recipe import Recipe

SIZE = (40, 48)


def part(seed):
    """Return grey levels of a part, 40 to 210."""
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    noise = np.random.default_rng(seed).normal(0, 3, SIZE)
    return np.rint(125 + 50 * np.sin(columns / 4) + 30 * np.cos(rows / 6) + noise)


def data_set(root, save, mask=lambda defect: defect.astype(np.uint8) * 255, suffix=".png"):
    """Write good and defective images in MVTec AD's layout, each by ``save(path, levels)``."""
    for folder in ("train/good", "test/good", "test/spot", "ground_truth/spot"):
        (root / folder).mkdir(parents=True)
    for number in range(3):
        save(root / f"train/good/{number}{suffix}", part(number))
    for number in range(2):
        save(root / f"test/good/{number}{suffix}", part(10 + number))
        defect = np.zeros(SIZE, bool)
        defect[10:18, 20:30] = True
        save(root / f"test/spot/{number}{suffix}", np.where(defect, 10, part(20 + number)))
        Image.fromarray(mask(defect)).save(root / f"ground_truth/spot/{number}_mask.png")
    return root


def in_8_bits(path, levels):
    Image.fromarray(levels.astype(np.uint8)).save(path)


def in_12_of_16_bits(path, levels):
    Image.fromarray(np.rint(levels * (4095 / 255)).astype(np.uint16)).save(path)


def hidden_by_alpha(path, levels):
    grey = levels.astype(np.uint8)
    Image.fromarray(np.dstack([grey, grey, grey, np.zeros_like(grey)])).save(path)


def scores_of(folder):
    lines = (folder / "scores.csv").read_text().splitlines()
    return {line.split(",")[0].rsplit("/", 1)[-1]: line.split(",")[1:] for line in lines[1:]}


def run(sat, *arguments):
    return sat("run", "segmentation", *sat.tiny, "--threads", 1, *arguments)


def test_what_is_white_is_recorded_and_used_ever_after(sat, tmp_path):
    deep = data_set(tmp_path / "deep" / "part", in_12_of_16_bits)
    plain = data_set(tmp_path / "plain" / "part", in_8_bits)
    said = run(sat, "--data", deep, "--white", 4095, "--out", tmp_path / "runs")
    same = run(sat, "--data", plain, "--out", tmp_path / "runs")
    assert tomllib.loads((said.folder / "recipe.toml").read_text())["settings"]["white"] == 4095
    assert not [note for note in said.metrics["notes"] if "--white" in note]
    # 12 bits hold the levels of 8, so that the two are one run
    assert said.metrics["metrics"] == same.metrics["metrics"]
    predicted = [
        scores_of(sat("predict", trained.folder, root / "test/spot", "--out", tmp_path / name).folder)
        for trained, root, name in ((said, deep, "a"), (same, plain, "b"))
    ]
    assert predicted[0] == predicted[1]
    assert load_method(said.folder).settings.reading.white == 4095


def test_a_set_that_uses_a_small_part_of_its_range_is_said_once_with_the_cure(sat, tmp_path):
    root = data_set(tmp_path / "part", in_12_of_16_bits)
    said = run(sat, "--data", root, "--out", tmp_path / "runs")
    notes = [note for note in said.metrics["notes"] if "--white 4095" in note]
    assert len(notes) == 1
    assert "3 images of 16 bits" in notes[0]
    assert said.stderr.count("--white 4095") == 1
    assert "--white 4095" in sat("predict", said.folder, root / "test/good").stderr
    assert "--white" not in sat("predict", said.folder, root / "test/good", "--white", 4095).stderr
    again = sat("evaluate", said.folder, "--white", 4095)
    assert not [note for note in again.metrics["notes"] if "--white" in note]


def test_an_alpha_that_hides_everything_is_said_once_of_the_whole_run(sat, tmp_path):
    root = data_set(tmp_path / "part", hidden_by_alpha)
    plain = data_set(tmp_path / "plain" / "part", in_8_bits)
    said = run(sat, "--data", root, "--out", tmp_path / "runs")
    assert said.stderr.count("have an alpha") == 1
    assert len([note for note in said.metrics["notes"] if "have an alpha" in note]) == 1
    assert said.metrics["metrics"] == run(sat, "--data", plain, "--out", tmp_path / "runs").metrics["metrics"]
    assert sat("evaluate", said.folder).stderr.count("have an alpha") == 1
    assert sat("synth", "cutpaste", root / "train/good", "--count", 2, "--out", tmp_path / "s").stderr.count(
        "have an alpha"
    )


# what a mask is, the cure, and the share of a test image that it marks then
MASKS = {
    "inverted": (lambda defect: np.where(defect, 0, 255).astype(np.uint8), ["--invert-masks"]),
    "a faint noise": (
        lambda defect: np.where(defect, 255, np.indices(SIZE).sum(0) % 3).astype(np.uint8),
        ["--mask-threshold", 128],
    ),
    "all one class of grey": (
        lambda defect: np.where(defect, 5, 9).astype(np.uint8),
        ["--mask-classes", "5"],
    ),
}


@pytest.mark.parametrize("case", MASKS)
def test_masks_that_look_wrong_are_said_in_the_figures_too_and_mended_by_what_is_said(sat, tmp_path, case):
    mask, cure = MASKS[case]
    wrong = data_set(tmp_path / "part", in_8_bits, mask)
    right = data_set(tmp_path / "right" / "part", in_8_bits)
    said = run(sat, "--data", wrong, "--out", tmp_path / "runs")
    notes = [note for note in said.metrics["notes"] if "2 of 2 masks" in note]
    assert notes
    assert any(cure[0] in note and str(wrong) in note for note in notes)
    assert all(said.stderr.count(note) == 1 for note in notes)
    mended = sat("evaluate", said.folder, *cure)
    assert not [note for note in mended.metrics["notes"] if "masks" in note]
    expected = sat("evaluate", said.folder, "--data", right)
    assert mended.metrics["metrics"] == expected.metrics["metrics"]


def test_every_page_trains_and_is_predicted_where_that_is_asked_for(sat, tmp_path):
    def stack(path, levels):
        pages = [Image.fromarray((levels * share).astype(np.uint8)) for share in (1, 0.9, 0.8)]
        pages[0].save(path, save_all=True, append_images=pages[1:])

    for number in range(3):
        (tmp_path / "good").mkdir(exist_ok=True)
        stack(tmp_path / f"good/{number}.tif", part(number))
    said = run(sat, "--data", tmp_path / "good", "--out", tmp_path / "runs")
    assert said.stderr.count("frame 0 of 3") == 1
    assert "--pages all" in next(note for note in said.metrics["notes"] if "frame 0" in note)
    all_of_them = run(sat, "--data", tmp_path / "good", "--pages", "all", "--out", tmp_path / "runs")
    assert "frame" not in all_of_them.stderr
    assert load_method(all_of_them.folder).settings.pages == "all"
    predicted = scores_of(sat("predict", all_of_them.folder, tmp_path / "good/0.tif").folder)
    assert list(predicted) == ["0#0.tif", "0#1.tif", "0#2.tif"]
    assert list(scores_of(sat("predict", said.folder, tmp_path / "good/0.tif").folder)) == ["0.tif"]


def test_a_large_image_is_read_where_that_is_allowed(sat, tmp_path):
    root = data_set(tmp_path / "part", in_8_bits)
    limited = ["--max-pixels", SIZE[0] * SIZE[1] - 1]
    refused = run(sat, "--data", root, *limited, "--out", tmp_path / "runs")
    assert refused.refuses("1,920 pixels", f"--max-pixels {SIZE[0] * SIZE[1]}")
    said = run(sat, "--data", root, "--out", tmp_path / "runs")
    assert sat("predict", said.folder, root / "test/good", *limited).refuses("--max-pixels 1920")


def test_compared_methods_read_the_same_way():
    beside = Recipe(method="segmentation", settings={"white": 4095, "invert_masks": True, "steps": 3})
    (reference,) = references_asked_for("distance", beside)
    assert reference.settings == {"white": 4095, "invert_masks": True}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["--set", "white=0"], "white is a value above 0"),
        (["--set", "pages=some"], "pages"),
        (["--mask-classes", "nothing"], "a colour such as"),
        (["--mask-classes", "1", "--mask-threshold", "9"], "leave one out"),
    ],
)
def test_a_reading_that_cannot_be_is_refused_in_one_line(sat, tmp_path, said, expected):
    root = data_set(tmp_path / "part", in_8_bits)
    assert run(sat, "--data", root, *said, "--out", tmp_path / "runs").refuses(expected)


def test_drawn_masks_that_mark_nothing_are_said(sat, tmp_path):
    root = data_set(tmp_path / "part", in_8_bits)
    (tmp_path / "shapes").mkdir()
    for number in range(2):
        Image.fromarray(np.zeros(SIZE, np.uint8)).save(tmp_path / f"shapes/{number}.png")
    shape = f'{{name="drawn-masks",folder="{tmp_path}/shapes"}}'
    pasted = f'synthesizer={{name="paste",shape={shape},fill="elsewhere"}}'
    said = run(sat, "--data", root, "--set", pasted, "--out", tmp_path / "runs")
    assert "2 of 2 drawn masks mark nothing" in said.stderr
    assert any("2 of 2 drawn masks" in note for note in said.metrics["notes"])


def test_guides_of_0_and_1_are_white_and_those_of_other_proportions_are_said(sat, tmp_path):
    root = data_set(tmp_path / "part", in_8_bits)
    (tmp_path / "guides").mkdir()
    for number in range(3):
        guide = np.zeros((SIZE[0] // 2, SIZE[1]), np.uint8)
        guide[:, 10:30] = 1
        Image.fromarray(guide).save(tmp_path / f"guides/{number}.png")
    said = run(sat, "--data", root, "--guide", tmp_path / "guides", "--out", tmp_path / "runs")
    assert "the guide is below 0.5 everywhere" not in said.stderr
    assert "3 of 3 drawn guides have other proportions" in said.stderr
    assert json.loads((said.folder / "metrics.json").read_text())
