"""Estimates from what is known: numbers in, numbers out."""
