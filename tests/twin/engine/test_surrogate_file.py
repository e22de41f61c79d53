"""A surrogate comes back from its file as it was, or not at all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twin.engine.hand_made_surrogate import AGREE, hand_made
from twin.engine.surrogate_file import load_surrogate, save_surrogate
from twin.errors import InputError, ModelError


def test_a_surrogate_comes_back_from_its_file_as_it_was(tmp_path):
    file, again = tmp_path / "one.npz", tmp_path / "two.npz"
    save_surrogate(hand_made(), file)

    found = load_surrogate(file)
    save_surrogate(found, again)

    one = [[AGREE, 5.0]]
    assert again.read_bytes() == file.read_bytes()
    assert found.subject.fixed_sha256 == hand_made().subject.fixed_sha256
    assert (found.evaluate(one).values == hand_made().evaluate(one).values).all()
    with np.load(file, allow_pickle=False) as plain:
        assert all(plain[name].dtype != object for name in plain)


@given(where=st.integers(0, 10**9), by=st.integers(1, 255))
def test_a_changed_byte_anywhere_is_noticed(tmp_path_factory, where, by):
    file = tmp_path_factory.mktemp("changed") / "one.npz"
    save_surrogate(hand_made(), file)
    content = bytearray(file.read_bytes())
    content[where % len(content)] ^= by
    file.write_bytes(content)

    with pytest.raises(ModelError, match="not as it was written"):
        load_surrogate(file)


@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
def test_a_truncated_file_is_refused(tmp_path, part):
    file = tmp_path / "one.npz"
    save_surrogate(hand_made(), file)
    content = file.read_bytes()
    file.write_bytes(content[: int(part * len(content))])

    with pytest.raises(ModelError, match=r"one\.npz: is no surrogate"):
        load_surrogate(file)


def test_a_foreign_file_is_refused_and_a_missing_one_is_named(tmp_path):
    foreign = tmp_path / "foreign.npz"
    np.savez(foreign, weights=np.ones(3))

    with pytest.raises(ModelError, match=r"foreign\.npz: is no surrogate"):
        load_surrogate(foreign)
    with pytest.raises(InputError, match=r"none\.npz: cannot be read"):
        load_surrogate(tmp_path / "none.npz")
    with pytest.raises(InputError, match="cannot be written"):
        save_surrogate(hand_made(), tmp_path / "no folder" / "one.npz")
