"""Real data sets, where the environment says that they are there."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from synth_anomaly.data import MVTecAD, load_images, load_test, resolve

ROOT = os.environ.get("SAT_TEST_DATA")
pytestmark = pytest.mark.skipif(not ROOT, reason="SAT_TEST_DATA names no folder of real data sets")

CASES = [
    ("mvtec_ad", "transistor", 213, 60, 40),
    ("kolektor_sdd_mvtec_layout", "electrical_commutator", 280, 67, 52),
]


@pytest.mark.parametrize(("folder", "category", "train", "good", "defective"), CASES)
def test_real_data(folder, category, train, good, defective):
    source = resolve(data=str(Path(ROOT) / folder), category="all")
    assert source.dataset == "mvtec_ad"
    assert category in source.categories
    data = MVTecAD(source.root, category)
    assert len(data.train()) == train
    store = load_images(data.train()[:8], (64, 64))
    assert store.batch(torch.arange(8)).std() > 0.05
    images = load_test([sample for sample in data.test() if sample.is_defective], (64, 64))
    assert all(mask.any() for batch in images for mask in batch.masks)
    labels = [sample.is_defective for sample in data.test()]
    assert (labels.count(False), np.sum(labels)) == (good, defective)
