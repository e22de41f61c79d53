"""Other medicines on the page: rows, ticks, and what they hold back."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.service.page.conftest import ask, describe

pytestmark = pytest.mark.browser


def rows(page: Page) -> Locator:
    return page.get_by_role("group", name="Another medicine")


def add_medicine(page: Page, name: str) -> Locator:
    before = rows(page).count()
    page.get_by_role("button", name="Add a medicine").click()
    row = rows(page).nth(before)
    row.get_by_label("Medicine").fill(name)
    return row


def test_a_click_that_leaves_a_medicine_is_not_lost(page):
    first = add_medicine(page, "apixaban")
    add_medicine(page, "amiodarone")

    assert rows(page).count() == 2
    expect(first.get_by_role("checkbox")).to_be_visible()


@pytest.mark.parametrize("name", ["apixaban", "zzzcillin"])
def test_a_medicine_that_blocks_does_so_until_it_is_ticked(page, name):
    describe(page)
    row = add_medicine(page, name)
    ask(page)
    expect(page.locator("#answer")).to_contain_text("no dose is given until")
    assert page.locator('[data-dose="day"]').count() == 0

    row.get_by_role("checkbox").check()
    ask(page)

    expect(page.locator('[data-dose="day"]')).to_be_visible()
    expect(page.locator("#answer")).to_contain_text(f"{name}, acknowledged")


def test_a_medicine_that_only_acts_needs_no_tick(page):
    describe(page)
    row = add_medicine(page, "amiodarone")
    row.get_by_label("Daily dose").fill("300")
    ask(page)

    expect(page.locator("#answer")).to_contain_text("amiodarone 300 mg/day")
    expect(row.get_by_role("checkbox")).to_be_hidden()
