"""Part of `twin verify inference`: stable doses, each site as if it were a new one.

Aggregates only; a group of fewer than twenty patients has no figures.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from twin.command_line.fit import STABLE_DOSES, needed_folder
from twin.command_line.inference_parts import Section, Setting, apparatus, prose
from twin.command_line.iwpc_file import read_stable_doses
from twin.command_line.iwpc_rows import IwpcRow, iwpc_rows
from twin.command_line.iwpc_table import read_table
from twin.command_line.record import markdown_table
from twin.command_line.show_stable_doses import (
    DIFFERENCE_COLUMNS,
    METHOD_COLUMNS,
    difference_cells,
    method_cells,
)
from twin.command_line.validate_iwpc import default_predictor, scored
from twin.credibility.calibration.stable_doses import StableDoses
from twin.credibility.dose_predictions import DosePredictions
from twin.credibility.paired import PairedDifference, paired_differences
from twin.credibility.population.dose_slopes import dose_model
from twin.credibility.population.left_out_sites import (
    UnseenSite,
    UnseenSites,
    unseen_sites,
)
from twin.credibility.population.moved_draws import MOST_KNOWN
from twin.credibility.published_doses import published_doses
from twin.credibility.stable_dose_report import Cohort
from twin.credibility.subgroups import FEWEST, GroupScore
from twin.inference.importance_weights import largest_k
from twin.library import Library
from twin.vocabulary.ensemble import Floats

KINDS = ("race", "sex", "age", "CYP2C9", "VKORC1")
COVERAGE_90 = (0.85, 0.95)
"""Of the 90 % interval of doses, all sites together."""

_GROUP_COLUMNS = ("group", "n", *METHOD_COLUMNS[1:], "twin less genes, MAE (95 %)")
_OTHER_MAE = ("genes", "no genes", "fixed dose")


def sites(setting: Setting) -> Section:
    """Each development site from a posterior reweighted without it."""
    path = needed_folder(setting.data) / STABLE_DOSES
    own = apparatus(1)
    library, population = own.library, own.population
    people = StableDoses.of(read_stable_doses(path, library).patients)
    model = dose_model(people, library, population.known, population.effects)
    without = {each.site: each for each in unseen_sites(model, population)}
    found = tuple(
        row for row in iwpc_rows(read_table(path), library) if row.site in without
    )
    asked = [row.site for row in found if row.patient is not None]
    unseen = UnseenSites(asked, without, library, seed=setting.seed)
    predictions, report = scored(found, library, unseen)
    _, seen = scored(found, library, default_predictor(library))
    main = report.cohorts[0]
    limit = largest_k(population.n_draws)
    lines = [
        *prose(
            "IWPC, development sites.  The stable dose of each patient, nothing "
            "refitted, from draws of the population as if the doses of the patient's "
            "site had not been seen; beside it the published algorithms, "
            "which were fitted to these sites among others.  "
            f"{report.n_rows} rows, {report.n_predicted} predicted, {report.n_scored} "
            "scored; who is scored says docs/iwpc.md."
        ),
        "",
        *markdown_table(METHOD_COLUMNS, map(method_cells, main.methods)),
        "",
        "The same, every site seen by the posterior:",
        "",
        *markdown_table(METHOD_COLUMNS, map(method_cells, seen.cohorts[0].methods[:1])),
        "",
        *markdown_table(DIFFERENCE_COLUMNS, map(difference_cells, main.differences)),
        "",
        *prose(
            f"By group, of {FEWEST} patients or more; race is what the table records "
            "and "
            "is no input of the twin."
        ),
        "",
        *markdown_table(
            (*_GROUP_COLUMNS, *(f"MAE {name}" for name in _OTHER_MAE)),
            _group_rows(found, predictions, report.groups, library),
        ),
        "",
        *prose(
            "How each site was taken out: by weights of the draws where Pareto's k is "
            f"{limit:.2f} or less, up to which they can be trusted; else the draws "
            "were moved in the linear picture (mean and covariance less what the site "
            "says), exact only if the posterior is normal.  Largest share: of what is "
            "known of any direction, what comes from this site; held are directions "
            f"where it is above {100 * MOST_KNOWN:g} %, of which only so much was "
            "taken out."
        ),
        "",
        *markdown_table(
            ("site", "k", "weights worth", "by", "largest share, %", "held", "moved"),
            [_taken_out(each, population.n_draws) for each in without.values()],
        ),
    ]
    return Section(
        "Stable doses, each site left out",
        tuple(lines),
        {
            "report": report,
            "seen": seen.cohorts[0],
            "k": {w.site: float(w.k) for w in without.values()},
        },
        _broken(main, without),
    )


def _broken(main: Cohort, without: Mapping[str, UnseenSite]) -> tuple[str, ...]:
    broken = []
    held = [site for site, each in without.items() if each.moved and each.moved.n_held]
    if held:
        broken.append(
            f"sites: {len(held)} of {len(without)} could not be taken out whole"
        )
    if main.too_few:
        return (*broken, "sites: too few patients to score")
    inside = main.methods[0].intervals[-1].coverage
    if inside is None or not COVERAGE_90[0] <= inside <= COVERAGE_90[1]:
        broken.append(f"sites: the 90 % interval holds {100 * (inside or 0.0):.1f} %")
    broken += [
        f"sites: the error is not below that of {each.comparator}"
        for each in main.differences
        if each.figure == "mae"
        and each.comparator in ("iwpc_clinical", "fixed_dose")
        and each.by_patients[1] >= 0.0
    ]
    return tuple(broken)


def _taken_out(each: UnseenSite, n_draws: int) -> tuple[str, ...]:
    named = (each.site, f"{each.k:.2f}", f"{each.ess:.0f} of {n_draws}")
    if each.moved is None:
        return (*named, "weights", "", "", "")
    return (
        *named,
        "moving",
        f"{100 * each.moved.largest_share:.0f}",
        str(each.moved.n_held),
        f"{each.moved.shift:.1f} SD",
    )


def _group_rows(
    found: tuple[IwpcRow, ...],
    predictions: DosePredictions,
    groups: tuple[GroupScore, ...],
    library: Library,
) -> list[tuple[str, ...]]:
    """Groups of `KINDS` with figures, the difference to the algorithm with genes."""
    chosen = np.array([not row.not_scored for row in found]) & predictions.given
    genes = _genes_algorithm(found, library)
    rows = []
    for group in groups:
        if group.kind not in KINDS or group.too_few:
            continue
        here = chosen & np.array(
            [row.labels[group.kind] == group.label for row in found]
        )
        (difference, *_) = _paired(found, predictions, genes, here)
        low, high = difference.by_patients
        rows.append(
            (
                f"{group.kind}: {group.label}",
                str(group.n),
                *method_cells(group.methods[0])[1:],
                f"{difference.difference:+.2f} ({low:+.2f} to {high:+.2f})",
                *(f"{method.error.mae or 0.0:.2f}" for method in group.methods[1:]),
            )
        )
    return rows


def _paired(
    found: tuple[IwpcRow, ...],
    predictions: DosePredictions,
    genes: Floats,
    here: npt.NDArray[np.bool_],
) -> tuple[PairedDifference, ...]:
    places = np.flatnonzero(here).tolist()
    observed = np.array([found[n].dose_mg_per_week or np.nan for n in places])
    return paired_differences(
        observed,
        predictions.predicted[here],
        {"iwpc_pharmacogenetic": genes[here]},
        [found[n].site for n in places],
    )


def _genes_algorithm(found: tuple[IwpcRow, ...], library: Library) -> Floats:
    """mg/week by the published algorithm with genes, [row]; NaN where nobody is."""
    described = [row for row in found if row.patient is not None]
    said = published_doses(
        [row.patient for row in described if row.patient is not None],
        np.array([row.target_inr for row in described]),
        [row.labels["race"] for row in described],
        library=library,
    )["iwpc_pharmacogenetic"]
    whole = np.full(len(found), np.nan)
    whole[[row.patient is not None for row in found]] = said
    return whole
