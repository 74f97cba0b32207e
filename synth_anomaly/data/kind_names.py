"""What folders are called that hold good images, defective ones or masks, and what is nobody's data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["GOOD", "MASK_ENDINGS", "KindNames", "is_leftover", "is_test", "is_train", "is_truth", "plain"]

GOOD = "good"
"""The kind of every good image, whatever its folder is called."""

_GOOD = ("good", "ok", "okay", "normal", "pass", "passed", "negative", "non-defective", "no-defect")
_MORE_GOOD = ("defect-free", "io")
_BAD = ("bad", "ng", "nok", "not-ok", "ko", "defect", "defects", "defective", "anomaly", "anomalies")
_MORE_BAD = ("anomalous", "abnormal", "fail", "failed", "faulty", "reject", "positive", "nio")
_TRAIN = ("train", "training")
_TEST = ("test", "test-public", "testing")
_TRUTH = ("ground-truth", "gt", "mask", "masks", "label", "labels", "annotations")
_MASKS = (
    *("mask", "label", "gt", "groundtruth", "ground_truth", "seg", "masks", "labels", "annotation"),
    "annotations",
)

MASK_ENDINGS = tuple(separator + word for word in _MASKS for separator in "_-.")
"""What follows the name of an image, or of a folder of images, in that of its mask; upper or lower case."""

_LEFTOVERS = (
    *("thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "@eadir", "#recycle", "#snapshot"),
    *("$recycle.bin", "system volume information", "lost+found", "icon\r"),
)


def plain(name: str) -> str:
    """Return a folder's name without case, spaces, underscores and hyphens.

    Example:
        >>> plain("Ground_Truth") == plain("ground truth")
        True
    """
    return name.casefold().translate(str.maketrans("", "", " _-"))


def _plain(names: Iterable[str]) -> frozenset[str]:
    return frozenset(map(plain, names))


_GOOD_NAMES, _BAD_NAMES = _plain(_GOOD + _MORE_GOOD), _plain(_BAD + _MORE_BAD)
_TRAIN_NAMES, _TEST_NAMES, _TRUTH_NAMES = _plain(_TRAIN), _plain(_TEST), _plain(_TRUTH)


@dataclass(frozen=True)
class KindNames:
    """Which names of folders mean good images, and which defective ones, upper or lower case.

    Args:
        good: Names that mean good, besides ``good``, ``ok``, ``normal``, ``pass``, ``negative`` and the like.
        bad: Names that mean defective, besides ``bad``, ``ng``, ``defect``, ``anomaly`` and the like.

    Example:
        >>> KindNames().is_good("OK"), KindNames(bad=("ok",)).is_good("OK")
        (True, False)
    """

    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()

    def is_good(self, name: str) -> bool:
        """Whether a folder of this name holds good images; a name given as bad is not."""
        found = plain(name)
        return found in _plain(self.good) or (found in _GOOD_NAMES and found not in _plain(self.bad))

    def is_bad(self, name: str) -> bool:
        """Whether a folder of this name holds defective images; a name given as good does not."""
        found = plain(name)
        return found in _plain(self.bad) or (found in _BAD_NAMES and found not in _plain(self.good))


def is_train(name: str) -> bool:
    """Whether a folder of this name holds what is to be trained on."""
    return plain(name) in _TRAIN_NAMES


def is_test(name: str) -> bool:
    """Whether a folder of this name holds what is to be tested on."""
    return plain(name) in _TEST_NAMES


def is_truth(name: str) -> bool:
    """Whether a folder of this name holds masks."""
    return plain(name) in _TRUTH_NAMES


def is_leftover(name: str) -> bool:
    """Whether a file or folder of this name is hidden, or left by an operating system or a camera."""
    return name.startswith((".", "~$")) or name.casefold() in _LEFTOVERS
