"""The page's own files: ours alone, readable in one sitting, no arithmetic of doses."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT
from tests.architecture.test_file_length import LONGEST

UI = ROOT / "service" / "ui"
FILES = sorted(path for path in UI.iterdir() if path.is_file())
SCRIPTS = [path for path in FILES if path.suffix == ".js"]
NAMESPACE = "http://www.w3.org/2000/svg"

OTHER_HOST = re.compile(r"(?:https?:)?//[a-z0-9-]+\.[a-z]", re.IGNORECASE)
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE
)
AS_MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function"
)
# A number of the answer, in a sum with another: mg_per_day * 7 and its kind.
DOSE_ARITHMETIC = re.compile(
    r"(?:_mg|_mg_per_\w+|_l_per_h|_kg|_years|factor)\b\s*[-*/+]\s*[\w(]"
)


def name(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_of_the_page_is_read_in_one_sitting(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", FILES, ids=name)
def test_nothing_comes_from_another_host(path):
    assert OTHER_HOST.search("src=//cdn.example/x.js")

    assert (
        OTHER_HOST.search(path.read_text(encoding="utf-8").replace(NAMESPACE, ""))
        is None
    )


def test_nothing_is_inline():
    assert INLINE.search('<p onclick="x()">')
    assert INLINE.search("<script>x()</script>")

    page = (UI / "index.html").read_text(encoding="utf-8")
    assert INLINE.search(page) is None


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_text_is_never_read_as_markup(path):
    assert AS_MARKUP.search("place.innerHTML = answer")

    assert AS_MARKUP.search(path.read_text(encoding="utf-8")) is None


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_no_script_reckons_with_the_answer(path):
    assert DOSE_ARITHMETIC.search("maintenance.dose_mg_per_day * 7")
    assert not DOSE_ARITHMETIC.search("maintenance.dose_mg_per_day)")

    assert DOSE_ARITHMETIC.search(path.read_text(encoding="utf-8")) is None


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_can_be_parsed(path):
    checked = subprocess.run(
        ["node", "--input-type=module", "--check"],
        input=path.read_text(encoding="utf-8"),
        capture_output=True,
        encoding="utf-8",
    )

    assert checked.returncode == 0, checked.stderr
