"""Models and archives as they come, good and bad, through the process that reads."""

import os
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.people import library
from twin.errors import ForeignFileError
from twin.foreign.inspection import inspected
from twin.foreign.killable import read_apart
from twin.foreign.limits import DEEPEST_XML
from twin.foreign.xml_guard import check_xml

SBML = (
    '<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">'
    '<model id="m">{}</model></sbml>'
)
MANIFEST = (
    '<omexManifest xmlns="http://identifiers.org/combine.specifications/omex-manifest">'
    '<content location="./m.xml" master="true" '
    'format="http://identifiers.org/combine.specifications/sbml"/></omexManifest>'
)


def inspect(path: Path) -> dict[str, Any]:
    return inspected(path)


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "model.xml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def archive(folder: Path, entries: dict[str, str | bytes]) -> Path:
    path = folder / "archive.omex"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return path


def test_our_own_model_is_read(tmp_path):
    found = inspect(written(tmp_path, library().spec.text))

    assert found["id"] == "warfarin_twin"
    assert found["complaints"] == []
    assert found["counts"]["species"] > 40


@pytest.mark.parametrize(
    "name",
    ["BIOMD0000000335", "BIOMD0000000338", "BIOMD0000000339", "BIOMD0000000340"],
)
def test_published_models_are_read(data_folder, name):
    found = inspect(data_folder / "reference_models" / f"{name}.xml")

    assert found["level"] == 2
    assert found["counts"]["reactions"] > 10


def test_the_master_of_an_archive_is_read(tmp_path):
    path = archive(tmp_path, {"manifest.xml": MANIFEST, "m.xml": SBML.format("")})

    assert inspect(path)["location"] == "m.xml"


def nested(depth: int) -> str:
    apply = "<apply><plus/>" * depth + "<cn>1</cn>" + "</apply>" * depth
    math = f'<math xmlns="http://www.w3.org/1998/Math/MathML">{apply}</math>'
    rule = f'<assignmentRule variable="x">{math}</assignmentRule>'
    return SBML.format(f"<listOfRules>{rule}</listOfRules>")


MANY_ATTRIBUTES = " ".join(f"a{n}='1'" for n in range(300))
LAUGH = "&a{};"
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE sbml [<!ENTITY a "ha">'
    + "".join(
        f"<!ENTITY a{n} '{LAUGH.format(n - 1 or '') * 10}'>" for n in range(1, 12)
    )
    + "]><sbml>&a11;</sbml>"
)
FETCHING = '<!DOCTYPE sbml [<!ENTITY x SYSTEM "file:///etc/passwd">]><sbml>&x;</sbml>'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (nested(20_000), "nested more than 200 deep"),
        (LAUGHS, "declares a document type"),
        (FETCHING, "declares a document type"),
        ("<sbml>", "is not XML"),
        ("nothing of the kind", "is not XML"),
        ("<html/>", "is no SBML"),
        (f"<sbml {MANY_ATTRIBUTES}/>", "300 attributes"),
        (f"<sbml><r formula='{'(' * 30_000}'/></sbml>", "30000 characters"),
        (b"\xff\xfe\x00\x01", "is not XML"),
        ("", "is empty"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_bad_model_is_refused_in_one_line(tmp_path, text, complaint):
    with pytest.raises(ForeignFileError, match=complaint) as refused:
        inspect(written(tmp_path, text))

    assert "\n" not in str(refused.value)


def test_nesting_up_to_the_limit_is_read():
    text = "<a>" * DEEPEST_XML + "</a>" * DEEPEST_XML

    assert check_xml(text.encode()) == DEEPEST_XML


@pytest.mark.parametrize(
    "name", ["../../etc/cron.d/x", "/etc/passwd", "a/../../b", "..\\b", "C:\\x"]
)
def test_an_entry_that_leaves_the_archive_is_refused(tmp_path, name):
    path = archive(tmp_path, {"manifest.xml": MANIFEST, name: "x"})

    with pytest.raises(ForeignFileError, match="outside the archive's own folder"):
        inspect(path)


def test_a_link_in_an_archive_is_refused(tmp_path):
    path = tmp_path / "link.omex"
    with zipfile.ZipFile(path, "w") as file:
        link = zipfile.ZipInfo("m.xml")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc/passwd")

    with pytest.raises(ForeignFileError, match="is a link"):
        inspect(path)


def test_a_bomb_in_an_archive_is_not_unpacked(tmp_path):
    path = archive(tmp_path, {"manifest.xml": MANIFEST, "m.xml": bytes(150_000_000)})

    with pytest.raises(ForeignFileError, match="times its size"):
        inspect(path)


def test_an_entry_larger_than_it_says_is_refused(tmp_path):
    path = archive(tmp_path, {"manifest.xml": MANIFEST, "m.xml": b"a" * 100_000})
    content = path.read_bytes()
    lied = content.replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(lied)

    with pytest.raises(ForeignFileError, match=r"damaged|is not XML|is no SBML"):
        inspect(path)


def test_too_many_entries_are_refused(tmp_path):
    path = archive(tmp_path, {f"{n}.txt": "" for n in range(1_100)})

    with pytest.raises(ForeignFileError, match="1100 entries"):
        inspect(path)


@pytest.mark.parametrize(
    ("entries", "complaint"),
    [
        ({"a.txt": "x"}, "no entry 'manifest.xml'"),
        ({"manifest.xml": "<omexManifest/>"}, "names no SBML model"),
        ({"manifest.xml": MANIFEST}, "no entry 'm.xml'"),
        ({"manifest.xml": LAUGHS, "m.xml": ""}, "declares a document type"),
    ],
)
def test_an_archive_without_a_model_is_refused(tmp_path, entries, complaint):
    with pytest.raises(ForeignFileError, match=complaint):
        inspect(archive(tmp_path, entries))


def test_an_archive_that_was_cut_off_is_refused(tmp_path):
    path = archive(tmp_path, {"manifest.xml": MANIFEST, "m.xml": SBML.format("")})
    path.write_bytes(path.read_bytes()[:-30])

    with pytest.raises(ForeignFileError, match="is no ZIP archive"):
        inspect(path)


def chain_of_rules(n: int) -> str:
    """Each parameter the sum of the next two: sound, and slow to look through."""
    math = '<math xmlns="http://www.w3.org/1998/Math/MathML"><apply><plus/>'
    parameters = "".join(
        f'<parameter id="p{i}" constant="false" value="1"/>' for i in range(n + 2)
    )
    rules = "".join(
        f'<assignmentRule variable="p{i}">{math}<ci>p{i + 1}</ci><ci>p{i + 2}</ci>'
        "</apply></math></assignmentRule>"
        for i in range(n)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><sbml xmlns="http://www.sbml.org/sbml/level3/version2/'
        'core" level="3" version="2"><model id="m"><listOfParameters>'
        f"{parameters}</listOfParameters><listOfRules>{rules}</listOfRules>"
        "</model></sbml>"
    )


def test_a_model_that_takes_long_to_check_is_shown_unchecked(tmp_path):
    found = inspect(written(tmp_path, chain_of_rules(1000)))

    assert found["counts"]["assignment_rules"] == 1000
    assert found["checked"] is False
    assert inspect(written(tmp_path, chain_of_rules(5)))["checked"] is True


def test_a_reader_that_takes_too_long_is_stopped(tmp_path):
    path = written(tmp_path, library().spec.text)

    with pytest.raises(ForeignFileError, match=r"more than 0\.01 s and was stopped"):
        read_apart("model", path, seconds=0.01)


def test_a_reader_that_runs_out_of_memory_takes_nobody_with_it(tmp_path):
    """Forty million empty elements fit no process that may have 1.5 GB."""
    path = tmp_path / "large.xml"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 49_000_000)

    with pytest.raises(ForeignFileError):
        inspect(path)


def test_a_model_that_names_nothing_is_complained_of(tmp_path):
    broken = SBML.format(
        '<listOfReactions><reaction id="r" reversible="false"><listOfReactants>'
        '<speciesReference species="NOSUCH" stoichiometry="1" constant="true"/>'
        "</listOfReactants></reaction></listOfReactions>"
    )

    found = inspect(written(tmp_path, broken))

    assert found["n_complaints"] >= 1
    assert any("NOSUCH" in complaint for complaint in found["complaints"])


def test_attributes_are_counted_over_the_whole_text(tmp_path):
    many = " ".join(f'a{n}="1"' for n in range(150))
    text = SBML.format(f"<x {many}/>" * 4_000)

    with pytest.raises(ForeignFileError, match="attributes in all"):
        inspect(written(tmp_path, text))
