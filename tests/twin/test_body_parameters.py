import pytest

from tests.people import library, twin_of
from twin.body_parameters import changes_over


@pytest.mark.parametrize("name", library().interactions.medicines)
def test_any_medicine_may_come_and_go(name):
    taken = {"medicine": name, "start": "2 d", "stop": "4 d", "acknowledged": True}
    twin = twin_of(co_medication=[taken])

    start, changes = changes_over(twin.individual.body, twin.library, days=6)

    assert {change.parameter for change in changes} <= set(start)
    assert all(change.time_h >= 48.0 for change in changes)


def test_nothing_changes_where_no_medicine_comes_or_goes():
    twin = twin_of(co_medication=["amiodarone"])

    start, changes = changes_over(twin.individual.body, twin.library, days=6)

    assert changes == ()
    assert start == pytest.approx(dict(twin.individual.parameters))
