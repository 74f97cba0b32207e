"""Textures: of a folder, and made by rule."""

import numpy as np
import pytest
import torch
from PIL import Image

from synth_anomaly.errors import DataError
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import (
    Chain,
    Constant,
    DrawnMasks,
    Mixed,
    Paste,
    Rectangle,
    Sometimes,
    Successive,
    Texture,
    TextureOperations,
    texture_bank,
)
from synth_anomaly.synthesizers.inside import read_files
from synth_anomaly.synthesizers.procedural import FAMILIES, procedural_textures

CPU = torch.device("cpu")


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def shown(fill, numbers, size=(12, 20), dtype=torch.float32):
    content = torch.zeros(len(numbers), 3, *size, dtype=dtype)
    return fill.content(content, Parameters({"texture": torch.tensor(numbers)}))


@pytest.fixture(autouse=True)
def _no_banks():
    texture_bank.forget_banks()


@pytest.fixture
def folder(tmp_path):
    """Three textures of one colour each, in folders, beside what is no texture."""
    for number, (name, size) in enumerate(
        [("a/b/1.png", (30, 30)), ("a/2.JPG", (64, 20)), ("3.bmp", (7, 9))]
    ):
        path = tmp_path / "textures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((*size, 3), 40 + 80 * number, np.uint8)).save(path)
    (tmp_path / "textures/notes.txt").write_text("nothing")
    (tmp_path / "textures/.hidden.png").write_text("nothing")
    return tmp_path / "textures"


def test_shows_the_files_by_path_and_counts_on_from_the_first(folder):
    fill = Texture(str(folder))
    levels = (shown(fill, [0, 1, 2, 3, 4, 5]) * 255).round()
    assert [image.unique().tolist() for image in levels] == [[200], [120], [40]] * 2


def test_a_texture_is_cut_about_its_centre_and_keeps_its_proportions(tmp_path):
    pixels = np.zeros((40, 80, 3), np.uint8)
    pixels[:, 20:40, 0], pixels[:, 40:60, 1] = 255, 255
    Image.fromarray(pixels).save(tmp_path / "wide.png")
    image = shown(Texture(str(tmp_path)), [0], (20, 20))[0]
    assert image[0, :, 1:8].min() == image[1, :, 12:19].min() == 1
    assert image[0, :, 12:].max() == image[1, :, :8].max() == image[2].max() == 0


def test_files_of_every_mode_are_shown_as_colours(tmp_path):
    for number, mode in enumerate(["1", "L", "P", "RGBA", "CMYK"]):
        Image.new("RGB", (8, 8), "white").convert(mode).save(
            tmp_path / f"{number}.{'tif' if mode == 'CMYK' else 'png'}"
        )
    assert shown(Texture(str(tmp_path)), list(range(5)), (8, 8)).min() == 1


def test_files_are_read_once_for_each_size(folder, monkeypatch):
    read = []
    monkeypatch.setattr(
        texture_bank,
        "read_textures",
        lambda paths, size, done: read.append(size) or (torch.zeros(len(paths), 3, *size).byte(), ()),
    )
    for _ in range(2):
        for size in ((8, 8), (8, 9)):
            shown(Texture(str(folder)), [0, 1], size)
            shown(Texture(str(folder), procedural=False), [2], size)
    assert read == [(8, 8), (8, 9)]


def test_nothing_is_read_before_a_texture_is_shown(tmp_path):
    fill = Texture(str(tmp_path / "nowhere"))
    fill.check()
    fill.draw(torch.zeros(3, 4), (8, 8), seeded())


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", "got nothing"),
        ("textures/notes.txt", "got a file"),
        ("empty", "images of textures in .*empty"),
    ],
)
def test_a_folder_without_images_is_named(folder, name, message):
    (folder.parent / "empty").mkdir()
    with pytest.raises(DataError, match=message):
        shown(Texture(str(folder.parent / name)), [0])


def test_a_broken_file_is_named(folder):
    (folder / "9.png").write_bytes(b"no image")
    with pytest.raises(DataError, match=r"readable textures, got .*9\.png"):
        shown(Texture(str(folder)), [0])


def test_every_broken_file_is_named(folder):
    for number in range(5, 10):
        (folder / f"{number}.png").write_bytes(b"no image")
    with pytest.raises(DataError, match=r"5\.png .*6\.png .*7\.png .*and 2 more: remove or replace"):
        shown(Texture(str(folder)), [0])


def test_files_are_read_before_they_are_shown(folder, monkeypatch):
    told = []
    fill = Sometimes(Successive((Texture(str(folder)), TextureOperations())), 0.5)
    synthesizer = Chain((Mixed(Paste(Rectangle(), fill)), Paste(DrawnMasks(str(folder / "a/b")), Constant())))
    read_files({"nested": [synthesizer]}, (8, 8), CPU, lambda *what: told.append(what))
    assert told == [("textures", number, 3) for number in (1, 2, 3)]
    monkeypatch.setattr(texture_bank, "read_textures", None)
    monkeypatch.setattr("synth_anomaly.synthesizers.shapes.drawn_masks.read_masks", None)
    synthesizer(torch.rand(4, 3, 8, 8), seeded())


def test_a_folder_beyond_the_budget_is_drawn_from_by_a_fixed_seed_and_said(tmp_path, monkeypatch):
    for number in range(20):
        Image.fromarray(np.full((4, 4, 3), 10 * number, np.uint8)).save(tmp_path / f"{number:02}.png")
    monkeypatch.setattr(texture_bank, "BUDGET_BYTES", 7 * 3 * 4 * 4 + 3)
    (line,) = Texture(str(tmp_path)).read_files((4, 4), CPU, lambda *_: None)
    assert line.startswith(f"textures: 7 of the 20 in {tmp_path} are used, drawn by a fixed seed: ")
    bank = texture_bank.texture_bank(str(tmp_path), (4, 4), CPU).textures
    levels = bank[:, 0, 0, 0].tolist()
    assert len(set(levels)) == 7
    assert levels == sorted(levels) != [10 * number for number in range(7)]
    texture_bank.forget_banks()
    assert torch.equal(texture_bank.texture_bank(str(tmp_path), (4, 4), CPU).textures, bank)
    assert Texture(str(tmp_path)).read_files((2, 2), CPU, lambda *_: None) == ()


def test_what_is_to_be_said_of_the_files_is_said(tmp_path):
    Image.fromarray(np.full((8, 8), 900, np.uint16)).save(tmp_path / "dark.png")
    Image.fromarray(np.dstack([np.full((8, 8, 3), 9, np.uint8), np.zeros((8, 8), np.uint8)])).save(
        tmp_path / "hidden.png"
    )
    notes = Texture(str(tmp_path)).read_files((8, 8), CPU, lambda *_: None)
    assert [("hidden.png" in note, "dark.png" in note) for note in notes] == [(True, False), (False, True)]


def test_the_four_banks_used_last_are_kept(folder, monkeypatch):
    read = []
    monkeypatch.setattr(
        texture_bank,
        "read_textures",
        lambda paths, size, done: read.append(size) or (torch.zeros(1, 3, *size).byte(), ()),
    )
    for side in (1, 2, 3, 4, 1, 5, 1, 2):
        shown(Texture(str(folder)), [0], (side, side))
    assert [side for side, _ in read] == [1, 2, 3, 4, 5, 2]


def test_where_a_folder_is_needed_the_error_says_which():
    fill = Texture(procedural=False)
    for use in (fill.check, lambda: shown(fill, [0])):
        with pytest.raises(
            DataError, match=r"DTD.*https://www\.robots\.ox\.ac\.uk/~vgg/data/dtd/.*--textures"
        ):
            use()


def test_draws_every_texture_equally_often():
    drawn = Texture().draw(torch.zeros(6000, 4), (4, 4), seeded())["texture"]
    assert drawn.min() >= 0
    assert torch.allclose(torch.bincount(drawn % 5) / 6000, torch.full((5,), 0.2), atol=0.02)


def test_the_type_of_the_content_is_kept():
    assert shown(Texture(), [0], dtype=torch.bfloat16).dtype == torch.bfloat16


@pytest.mark.parametrize("size", [(48, 48), (31, 70), (1, 1), (1, 9)])
def test_made_textures_are_the_same_each_time(size):
    textures = procedural_textures(size, CPU, each=2)
    assert textures.shape == (2 * len(FAMILIES), 3, *size)
    assert textures.dtype == torch.uint8
    assert torch.equal(textures, procedural_textures(size, CPU, each=2))


def test_made_textures_differ_and_have_contrast_and_many_colours():
    textures = procedural_textures((64, 64), CPU, each=6).float() / 255
    flat = textures.flatten(1)
    apart = torch.cdist(flat, flat) / flat.shape[1] ** 0.5
    apart.fill_diagonal_(1)
    assert apart.min() > 0.02
    assert (textures.std(dim=(2, 3)).amax(dim=1) > 0.01).all()
    assert textures.std(dim=(2, 3)).amax(dim=1).median() > 0.1
    assert textures.mean(dim=(2, 3)).std(dim=0).min() > 0.12


def test_the_random_state_of_others_is_left_alone():
    state = torch.get_rng_state()
    shown(Texture(), [0, 1])
    assert torch.equal(torch.get_rng_state(), state)
