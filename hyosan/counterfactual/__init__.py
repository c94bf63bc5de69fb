"""What would have been otherwise, on the same luck: `hyosan.whatif` holds a run beside one in which a single thing did not happen."""
