"""Running: one runner for plain runs, forks and reruns. A run is a course of stages; one that was never forked has a single stage."""
