"""Tables as Markdown, and the machine they were measured on."""

import math
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from twin.engine.lanes import machine


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under a heading; notes stand below."""

    title: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    notes: tuple[str, ...] = ()

    def markdown(self) -> str:
        """As Markdown, columns padded to one width."""
        lines = [self.header, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.header))]
        rule = tuple("-" * width for width in widths)
        body = "\n".join(
            f"| {' | '.join(c.ljust(w) for c, w in zip(line, widths, strict=True))} |"
            for line in [self.header, rule, *self.rows]
        )
        return "\n\n".join([f"## {self.title}", body, *self.notes]) + "\n"


def short(value: float) -> str:
    """Three digits."""
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{digits}f}"


def small(value: float) -> str:
    """An error: two digits and a power."""
    return f"{value:.1e}"


def this_machine() -> str:
    """What runs here, and how busy it already was."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="ascii").splitlines() if cpuinfo.exists() else []
    found = dict(line.split(":", 1) for line in reversed(lines) if ":" in line)
    read = {key.strip(): value.strip() for key, value in found.items()}
    flags = set(read.get("flags", "").split())
    processor = machine.this_processor()
    wide = [f for f in ("avx2", "fma", "avx512f", "avx512dq") if f in flags]
    versions = [
        f"{name} {_version(name)}"
        for name in ("llvmlite", "numpy", "libroadrunner", "pydiffsol")
    ]
    return "\n".join(
        [
            (
                f"- {read.get('model name', platform.processor())} ({processor.name}), "
                f"{os.cpu_count()} cores, {' '.join(wide) or 'no wide vectors'}"
            ),
            f"- {platform.system()} {platform.machine()}, "
            f"Python {platform.python_version()}, LLVM {machine.version()}, "
            + ", ".join(versions),
            (
                f"- load before the measurements: {os.getloadavg()[0]:.2f} of "
                f"{os.cpu_count()} cores"
            ),
        ]
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "is not installed"
