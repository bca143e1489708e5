"""A figure's SVG as a PDF of the same size, its text as text, in a font that goes with it.

The SVG comes from a browser, so it is anybody's: it is taken for a figure where it has nothing
but shapes and text, of bounded size, and refers to nothing outside of itself.

The font is Roboto (Apache 2.0), whatever the SVG asks for: it has the indices and Greek that
axes are written with, and every machine has it.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import font_roboto
from lxml import etree
from reportlab.graphics import renderPDF
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas
from svglib import svglib

LARGEST = 900_000
"""Characters of an SVG."""
MOST = 8_000
"""Elements of it."""
DEEPEST = 40
LONGEST_SIDE = 3_000  # points
SECONDS = 45.0
FONT = "Roboto"
SVG = "{http://www.w3.org/2000/svg}"
TAGS = frozenset(
    f"{SVG}{name}"
    for name in (
        "svg",
        "g",
        "defs",
        "clipPath",
        "rect",
        "path",
        "line",
        "circle",
        "text",
        "tspan",
    )
)
OWN = re.compile(r"url\(\s*(['\"]?)#[\w-]+\1\s*\)")
"""A reference inside of the file."""
FAMILY = re.compile(r"font-family:[^;]*")
LENGTH = re.compile(r"(\d{1,5}(?:\.\d{1,9})?)(mm|px)?")


class NoFigure(ValueError):
    """What is no figure's SVG, and why."""


@dataclass(frozen=True)
class Printing:
    """A figure to be written, in a process apart."""

    svg: str
    title: str

    @property
    def seconds(self) -> float:
        """In which it has to end."""
        return SECONDS

    def run(self) -> bytes:
        """Do it."""
        return pdf(self.svg, self.title)


def pdf(svg: str, title: str = "") -> bytes:
    """The PDF, one page of the figure's size.

    Raises:
        NoFigure: it is no figure's, it is too large, or has characters that the font lacks.
    """
    root = parsed(svg)
    _fonts()
    _require_glyphs(root)
    for element in root.iter():
        if style := element.get("style"):
            element.set("style", FAMILY.sub(f"font-family: {FONT}", style))
        if element.get("font-family"):
            element.set("font-family", FONT)
    drawing = svglib.svg2rlg(io.BytesIO(etree.tostring(root)))
    if drawing is None or not 1 <= max(drawing.width, drawing.height) <= LONGEST_SIDE:
        raise NoFigure(f"a drawing of 1 to {LONGEST_SIDE:,} points")
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(drawing.width, drawing.height), initialFontName=FONT)
    canvas.setTitle(title)
    canvas.setCreator("netspace")
    renderPDF.draw(drawing, canvas, 0, 0)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def parsed(svg: str) -> etree._Element:
    """The SVG, if it may be a figure's.

    Raises:
        NoFigure: otherwise.
    """
    if len(svg) > LARGEST:
        raise NoFigure(f"at most {LARGEST:,} characters")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(svg.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise NoFigure(f"an SVG: {error.msg}") from None
    if root.getroottree().docinfo.doctype:
        raise NoFigure("an SVG without a document type")
    if root.tag != f"{SVG}svg":
        raise NoFigure("an SVG")
    for n, element in enumerate(root.iter(), start=1):
        if n > MOST:
            raise NoFigure(f"at most {MOST:,} elements")
        _require_plain(element)
    if any(LENGTH.fullmatch(root.get(side, "")) is None for side in ("width", "height")):
        raise NoFigure("a width and a height in mm or px")
    return root


def _require_plain(element: etree._Element) -> None:
    if element.tag not in TAGS:
        raise NoFigure(f"shapes and text, no {str(element.tag).removeprefix(SVG)[:40]!r}")
    if sum(1 for _ in element.iterancestors()) > DEEPEST:
        raise NoFigure(f"at most {DEEPEST} levels")
    for name, value in element.attrib.items():
        if str(name).startswith(("on", "{http://www.w3.org/1999/xlink}")) or name == "href":
            raise NoFigure(f"nothing that refers or runs, no {str(name)[:40]!r}")
        rest = OWN.sub("", str(value)).lower()
        if "url(" in rest or "@import" in rest or "\\" in rest:
            raise NoFigure("references inside of the file only")


@cache
def _fonts() -> None:
    files = Path(font_roboto.font_directory)
    for weight, file in (("normal", "Roboto-Regular.ttf"), ("bold", "Roboto-Bold.ttf")):
        svglib.register_font(FONT, str(files / file), weight)


def _require_glyphs(root: etree._Element) -> None:
    known = pdfmetrics.getFont(FONT).face.charToGlyph
    lacking = {
        letter for text in root.itertext() for letter in text if ord(letter) not in known
    }
    lacking -= set("\n\r\t\u200b")
    if lacking:
        some = " ".join(sorted(lacking)[:10])
        raise NoFigure(
            f"characters that the font of a PDF has, not {some} (SVG and PNG keep them)"
        )
