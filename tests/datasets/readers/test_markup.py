from __future__ import annotations

from pathlib import Path

import pytest

from platelens.datasets.readers.markup import read_xml
from platelens.errors import AnnotationError

TEXT = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE a>
<a b="1">
  <c> one &amp;
 two </c><c/>
  <d x="2.5"><e>3</e></d>
</a>
"""


def put(folder: Path, content: str | bytes) -> Path:
    path = folder / "a.xml"
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def test_elements_know_their_lines(tmp_path: Path) -> None:
    root = read_xml(put(tmp_path, TEXT))
    assert (root.tag, root.line, root.attribute("b")) == ("a", 3, "1")
    assert [child.line for child in root.all("c")] == [4, 5]
    assert root.text_of("c") == "one &\n two"
    assert root.text_of("gone") == ""
    assert root.find("gone") is None
    assert root.child("d").attribute_number("x") == 2.5
    assert root.child("d").child("e").number() == 3
    assert root.where == f"{tmp_path / 'a.xml'}:3"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><a>é</a>'
    assert read_xml(put(tmp_path, text.encode(encoding))).text == "é"


BOMB = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">\n' for n in range(1, 20))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f'<!DOCTYPE a [\n<!ENTITY x0 "ha">\n{BOMB}]>\n<a>&x19;</a>', r"a\.xml:2: declares an"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>', r":1: declares an"),
        ("<a>&x;</a>", r"a\.xml:1: is not well-formed XML: undefined entity"),
        ("<a>\n<b></a>", r"a\.xml:2: is not well-formed XML: mismatched tag"),
        (b"<a>\xff</a>", r"a\.xml:1: is not well-formed XML"),
        ('<?xml version="1.0" encoding="martian"?><a/>', r"a\.xml:1: is not well-formed XML"),
        ("<a/><a/>", r"a\.xml:1: is not well-formed XML"),
        ("", r"a\.xml:1: is not well-formed XML: no element found"),
    ],
    ids=["bomb", "file", "undefined", "tags", "bytes", "encoding", "two_roots", "empty"],
)
def test_malformed_files(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(AnnotationError, match=message):
        read_xml(put(tmp_path, content))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"gone\.xml: No such file"):
        read_xml(tmp_path / "gone.xml")


@pytest.mark.parametrize("value", ["", "x", "nan", "-inf"])
def test_no_numbers(tmp_path: Path, value: str) -> None:
    root = read_xml(put(tmp_path, f'<a b="{value}">{value}</a>'))
    with pytest.raises(AnnotationError, match=r"a\.xml:1: <a>: expected a number"):
        root.number()
    with pytest.raises(AnnotationError, match=r"a\.xml:1: <a> b: expected a number"):
        root.attribute_number("b")


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    root = read_xml(put(tmp_path, "<a/>"))
    with pytest.raises(AnnotationError, match=r"a\.xml:1: <a> has no <b>"):
        root.child("b")
    with pytest.raises(AnnotationError, match=r"a\.xml:1: <a> has no attribute 'b'"):
        root.attribute("b")
