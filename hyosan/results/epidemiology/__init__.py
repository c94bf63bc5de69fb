"""What epidemiologists ask of a finished run: cases, intervals, offspring, reproduction numbers, attack rates, growth.

Each module answers one question from the cases of a run (`cases.py`) with an Arrow table; `columns.py` declares every column.
"""
