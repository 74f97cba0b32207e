"""One product in a folder: good images, test images by kind, masks, however their folders are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from synth_anomaly.data.folder_options import FolderOptions
from synth_anomaly.data.image_file import MaskFile
from synth_anomaly.data.kind_names import GOOD, is_test, is_truth
from synth_anomaly.data.listing import Listing, count_images, image_files, list_images, subfolders
from synth_anomaly.data.places import Places
from synth_anomaly.data.samples import DEFECT, file_sample
from synth_anomaly.data.truth import Truth, by_stem, is_marked, outlined
from synth_anomaly.data.truth_folders import TruthFolders
from synth_anomaly.data.unread import Unread
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample

__all__ = ["Marked", "Product"]


@dataclass
class Marked:
    """The images of a folder, by what masks among them say.

    Attributes:
        good: Those on which nothing is marked, or that have no mask.
        defective: Those with a mask that marks something.
        without: How many of the good ones have no mask, where others have one.
        unread: What was not read.
    """

    good: list[Sample] = field(default_factory=list)
    defective: list[Sample] = field(default_factory=list)
    without: int = 0
    unread: Unread = field(default_factory=Unread)


@dataclass(frozen=True)
class Product:
    """The images of one product.

    Args:
        places: Where they lie.
        options: How folders are read.
    """

    places: Places
    options: FolderOptions = FolderOptions()  # noqa: RUF009  # it never changes

    def good(self) -> Marked:
        """Return the images of the folder of good ones, named ``good/<file>``, by name.

        Of several folders, they are named ``<folder>/<file>``.

        Raises:
            DataError: If the folder is missing or holds no image.
        """
        total = Marked()
        folders = (self.places.good, *self.places.more_good)
        for folder in folders:
            own = folder.name if len(folders) > 1 else ""
            found = self.marked(folder, self.places.used - {folder}, own=own)
            total.good += found.good
            total.defective += found.defective
            total.without += found.without
            total.unread += found.unread
        return total

    def kinds(self) -> list[Sample]:
        """Return the test images that lie in a folder for each kind, named ``<folder>/<file>``.

        Raises:
            DataError: If a kind has no image, or a mask belongs to no image.
        """
        listings = {folder: self._listing(folder) for folder in self.places.kinds}
        images = {folder: self._images(listing) for folder, listing in listings.items()}
        defective = {folder: found for folder, found in images.items() if not self._is_good(folder)}
        truth = TruthFolders(self.places.truth, self.places.masks, self.options)
        masks = truth.masks(defective, images)
        above = self._above(images)
        samples = []
        for folder, found in images.items():
            own = {**above[folder], **self._among(listings[folder], found), **masks.get(folder, {})}
            kind = GOOD if self._is_good(folder) else folder.name
            samples += [
                file_sample(kind, f"{folder.name}/{name}", path, None if kind == GOOD else own.get(name))
                for name, path in found.items()
            ]
        return samples

    def loose(self) -> Marked:
        """Return the test images that are not sorted by kind but told by masks among them.

        Raises:
            DataError: If there are none, or nothing says which are defective.
        """
        test = self.places.test
        assert test is not None  # noqa: S101  # who calls has looked
        found = self.marked(test, self.places.used - {test})
        if not found.defective and (found.without or not found.unread.masks):
            first = (found.good or found.defective)[0]
            raise DataError(
                f"expected test images in {test / GOOD} and {test}/<defect>, got "
                f"{first.path.name if first.path else first.name} right in {test}: move it to where it "
                "belongs, or lay masks or outlines beside the images"
            )
        return found

    def marked(self, folder: Path, used: frozenset[Path] = frozenset(), *, own: str = "") -> Marked:
        """Return the images of a folder that are not sorted but by masks among them.

        Args:
            folder: The folder.
            used: Folders in it that are read otherwise.
            own: What its images' names begin with; by default the kind that they are of.

        Raises:
            DataError: If it is missing or holds no image.
        """
        listing = self._listing(folder, used)
        images = self._images(listing)
        above = {} if self.places.test not in (None, folder) else self._above({folder: images})[folder]
        truth = {**above, **self._among(listing, images)}
        result = Marked(unread=listing.unread)
        for name, path in images.items():
            mask = truth.get(name)
            if mask is not None and is_marked(mask, self.options.reading):
                result.defective.append(file_sample(DEFECT, f"{own or DEFECT}/{name}", path, mask))
            else:
                result.good.append(file_sample(GOOD, f"{own or GOOD}/{name}", path))
                result.without += bool(truth) and mask is None
        return result

    def unread(self) -> Unread:
        """Return what lies in and beside the folders that are read, and is not read."""
        total = Unread()
        used = self.places.used
        for folder in (*self.places.kinds, *([] if self.places.kinds else [self.places.test])):
            if folder is not None:
                listing = self._listing(folder, used - {folder})
                self._among(listing, by_stem(listing.images, listing.name))
                total += listing.unread
        for above in self.places.between:
            if above in used:
                continue
            total += self._beside(above, used)
        return total

    def _beside(self, above: Path, used: frozenset[Path]) -> Unread:
        found = Unread()
        for folder in subfolders(above):
            is_above = any(path.is_relative_to(folder) for path in used)
            if not is_above and (count := count_images(folder)):
                found.folders[folder.relative_to(self.places.product).as_posix()] += count
        if count := len(image_files(above)):
            found.folders[f"{above.name} itself"] += count
        return found

    def _is_good(self, folder: Path) -> bool:
        return self.options.names.is_good(folder.name)

    def _listing(self, folder: Path, used: frozenset[Path] = frozenset()) -> Listing:
        def apart(name: str) -> bool:
            is_split = folder == self.places.product and is_test(name)
            return is_split or is_truth(name) or self.options.names.is_bad(name)

        inside = [path for path in used if path.is_relative_to(folder)]
        return list_images(
            folder,
            deep=self.options.subfolders,
            used=inside,
            apart=apart,
            mask_suffix=self.options.mask_suffix,
        )

    def _images(self, listing: Listing) -> dict[str, Path]:
        if not listing.images:
            also = f" ({', '.join(parts)})" if (parts := listing.unread.parts()) else ""
            raise DataError(
                f"expected images in {listing.folder}, got none{also}: add some, or remove the folder"
            )
        return by_stem(listing.images, listing.name)

    def _among(self, listing: Listing, images: Mapping[str, Path]) -> dict[str, Truth]:
        """Return the masks that lie among images, as files and as outlines in JSON files."""
        beside: dict[str, Truth] = {
            name: MaskFile(path, (listing.masks[path],))
            for name, path in images.items()
            if path in listing.masks
        }
        drawn = outlined(images, listing.notes)
        sources = {mask.source for mask in drawn.values()}
        listing.unread.suffixes.update(path.suffix.lower() for path in listing.notes if path not in sources)
        return {**drawn, **beside}

    def _above(self, images: Mapping[Path, Mapping[str, Path]]) -> dict[Path, dict[str, Truth]]:
        """Return the outlines that JSON files above folders of images give these, such as COCO's."""
        test = [self.places.test] if self.places.test else []
        above = [
            folder for folder in (self.places.product, *test, *self.places.truth) if folder not in images
        ]
        notes = [path for folder in dict.fromkeys(above) for path in sorted(folder.glob("*.json"))]
        flat = {(folder, name): path for folder, found in images.items() for name, path in found.items()}
        drawn = outlined(flat, notes)
        return {
            folder: {name: drawn[folder, name] for name in found if (folder, name) in drawn}
            for folder, found in images.items()
        }
