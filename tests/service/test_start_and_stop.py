"""`make run`: up within seconds, clear when it cannot be, gone on Ctrl-C."""

import socket
import subprocess
import sys
import time

import httpx

from tests.architecture.repository import ROOT, python_sources
from tests.service.conftest import PATIENT, address_of, started, stopped

OPENING = """
import asyncio, sys
from service.twins.operations import DosingDesk
from twin.engine.compiled import CompiledEngine
from twin.library import load_library

desk = DosingDesk(
    load_library(), CompiledEngine(), answer_within_s=60.0, longest_queue=1
)
assert not any(name.endswith("_kernels") for name in sys.modules)
asyncio.run(desk.open())
desk.close()
print(*(name for name in sys.modules if name.endswith("_kernels")))
"""


def complaint_of(**environment: str) -> tuple[int, str]:
    process = started(**environment)
    _, complaint = process.communicate(timeout=30)
    return process.returncode, complaint


def test_it_starts_within_seconds_and_stops_without_a_word():
    begun = time.perf_counter()
    process = started()
    address = address_of(process)
    took_s = time.perf_counter() - begun

    assert httpx.get(f"{address}/health/ready").status_code == 200
    assert took_s < 15
    assert stopped(process) == (0, "")


def test_the_first_answer_is_as_quick_as_any_other():
    process = started()
    address = address_of(process)
    times = []
    for _ in range(2):
        begun = time.perf_counter()
        httpx.post(f"{address}/api/v1/dose", json=PATIENT, timeout=30)
        times.append(time.perf_counter() - begun)
    stopped(process)

    assert times[0] < 2 * times[1] + 0.5


def test_who_is_ready_has_loaded_every_kernel():
    loaded = subprocess.run(
        [sys.executable, "-c", OPENING],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout.split()

    assert sorted(loaded) == sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in python_sources()
        if path.stem.endswith("_kernels")
    )


def test_a_port_in_use_is_one_clear_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        status, complaint = complaint_of(PORT=port)

    assert status == 1
    assert port in complaint
    assert "PORT=" in complaint
    assert complaint.count("\n") == 1


def test_a_setting_that_cannot_be_used_is_one_clear_line():
    status, complaint = complaint_of(PORT="http")

    assert status == 2
    assert complaint.startswith("error: PORT=http: ")
    assert complaint.count("\n") == 1
