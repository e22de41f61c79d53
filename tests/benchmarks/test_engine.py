"""What the engine can do a second, printed; budgets are for people to judge."""

import sys

import pytest

from tests.benchmarks.engine_tables import document


@pytest.mark.slow
def test_how_fast_the_engine_is(capsys):
    text = document(quick=True)

    with capsys.disabled():
        sys.stdout.write(f"\n{text}")
