"""Scenarios as data: the models of their parts, and the way in (`load.load`) and out (`dump.dump`).

Data comes from YAML text or Python and goes on, frozen and checked, as a `root.Scenario` to `world/` and `engine/compile.py`.
"""
