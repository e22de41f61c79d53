"""Files made to break a reader, and how the commands answer them."""

import json
import os
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from twin.genetics.allele_definitions import GeneDefinition
from twin.pharmacogenes import Pharmacogenes

_HEAD = (
    "##fileformat=VCFv4.2\n"
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">\n'
)
_COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1"
_MEASURE = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([done.returncode, done.stdout, used]))
"""
_KIB_PER_MB = 1024


@dataclass(frozen=True, slots=True)
class Trap:
    """One bad file: what was answered, how fast, with how much memory."""

    name: str
    refused: bool
    answer: str
    seconds: float
    memory_mb: float


def sprung(folder: Path, tables: Pharmacogenes) -> Iterator[Trap]:
    """Every trap, tried on the command a user would give."""
    for name, command, path in _made(folder, tables.definitions.genes["CYP2C9"]):
        yield _tried(name, [*command, str(path)])
        path.unlink(missing_ok=True)


def _tried(name: str, command: list[str]) -> Trap:
    start = time.monotonic()
    done = subprocess.run(  # noqa: S603 - this interpreter, this package
        [
            sys.executable,
            "-c",
            _MEASURE,
            sys.executable,
            "-m",
            "twin",
            *command,
            "--json",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds = time.monotonic() - start
    status, output, kib = json.loads(done.stdout)
    answer = json.loads(output)
    message = str(answer.get("error", {}).get("message", "")) if status else "accepted"
    short = message.split(": ", 1)[-1] if ": " in message else message
    return Trap(name, status == 2, short, seconds, kib / _KIB_PER_MB)


_Made = Iterator[tuple[str, list[str], Path]]


def _made(folder: Path, gene: GeneDefinition) -> _Made:
    yield from _vcfs(folder, gene)
    yield from _models(folder)


def _vcfs(folder: Path, gene: GeneDefinition) -> _Made:
    lines = [
        f"{p.chromosome}\t{p.position}\t{p.rsid or '.'}\t{p.ref}\t{','.join(p.alts)}"
        "\t.\tPASS\t.\tGT\t0/0"
        for p in gene.positions
    ]
    older = [
        f"{p.chromosome}\t{p.position + gene.grch37_offset}\t.\t{p.ref}"
        f"\t{','.join(p.alts)}\t.\tPASS\t.\tGT\t0/0"
        for p in gene.positions
    ]
    whole = _HEAD + _COLUMNS + "\n" + "\n".join(lines) + "\n"
    texts = {
        "cut off in the middle of a line": whole[: len(whole) * 2 // 3 - 5],
        "older build, header says GRCh38": "##fileformat=VCFv4.2\n##reference=GRCh38\n"
        + _HEAD.split("\n", 1)[1]
        + _COLUMNS
        + "\n"
        + "\n".join(older)
        + "\n",
        "no header": "\n".join(lines) + "\n",
        "no line of column names": _HEAD + "\n".join(lines) + "\n",
        "two samples": _HEAD
        + _COLUMNS
        + "\tS2\n"
        + "\n".join(f"{line}\t0/0" for line in lines)
        + "\n",
        "a reference base of another strand": whole.replace("\tA\tC\t", "\tT\tC\t", 1),
        "not a VCF at all": "dear laboratory,\n",
        "empty": "",
    }
    for name, text in texts.items():
        path = folder / "trap.vcf"
        path.write_text(text, encoding="utf-8")
        yield name, ["genotype"], path
    path = folder / "line.vcf"
    path.write_text(whole, encoding="utf-8")
    os.truncate(path, 10_000_000_000)
    yield "a line of 10 GB", ["genotype"], path
    path = folder / "cut.vcf.gz"
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    packed = packer.compress(whole.encode()) + packer.flush()
    path.write_bytes(packed[: len(packed) // 2])
    yield "gzip, cut off", ["genotype"], path
    path = folder / "bomb.vcf.gz"
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    harmless = b"chr1\t1\t.\tA\tC\t.\tPASS\t.\tGT\t0/0\n" * 30_000
    with path.open("wb") as file:
        file.write(packer.compress(whole.encode()))
        for _ in range(3_000):
            file.write(packer.compress(harmless))
        file.write(packer.flush())
    yield "gzip bomb, 3 GB in 4 MB", ["genotype"], path


def _models(folder: Path) -> _Made:
    inspect = ["model", "inspect"]
    head = (
        '<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" '
        'version="2"><model id="m"><listOfRules><assignmentRule variable="x">'
        '<math xmlns="http://www.w3.org/1998/Math/MathML">'
    )
    deep = "<apply><plus/>" * 20_000 + "<cn>1</cn>" + "</apply>" * 20_000
    laughs = "<!DOCTYPE sbml [<!ENTITY a0 'ha'>" + "".join(
        f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)
    )
    texts = {
        "SBML, 20,000 nested applies": head
        + deep
        + "</math></assignmentRule></listOfRules></model></sbml>",
        "XML bomb (billion laughs)": laughs + "]><sbml>&a11;</sbml>",
        "XML that fetches a file": "<!DOCTYPE s [<!ENTITY x SYSTEM 'file:///etc/passwd'>"
        "]><s>&x;</s>",
    }
    for name, text in texts.items():
        path = folder / "trap.xml"
        path.write_text(text, encoding="utf-8")
        yield name, inspect, path
    for name, entry, content in (
        ("zip slip", "../../outside.xml", b"x"),
        ("zip bomb, 190 MB in 190 kB", "model.xml", bytes(190_000_000)),
    ):
        path = folder / "trap.omex"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("manifest.xml", "<omexManifest/>")
            archive.writestr(entry, content)
        yield name, inspect, path
