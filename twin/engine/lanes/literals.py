"""Numbers as LLVM reads them."""

import struct


def literal(value: float, real: str) -> str:
    """A number as LLVM reads it, without loss (a float is written as its double)."""
    if real == "float":
        value = _nearest_float(value)
    return f"0x{struct.unpack('>Q', struct.pack('>d', value))[0]:016X}"


def _nearest_float(value: float) -> float:
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
