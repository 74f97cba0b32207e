"""What the C library does with the memory that tensors free."""

from __future__ import annotations

import ctypes

__all__ = ["keep_freed_memory"]

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
_TRIM_THRESHOLD = 2**30
_MMAP_THRESHOLD = 2**25  # the most that glibc takes


def keep_freed_memory() -> None:
    """Have the whole process keep up to 1 GiB of freed memory for the next tensors.

    A step frees and asks for the same sizes again and again; glibc gives the large ones back to the system,
    which clears them each time anew. Where the C library is another one, nothing changes.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # musl, macOS, Windows
        return
    mallopt(_M_MMAP_THRESHOLD, _MMAP_THRESHOLD)
    mallopt(_M_TRIM_THRESHOLD, _TRIM_THRESHOLD)
