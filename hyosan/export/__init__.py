"""Files that other programs of the field read, made of a finished run: line lists, transmission trees, maps, tables for ensembles.

`write(run, names, folder)` writes exports; `EXPORTS` is the list of them. Each is one Python file here: a function from `Given` (the
run, its cases, its world, the date on which it starts) to products, each a table or the bytes of a file.
"""

from __future__ import annotations

from hyosan.export.catalogue import EXPORTS
from hyosan.export.given import Export, Given, Product
from hyosan.export.writing import write

__all__ = ["EXPORTS", "Export", "Given", "Product", "write"]
