"""An invented authority, shaped like the published Hillingdon figures of 2015."""

from __future__ import annotations

from kpi_engine.invented.authority import NAME, make_authority

__all__ = ["NAME", "make_authority"]
