"""The shape of an XML text, measured before any library builds it in memory.

Counts depth, elements and attributes as they stream by, expands nothing and fetches
nothing: a document type with entities of its own is refused at its first word.
"""

from dataclasses import dataclass
from xml.parsers import expat

from twin.errors import ForeignFileError
from twin.foreign.limits import (
    DEEPEST_XML,
    LONGEST_XML_ATTRIBUTE,
    MOST_XML_ATTRIBUTES,
    MOST_XML_ATTRIBUTES_IN_ALL,
    MOST_XML_ELEMENTS,
)


@dataclass(slots=True)
class _Shape:
    depth: int = 0
    elements: int = 0
    attributes: int = 0


def check_xml(content: bytes) -> int:
    """How many elements a text has.

    Raises: ForeignFileError where it is no XML, or deeper, larger or odder than any
    model is.
    """
    shape = _Shape()
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        shape.depth += 1
        shape.elements += 1
        shape.attributes += len(attributes)
        if shape.depth > DEEPEST_XML:
            raise ForeignFileError(
                f"line {parser.CurrentLineNumber}: <{name[:40]}> is nested more than "
                f"{DEEPEST_XML} deep; no model is, and such files crash readers"
            )
        if shape.elements > MOST_XML_ELEMENTS:
            raise ForeignFileError(f"has more than {MOST_XML_ELEMENTS} elements")
        if shape.attributes > MOST_XML_ATTRIBUTES_IN_ALL:
            raise ForeignFileError(
                f"has more than {MOST_XML_ATTRIBUTES_IN_ALL} attributes in all"
            )
        if len(attributes) > MOST_XML_ATTRIBUTES:
            raise ForeignFileError(
                f"line {parser.CurrentLineNumber}: <{name[:40]}> has "
                f"{len(attributes)} attributes"
            )

        for value in attributes.values():
            if len(value) > LONGEST_XML_ATTRIBUTE:
                raise ForeignFileError(
                    f"line {parser.CurrentLineNumber}: <{name[:40]}> has an attribute "
                    f"of {len(value)} characters"
                )

    def end(_name: str) -> None:
        shape.depth -= 1

    def refuse(*_declaration: object) -> None:
        raise ForeignFileError(
            "declares a document type; models have none, and it may hide entities "
            "that grow without end or fetch other files"
        )

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise ForeignFileError(
            f"is not XML ({error}); was it written to the end?"
        ) from error
    return shape.elements
