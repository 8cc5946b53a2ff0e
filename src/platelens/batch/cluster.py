"""Ray itself: a cluster that is joined, or one of this machine alone."""

from __future__ import annotations

import contextlib
import logging
import os
import warnings
from collections.abc import Iterator
from typing import Any, Final

import ray
import ray.data
from ray.data import DataContext

from platelens.batch.options import Machines
from platelens.errors import BatchError, DeviceError

CLIENT_PREFIX: Final = "ray://"
"""Of an address that is not joined but called from outside."""

_MB: Final = 1_000_000
_LEAST_MB: Final = 80  # Ray takes no less


@contextlib.contextmanager
def joined(machines: Machines) -> Iterator[int]:
    """Be part of a cluster, and give how many workers there is room for.

    Raises:
        BatchError: the cluster cannot be reached, or Ray cannot be started here.
        DeviceError: no machine of the cluster has a GPU.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing leaves the machine
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # what is wrong is said here, once
    logging.getLogger("ray").setLevel(logging.ERROR)
    try:
        with _silent_stderr():
            ray.init(**_settings(machines))
    except Exception as error:  # ConnectionError, RuntimeError, ValueError, those of gRPC
        where = machines.address or "this machine"
        hint = ""
        if machines.address.startswith(CLIENT_PREFIX):
            hint = " (a cluster with tokens wants RAY_AUTH_MODE=token, and its token here)"
        raise BatchError(f"Ray on {where}: {_first_line(error)}{hint}") from error
    try:
        set_up_data()
        yield _room(machines)
    finally:
        ray.shutdown()


@contextlib.contextmanager
def _silent_stderr() -> Iterator[None]:
    """Keep what Ray's C++ says when it starts from the terminal; it raises what matters."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _settings(machines: Machines) -> dict[str, Any]:
    quiet = {"logging_level": logging.ERROR, "log_to_driver": False}
    if machines.address:
        return {"address": machines.address, **quiet}
    cores = _cores()
    return {
        **quiet,
        "address": "local",
        "include_dashboard": False,
        "num_cpus": max(cores, machines.workers * machines.threads),
        "object_store_memory": max(_LEAST_MB, machines.memory_mb) * _MB,
    }


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _room(machines: Machines) -> int:
    """Give how many workers the job has: as asked, or as many as fit."""
    has: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]  # as Ray has it
    unit, of_each = ("GPU", 1) if machines.device == "cuda" else ("CPU", machines.threads)
    fits = int(has.get(unit, 0) // of_each)
    if fits < 1 and machines.device == "cuda":
        raise DeviceError("device 'cuda': Ray knows of no GPU in this cluster")
    return machines.workers or max(1, fits)


def set_up_data() -> None:
    """Make Ray Data quiet in this process."""
    with warnings.catch_warnings():  # it warns of its own settings
        warnings.simplefilter("ignore", DeprecationWarning)
        context = DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.execution_options.preserve_order = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
