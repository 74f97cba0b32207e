"""Small data sets in files, made for each test."""

import numpy as np
import pytest
from PIL import Image


class Maker:
    """Writes images whose grey level is their number, so that a test knows which one it has."""

    def __init__(self, root):
        self.root = root
        self.count = 0

    def image(self, path, size=(12, 16)):
        self.count += 1
        return self.write(path, np.full((*size, 3), self.count % 256, np.uint8))

    def mask(self, path, size=(12, 16)):
        mask = np.zeros(size, np.uint8)
        mask[: size[0] // 2] = 255
        return self.write(path, mask)

    def write(self, path, pixels):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
        return path

    def truncate(self, path):
        path = self.root / path
        noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
        self.write(path, noise)
        path.write_bytes(path.read_bytes()[:1000])
        return path

    def mvtec(self, category="bolt", train=4, good=2, defective=3):
        for number in range(train):
            self.image(f"{category}/train/good/{number:03d}.png")
        for number in range(good):
            self.image(f"{category}/test/good/{number:03d}.png")
        for number in range(defective):
            self.image(f"{category}/test/scratch/{number:03d}.png")
            self.mask(f"{category}/ground_truth/scratch/{number:03d}_mask.png")
        return str(self.root)


@pytest.fixture
def make(tmp_path):
    return Maker(tmp_path)


@pytest.fixture
def components():
    """The core's own pieces, whether or not the package is installed."""
    from dataclasses import replace
    from importlib.metadata import EntryPoint

    from synth_anomaly.catalogue import Catalogue
    from synth_anomaly.discovery import discover

    plugins = discover(found=[EntryPoint("built-in", "synth_anomaly.builtin", "synth_anomaly")])
    found = tuple(replace(plugin, distribution="synth-anomaly") for plugin in plugins.found)
    return Catalogue(replace(plugins, found=found))
