"""Finding operations that wait for a device, also where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from synth_anomaly.host import as_if_on_device

__all__ = ["forbid_waiting"]

_ATEN = torch.ops.aten
_WAITING = frozenset(
    {
        _ATEN._local_scalar_dense,
        _ATEN.nonzero,
        _ATEN.masked_select,
        _ATEN.equal,
        _ATEN._unique2,
        _ATEN.unique_dim,
        _ATEN.unique_consecutive,
        _ATEN.bincount,
        _ATEN._linalg_check_errors,
    }
)
_READING = frozenset({Tensor.cpu, Tensor.numpy, Tensor.tolist, Tensor.__array__})
_COPYING = frozenset({torch.tensor, torch.as_tensor})


@contextmanager
def forbid_waiting(
    device: torch.device, on_device: Iterable[Tensor], *, follows_copies: bool = False
) -> Iterator[None]:
    """Raise an AssertionError where the block would wait for the device.

    On the CPU nothing waits: there the given tensors, and all that is computed of them, stand for tensors on
    a device, and operations that would copy their values to the host are errors. Code that asks
    :func:`~synth_anomaly.host.is_at_hand` takes the device's path.

    Args:
        device: Where the tensors are.
        on_device: What is on the device when the block starts.
        follows_copies: On the CPU, whether what is made on or copied to a device given as a `torch.device`
            stands for a tensor there too, and `torch.tensor` with a device, which waits, is an error. Code
            that does so for tensors on the host would be misjudged: `draw` may, `apply` has none.
    """
    if device.type == "cuda":
        with _forbidden_by_cuda():
            yield
        return
    pretended = _Pretended(on_device)
    with as_if_on_device(), _Calls(pretended, follows_copies), pretended:
        yield


class _Pretended(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Follows tensors as if they were on a device, and forbids what would wait for it."""

    def __init__(self, on_device: Iterable[Tensor]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        # storages, so that views and writes into views are followed; kept, so that no address is used twice
        self._storages: dict[int, torch.UntypedStorage] = {}
        self.mark(on_device)

    def holds(self, value: object) -> bool:
        """Whether a value is a tensor that stands for one on the device."""
        return isinstance(value, Tensor) and value.untyped_storage()._cdata in self._storages

    def mark(self, values: Iterable[object]) -> None:
        """Follow the tensors among some values."""
        for value in values:
            if isinstance(value, Tensor):
                storage = value.untyped_storage()
                self._storages[storage._cdata] = storage

    def __torch_dispatch__(self, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if any(map(self.holds, _leaves((args, kwargs)))):
            if operation.overloadpacket in _WAITING or self._indexes_by_bool(operation, args):
                raise AssertionError(_sentence(operation.overloadpacket))
            result = operation(*args, **(kwargs or {}))
            self.mark(_leaves(result))
            return result
        return operation(*args, **(kwargs or {}))

    def _indexes_by_bool(self, operation: Any, args: Any) -> bool:
        """Whether an index must be counted first; writing one number is not, it becomes a `masked_fill`."""
        packet = operation.overloadpacket
        if packet in (_ATEN.index_put, _ATEN.index_put_, _ATEN._index_put_impl_) and args[2].numel() == 1:
            return False
        if packet not in (_ATEN.index, _ATEN.index_put, _ATEN.index_put_, _ATEN._index_put_impl_):
            return False
        return any(self.holds(index) and index.dtype in (torch.bool, torch.uint8) for index in args[1])


class _Calls(TorchFunctionMode):
    """Forbids what reads a tensor's memory without an operation, and follows copies to the device."""

    def __init__(self, pretended: _Pretended, follows_copies: bool) -> None:
        super().__init__()
        self._pretended = pretended
        self._follows_copies = follows_copies

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        named = kwargs or {}
        if function in _READING and self._pretended.holds(args[0]):
            raise AssertionError(_sentence(f"Tensor.{function.__name__}"))
        if function is Tensor.to and self._pretended.holds(args[0]) and "cpu" in (*args[1:], *named.values()):
            raise AssertionError(_sentence('Tensor.to("cpu")'))
        result = function(*args, **named)
        if self._follows_copies and not any(map(self._pretended.holds, _leaves((args, named)))):
            return self._followed(function, args, named, result)
        return result

    def _followed(self, function: Any, args: Any, named: Mapping[str, Any], result: Any) -> Any:
        """Return what a call makes of host tensors, marked where it puts them on the device."""
        if not any(isinstance(value, torch.device) for value in (*args, *named.values())):
            return result
        if function is Tensor.to:
            # not that it copies without non_blocking: libraries do so on the CPU and not on CUDA
            result = result.clone() if result is args[0] else result
        elif function in _COPYING:
            raise AssertionError(_copied(f"torch.{function.__name__} with a device"))
        self._pretended.mark(_leaves(result))
        return result


def _leaves(value: object) -> Iterator[object]:
    """Yield what tuples, lists and tables hold, however deep, in a fraction of the time of `tree_leaves`."""
    if isinstance(value, tuple | list):
        for part in value:
            yield from _leaves(part)
    elif isinstance(value, dict):
        yield from _leaves(list(value.values()))
    else:
        yield value


@contextmanager
def _forbidden_by_cuda() -> Iterator[None]:
    before = torch.cuda.get_sync_debug_mode()
    torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    except RuntimeError as error:
        if "synchroniz" not in str(error):
            raise
        raise AssertionError(_sentence(error)) from error
    finally:
        torch.cuda.set_sync_debug_mode(before)


def _copied(what: str) -> str:
    return (
        f"it waits for the device ({what}): draw it in `draw`, keep it for each device, or copy it from "
        "pinned memory with non_blocking=True"
    )


def _sentence(what: object) -> str:
    return (
        f"it waits for the device ({what} on a tensor there): choose between branches by `parameters.host`, "
        "and mix by masks instead of picking pixels"
    )
