"""Ends with 0 as soon as the scheduler's page lists the worker; asks for about as long as a check may take."""
import sys
import time
from urllib.request import urlopen

page, worker = sys.argv[1:]
until = time.monotonic() + 4
while time.monotonic() < until:
    try:
        with urlopen(page, timeout=1) as answer:
            if f">{worker}<".encode() in answer.read():
                sys.exit(0)
    except OSError:
        pass
    time.sleep(0.1)
sys.exit(f"{page} does not list {worker}")
