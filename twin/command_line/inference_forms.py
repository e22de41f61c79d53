"""Part of `twin verify inference`: learning where the truth is of another model."""

from typing import Any

from scipy.stats import binom

from twin.command_line.inference_parts import Section, Setting, kept, per_cent, prose
from twin.command_line.record import markdown_table
from twin.credibility.learning.truths_of_forms import (
    AFTER,
    FORMS,
    LEVELS,
    MEASURED_DAYS,
    Asked,
    FormShare,
    TruthLearned,
    form_share,
    truth_learned,
)
from twin.forms.model_form import load_form
from twin.forms.population import load_form_population
from twin.forms.weights import OURS

N_PATIENTS = 400
OTHERS = "other forms together"

_CHANCE = 1e-3
"""That right bands hold so many or so few of the next INRs, on either side."""

_COLUMNS = (
    "truth of",
    "INRs seen",
    "patients",
    "no answer",
    *(f"next INR in {100 * level:.0f} %" for level in LEVELS),
    "90 % band, ratio",
    "dose within 20 %",
    "median error of dose",
    "bias",
)


def forms(setting: Setting) -> Section:
    """Half of the truths from other forms; both halves reported."""
    others = sorted(set(FORMS) - {OURS})
    of_forms = {
        name: [form.sha256, load_form_population(form).sha256]
        for name, form in ((name, load_form(name)) for name in others)
    }
    found = kept(
        setting, "forms", truth_learned, range(setting.n(N_PATIENTS)), more=of_forms
    )
    patients = [_patient(each) for each in found.values]
    groups = {
        OURS: [p for p in patients if p.form == OURS],
        OTHERS: [p for p in patients if p.form != OURS],
        **{name: [p for p in patients if p.form == name] for name in others},
    }
    shares = [
        form_share(group, n_seen, form=name)
        for name, group in groups.items()
        for n_seen in AFTER
        if any(a.usable for p in group for a in p.asked if a.n_seen == n_seen)
    ]
    undefined = sum(p.dose is None for p in patients)
    lines = [
        *prose(
            "Invented patients, half of them what our twin believes people to be, half "
            f"drawn from {' and '.join(others)}: other equations, other spreads "
            "between "
            "people, other numbers for the genes.  All are learned by our twin alone, "
            "which does not know of it.  Every patient takes the dose our twin would "
            f"begin with; INRs come on days {', '.join(map(str, MEASURED_DAYS))}.  "
            "Asked after 0, 1, 3 and 5 INRs: the next one, and the dose that keeps the "
            "middle of the target."
        ),
        "",
        *markdown_table(_COLUMNS, map(_cells, shares)),
        "",
        *prose(
            "In brackets Wilson's 95 % interval.  Error: |ln(dose/true)|; bias: "
            "dose/true.  No answer: the draws say that they may not be used.  The "
            "first "
            "sketch had 35, 45, 78 and 92 % of doses within 20 % where the truth was "
            "of "
            f"its own form.  Patients without a true dose: {undefined}.  {found.says}"
        ),
    ]
    return Section(
        "Truths of other forms",
        tuple(lines),
        {"shares": shares},
        (*_broken(shares), *found.too_many("forms")),
    )


def _broken(shares: list[FormShare]) -> list[str]:
    """Only our own form makes a promise: its bands hold what they say, and it "
    "learns."""
    own = {s.n_seen: s for s in shares if s.form == OURS}
    broken = []
    for n_seen, share in own.items():
        for level, (inside, *_) in zip(LEVELS, share.coverage, strict=True):
            low, high = binom.ppf([_CHANCE, 1.0 - _CHANCE], share.n, level)
            if not low <= round(inside * share.n) <= high:
                broken.append(
                    f"own form after {n_seen} INRs: {100 * inside:.0f} % of the next "
                    f"INRs in the {100 * level:.0f} % band"
                )
    if {AFTER[0], AFTER[-1]} <= set(own):
        before, after = own[AFTER[0]], own[AFTER[-1]]
        if after.within[0] <= before.within[0]:
            broken.append("own form: INRs do not bring the dose nearer to the truth")
    return broken


def _cells(share: FormShare) -> tuple[str, ...]:
    return (
        share.form,
        str(share.n_seen),
        str(share.n),
        str(share.abstained),
        *(per_cent(each) for each in share.coverage),
        f"{share.width:.2f}",
        per_cent(share.within) if share.n_doses else "",
        f"{share.error:.2f}" if share.n_doses else "",
        f"{share.bias:.2f}" if share.n_doses else "",
    )


def _patient(kept_one: dict[str, Any]) -> TruthLearned:
    asked = tuple(Asked(**each) for each in kept_one["asked"])
    return TruthLearned(**{**kept_one, "asked": asked})
