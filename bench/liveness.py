"""Whether a server says that it lives, asked 20 times a second: `python -m bench.liveness URL`.

Prints one line of JSON when it is terminated. A process of its own, so that what makes the load
does not delay it.
"""

import json
import sys
import time
from signal import SIGTERM, signal
from statistics import median
from threading import Event

from bench.load import get

EVERY = 0.05
MOST_SECONDS = 1800


def watch(url: str, stopped: Event) -> dict[str, float]:
    """How often it was asked and answered 200 within 10 s, and the latencies in milliseconds."""
    end = time.monotonic() + MOST_SECONDS
    asked, latencies = 0, []
    while (begun := time.monotonic()) < end:
        asked += 1
        try:
            answered = get(url, "/health/live").status == 200
        except OSError:
            answered = False
        took = time.monotonic() - begun
        if answered:
            latencies.append(took * 1000)
        if stopped.wait(max(0, EVERY - took)):
            break
    return {
        "asked": asked,
        "answered": len(latencies),
        "p50_ms": median(latencies or [0]),
        "max_ms": max(latencies, default=0),
    }


if __name__ == "__main__":
    told_to_stop = Event()
    signal(SIGTERM, lambda *_: told_to_stop.set())
    sys.stdout.write(json.dumps(watch(sys.argv[1], told_to_stop)) + "\n")
