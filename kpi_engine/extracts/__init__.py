"""The ways in (SSD folder, SSD database, Annex A workbook, each with local tables), and the store that keeps them."""

import pyarrow as pa

# Arrow's own pool keeps what a file took to read; the system's gives it back. Half the memory of an open extract.
pa.set_memory_pool(pa.system_memory_pool())
