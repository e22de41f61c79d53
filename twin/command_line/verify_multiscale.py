"""`twin verify multiscale`: every claim that joins the scales, for three patients."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from twin.command_line.files import read_text
from twin.command_line.output import Json, done, hold, progress, say, table
from twin.command_line.record import write_record
from twin.command_line.record_multiscale import (
    COLUMNS,
    Scales,
    cells,
    loop_rows,
    push_rows,
    record,
)
from twin.dosing.recommend import steady_chain, target_of
from twin.engine.reference import ReferenceEngine
from twin.intake.ask import question_for
from twin.library import Library, load_library
from twin.lifecycle import Twin, build
from twin.model_files import models_folder
from twin.multiscale.claims import claims
from twin.multiscale.loops import plasma_at, plasma_of, scale_loops
from twin.multiscale.perturbation import pushes
from twin.multiscale.tube import Tube
from twin.sbml.reader import read
from twin.units import HOURS_PER_DAY
from twin.vocabulary.regimen import Regimen, daily

SEED = 20260101
_WEEKS_OF_THERAPY = 9
_WEEKS_FOLLOWED = 6
_DAYS_PER_WEEK = 7

# Who is looked at: how each differs from the model's reference patient.
PATIENTS: dict[str, dict[str, Any]] = {
    "typical": {},
    "CYP2C9 *3/*3, VKORC1 A/A": {
        "genotype": {
            "CYP2C9": {"diplotype": "*3/*3", "tested": "all"},
            "VKORC1": "A/A",
        }
    },
    "cirrhosis, Child-Pugh B": {"liver_disease": {"child_pugh_class": "B"}},
}


def multiscale(
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for multiscale.md and its pictures."),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", help="Of the plasmas that are drawn.")
    ] = SEED,
    json: Json = False,
) -> None:
    """Compute every claim that joins the scales; cut the loops, push the patients.

    Exit status 1 when a claim does not hold.
    """
    del json
    library = load_library()
    bench = _Bench(library, ReferenceEngine())
    found: dict[str, Scales] = {}
    for name, differs in PATIENTS.items():
        with progress(f"joining the scales: {name}"):
            found[name] = bench.scales(differs, seed=seed)
        shown = table(*COLUMNS[:-1], title=name)
        for row in found[name].claims.rows:
            shown.add_row(*cells(row)[:-1])
        say(shown, *found[name].claims.coupling.reasons)
    pictures: list[Path] = []
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        with progress("drawing"):
            pictures = _draw(out, bench, found)
        text = record(found, library, seed=seed, pictures=[p.name for p in pictures])
        say(f"written to {write_record(out, 'multiscale.md', text)}")
    done(
        {
            "patients": {
                name: {
                    "dose_mg_per_day": scales.dose_mg_per_day,
                    "hold": scales.claims.hold,
                    "claims": scales.claims.rows,
                    "exchange_h": scales.claims.coupling.exchange_h,
                    "reasons": scales.claims.coupling.reasons,
                    "loops": loop_rows(scales.loops),
                    "pushes": push_rows(scales.responses),
                }
                for name, scales in found.items()
            },
            "pictures": [str(path) for path in pictures],
            "seed": seed,
            "model_sha256": library.spec.sha256,
        }
    )
    hold(
        [
            f"{name}: {row.claim}"
            for name, scales in found.items()
            for row in scales.claims.rows
            if not row.holds
        ]
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Bench:
    """The library, the referee and two tubes."""

    library: Library
    engine: ReferenceEngine

    def tube(self, test: str, **settings: float) -> Tube:
        """A clotting test of the library."""
        path = models_folder() / "clotting" / f"{test}.xml"
        return Tube(read(read_text(path)), self.engine, **settings)

    @property
    def generation(self) -> Tube:
        """The thrombin generation test; its curve needs no finer steps."""
        return self.tube("thrombin_generation_test", step_s=0.5)

    def twin(self, differs: dict[str, Any]) -> Twin:
        """The reference patient but for `differs`."""
        library = self.library
        reference = library.reference_patient
        genotype = {**reference["genotype"], **differs.get("genotype", {})}
        question = question_for({**reference, **differs, "genotype": genotype}, library)
        return build(question.patient, library, engine=self.engine)

    def therapy(self, dose_mg_per_day: float, *, weeks: int) -> Regimen:
        """A daily dose."""
        days = weeks * _DAYS_PER_WEEK
        return daily(dose_mg_per_day, days=days, substance=self.library.substance)

    def scales(self, differs: dict[str, Any], *, seed: int) -> Scales:
        """Claims, loops and pushes of one patient on the maintenance dose."""
        twin, library, engine = self.twin(differs), self.library, self.engine
        target = target_of(twin)
        dose = float(steady_chain(twin).dose_for(0.5 * (target.low + target.high))[0])
        therapy = self.therapy(dose, weeks=_WEEKS_OF_THERAPY)
        clotting = self.tube("prothrombin_time_test")
        at_h = _WEEKS_OF_THERAPY * _DAYS_PER_WEEK * HOURS_PER_DAY
        return Scales(
            dose,
            claims(
                twin.individual,
                library,
                therapy,
                dose_mg_per_day=dose,
                tube=clotting,
                engine=engine,
                seed=seed,
            ),
            scale_loops(
                twin.individual,
                library,
                therapy,
                clotting=clotting,
                generation=self.generation,
                engine=engine,
            ),
            pushes(
                twin.individual,
                library,
                self.therapy(dose, weeks=_WEEKS_OF_THERAPY + _WEEKS_FOLLOWED),
                at_h=at_h,
                for_h=_WEEKS_FOLLOWED * _DAYS_PER_WEEK * HOURS_PER_DAY,
                engine=engine,
            ),
            plasma_of(
                plasma_at(twin.individual, library, therapy, at_h, engine=engine)
            ),
        )


def _draw(out: Path, bench: _Bench, found: dict[str, Scales]) -> list[Path]:
    from twin.command_line.plots_multiscale import (  # noqa: PLC0415 - matplotlib
        draw_loops,
        draw_responses,
        draw_scales,
    )

    name, shown = next(iter(found.items()))
    title = f"{name}, {shown.dose_mg_per_day:.2f} mg/day"
    return [
        draw_scales(
            out / "multiscale_scales.png", {n: s.claims for n, s in found.items()}
        ),
        draw_loops(
            out / "multiscale_loops.png",
            shown.loops,
            shown.plasma,
            generation=bench.generation,
            title=f"Loops across scales, closed and cut: {title}",
        ),
        *(
            draw_responses(
                out / f"multiscale_return_{number}.png",
                scales.responses,
                title=f"Pushed, and back: {who}, {scales.dose_mg_per_day:.2f} mg/day",
            )
            for number, (who, scales) in enumerate(found.items(), start=1)
        ),
    ]
