"""What every synthesizer must hold, and what these scratches promise."""

import pytest
import torch
from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import OptionError
from synth_anomaly.pipeline import Pipeline
from synth_anomaly.testing import check_method, check_synthesizer, one_thread, random_images, sat

from sat_scratches.shape import Scratches
from sat_scratches.synthesizer import scratches

SIZE = (48, 64)


@pytest.fixture(autouse=True)
def _one_thread():
    with one_thread():
        yield


def draw(shape, count=32, size=SIZE):
    parameters = shape.draw(count, size, torch.Generator().manual_seed(0))
    return parameters, shape.masks(parameters, size)


def test_the_synthesizer_holds_what_all_must():
    check_synthesizer(scratches())
    check_synthesizer(scratches(Scratches(length=(3.0, 3.0), width=(6.0, 6.0), bend=1.0)))


@pytest.mark.parametrize("size", [(48, 64), (33, 17), (1, 1)])
@pytest.mark.parametrize(
    "shape", [Scratches(), Scratches(width=(0.1, 0.1)), Scratches(length=(3, 3), bend=1)]
)
def test_no_scratch_is_empty_and_its_box_holds_it(shape, size):
    parameters, masks = draw(shape, size=size)
    assert masks.flatten(1).amax(1).min() > 0
    top, left, height, width = parameters["box"][:, :, None].unbind(1)
    rows, columns = torch.arange(size[0]), torch.arange(size[1])
    inside = ((rows >= top) & (rows < top + height))[:, None, :, None]
    inside = inside & ((columns >= left) & (columns < left + width))[:, None, None, :]
    assert not (masks * ~inside).any()
    assert (parameters["box"][:, 2:] >= 1).all()


def test_a_scratch_is_thin():
    _, masks = draw(Scratches(length=(0.5, 0.5), width=(2.0, 2.0), bend=0.0))
    longest = 0.5 * min(SIZE)
    assert masks.sum(dim=(1, 2, 3)).max() <= (longest + 3) * 3


def test_both_are_found_by_name():
    built = catalogue().build("synthesizer", {"name": "cutpaste", "shape": {"name": "scratches", "bend": 0}})
    assert built.shape == Scratches(bend=0.0)
    assert catalogue().build("synthesizer", "scratches") == scratches()


def test_a_wrong_option_is_refused():
    with pytest.raises(OptionError, match="0 < low <= high"):
        catalogue().build("shape", {"name": "scratches", "width": [3, 1]})


def test_a_pipeline_learns_from_them():
    backbone = {"name": "resnet18", "width": 4}
    check_method(Pipeline(size=32, steps=1, backbone=backbone, synthesizer="scratches"), random_images())


def test_the_command_line_describes_them():
    said = sat("describe", "shape", "scratches")
    assert said.exit_code == 0, said.output
    assert "bend" in said.output
