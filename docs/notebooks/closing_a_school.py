"""When should a school with measles close? A marimo notebook: `marimo edit docs/notebooks/closing_a_school.py`."""

import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo

    import hyosan

    return hyosan, mo


@app.cell
def _(mo):
    mo.md("""# When should a school with measles close?

    Runs with the same seed share their luck, so what differs between the two columns is what closing did.""")
    return


@app.cell
def _(mo):
    cases = mo.ui.slider(1, 10, value=2, label="ill pupils reported before classes close")
    cases  # noqa: B018
    return (cases,)


@app.cell
def _(cases):
    closing = {
        "do": "close", "setting": "class", "when": f"reported.ill >= {cases.value}", "delay": "1 day", "until": "days_since_report >= 14",
        "source": "assumed: for a notebook",
    }  # fmt: skip
    small = {"extends": "measles-school", "city": {"school": {"pupils": 240, "source": "chosen: small, so that it runs in a moment"}}}
    left_open = {**small, "name": "measles-open"}
    school = {**small, "name": "measles-closing", "orders": {"closing": closing}}
    return left_open, school


@app.cell
def _(hyosan, left_open, school):
    seeds = range(1, 6)
    infected = [(seed, hyosan.run(left_open, seed=seed).ending.ever_infected, hyosan.run(school, seed=seed).ending.ever_infected) for seed in seeds]
    return (infected,)


@app.cell
def _(infected, mo):
    rows = "\n".join(f"| {seed} | {without} | {closed} |" for seed, without, closed in infected)
    mo.md(f"| seed | infected, open | infected, closing |\n|---|---|---|\n{rows}")
    return


@app.cell
def _(hyosan, infected, school):
    worst = max(infected, key=lambda row: row[1])[0]
    run = hyosan.run(school, seed=worst)
    run  # noqa: B018
    return (run,)


@app.cell
def _(hyosan, run):
    first = run.events["person"][0].as_py()
    story = hyosan.story(run, first)
    story  # noqa: B018
    return (story,)


if __name__ == "__main__":
    app.run()
