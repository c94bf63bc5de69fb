"""Outbreaks that happened: what is known of them, what of it the parameters are estimated from, and the figures that runs are held against."""
