"""Forms side by side on toys, and the committed weights on the committed draws."""

import re
import tomllib

import numpy as np
import pytest

from tests.architecture.repository import ROOT
from tests.people import library
from twin.command_line.verify_model_forms import comparison_rows, weights_text
from twin.credibility.form_comparison import compared_forms
from twin.errors import LibraryError, NumericsError
from twin.forms import weights as weights_module
from twin.forms.model_form import load_form
from twin.forms.population import load_form_population
from twin.forms.weights import OURS, load_form_weights
from twin.inference.leave_one_out import LeftOutSubjects
from twin.model_files import form_names, models_folder, toml_of
from twin.population import load_population

NAMES = (OURS, *form_names())
RECORD = ROOT / "docs" / "verification" / "model_forms.md"


def said(seed: int, lower: float = 0.0, n: int = 20) -> LeftOutSubjects:
    elpd = np.random.default_rng(seed).normal(size=n) - lower
    return LeftOutSubjects(elpd, np.full(n, 0.2), 600)


def compared(**left_out: LeftOutSubjects):
    return compared_forms(
        left_out, dict.fromkeys(left_out, "0" * 64), n_measurements=140
    )


def test_differences_are_from_the_best_and_paired():
    one, other = said(1), said(1, lower=0.5)
    found = compared(a=one, b=other).scores

    assert (found["a"].difference, found["a"].difference_error) == (0.0, 0.0)
    assert found["b"].difference == pytest.approx(-10.0)
    assert found["b"].difference_error == pytest.approx(0.0, abs=1e-9)
    assert found["a"].weight == 1.0
    assert found["a"].pseudo_bma > 0.99


def test_the_mixture_scores_no_less_than_its_best_form():
    found = compared(a=said(1), b=said(2), c=said(3, lower=1.0))

    assert found.mixture >= max(s.left_out.total for s in found.scores.values())
    for kind in ("weight", "expected", "pseudo_bma"):
        parts = [getattr(score, kind) for score in found.scores.values()]
        assert sum(parts) == pytest.approx(1.0)


def test_forms_asked_about_different_people_are_not_compared():
    with pytest.raises(NumericsError, match="same subjects"):
        compared(a=said(1), b=said(2, n=19))


def test_weights_are_read_as_they_were_written(monkeypatch):
    found = compared_forms(
        {name: said(k) for k, name in enumerate(NAMES)},
        {name: name[::-1] for name in NAMES},
        n_measurements=140,
    )
    content = tomllib.loads(weights_text(found))
    monkeypatch.setattr(weights_module, "form_weights", lambda: content)
    read = load_form_weights()

    assert read.weights == pytest.approx(
        {name: found.scores[name].weight for name in NAMES}, abs=1e-4
    )
    assert read.are_provisional == (not all(read.converged.values()))
    assert read.converged["hamberg_2010"]
    assert read.is_of({name: name[::-1] for name in NAMES})
    assert not read.is_of(dict.fromkeys(NAMES, ""))
    assert "O'Reilly" in read.data


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        (lambda c: c["form"].pop(), "is of"),
        (lambda c: c["form"][0].pop("weight"), "KeyError"),
        (lambda c: c["form"][0].update(weight=-0.1), "from 0 and sum to 1"),
        (lambda c: c["form"][0].update(weight="much"), "ValueError"),
        (lambda c: c["form"][0].update(weight=float("nan")), "from 0 and sum to 1"),
    ],
    ids=["a form less", "no weight", "below 0", "a word", "not a number"],
)
def test_damaged_weights_are_refused_with_what_to_do(monkeypatch, change, answer):
    found = compared(**{name: said(k) for k, name in enumerate(NAMES)})
    content = tomllib.loads(weights_text(found))
    change(content)
    monkeypatch.setattr(weights_module, "form_weights", lambda: content)

    with pytest.raises(LibraryError, match=answer) as refused:
        load_form_weights()
    assert "twin verify model-forms" in str(refused.value)


def test_the_committed_weights_are_of_the_committed_draws():
    draws = {OURS: load_population(library()).sha256} | {
        name: load_form_population(load_form(name)).sha256 for name in form_names()
    }

    assert load_form_weights().is_of(draws), (
        "renew them: `twin verify model-forms --out docs/verification`, then "
        "`twin model compile`"
    )


def test_the_record_holds_the_committed_weights():
    record = RECORD.read_text(encoding="utf-8")
    rows = {
        cells[1]: cells
        for line in record.splitlines()
        if len(cells := [cell.strip() for cell in line.split("|")]) > 5
    }
    for name, weight in load_form_weights().weights.items():
        assert rows[name][6] == f"{weight:.2f}"


def test_the_table_names_no_subject():
    found = compared(**{name: said(k) for k, name in enumerate(NAMES)})
    shown = " ".join(cell for row in comparison_rows(found) for cell in row)

    assert re.findall(r"\d+ of \d+", shown) == ["0 of 20"] * 3


# ---- draws of the forms' populations


@pytest.mark.parametrize("name", form_names())
def test_the_chains_behind_a_forms_draws_converged(name):
    made = toml_of(models_folder() / "forms" / name / "posterior.toml")

    assert made["converged"] is True
    assert made["divergences"] == 0
    assert min(made["least_ess_bulk"], made["least_ess_tail"]) > 400
    assert made["largest_rhat"] < 1.01


@pytest.mark.parametrize("name", form_names())
def test_the_draws_of_a_form_are_of_its_population_and_narrower_than_before(name):
    form = load_form(name)
    found = load_form_population(form)

    assert found.n_draws == 600
    assert found.effects == form.effects
    assert [p.key for p in found.known] == [(each.name,) for each in form.known]
    assert set(found.scales) == {"sd_activity"}
    spread = np.std(found.x, axis=0)
    assert np.all(spread < 1.1 * np.array([each.ln_sd for each in form.known]))
    assert np.all(found.covariances(np.arange(5)) >= 0.0)
