"""What the parts of `twin verify inference` share: settings, kept results, sections."""

import ast
import hashlib
import math
import textwrap
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from twin.command_line.kept_results import kept_results
from twin.command_line.output import steps
from twin.credibility.learning.apparatus import Apparatus
from twin.engine.compiled import CompiledEngine
from twin.engine.lanes.kernel import ENGINE_VERSION
from twin.engine.modes import FAST, POPULATION
from twin.errors import TwinError
from twin.inference.noise import Noise
from twin.library import load_library
from twin.lifecycle import SOFTWARE_VERSION
from twin.model_files import settings_file
from twin.population import load_population

_CODE = (
    "credibility/learning/*.py",
    "dosing/dose_of_draws.py",
    "dosing/learned_course.py",
    "dosing/learned_dose.py",
    "dosing/learning.py",
    "forms/*.py",
    "inference/*.py",
    "lifecycle.py",
)
"""Of the package: what the results are computed with, besides the engine."""

MOST_FAILURES = 0.01
"""Share of a part's results that may fail before the part does."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How the verification runs.

    work        folder of what is kept
    out         folder of the record and its pictures; None where none is written
    data        folder of the development data; None where it is not there
    sample      part of the full number of patients, above 0 to 1
    replicates  of the calibration, by the fast road, and at most by the slow one
    slow_h      hours in which replicates by the slow road are begun
    """

    work: Path
    out: Path | None = None
    data: Path | None = None
    workers: int = 2
    seed: int = 0
    sample: float = 1.0
    replicates: int = 500
    slow_h: float = 0.0

    def n(self, full: int) -> int:
        """How many of a full number; two at least, or all."""
        return min(full, max(2, round(self.sample * full)))


@dataclass(frozen=True, slots=True)
class Kept:
    """Results of a part: those that were made, and why the others were not."""

    values: tuple[Any, ...]
    failed: tuple[str, ...]

    @property
    def says(self) -> str:
        """How many failed, and the first reason."""
        n = len(self.values) + len(self.failed)
        first = f"; the first: {self.failed[0]}" if self.failed else ""
        return f"Failed: {len(self.failed)} of {n}{first}."

    def too_many(self, part: str) -> tuple[str, ...]:
        """A broken row where too many failed, or nothing was made."""
        n = len(self.values) + len(self.failed)
        if n and len(self.failed) <= MOST_FAILURES * n:
            return ()
        return (f"{part}: {len(self.failed)} of {n} failed",)


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the record.

    lines    of Markdown, below the title
    figures  for the command's JSON
    broken   checks that do not hold
    """

    title: str
    lines: tuple[str, ...]
    figures: dict[str, Any] = field(default_factory=dict)
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """Makes one result in whatever process; picklable.

    what     a function of a module: apparatus, number, seed -> result
    threads  of the engines; 1 where workers share the machine, 0 for all cores
    """

    what: Callable[..., object]
    seed: int
    threads: int = 1

    def __call__(self, number: int) -> dict[str, object]:
        try:
            found = self.what(apparatus(self.threads), number, seed=self.seed)
        except TwinError as error:
            return {"failed": f"{type(error).__name__}: {error}"}
        return {"made": found}


@cache
def apparatus(threads: int) -> Apparatus:
    """The model, its draws and a request's engines: no patient is among them."""
    library = load_library()
    return Apparatus(
        library,
        load_population(library),
        Noise.of(settings_file("assays")),
        CompiledEngine(threads=threads),
        CompiledEngine(FAST, threads=threads),
        CompiledEngine(POPULATION, threads=threads),
    )


def kept(
    setting: Setting,
    name: str,
    what: Callable[..., object],
    numbers: Sequence[int],
    *,
    more: object = None,
    alone: bool = False,
    hours: float | None = None,
) -> Kept:
    """Results of a part, those that are kept already or made now.

    Args:
        setting: of the verification.
        name: of the file.
        what: a function of a module: apparatus, number, seed -> result.
        numbers: of the results.
        more: what else they depend on.
        alone: one after another with all cores, for times of the clock.
        hours: in which results are begun; without end if left out.
    """
    until = None if hours is None else time.monotonic() + 3600.0 * hours
    with steps(name) as told:
        found = kept_results(
            setting.work,
            name,
            {**depends_on(setting.seed), "more": more},
            numbers,
            Made(what, setting.seed, 0 if alone else 1),
            workers=1 if alone else setting.workers,
            progress=told,
            enough=lambda: until is not None and time.monotonic() >= until,
        )
    return Kept(
        tuple(each["made"] for each in found if "made" in each),
        tuple(each["failed"] for each in found if "failed" in each),
    )


def depends_on(seed: int) -> dict[str, object]:
    """All that every part depends on: model, draws, laws of measurement, code, seed."""
    own = apparatus(1)
    library = own.library
    return {
        "software": SOFTWARE_VERSION,
        "engine": ENGINE_VERSION,
        "code": code_digest(),
        "model": library.spec.sha256,
        "tables": {name: table.rows() for name, table in library.tables.items()},
        "surrogate": [library.surrogate.exponents, library.surrogate.coefficients],
        "estimates": library.estimates,
        "population": own.population.sha256,
        "noise": own.noise,
        "seed": seed,
    }


def code_digest() -> str:
    """SHA-256 over what the code says to do: comments and docstrings are left out."""
    found = hashlib.sha256()
    package = Path(__file__).parents[1]
    for pattern in _CODE:
        for path in sorted(package.glob(pattern)):
            found.update(path.name.encode())
            found.update(without_words(path.read_text(encoding="utf-8")).encode())
    return found.hexdigest()


def without_words(code: str) -> str:
    """The syntax tree of Python code, docstrings taken out."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and ast.get_docstring(node, clean=False) is not None
        ):
            node.body = node.body[1:]
    return ast.dump(tree)


def nothing(title: str, found: Kept, part: str) -> Section:
    """The section of a part that has no result."""
    return Section(title, (found.says,), {}, found.too_many(part))


def prose(text: str) -> list[str]:
    """A paragraph as lines of the record."""
    return textwrap.wrap(text, 88, break_on_hyphens=False, break_long_words=False)


def finite(value: Any) -> Any:
    """What JSON can say: a number that is none or endless becomes null."""
    if isinstance(value, dict):
        return {name: finite(each) for name, each in value.items()}
    if isinstance(value, list):
        return [finite(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def per_cent(share: tuple[float, float, float]) -> str:
    """A share with its interval, in per cent."""
    return f"{100 * share[0]:.0f} ({100 * share[1]:.0f} to {100 * share[2]:.0f})"
