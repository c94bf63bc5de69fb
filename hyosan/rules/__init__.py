"""Scalar rules: numbers in, numbers out, the same text on every device."""
