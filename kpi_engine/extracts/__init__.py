"""The ways in (SSD folder, SSD database, Annex A workbook, local tables beside any of them); the store that keeps them."""
