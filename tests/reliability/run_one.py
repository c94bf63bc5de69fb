"""Run one scenario, given as JSON, and print its hashes: for tests that need a process of their own (plain Python, CUDA simulator, kill)."""

import json
import os
import signal
import sys

from hyosan.engine.run import Simulation
from hyosan.simulate import run


def main():
    wanted = json.loads(sys.argv[1])
    kill_after = wanted.pop("kill_after", None)
    if kill_after is not None:
        advance = Simulation.advance

        def advance_or_die(self):
            if self.tick == kill_after:
                os.kill(os.getpid(), signal.SIGKILL)
            return advance(self)

        Simulation.advance = advance_or_die
    done = run(wanted.pop("source"), **wanted)
    print(json.dumps({"result": done.result_hash, "history": done.history_hash, "events": len(done.events)}))


if __name__ == "__main__":
    main()
