"""The ways in (SSD folder, SSD database, Annex A workbook, each with local tables), and the store that keeps them."""
