"""Where defects are forged: on the object, which the demo knows exactly."""

import re

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image
from sat_sgsf.commands import sgsf
from sat_sgsf.foreground import forged_on_objects, shares_of
from sat_sgsf.settings import SGSFSettings
from sat_sgsf.training import salient_somewhere

from synth_anomaly.data import Demo
from synth_anomaly.errors import DataError


def bottles(count):
    """Good bottles, ``(N, 3, 256, 256)``, and where each was drawn, bool ``(N, 1, 256, 256)``."""
    samples = Demo("bottle", seed=1).train()[:count]
    images = (
        torch.from_numpy(np.stack([sample.read() for sample in samples])).permute(0, 3, 1, 2).float() / 255
    )
    return images, torch.from_numpy(np.stack([sample.read_object() for sample in samples]))[:, None]


def test_forged_pixels_lie_on_the_bottle():
    images, objects = bottles(12)
    saliency = SGSFSettings().guide(images)
    salient, plain = shares_of(saliency, objects, 8)
    assert salient >= 0.9
    assert plain < salient - 0.2


def test_the_shares_are_those_of_the_masks():
    saliency = torch.zeros(2, 1, 32, 32)
    saliency[..., :16] = 1
    salient, plain = shares_of(saliency, saliency > 0, 6)
    assert salient == 1
    assert 0.2 < plain < 0.8


def test_where_everything_is_salient_both_are_everywhere():
    whole = torch.ones(2, 1, 32, 32)
    assert shares_of(whole, whole > 0, 4) == (1.0, 1.0)


def test_measuring_a_data_set():
    measured = forged_on_objects(Demo("bottle", size=64), SGSFSettings().guide, size=64, images=4, defects=2)
    assert (measured.images, measured.defects) == (4, 2)
    assert measured.saliency > measured.plain


def test_the_command_prints_both_shares():
    said = CliRunner().invoke(sgsf, ["foreground", "--category", "bottle", "--images", "8"])
    assert said.exit_code == 0, said.output
    assert "8 good images of demo / bottle" in said.output
    assert "by the data set, which knows it" in said.output
    salient, plain = (float(share) for share in re.findall(r"Perlin: +([\d.]+)%", said.output))
    assert 90 <= salient < 100
    assert plain < salient - 20


def test_a_box_may_stand_for_the_object():
    asked = ["foreground", "--category", "bottle", "--size", "64", "--images", "2"]
    said = CliRunner().invoke(sgsf, [*asked, "--box", "0", "0", "1", "0.5"])
    assert "the object is 50.0% of an image, by the box" in said.output
    assert CliRunner().invoke(sgsf, [*asked, "--box", "0", "0", "1", "1", "--objects", "."]).exit_code == 2
    turned = CliRunner().invoke(sgsf, [*asked, "--box", "0.8", "0", "0.2", "1"])
    assert turned.exit_code == 2
    assert "--box" in turned.output
    assert "expected 0 <= left < right <= 1, got 0.8 and 0.2" in turned.output


def test_without_a_truth_the_saliency_is_said_to_judge_itself(tmp_path):
    for index in range(2):
        Image.fromarray(Demo("bottle", size=64).train()[index].read()).save(tmp_path / f"{index}.png")
    said = CliRunner().invoke(sgsf, ["foreground", str(tmp_path), "--size", "64", "--images", "2"])
    assert "by sharpened itself, so the first share says nothing" in said.output
    assert "saliency Perlin: 100.0%" in said.output


def test_objects_may_be_drawn(tmp_path):
    """Where the upper half is said to be the object, half of what is forged lies on it."""
    folder = tmp_path / "good"
    folder.mkdir()
    mask = np.zeros((64, 64), np.uint8)
    mask[:32] = 255
    for index in range(2):
        Image.fromarray(mask).save(folder / f"{index:03d}.png")
    asked = ["foreground", "--category", "bottle", "--size", "64", "--images", "2", "--objects", str(folder)]
    said = CliRunner().invoke(sgsf, asked)
    assert said.exit_code == 0, said.output
    assert f"the object is 50.0% of an image, by {folder}" in said.output
    assert "saliency Perlin: 100.0%" not in said.output


def test_the_command_prints_the_parameters():
    said = CliRunner().invoke(sgsf, ["parameters", "--preset", "quick"])
    assert said.exit_code == 0
    assert "self-supervised module" in said.output


def test_an_unknown_preset_is_one_line():
    with pytest.raises(Exception, match="has no preset 'papr'"):
        CliRunner().invoke(sgsf, ["parameters", "--preset", "papr"], catch_exceptions=False)


def test_a_map_without_anything_salient_is_salient_everywhere():
    maps = torch.rand(3, 1, 8, 8)
    maps[1] = 0
    assert torch.equal(salient_somewhere(maps)[[0, 2]], maps[[0, 2]])
    assert (salient_somewhere(maps)[1] == 1).all()


def test_nothing_forged_is_said():
    nothing = torch.zeros(1, 1, 16, 16)
    with pytest.raises(DataError, match="expected forged pixels, got none"):
        shares_of(nothing, nothing > 0, 2)
