"""How far four trivial detectors get, so that a trained figure can be read against them.

python tests/benchmarks/trivial_detectors.py                                   # every category of the demo
python tests/benchmarks/trivial_detectors.py --data PATH --category NAME

On the demo it exits with status 1 where a detector passes pixel AP 0.25 or image AUROC 0.75: the demo
would be a give-away. An image's score is the maximum of its map.
"""

import argparse
import sys
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
import torch

from synth_anomaly.data import ALL, as_samples, load_images, open_dataset, resolve
from synth_anomaly.evaluation import evaluate
from synth_anomaly.interfaces import Dataset, Prediction
from synth_anomaly.method import create_method
from synth_anomaly.scorers import gaussian_smoothed

PIXEL_AP, IMAGE_AUROC = 0.25, 0.75


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data")
    parser.add_argument("--dataset")
    parser.add_argument("--category", default=ALL)
    parser.add_argument("--size", type=int, default=128, help="input size in pixels")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    source = resolve(arguments.dataset, arguments.data, arguments.category)
    print(
        f"{'data set':9} {'category':24} {'detector':18} "
        f"{'pixel AUROC':>11} {'pixel AP':>8} {'image AUROC':>11}"
    )
    given_away = False
    for category in source.categories:
        dataset = open_dataset(source, category)
        for name, detector in detectors(dataset, arguments.size).items():
            metrics = evaluate(
                partial(predicted, detector),
                as_samples(dataset, "test"),
                (arguments.size, arguments.size),
                batch_size=16,
            ).metrics
            auroc, ap, image = metrics["pixel_auroc"], metrics["pixel_ap"], metrics["image_auroc"]
            print(f"{source.dataset:9} {category:24} {name:18} {auroc:11.3f} {ap:8.3f} {image:11.3f}")
            given_away |= source.is_demo and (ap > PIXEL_AP or image > IMAGE_AUROC)
    return int(given_away)


def detectors(dataset: Dataset, size: int) -> dict[str, Callable]:
    """Return maps ``(B, 1, H, W)`` from images, by name of the detector."""
    store = load_images(dataset.train(), (size, size))
    images = store.batch(torch.arange(len(store)))
    mean, deviation = images.mean(dim=0), images.std(dim=0)
    untrained = create_method("anoseg", preset="quick", settings={"size": size}).eval()
    return {
        "|x - mean| / std": lambda batch: ((batch - mean).abs() / (deviation + 0.01)).mean(
            dim=1, keepdim=True
        ),
        "the same, smoothed": lambda batch: gaussian_smoothed(
            ((batch - mean).abs() / (deviation + 0.01)).mean(dim=1, keepdim=True), size / 64
        ),
        "local contrast": local_contrast,
        "untrained network": lambda batch: torch.no_grad()(untrained)(batch).maps,
    }


def local_contrast(images: torch.Tensor) -> torch.Tensor:
    """Difference of each pixel from its surroundings, mean over the colours."""
    sigma = images.shape[-1] / 64
    rows = [np.ascontiguousarray(image.permute(1, 2, 0).numpy()) for image in images]
    contrast = [np.abs(row - cv2.GaussianBlur(row, (0, 0), sigma)).mean(axis=2) for row in rows]
    return torch.from_numpy(np.stack(contrast))[:, None]


def predicted(detector: Callable, images: torch.Tensor, batch_size: int) -> Prediction:
    del batch_size
    maps = detector(images)
    return Prediction(maps, maps.flatten(1).amax(dim=1))


if __name__ == "__main__":
    sys.exit(main())
