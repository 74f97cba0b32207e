"""What a folder lacks to be a data set: which published layout it is near, and which option would read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from synth_anomaly.data.kind_names import KindNames, is_test, is_train, is_truth
from synth_anomaly.data.layouts import LAYOUTS
from synth_anomaly.data.listing import count_images, holds_images, subfolders

__all__ = ["shortcomings"]

_NAMED = 3


def shortcomings(folder: Path, names: KindNames) -> list[str]:
    """Return what would make a folder readable, in a few words each; empty where nothing comes near.

    Args:
        folder: A folder that no data set was found in.
        names: What good and defective kinds are called.
    """
    inside = subfolders(folder)
    found = [*_of_kinds(inside, names), *_of_layouts((folder, *inside))]
    full = [each for each in inside if not _has_a_use(each.name) and holds_images(each)]
    if not found and full:
        count = sum(map(count_images, full))
        found.append(
            f"{count} image{'' if count == 1 else 's'} in {_some([each.name for each in full])}: give "
            "--subfolders where all are good, or --good NAME and --bad NAME where they are sorted by kind"
        )
    return found


def _of_kinds(inside: list[Path], names: KindNames) -> Iterator[str]:
    full = [each.name for each in inside if not _has_a_use(each.name) and holds_images(each)]
    good = [name for name in full if names.is_good(name)]
    bad = [name for name in full if names.is_bad(name)]
    others = [name for name in full if name not in good + bad]
    if good and others:
        yield f"{good[0]} beside {_some(others)}: give --bad {_some(others)} where those are defective"
    elif bad and others:
        yield f"{bad[0]} beside {_some(others)}: give --good {others[0]} where that is good"
    elif bad:
        yield f"{_some(bad)} without good images"
    for train in (each for each in inside if is_train(each.name)):
        kinds = [each.name for each in subfolders(train) if holds_images(each)]
        if kinds:
            yield (
                f"{train.name} holds {_some(kinds)}: give --good {kinds[0]} where that alone is good, or "
                "--subfolders where all are"
            )


def _of_layouts(folders: tuple[Path, ...]) -> Iterator[str]:
    for folder in folders:
        for layout in LAYOUTS:
            sign = next((sign for sign in layout.signs if (folder / sign).is_dir()), None)
            is_own = sign is not None and ("/" in sign or layout is LAYOUTS[-1] or sign == "test_public")
            if is_own and not layout.fits(folder):
                yield f"{folder.name} is near {layout.title}: it has {sign} but no {layout.good}"
                return


def _has_a_use(name: str) -> bool:
    return is_train(name) or is_test(name) or is_truth(name)


def _some(names: list[str]) -> str:
    return ",".join(names[:_NAMED]) + (",..." if len(names) > _NAMED else "")
