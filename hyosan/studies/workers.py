"""Who runs the members of a study: this process, processes of its own, or Ray. Each gives the same bytes; whoever asked writes them.

A worker process is started afresh when it dies, and the member that it had is given to another. A worker ends when whoever started it does.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from typing import IO, Any, NamedTuple

from hyosan.errors import CommandError, HyosanError
from hyosan.studies.member import Job, Worker

ATTEMPTS = 8
"""How often a member is tried whose worker dies, before it is given up."""
RAY_TASKS = 4
"""Members under way for each processor that Ray has."""


class Task(NamedTuple):
    """A member to run: the number of its variation, and its seed."""

    variation: int
    seed: int


class Outcome(NamedTuple):
    """What came of a task: the member's file, or why there is none."""

    task: Task
    data: bytes
    failure: str


def here(job: Job, tasks: Iterable[Task]) -> Iterator[Outcome]:
    """Run tasks in this process."""
    worker = Worker(job)
    for task in tasks:
        yield _tried(worker, task)


def processes(job: Job, tasks: Iterable[Task], count: int) -> Iterator[Outcome]:
    """Run tasks in `count` processes; outcomes come in the order in which they are done."""
    waiting = iter(tasks)
    lock, done = threading.Lock(), queue.Queue[Outcome | BaseException | None](maxsize=4 * count)
    stop = threading.Event()
    started: list[_Process] = []

    def following() -> Task | None:
        with lock:
            return None if stop.is_set() else next(waiting, None)

    def tell(what: Outcome | BaseException | None) -> None:
        while not stop.is_set():
            try:
                done.put(what, timeout=0.2)
                return
            except queue.Full:
                continue

    def drive() -> None:
        try:
            process = _Process(job)
            started.append(process)
            while (task := following()) is not None:
                tell(process.outcome(task, stop))
            process.end()
            tell(None)
        except BaseException as error:
            tell(error)

    threads = [threading.Thread(target=drive, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    left = count
    try:
        while left:
            outcome = done.get()
            if isinstance(outcome, BaseException):
                raise outcome
            if outcome is None:
                left -= 1
            else:
                yield outcome
    finally:
        stop.set()
        for process in started:
            process.kill()
        for thread in threads:
            thread.join(5)


class _Process:
    """A worker in a process of its own, started again whenever it dies. Spoken to in lines of JSON; answers are a line and then bytes."""

    def __init__(self, job: Job) -> None:
        self._job = json.dumps(job).encode() + b"\n"
        self._process: subprocess.Popen[bytes] | None = None

    def outcome(self, task: Task, stop: threading.Event) -> Outcome:
        """What comes of a task, tried again if the process dies."""
        told = ""
        for _ in range(ATTEMPTS):
            try:
                return self._ask(task)
            except (OSError, EOFError, ValueError):
                told = self._bury()
                if stop.is_set():
                    break
        return Outcome(task, b"", f"its worker process died {ATTEMPTS} times ({told}); there may be too little memory")

    def _ask(self, task: Task) -> Outcome:
        if self._process is None:
            command = [sys.executable, "-m", "hyosan.studies.workers"]
            path = os.pathsep.join(part or os.getcwd() for part in sys.path)
            # In a group of its own, so that Ctrl-C reaches only whoever started it.
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": path}, start_new_session=True
            )
            self._pipe(self._process.stdin).write(self._job)
        into, out = self._pipe(self._process.stdin), self._pipe(self._process.stdout)
        into.write(json.dumps(task).encode() + b"\n")
        into.flush()
        line = out.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        size, failure = json.loads(line)
        data = out.read(size)
        if len(data) != size:
            raise EOFError
        return Outcome(task, data, failure)

    def _pipe(self, pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None
        return pipe

    def _bury(self) -> str:
        """How the dead process ended."""
        process, self._process = self._process, None
        if process is None:
            return "could not be started"
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                self._pipe(pipe).close()
        code = process.wait()
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def end(self) -> None:
        """Let the process end of itself."""
        process, self._process = self._process, None
        if process is not None:
            self._pipe(process.stdin).close()
            process.wait()
            self._pipe(process.stdout).close()

    def kill(self) -> None:
        """End the process at once."""
        process = self._process
        if process is not None:
            process.kill()


def with_ray(job: Job, tasks: Iterable[Task], address: str) -> Iterator[Outcome]:
    """Run tasks with Ray: on the cluster at `address`; `auto`, one that runs here already, else one started for this and ended after it.

    Raises CommandError: Ray is not installed, or there is no cluster at the address.
    """
    try:
        import ray
    except ImportError:
        raise CommandError(
            "--ray: Ray is not installed. Install it (`pip install 'hyosan[ray]'`), or leave --ray out: "
            "processes of this machine give the same bytes."
        ) from None
    own = _connect(ray, address)
    try:
        shared = ray.put(json.dumps(job))

        @ray.remote(num_cpus=1, max_retries=ATTEMPTS)  # type: ignore[untyped-decorator,unused-ignore]
        def member(text: str, variation: int, seed: int) -> tuple[bytes, str]:
            outcome = _tried(_worker_of(text), Task(variation, seed))
            return outcome.data, outcome.failure

        most = max(1, int(ray.cluster_resources().get("CPU", 1))) * RAY_TASKS
        waiting = iter(tasks)
        under_way: dict[Any, Task] = {}
        while True:
            while len(under_way) < most and (task := next(waiting, None)) is not None:
                under_way[member.remote(shared, *task)] = task
            if not under_way:
                return
            (ready,), _ = ray.wait(list(under_way), num_returns=1)
            task = under_way.pop(ready)
            try:
                data, failure = ray.get(ready)
            except ray.exceptions.RayError as error:
                data, failure = b"", f"Ray: {str(error).strip().splitlines()[-1][:200]}"
            yield Outcome(task, data, failure)
    finally:
        if own:
            ray.shutdown()


def _connect(ray: Any, address: str) -> bool:
    """Connect to a cluster, or start one on this machine only; gives whether to part from it afterwards."""
    if ray.is_initialized():
        return False
    quiet = {"include_dashboard": False, "log_to_driver": False, "logging_level": "ERROR", "configure_logging": True}
    environment = {"env_vars": {"PYTHONPATH": os.pathsep.join(part or os.getcwd() for part in sys.path)}}
    try:
        if address != "auto":
            ray.init(address=address, log_to_driver=False, logging_level="ERROR", runtime_env=environment)
            return True
        if os.environ.get("RAY_ADDRESS"):
            ray.init(log_to_driver=False, logging_level="ERROR", runtime_env=environment)
            return True
        ray.init(address="local", _node_ip_address="127.0.0.1", runtime_env=environment, **quiet)
        return True
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise CommandError(f"--ray: no cluster at {address!r} ({str(error).strip().splitlines()[0][:200]})") from error


_workers: dict[str, Worker] = {}


def _worker_of(text: str) -> Worker:
    """The worker of a job in this process, made when first asked for."""
    if text not in _workers:
        _workers.clear()
        _workers[text] = Worker(Job(*json.loads(text)))
    return _workers[text]


def _tried(worker: Worker, task: Task) -> Outcome:
    try:
        return Outcome(task, worker.run(*task), "")
    except HyosanError as error:
        return Outcome(task, b"", str(error)[:2000])
    except MemoryError:
        return Outcome(task, b"", "there is not enough memory; take fewer workers, or fewer people")
    except Exception as error:
        return Outcome(task, b"", f"a bug in hyosan: {type(error).__name__}: {error}"[:2000])


def _serve() -> None:
    """The loop of a worker process: reads a job, then tasks, until there are no more or whoever asks is gone."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    into, out = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # so that nothing that is printed stands between answers
    worker = Worker(Job(*json.loads(into.readline())))
    for line in into:
        outcome = _tried(worker, Task(*json.loads(line)))
        out.write(json.dumps([len(outcome.data), outcome.failure]).encode() + b"\n" + outcome.data)
        out.flush()


if __name__ == "__main__":
    try:
        _serve()
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(1)
