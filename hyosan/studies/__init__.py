"""Many seeds and variations of a scenario, paired by seed: run, kept, summed up and compared."""
