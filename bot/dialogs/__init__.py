"""One conversation each, its turns written out at the top of its file."""
