"""All exports, in the order in which they are written and documented. A new one is one file beside this one and one name here."""

from __future__ import annotations

from hyosan.export.auspice import AUSPICE
from hyosan.export.given import Export
from hyosan.export.hubverse import HUBVERSE
from hyosan.export.maps import GEOJSON
from hyosan.export.msel import MSEL
from hyosan.export.orders import ORDERS
from hyosan.export.tables import TABLE_EXPORTS
from hyosan.export.trees import TREE

EXPORTS: tuple[Export, ...] = (*TABLE_EXPORTS, TREE, AUSPICE, HUBVERSE, GEOJSON, ORDERS, MSEL)
"""Every export that `--to` takes."""
