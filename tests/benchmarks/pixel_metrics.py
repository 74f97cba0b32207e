"""CPU-seconds of pixel_metrics beside those of scikit-learn's three functions, on one thread.

python tests/benchmarks/pixel_metrics.py --images 100 --size 256 --repeats 3

Repetitions are interleaved, so a busy machine slows both sides alike; medians are printed. AUPRO is in
our time and not in scikit-learn's, which has none.
"""

from __future__ import annotations

import argparse
import time
from statistics import median

import cv2
import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score
from threadpoolctl import threadpool_limits

from synth_anomaly.evaluation.pixel import PixelMetrics, pixel_metrics

KINDS = ("continuous", "8 bit", "constant")


def draw_set(kind, images, size, share, dtype, rng):
    """Return (N, H, W) float maps and bool masks with discs that cover about that share of the pixels."""
    radius = max(1, round(size * (share / 3 / np.pi) ** 0.5))
    masks = np.zeros((images, size, size), np.uint8)
    for mask in masks:
        for center in rng.integers(0, size, (3, 2)):
            cv2.circle(mask, center.tolist(), radius, 1, -1)
    maps = 1 / (1 + np.exp(-rng.normal(size=masks.shape) - 1.5 * masks))
    if kind == "8 bit":
        maps = np.round(maps * 255) / 255
    elif kind == "constant":
        maps[:] = 0.5
    return maps.astype(dtype), masks.astype(bool)


def by_sklearn(maps, masks):
    """Return (auroc, ap, iou_max) of all pixels by scikit-learn's three functions."""
    labels, scores = masks.ravel(), maps.ravel()
    auroc, ap = roc_auc_score(labels, scores), average_precision_score(labels, scores)
    precision, recall, _ = precision_recall_curve(labels, scores)
    true_positives = recall * labels.sum()
    predicted = np.divide(true_positives, precision, out=np.zeros_like(recall), where=precision > 0)
    return auroc, ap, np.max(true_positives / (labels.sum() + predicted - true_positives))


def measure(function, *arguments):
    """Return the function's result and the CPU-seconds that it took."""
    start = time.process_time()
    result = function(*arguments)
    return result, time.process_time() - start


def difference(ours: PixelMetrics, theirs) -> float:
    """Return the largest absolute difference of the three metrics that both have."""
    return float(np.max(np.abs(np.subtract((ours.auroc, ours.ap, ours.iou_max), theirs))))


def compare(maps, masks, repeats):
    """Return the median seconds of both sides and their difference, from interleaved repetitions."""
    theirs_seconds, ours_seconds = [], []
    for _ in range(repeats):
        theirs, seconds = measure(by_sklearn, maps, masks)
        theirs_seconds.append(seconds)
        ours, seconds = measure(pixel_metrics, maps, masks)
        ours_seconds.append(seconds)
    return median(theirs_seconds), median(ours_seconds), difference(ours, theirs)


def parse_options():
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--images", type=int, default=100)
    parser.add_argument("--size", type=int, default=256, help="side of the square maps, in pixels")
    parser.add_argument("--shares", type=float, nargs="+", default=[0.01, 0.05], help="of defect pixels")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--dtype", choices=("float16", "float32", "float64"), default="float32")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main():
    """Print one row for each kind of map and share of defect pixels."""
    options = parse_options()
    cv2.setNumThreads(1)
    rng = np.random.default_rng(options.seed)
    print(
        f"{options.images} {options.dtype} maps of {options.size}x{options.size}, "
        f"medians of {options.repeats}, one thread"
    )
    print(f"{'maps':>10} {'defect':>7} {'sklearn s':>10} {'ours s':>8} {'ratio':>7} {'difference':>11}")
    for kind in KINDS:
        for share in options.shares:
            maps, masks = draw_set(kind, options.images, options.size, share, options.dtype, rng)
            with threadpool_limits(1):
                slow, fast, apart = compare(maps, masks, options.repeats)
            print(
                f"{kind:>10} {masks.mean():7.1%} {slow:10.3f} {fast:8.4f} {slow / fast:6.0f}x {apart:11.1e}"
            )


if __name__ == "__main__":
    main()
