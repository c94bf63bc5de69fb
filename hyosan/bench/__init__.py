"""How fast is it on this machine, beside others and beside what the machine can do at all? `hyosan bench`, read on in `bench.py`."""
