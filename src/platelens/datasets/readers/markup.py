"""XML files as trees that know their lines, so that an error can name one."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from platelens.datasets.readers.fields import finite_number
from platelens.errors import AnnotationError


@dataclass(slots=True)
class Element:
    """An element of an XML file."""

    path: Path  # of the file
    line: int  # of its start tag, from 1
    tag: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)  # of its text

    @property
    def where(self) -> str:
        """File and line."""
        return f"{self.path}:{self.line}"

    @property
    def text(self) -> str:
        """Its own text without that of its children, no space around it."""
        return "".join(self.pieces).strip()

    def all(self, tag: str) -> Iterator[Element]:
        """Give the children of that tag."""
        return (child for child in self.children if child.tag == tag)

    def find(self, tag: str) -> Element | None:
        """Give the first child of that tag."""
        return next(self.all(tag), None)

    def child(self, tag: str) -> Element:
        """Do as `find`; AnnotationError without such a child."""
        found = self.find(tag)
        if found is None:
            raise AnnotationError(f"{self.where}: <{self.tag}> has no <{tag}>")
        return found

    def text_of(self, tag: str) -> str:
        """Give the text of the first child of that tag; "" without such a child."""
        found = self.find(tag)
        return found.text if found else ""

    def number(self) -> float:
        """Give its text as a finite number; AnnotationError if it is none."""
        return self._finite(self.text, f"<{self.tag}>")

    def attribute(self, name: str) -> str:
        """Give an attribute; AnnotationError if it is missing."""
        if name not in self.attributes:
            raise AnnotationError(f"{self.where}: <{self.tag}> has no attribute {name!r}")
        return self.attributes[name]

    def attribute_number(self, name: str) -> float:
        """Give an attribute as a finite number; AnnotationError if it is missing or none."""
        return self._finite(self.attribute(name), f"<{self.tag}> {name}")

    def _finite(self, value: str, what: str) -> float:
        return finite_number(value, f"{self.where}: {what}")


def read_xml(path: Path) -> Element:
    """Read an XML file and give its root.

    Raises:
        AnnotationError: it cannot be read, is malformed, or declares entities, which could make
            it as large as memory; names file and line.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    top = Element(path, 0, "", {})
    stack = [top]

    def start(tag: str, attributes: dict[str, str]) -> None:
        element = Element(path, parser.CurrentLineNumber, tag, attributes)
        stack[-1].children.append(element)
        stack.append(element)

    def end(_tag: str) -> None:
        stack.pop()

    def read_text(text: str) -> None:
        stack[-1].pieces.append(text)

    def refuse(*_: object) -> None:
        line = parser.CurrentLineNumber
        raise AnnotationError(f"{path}:{line}: declares an entity: refused, as it may be harmful")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = read_text
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(path.read_bytes(), True)
    except OSError as error:
        raise AnnotationError(f"{path}: {error.strerror}") from error
    except (expat.ExpatError, LookupError, ValueError) as error:  # the last two: its encoding
        line = parser.CurrentLineNumber
        raise AnnotationError(f"{path}:{line}: is not well-formed XML: {error}") from None
    return top.children[0]


def write_xml(root: ET.Element, path: Path) -> None:
    """Write an indented XML file, and the folder that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ET.indent(root)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def add_text(parent: ET.Element, tag: str, text: object) -> None:
    """Add a child with that text."""
    ET.SubElement(parent, tag).text = str(text)
