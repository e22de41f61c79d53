"""The page in a real Chromium, and what everybody does there."""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.service.conftest import PATIENT

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What the browser itself notes when the service refuses a question, or is gone.
OWN_NOTES = re.compile(r"responded with a status of 4|net::ERR_CONNECTION_REFUSED")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium")
    if found is None:
        pytest.fail("chromium is not here; apt-get install -y chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser, service) -> Iterator[Page]:
    """The form, ready; afterwards nothing may have gone wrong behind it."""
    page = browser.new_page()
    faults: list[str] = []
    hosts: set[str] = set()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda said: faults.append(said.text) if said.type == "error" else None,
    )
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(service)
    page.wait_for_selector("form[data-ready]")
    yield page
    page.close()

    assert [fault for fault in faults if not OWN_NOTES.search(fault)] == []
    assert hosts == {service.removeprefix("http://")}


def describe(page: Page, **change: str) -> None:
    """Fill the form with the patient of the other tests."""
    for field in ("age", "weight", "height"):
        page.fill(f"#{field}", change.get(field, PATIENT[field].split()[0]))
    page.select_option("#sex", change.get("sex", PATIENT["sex"]))
    for gene, diplotype in PATIENT["genotype"].items():
        for which, allele in zip(
            ("first", "second"), diplotype.split("/"), strict=True
        ):
            page.select_option(f"#genotype-{gene}-{which}", allele)


def ask(page: Page) -> None:
    page.get_by_role("button", name="Show the dose").click()
