"""The run folder: written, hashed, read back, and the tree of infections in it."""
