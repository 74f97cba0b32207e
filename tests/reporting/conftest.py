from math import nan

import numpy as np
import pytest

from synth_anomaly.data import Skipped
from synth_anomaly.evaluation.evaluate import METRICS, Evaluation
from synth_anomaly.interfaces import Sample
from synth_anomaly.reporting.provenance import Provenance


def make_evaluation(good=3, defective=6, size=(24, 24), with_masks=True, gain=1.0, image_size=None):
    """Images with a square defect; the map of each finds a little less of it than the last one's."""
    random = np.random.default_rng(0)
    names = [("good", number) for number in range(good)] + [
        ("scratch", number) for number in range(defective)
    ]
    samples, maps, masks = [], [], []
    for defect, number in names:
        image = random.integers(0, 256, (*(image_size or size), 3), dtype=np.uint8)
        samples.append(Sample(name=f"{defect}/{number:03d}", defect=defect, read=lambda image=image: image))
        mask, found = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
        if defect != "good":
            mask[4:16, 4:16], found[4 + number : 16, 4:16] = True, True
        masks.append(mask)
        maps.append(((0.8 * found + 0.1 * random.random(size)) * gain).astype(np.float32))
    return Evaluation(
        metrics={name: 0.1 * place if with_masks else nan for place, name in enumerate(METRICS, 1)},
        iou_threshold=0.5 * gain if with_masks else nan,
        f1_threshold=0.5 * gain,
        score_size="input",
        samples=tuple(samples),
        scores=np.array([values.mean() for values in maps], np.float32),
        map_max=np.array([values.max() for values in maps], np.float32),
        maps=maps,
        masks=masks if with_masks else None,
        skipped=(Skipped("scratch/<broken>", "cannot be read"),),
    )


@pytest.fixture
def evaluation():
    return make_evaluation()


@pytest.fixture
def provenance():
    return Provenance(
        dataset="mvtec_ad", category="bottle", split="test", method="anoseg", preset="quick", seed=7
    )


@pytest.fixture
def demo():
    return Provenance(
        dataset="demo", category="hazelnut", split="test", method="anoseg", preset="quick", seed=0
    )


@pytest.fixture
def new_evaluation():
    return make_evaluation
