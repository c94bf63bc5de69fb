"""Fitting what nobody knows to what was observed: draws from the priors, those nearest to the data, regression adjustment, recovery."""
