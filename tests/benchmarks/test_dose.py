"""What a dosing question costs, printed; budgets are for people to judge."""

import subprocess
import sys
import time
from pathlib import Path

from tests.believed import grounds
from tests.people import engine
from twin.command_line.asked import asked
from twin.dosing.answer import answer

PATIENT = Path(__file__).resolve().parents[2] / "examples" / "fda_1-3_AG.yaml"


def seconds(command: list[str]) -> float:
    """Wall-clock seconds of the quickest of three runs."""
    taken = []
    for _ in range(3):
        begun = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        taken.append(time.perf_counter() - begun)
    return min(taken)


def test_a_dose_in_a_fresh_process(capsys):
    python = [sys.executable, "-m", "twin"]
    figures = {
        "twin --help": seconds([*python, "--help"]),
        "twin dose (fresh process)": seconds([*python, "dose", str(PATIENT)]),
        "twin explain (fresh process)": seconds([*python, "explain", str(PATIENT)]),
    }

    with capsys.disabled():
        for what, taken in figures.items():
            sys.stdout.write(f"\n{what}: {taken:.2f} s")
        sys.stdout.write("\n")


def test_a_dose_once_everything_is_loaded(capsys):
    this = asked(PATIENT)
    answer(grounds().believed(this.twin), engine=engine())
    begun = time.perf_counter()
    answer(grounds().believed(this.twin), engine=engine())
    taken = time.perf_counter() - begun

    with capsys.disabled():
        sys.stdout.write(f"\nan answer, model compiled: {taken:.2f} s\n")
