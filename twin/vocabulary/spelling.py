"""Words as people spell them: compared by letters and digits, likened, never taken."""

from collections.abc import Iterable
from difflib import get_close_matches


def letters(word: str) -> str:
    """Small letters and digits alone: St. John's Wort is St Johns wort."""
    return "".join(c for c in word.casefold() if c.isalnum())


def resembling(
    written: str, known: Iterable[str], *, most: int, alike: float
) -> tuple[str, ...]:
    """Known words that one may have meant, the likest first.

    Args:
        written: as somebody wrote it.
        known: words it is likened to.
        most: how many are given at the most.
        alike: least likeness, 0 to 1, by `difflib`.
    """
    plain = {letters(word): word for word in known}
    close = get_close_matches(letters(written), plain, n=most, cutoff=alike)
    return tuple(plain[word] for word in close)
