"""The engine: rulebook, state, the tick and its phases, the response. `run.Simulation` is the way in."""
