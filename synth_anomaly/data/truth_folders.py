"""The masks of test images that lie in folders of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from synth_anomaly.data.folder_options import FolderOptions
from synth_anomaly.data.image_file import MaskFile
from synth_anomaly.data.kind_names import plain
from synth_anomaly.data.listing import image_files, list_images, subfolders
from synth_anomaly.data.outlines import outlines_by_image
from synth_anomaly.data.truth import SUFFIXES, MaskFolder, Truth, by_stem, paired
from synth_anomaly.errors import DataError

__all__ = ["TruthFolders"]

Images = Mapping[str, Path]
"""Image files by name."""


@dataclass(frozen=True)
class TruthFolders:
    """Folders of masks: ``ground_truth/<defect>/003_mask.png``, or ``masks/003.png`` for every kind.

    A folder named as an image, ``ground_truth/<defect>/003``, holds several masks of it.

    Args:
        folders: The folders, which are there.
        beside: Folders of masks that are of one folder of images each: images and masks.
        options: How folders are read.
    """

    folders: Sequence[Path]
    beside: Sequence[tuple[Path, Path]]
    options: FolderOptions

    @property
    def suffixes(self) -> tuple[str, ...]:
        """What follows an image's name in that of its mask, best first."""
        return tuple(dict.fromkeys((*self.options.mask_suffix, *SUFFIXES)))

    def masks(
        self, defective: Mapping[Path, Images], everything: Mapping[Path, Images]
    ) -> dict[Path, dict[str, Truth]]:
        """Return the masks of defective images by folder and name.

        Args:
            defective: The images of each folder of defective ones.
            everything: The same of every folder of test images, good ones too.

        Raises:
            DataError: If a mask belongs to no image, or may belong to several.
        """
        by_kind = {plain(kind.name): kind for kind in everything}
        found: dict[Path, dict[str, Truth]] = {kind: {} for kind in defective}
        for folder in self.folders:
            for inside in subfolders(folder):
                kind = by_kind.get(plain(inside.name))
                if kind is None:
                    self._check_nobodys(inside, defective)
                elif kind in defective:
                    found[kind] |= self._of_kind(inside, defective[kind])
            self._add_flat(folder, defective, everything, found)
        for kind, folder in self.beside:
            if kind in defective:
                found[kind] |= self._of_kind(folder, defective[kind])
        return found

    def _of_kind(self, folder: Path, images: Images) -> dict[str, Truth]:
        listing = list_images(folder, deep=True)
        files = [*listing.images, *listing.masks.values()]
        alone: list[Path] = []
        several: dict[str, tuple[Path, ...]] = {}
        for path in sorted(files):
            if (place := path.parent.relative_to(folder).as_posix()) in images:
                several[place] = (*several.get(place, ()), path)
            elif self.options.subfolders or path.parent == folder:
                alone.append(path)
        outlines = {
            listing.name(path): mask
            for path in listing.notes
            if (mask := outlines_by_image(path).get(path.stem)) is not None
        }
        masks = MaskFolder(folder, by_stem(alone, listing.name), several, outlines)
        pairs, strangers = paired(images, masks, self.suffixes)
        if strangers:
            raise self._stranger(strangers[0], folder, images)
        return pairs

    def _add_flat(
        self,
        folder: Path,
        defective: Mapping[Path, Images],
        everything: Mapping[Path, Images],
        found: Mapping[Path, dict[str, Truth]],
    ) -> None:
        """Add the masks that lie right in a folder, whatever the kinds of their images."""
        files = by_stem(image_files(folder), lambda path: path.stem)
        if not files:
            return
        masks = MaskFolder(folder, files, {}, {})
        strangers = set(files.values())
        owners: dict[tuple[Path, ...], Path] = {}
        for kind, images in everything.items():
            pairs, left = paired(images, masks, self.suffixes)
            strangers &= set(left)
            for name, truth in pairs.items():
                if kind not in defective or not isinstance(truth, MaskFile):
                    continue
                if (other := owners.setdefault(truth.paths, images[name])) != images[name]:
                    raise DataError(
                        f"expected a mask in {folder} to be of one image, got one for {other} and "
                        f"{images[name]}: sort masks into {folder}/<defect>"
                    )
                found[kind].setdefault(name, truth)
        if strangers:
            merged = {name: path for images in everything.values() for name, path in images.items()}
            raise self._stranger(min(strangers), folder, merged)

    def _check_nobodys(self, inside: Path, defective: Iterable[Path]) -> None:
        if self.options.names.is_good(inside.name) or not image_files(inside):
            return
        kinds = list(defective)
        place = f"{kinds[0].parent / inside.name}" if kinds else f"test/{inside.name}"
        raise DataError(f"masks in {inside} belong to no image: add the images as {place}")

    def _stranger(self, mask: Path, folder: Path, images: Images) -> DataError:
        begun = [name for name in images if mask.stem.startswith(name) and mask.stem != name]
        names = " or ".join(f"<image>{suffix}.png" for suffix in self.suffixes[:2])
        cure = (
            f"where it is that of {max(begun, key=len)}, give --mask-suffix "
            f"{mask.stem.removeprefix(max(begun, key=len))}"
            if begun
            else "rename it, give --mask-suffix TEXT, or add its image"
        )
        return DataError(f"mask {mask} belongs to no image: masks in {folder} are named {names}; {cure}")
