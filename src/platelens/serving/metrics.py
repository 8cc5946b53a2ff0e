"""What Prometheus is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

disable_created_metrics()  # type: ignore[no-untyped-call]  # when one began is of no use

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_SIZES: Final = (1, 2, 4, 8, 16, 32, 64)


class Metrics:
    """The counters of one service. No label has a plate, a camera or a name."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        known = self._registry
        self.requests = Counter(
            "platelens_requests", "Requests", ["method", "route", "status"], registry=known
        )
        self.request_seconds = Histogram(
            "platelens_request_seconds",
            "From a request's head to the end of its answer",
            ["route"],
            buckets=_SECONDS,
            registry=known,
        )
        self.batch_size = Histogram(
            "platelens_batch_size", "Pictures read together", buckets=_SIZES, registry=known
        )
        self.read_seconds = Histogram(
            "platelens_read_seconds", "Work on a picture", buckets=_SECONDS, registry=known
        )
        self.wait_seconds = Histogram(
            "platelens_wait_seconds", "A picture's wait for it", buckets=_SECONDS, registry=known
        )
        self.refused = Counter(
            "platelens_refused", "Requests refused because too much waits", registry=known
        )
        self.plates = Counter("platelens_plates", "Plates read", ["source"], registry=known)
        self.deliveries = Counter(
            "platelens_deliveries", "Events sent to others", ["kind", "outcome"], registry=known
        )

    def watch(self, name: str, what: str, value: Callable[[], float]) -> None:
        """Have a value asked for whenever somebody looks."""
        Gauge(f"platelens_{name}", what, registry=self._registry).set_function(value)

    def text(self) -> bytes:
        """Give all of them in Prometheus' form."""
        return generate_latest(self._registry)
