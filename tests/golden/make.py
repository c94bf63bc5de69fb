"""Keep the present answers as the right ones: `python -m tests.golden.make [NAME ...]`, from the root of the repository.

Do this only when results are meant to change: raise `RESULTS_VERSION` in `hyosan/provenance.py` and say what changed, and by how much,
under "Results change" in CHANGELOG.md, in the same commit.
"""

import sys

from tests.golden.golden_runs import RUNS, read, run_golden, write


def main():
    for name in sys.argv[1:] or RUNS:
        try:
            before = read(name)[0]["result_hash"]
        except OSError:
            before = "nothing"
        done = run_golden(name)
        write(name, done)
        print(f"{name}: {before} -> {done.result_hash}" if before != done.result_hash else f"{name}: as before")


if __name__ == "__main__":
    main()
