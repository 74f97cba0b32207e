"""Confusion counts at every score that a defect pixel has.

Ranking metrics change for the better only where a defect pixel is reached, so the few distinct scores
of the defect pixels are the only thresholds that need counting; between two of them there are only
false positives. Nothing is lost: a metric computed from these counts is exact, with ties as one threshold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synth_anomaly.evaluation.pooling import FloatArray, PooledPixels

__all__ = ["Ranking", "rank_pixels"]


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Counts at the K distinct scores of the P defect pixels, ascending; predicted means score >= threshold.

    Attributes:
        thresholds: (K,) float, the distinct scores of defect pixels, ascending.
        group: (P,) int, which threshold each defect pixel's score is, in the order they were pooled.
        tied_positives: (K,) int, defect pixels whose score is the threshold.
        tied_negatives: (K,) int, good pixels whose score is the threshold.
        true_positives: (K,) int, defect pixels predicted.
        false_positives: (K,) int, good pixels predicted.
        positives: P, all defect pixels.
        negatives: all good pixels.
    """

    thresholds: FloatArray
    group: NDArray[np.intp]
    tied_positives: NDArray[np.intp]
    tied_negatives: NDArray[np.intp]
    true_positives: NDArray[np.intp]
    false_positives: NDArray[np.intp]
    positives: int
    negatives: int

    @property
    def has_both_classes(self) -> bool:
        """Whether there are defect pixels and good pixels, without which no ranking metric is defined."""
        return self.positives > 0 and self.negatives > 0


def rank_pixels(pixels: PooledPixels) -> Ranking:
    """Count, at every distinct score of a defect pixel, what is predicted there.

    Args:
        pixels: the pooled pixels of a test set.

    Returns:
        The counts; empty arrays where there is no defect pixel.
    """
    total, positives = pixels.sorted_scores.size, pixels.defect_scores.size
    order = np.argsort(pixels.defect_scores)
    ascending = pixels.defect_scores[order]
    is_first = np.ones(positives, dtype=np.bool_)
    is_first[1:] = ascending[1:] != ascending[:-1]
    group = np.empty(positives, dtype=np.intp)
    group[order] = np.cumsum(is_first) - 1
    first = np.flatnonzero(is_first)
    thresholds = ascending[first]
    tied_positives = np.diff(first, append=positives)
    below = np.searchsorted(pixels.sorted_scores, thresholds)
    tied = _end_of_ties(pixels.sorted_scores, thresholds, below + tied_positives) - below
    return Ranking(
        thresholds=thresholds,
        group=group,
        tied_positives=tied_positives,
        tied_negatives=tied - tied_positives,
        true_positives=positives - first,
        false_positives=(total - below) - (positives - first),
        positives=positives,
        negatives=total - positives,
    )


def _end_of_ties(
    sorted_scores: FloatArray, thresholds: FloatArray, earliest: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return how many scores are <= each threshold, given (K,) counts which that is at least.

    A binary search in millions of scores misses the cache, so only the thresholds that a good pixel
    shares are searched for: those whose run goes on past its defect pixels.
    """
    shared = np.flatnonzero(sorted_scores[np.minimum(earliest, sorted_scores.size - 1)] == thresholds)
    end = earliest.copy()
    end[shared] = np.searchsorted(sorted_scores, thresholds[shared], side="right")
    return end
