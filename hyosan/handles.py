"""Tables that kernels get by their address.

Compiled code passes a tuple of arrays word by word: some seven hundred for the state, the world and the rulebook, to every function of a
kernel that is not inlined. Behind a handle it passes one address each and loads what it needs, and kernels compile in half the time
(184 s of processor time for the flagship's, 94 s with handles). The text of rules stays as it is, as does plain Python: `s.people[i].age`.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.imputils import impl_ret_borrowed
from numba.core.typing.templates import AttributeTemplate
from numba.extending import NativeValue, infer_getattr, lower_getattr_generic, models, register_model, typeof_impl, unbox
from numpy.typing import NDArray

_DATA = 4
"""Words of Numba's array before its shape: two that count references (0: the handle's owner keeps the array), items, bytes of one, address."""


class HandleType(types.Type):
    """What a kernel knows of tables behind a handle: names and types of the arrays, and the word at which each begins."""

    def __init__(self, title: str, arrays: dict[str, Any]) -> None:
        self.arrays = arrays
        self.first_word: dict[str, int] = {}
        words = 0
        for name, array in arrays.items():
            self.first_word[name] = words
            words += _DATA + 1 + 2 * array.ndim
        digest = hashlib.blake2b(repr(list(arrays.items())).encode(), digest_size=8).hexdigest()
        super().__init__(name=f"{title}_{digest}")


@register_model(HandleType)
class HandleModel(models.OpaqueModel):
    """An address."""


@infer_getattr
class HandleAttributes(AttributeTemplate):
    """The arrays of tables are attributes of a handle."""

    key = HandleType

    def generic_resolve(self, handle: Any, name: str) -> Any:  # type: ignore[override]
        """The type of an array; None = there is none of that name."""
        return handle.arrays.get(name)


@lower_getattr_generic(HandleType)
def load_array(context: Any, builder: Any, handle: HandleType, address: Any, name: str) -> Any:
    """Code that loads an array behind a handle. Its words never change while a kernel runs, which the optimiser is told."""
    word = ir.IntType(64)
    words = builder.bitcast(address, word.as_pointer())
    of = handle.arrays[name]
    array = context.make_array(of)(context, builder)

    def load(k: int, kind: Any = word) -> Any:
        place = builder.gep(words, [ir.Constant(word, handle.first_word[name] + k)])
        value = builder.load(place if kind is word else builder.bitcast(place, kind.as_pointer()))
        value.set_metadata("invariant.load", builder.module.add_metadata([]))
        return value

    array.meminfo = cgutils.get_null_value(array.meminfo.type)
    array.parent = cgutils.get_null_value(array.parent.type)
    array.nitems, array.itemsize, array.data = load(2), load(3), load(_DATA, array.data.type)
    array.shape = cgutils.pack_array(builder, [load(_DATA + 1 + k) for k in range(of.ndim)])
    array.strides = cgutils.pack_array(builder, [load(_DATA + 1 + of.ndim + k) for k in range(of.ndim)])
    return impl_ret_borrowed(context, builder, of, array._getvalue())


@unbox(HandleType)
def address_of(handle: HandleType, tables: Any, c: Any) -> Any:
    """Code that asks tables, as Python passes them to a kernel, for their address."""
    number = c.pyapi.object_getattr_string(tables, "address")
    address = c.builder.inttoptr(c.pyapi.long_as_longlong(number), c.context.get_value_type(handle))
    c.pyapi.decref(number)
    return NativeValue(address)


def by_address(cls: Any) -> Any:
    """Let kernels get tuples of this class (a `NamedTuple` of C-contiguous arrays) by address; `plain` gives the class as it was."""

    class Tables(cls):
        @cached_property
        def layout(self) -> NDArray[np.int64]:
            """The arrays as Numba lays them out in memory."""
            found: list[int] = []
            for name, array in zip(cls._fields, self, strict=True):
                if not array.flags.c_contiguous:
                    raise ValueError(f"{cls.__name__}.{name}: kernels need an array in one piece")
                found += [0, 0, array.size, array.itemsize, array.ctypes.data, *array.shape, *array.strides]
            return np.array(found, dtype=np.int64)

        @cached_property
        def address(self) -> int:
            """Where they are."""
            return self.layout.ctypes.data

    Tables.__name__, Tables.__qualname__, Tables.__doc__, Tables.__module__ = cls.__name__, cls.__qualname__, cls.__doc__, cls.__module__

    @typeof_impl.register(Tables)
    def type_of(tables: Any, context: Any) -> HandleType:
        arrays = zip(cls._fields, tables, strict=True)
        return HandleType(cls.__name__, {name: typeof_impl(np.ascontiguousarray(array[:0]), context) for name, array in arrays})

    return Tables


def plain(cls: Any) -> Any:
    """The class of tuples that `by_address` was told of: for kernels elsewhere, which know nothing of addresses here."""
    return cls.__bases__[0]
