"""One file per step of the store, up and down."""
