"""The page as a clinician meets it, in a real Chromium."""

import re

import pytest
from playwright.sync_api import expect

from tests.service.conftest import PATIENT
from tests.service.page.conftest import ask, describe

pytestmark = pytest.mark.browser


def test_the_dose_on_the_page_is_the_services(page, client):
    describe(page)
    ask(page)
    shown = page.wait_for_selector('[data-dose="day"]').inner_text()
    given = client.post("/api/v1/dose", json=PATIENT).json()

    assert float(shown) == pytest.approx(
        given["maintenance"]["dose_mg_per_day"], rel=5e-3
    )
    text = page.inner_text("#answer")
    assert f"{given['maintenance']['dose_mg_per_week']:.3g} mg/week" in text
    assert given["maintenance"]["plan"] in text
    assert given["provenance"]["model_sha256"] in text
    for sentence in (*given["reasons"], *given["warnings"]):
        assert sentence in text
    for gene in given["genotype"]:
        assert gene["meaning"] in text
    assert f"{given['drug'][0]['half_life_h']:.3g}" in text


def test_the_course_is_a_picture_with_words_and_a_table(page, client):
    describe(page)
    ask(page)
    chart = page.get_by_role("img", name="Expected INR")
    expect(chart).to_be_visible()
    given = client.post("/api/v1/dose", json=PATIENT).json()["course"]
    points = chart.locator("polyline").get_attribute("points")
    page.get_by_text("The same as a table").click()
    rows = page.get_by_role("region", name="start of each day").locator("tbody tr")

    assert points is not None
    assert len(points.split()) == len(given["inr"])
    assert rows.count() == given["days"] + 1
    assert rows.last.locator("td").first.inner_text() == f"{given['last_inr']:.2f}"
    assert f"{given['highest_inr']:.2f}" in chart.locator("desc").inner_html()


def test_doses_the_range_and_the_spread_are_shown_as_distributions(page, client):
    describe(page)
    ask(page)
    page.wait_for_selector("[data-answer]")
    given = client.post("/api/v1/dose", json=PATIENT).json()
    needed, rest = (given["maintenance"][part] for part in ("needed", "on_plan"))
    shown = page.locator("#needed")

    for mg in needed["mg_per_day"]:
        expect(shown).to_contain_text(f"{float(f'{mg:.3g}'):g}")
    assert shown.get_by_role("img").locator("rect").count() == 3
    expect(page.locator("#on-plan")).to_contain_text(
        f"with a probability of {round(100 * rest['within'])}\u00a0%"
    )
    chart = page.get_by_role("img", name="Expected INR")
    assert chart.locator("polygon").count() == 3
    for each in given["spread"]:
        expect(page.locator("#answer")).to_contain_text(each["quantity"])
    expect(page.locator("#checked-on")).to_contain_text(given["checked_on"])
    expect(page.locator("#answer")).to_contain_text(given["draws"]["says"])


def test_a_dose_of_ones_own_is_followed(page):
    describe(page)
    page.fill("#regimen-daily_dose", "5")
    page.fill("#regimen-duration", "30")
    ask(page)

    expect(page.locator("#answer")).to_contain_text("the dose you asked about")
    expect(page.locator("#answer")).to_contain_text("5 mg once a day, 30 days")
    expect(page.locator("#dose")).to_contain_text("mg/day")


def test_an_error_stands_beside_its_field(page):
    describe(page, weight="70,5")
    ask(page)

    expect(page.locator("#weight")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#weight")).to_be_focused()
    expect(page.locator("#weight-error")).to_contain_text("a point for decimals")
    expect(page.get_by_role("alert")).to_contain_text("70,5 kg")
    assert page.locator("[data-answer]").count() == 0


def test_an_error_in_a_gene_stands_beside_the_gene(page):
    describe(page)
    page.select_option("#genotype-VKORC1-second", "")
    ask(page)

    expect(page.locator("#genotype-VKORC1-error")).to_contain_text("two alleles")


def test_a_needed_field_left_empty_is_named(page):
    ask(page)

    expect(page.locator("#age-error")).to_contain_text("age is missing")


def test_out_of_scope_shows_why_and_no_dose(page):
    describe(page, age="12")
    ask(page)

    expect(page.locator("#scope")).to_contain_text("Out of scope")
    expect(page.locator("#scope")).to_contain_text("children were not modelled")
    expect(page.locator("#dose")).to_have_text("no dose")
    assert page.locator("[data-dose]").count() == 0


def test_limits_follow_the_unit_that_is_chosen(page):
    expect(page.locator("#height-hint")).to_have_text("45 to 230 cm")
    page.get_by_label("Unit of height").select_option("m")

    expect(page.locator("#height-hint")).to_have_text("0.45 to 2.3 m")


def test_the_same_patient_in_other_units_gets_the_same_dose(page, client):
    describe(page, height="1.72", weight="75000")
    page.get_by_label("Unit of height").select_option("m")
    page.get_by_label("Unit of weight").select_option("g")
    ask(page)
    shown = page.wait_for_selector('[data-dose="day"]').inner_text()
    given = client.post("/api/v1/dose", json=PATIENT).json()["maintenance"]

    assert shown == f"{given['dose_mg_per_day']:.3g}"


def test_an_answer_beside_a_changed_form_is_marked(page):
    describe(page)
    ask(page)
    page.wait_for_selector("[data-answer]")
    note = page.get_by_text("The form has changed since")
    expect(note).to_be_hidden()
    page.fill("#age", "66")
    expect(note).to_be_visible()
    ask(page)

    expect(note).to_be_hidden()


def test_all_of_it_can_be_done_with_the_keyboard(page):
    page.locator("#age").focus()
    page.keyboard.type("65")
    for typed in ("\t", "\t", "male", "\t", "75", "\t", "\t", "172"):
        page.keyboard.press("Tab") if typed == "\t" else page.keyboard.type(typed)
    page.keyboard.press("Enter")

    expect(page.locator("#dose")).to_contain_text("mg/day")
    expect(page.locator("#answer")).to_be_focused()


@pytest.mark.parametrize(("width", "what"), [(320, "phone"), (640, "zoom of 200 %")])
def test_nothing_is_cut_off_on_a_narrow_screen(page, width, what):
    page.set_viewport_size({"width": width, "height": 700})
    describe(page)
    ask(page)
    page.wait_for_selector("[data-answer]")

    assert page.evaluate("document.documentElement.scrollWidth") <= width, what


def test_every_control_has_a_name(page):
    nameless = page.evaluate(
        """[...document.querySelectorAll("input, select, textarea, button")]
        .filter((e) => !e.labels?.length && !e.ariaLabel && !e.textContent.trim())
        .map((e) => e.outerHTML)"""
    )

    assert nameless == []


def test_text_stands_out_from_its_ground(page):
    describe(page, age="12")
    ask(page)
    page.wait_for_selector("[data-answer]")
    page.fill("#weight", "")
    faint = page.evaluate(CONTRAST)

    assert faint == []


def test_a_service_that_is_gone_is_said_to_be_gone(page):
    describe(page)
    page.route(re.compile("/api/"), lambda route: route.abort("connectionrefused"))
    ask(page)

    expect(page.get_by_role("alert")).to_contain_text("does not answer")


# Elements with text of their own whose contrast is below 4.5 (WCAG 2.2, 1.4.3).
CONTRAST = """() => {
  const channel = (c) =>
    c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) =>
    0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const colour = numbers(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.checkVisibility() && !e.closest("svg"))
    .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .map((e) => {
      const pair = [numbers(getComputedStyle(e).color), ground(e)].map(luminance);
      const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
      return [e.tagName, e.textContent.trim().slice(0, 40), ratio];
    })
    .filter(([, , ratio]) => ratio < 4.5);
}"""
