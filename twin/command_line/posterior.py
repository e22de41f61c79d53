"""`twin model posterior`: what the development data leave open, drawn by NUTS.

Interrupted, it goes on where it was: each chain writes down what it holds into a
folder of its own.  What it keeps in `models/` is about the population alone.
"""

import hashlib
import multiprocessing as mp
import queue
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from twin.command_line.fit import DataFolder, needed_folder
from twin.command_line.output import Json, done, say
from twin.errors import InputError, NumericsError
from twin.forms.model_form import load_form
from twin.library import load_library
from twin.model_files import form_names, settings_file
from twin.reproducibility import digest

_WORK = Path("build/posterior")
_KEPT = 600  # draws in the committed file, evenly spaced over the chains
_SEED = 20261123


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run of chains.

    paths    what each chain holds
    asked    digest of the question
    kept     draws in the committed file
    seconds  how long this run of the command took
    """

    paths: tuple[Path, ...]
    asked: str
    seed: int
    kept: int
    seconds: float


def posterior(
    data: DataFolder = None,
    work: Annotated[
        Path, typer.Option(help="Folder where chains keep what they hold.")
    ] = _WORK,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for posterior.md.")
    ] = None,
    chains: Annotated[int, typer.Option(min=2, max=16)] = 4,
    workers: Annotated[
        int, typer.Option(min=1, max=16, help="Chains at a time, one core each.")
    ] = 2,
    draws: Annotated[int, typer.Option(min=50, help="Kept draws of a chain.")] = 500,
    seed: int = _SEED,
    form: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="A form of models/forms, in place of our own model."
        ),
    ] = None,
    _json: Json = False,
) -> None:
    """Draw the population's posterior and write it into models/.

    About an hour on two cores for our own model, minutes for a published form.  Run
    `twin model compile` afterwards: it renews the manifest, and the point estimates of
    our model are the medians of its draws.
    """
    folder = needed_folder(data)
    if form is not None and form not in form_names():
        raise InputError(f"--form {form!r}: write one of {', '.join(form_names())}")
    asked = _asked(folder, form=form, seed=seed)
    work = work / asked[:16]
    work.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    _run_chains(
        folder, work, form, chains=chains, workers=workers, draws=draws, seed=seed
    )
    run = Run(
        tuple(work / _name(number) for number in range(chains)),
        asked,
        seed,
        _KEPT,
        time.monotonic() - began,
    )
    if form is not None:
        from twin.command_line.posterior_form import (  # noqa: PLC0415 - loads PyMC
            written_form,
        )

        done(written_form(folder, form, run))
        return
    from twin.command_line.posterior_report import (  # noqa: PLC0415 - loads PyMC
        written,
    )

    done(written(folder, run, out=out))


def _name(number: int) -> str:
    return f"chain_{number}.pkl"


def _asked(folder: Path, *, form: str | None, seed: int) -> str:
    """Digest of all a chain depends on: another question starts anew.

    How many draws there are to be is not part of it: more go on from those there are.
    """
    library = load_library()
    # Of our own model the digest is what it was before there were forms.
    of_form = {} if form is None else {"form": load_form(form).sha256}
    return digest(
        {
            "priors": settings_file("priors"),
            "between": settings_file("between_patients"),
            "facts": settings_file("published_facts"),
            "model": library.spec.sha256,
            "tables": {name: t.rows() for name, t in library.tables.items()},
            "surrogate": [
                library.surrogate.exponents,
                library.surrogate.coefficients,
            ],
            "estimates": library.estimates,
            "data": sorted(
                (path.name, hashlib.sha256(path.read_bytes()).hexdigest())
                for name in ("oreilly", "warfarin_curves", "iwpc")
                for path in (folder / name).iterdir()
            ),
            "seed": seed,
        }
        | of_form
    )


def _run_chains(
    folder: Path,
    work: Path,
    form: str | None,
    *,
    chains: int,
    workers: int,
    draws: int,
    seed: int,
) -> None:
    """All chains, some at a time; each worker compiles the model once."""
    context = mp.get_context("spawn")
    heard = context.Queue()
    workers = min(workers, chains)
    running = [
        context.Process(
            target=_work,
            args=(folder, work, form, place, workers, chains, draws, seed, heard),
        )
        for place in range(workers)
    ]
    for process in running:
        process.start()
    while any(process.is_alive() for process in running):
        _tell(heard, seconds=1.0)
        if any(process.exitcode not in (None, 0) for process in running):
            for process in running:
                process.terminate()
    for process in running:
        process.join()
    _tell(heard, seconds=0.0)
    failed = [process for process in running if process.exitcode != 0]
    if failed:
        raise NumericsError(
            f"{len(failed)} of {len(running)} workers ended early; what the chains "
            "hold is kept: run the command again and it goes on"
        )


def _tell(heard: Any, *, seconds: float) -> None:
    while True:
        try:
            say(heard.get(timeout=seconds))
        except queue.Empty:
            return


def _work(
    folder: Path,
    work: Path,
    form: str | None,
    place: int,
    workers: int,
    chains: int,
    draws: int,
    seed: int,
    heard: Any,
) -> None:
    """In a process of its own: the model, then its share of pilots and of chains."""
    from twin.command_line.posterior_model import (  # noqa: PLC0415 - PyMC
        form_model_of,
        interweaving_of,
        model_of,
    )
    from twin.credibility.population.chain import read_chain  # noqa: PLC0415
    from twin.credibility.population.chains import Plan, Runner  # noqa: PLC0415
    from twin.credibility.population.pymc_model import SPREADS  # noqa: PLC0415

    plan = Plan(draws=draws)
    made = model_of(folder) if form is None else form_model_of(folder, form)
    runner = Runner(
        made.model, plan, held=SPREADS, seed=seed, between=interweaving_of(made)
    )
    pilots = [work / f"pilot_{number}.pkl" for number in range(plan.pilots)]
    for number in range(place, plan.pilots, workers):
        runner.pilot(number, pilots[number], heard.put)
    while not all((found := read_chain(p)) and found.is_finished for p in pilots):
        time.sleep(2.0)  # another worker is at it; if it ends early, so do all
    ended = [found for path in pilots if (found := read_chain(path))]
    for number in range(place, chains, workers):
        runner.run(number, work / _name(number), ended, heard.put)
