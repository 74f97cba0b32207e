"""Training images of one size, resident on the computing device or read again for each use."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from synth_anomaly.data.decode import WORKERS, Skipped, as_float, read_resized
from synth_anomaly.data.remarks import Remark
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample, Size

__all__ = ["ImageStore"]


class ImageStore:
    """Images of one size, given out in batches that are the same whether it streams or not.

    :func:`synth_anomaly.data.load_images` makes it.

    Args:
        samples: What is in it, a row each.
        size: Height and width of the images.
        device: Where batches are wanted.
        resident: uint8 ``(N, 3, H, W)`` on ``device``; None to read the samples for each batch.
        skipped: What was left out.
        workers: Threads that read, where nothing is resident.

    Attributes:
        remarks: What is to be said of how the files were read; of all images of a run in one of its stores.
        guides: uint8 ``(N, 1, H, W)``, 255 where a defect may lie; None is everywhere.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        size: Size,
        *,
        device: torch.device,
        resident: Tensor | None = None,
        skipped: Sequence[Skipped] = (),
        workers: int = WORKERS,
    ) -> None:
        self.samples = tuple(samples)
        self.size = size
        self.device = device
        self.skipped = tuple(skipped)
        self.remarks: tuple[Remark, ...] = ()
        self.guides: Tensor | None = None
        self._resident = resident
        self._pool = ThreadPoolExecutor(workers, "decode")  # starts no thread before its first task

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def streams(self) -> bool:
        """Whether images are read again for each batch."""
        return self._resident is None

    def batch(self, index: Tensor) -> Tensor:
        """Return the images of some rows.

        Args:
            index: int64 ``(B,)``, on the CPU.

        Returns:
            float32 ``(B, 3, H, W)`` in [0, 1], on the store's device.

        Raises:
            DataError: If a file has become unreadable.
        """
        return next(self.batches([index]))

    def batches(self, order: Iterable[Tensor]) -> Iterator[Tensor]:
        """Yield `batch` of each index; where the store streams, the next one is read meanwhile.

        Args:
            order: int64 ``(B,)`` each, on the CPU.

        Raises:
            DataError: If a file has become unreadable.
        """
        if self._resident is not None:
            for index in order:
                yield as_float(self._resident[index.to(self._resident.device)])
            return
        for images in self._streamed(order):
            yield as_float(torch.from_numpy(np.stack(images)).to(self.device))

    def attach_guides(self, guides: Tensor) -> None:
        """Keep a guide for each image.

        Args:
            guides: uint8 ``(N, 1, H, W)``.

        Raises:
            DataError: If they do not fit the images.
        """
        expected = (len(self), 1, *self.size)
        if guides.dtype != torch.uint8 or tuple(guides.shape) != expected:
            raise DataError(
                f"expected guides as uint8 {expected}, got {guides.dtype} {tuple(guides.shape)}: "
                "make one for each image, of the images' size"
            )
        self.guides = guides if self.streams else guides.to(self.device)

    def guide_batch(self, index: Tensor) -> Tensor | None:
        """Return the guides of some rows, float32 ``(B, 1, H, W)`` in [0, 1]; None without guides."""
        if self.guides is None:
            return None
        return as_float(self.guides[index.to(self.guides.device)].to(self.device))

    def _streamed(self, order: Iterable[Tensor]) -> Iterator[list[npt.NDArray[np.uint8]]]:
        waiting: deque[list[Future[npt.NDArray[np.uint8]]]] = deque()
        try:
            for index in order:
                waiting.append([self._pool.submit(self._read, row) for row in index.tolist()])
                if len(waiting) > 1:
                    yield [image.result() for image in waiting.popleft()]
            while waiting:
                yield [image.result() for image in waiting.popleft()]
        finally:
            for image in (image for batch in waiting for image in batch):
                image.cancel()

    def _read(self, row: int) -> npt.NDArray[np.uint8]:
        return read_resized(self.samples[row], self.size)[0]
