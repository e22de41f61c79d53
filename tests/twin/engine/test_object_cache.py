"""What is kept on disk is used only when it is whole, ours, and of that very key."""

import hashlib
import json
import multiprocessing
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.architecture.repository import ROOT
from twin.engine.object_cache import Artefact, ObjectCache, default_folder

ARTEFACT = Artefact({"width": 8, "names": ["a", "b"], "none": float("inf")}, b"\x7fELF")
OTHER = Artefact({"width": 4}, b"other code")
KEY = "kernel of a model"


class Maker:
    """Makes the artefact and counts how often."""

    def __init__(self, artefact: Artefact = ARTEFACT) -> None:
        self.artefact, self.times = artefact, 0

    def __call__(self) -> Artefact:
        self.times += 1
        return self.artefact


def file_of(folder: Path, key: str = KEY) -> Path:
    return folder / f"{hashlib.sha256(key.encode()).hexdigest()}.o"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A folder in which the artefact is kept."""
    ObjectCache(tmp_path).get(KEY, Maker())
    return file_of(tmp_path)


def is_made_anew(file: Path) -> bool:
    """Whether another cache on the folder makes it again; the right one either way."""
    make = Maker()
    assert ObjectCache(file.parent).get(KEY, make) == ARTEFACT
    return make.times == 1


def test_what_was_made_once_is_read(kept):
    assert not is_made_anew(kept)


def test_another_key_is_another_artefact(kept):
    assert ObjectCache(kept.parent).get("another", Maker(OTHER)) == OTHER
    assert not is_made_anew(kept)


def test_without_a_folder_all_is_made_anew():
    make = Maker()
    nowhere = ObjectCache(None)

    assert [nowhere.get(KEY, make) for _ in range(3)] == [ARTEFACT] * 3
    assert make.times == 3


def test_nothing_is_left_behind_but_whole_files_that_only_we_may_write(tmp_path):
    folder = tmp_path / "not" / "there" / "yet"
    for number in range(5):
        ObjectCache(folder).get(f"key {number}", Maker())

    assert sorted(folder.iterdir()) == sorted(
        file_of(folder, f"key {number}") for number in range(5)
    )
    for file in folder.iterdir():
        assert not stat.S_IMODE(file.stat().st_mode) & 0o077
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


# ---- files that are not what they should be


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_one_byte_changed_is_noticed(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("objects")
    ObjectCache(folder).get(KEY, Maker())
    file = file_of(folder)
    content = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    file.write_bytes(content)

    assert is_made_anew(file)
    assert not is_made_anew(file)


def test_a_file_cut_short_anywhere_is_made_anew(kept):
    content = kept.read_bytes()
    for length in range(len(content)):
        kept.write_bytes(content[:length])

        assert is_made_anew(kept)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"patient-twin object 1\n",
        b"patient-twin object 1\n\n",
        b"patient-twin object 0\n" + b"0" * 64 + b"\n2\n{}",
        b"\x7fELF" * 1000,
        json.dumps({"width": 8}).encode(),
    ],
)
def test_foreign_content_under_the_right_name_is_not_used(kept, content):
    kept.write_bytes(content)

    assert is_made_anew(kept)


def test_a_file_of_another_key_under_this_name_is_not_used(kept):
    ObjectCache(kept.parent).get("another", Maker(OTHER))
    file_of(kept.parent, "another").replace(kept)

    assert is_made_anew(kept)


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_not_used(kept, mode):
    kept.chmod(mode)

    assert is_made_anew(kept)
    assert not is_made_anew(kept)


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o644])
def test_a_file_that_only_we_may_write_is_used(kept, mode):
    kept.chmod(mode)

    assert not is_made_anew(kept)


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_a_file_of_another_user_is_not_used(kept):
    os.chown(kept, 65534, 65534)

    assert is_made_anew(kept)


# ---- folders in which nothing can be kept


def works_without(folder: Path) -> bool:
    make = Maker()
    found = [ObjectCache(folder).get(KEY, make) for _ in range(2)]
    return found == [ARTEFACT] * 2 and make.times == 2


def test_where_the_folder_is_a_file_nothing_is_kept(tmp_path):
    folder = tmp_path / "file"
    folder.write_text("not a folder")

    assert works_without(folder)
    assert works_without(folder / "below")


def test_where_a_folder_has_the_name_of_the_file_nothing_is_kept(tmp_path):
    file_of(tmp_path).mkdir()

    assert works_without(tmp_path)
    assert list(tmp_path.iterdir()) == [file_of(tmp_path)]


def test_where_nobody_may_write_nothing_is_kept():
    assert works_without(Path("/proc/patient-twin"))


def test_a_folder_that_is_read_only_is_read(kept):
    kept.parent.chmod(0o500)
    try:
        assert not is_made_anew(kept)
        assert ObjectCache(kept.parent).get("another", Maker(OTHER)) == OTHER
    finally:
        kept.parent.chmod(0o700)


# ---- users without a home


@pytest.fixture
def temporary(tmp_path, monkeypatch) -> Path:
    """The temporary files of somebody whose home nobody knows."""

    def unknown(_cls: type[Path]) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", classmethod(unknown))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def own(temporary: Path) -> Path:
    return temporary / f"patient-twin-{os.getuid()}"


def test_without_a_home_objects_are_kept_where_nobody_else_may_look(temporary):
    folder = default_folder()

    assert folder is not None
    assert folder == default_folder() == own(temporary)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o701, 0o750, 0o777])
def test_a_folder_that_others_may_enter_is_not_taken(temporary, mode):
    default_folder()
    own(temporary).chmod(mode)

    assert default_folder() is None


def test_a_link_and_a_file_are_not_taken_for_the_folder(temporary, tmp_path):
    place = own(temporary)
    (tmp_path / "elsewhere").mkdir(mode=0o700)

    place.symlink_to(tmp_path / "elsewhere")
    assert default_folder() is None
    place.unlink()
    place.touch(mode=0o600)
    assert default_folder() is None


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives folders away")
def test_a_folder_of_another_user_is_not_taken(temporary):
    default_folder()
    os.chown(own(temporary), 65534, 65534)

    assert default_folder() is None


def test_without_temporary_files_nothing_is_kept(temporary):
    tempfile.tempdir = str(temporary / "gone")

    assert default_folder() is None


@pytest.mark.skipif(os.getuid() != 0, reason="only root becomes somebody unknown")
def test_somebody_whom_no_list_of_users_has_gets_a_folder():
    unknown = 54321
    program = (
        "import os, sys, tempfile; from twin.engine.object_cache import default_folder;"
        f"tempfile.tempdir = sys.argv[1]; os.setuid({unknown}); print(default_folder())"
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        run = subprocess.run(
            [sys.executable, "-c", program, folder],
            env={"PYTHONPATH": str(ROOT)},  # no HOME
            capture_output=True,
            text=True,
            check=False,
        )

        assert run.returncode == 0, run.stderr
        assert run.stdout.strip() == f"{folder}/patient-twin-{unknown}"


# ---- many at once


def write_often(folder: Path, number: int) -> bool:
    """Whether this process always got what the key says, from whichever writer."""
    wanted = Artefact({"key": 1}, b"x" * 200_000)
    for _ in range(30):
        cache = ObjectCache(folder)
        if cache.get("shared", lambda: wanted) != wanted:
            return False
        file_of(folder, "shared").unlink(missing_ok=True)
        cache.get(f"own {number}", lambda: wanted)
    return True


def test_two_processes_that_write_one_key_at_once_both_get_it(tmp_path):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        found = pool.starmap(write_often, [(tmp_path, 1), (tmp_path, 2)])

    assert found == [True, True]
    assert {file.suffix for file in tmp_path.iterdir()} == {".o"}


def test_what_the_maker_raises_is_passed_on_and_nothing_is_kept(tmp_path):
    def fails() -> Artefact:
        raise ValueError("no such model")

    with pytest.raises(ValueError, match="no such model"):
        ObjectCache(tmp_path).get(KEY, fails)
    assert list(tmp_path.iterdir()) == []
