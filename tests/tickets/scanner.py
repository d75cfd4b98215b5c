"""What reads a ticket: a scanner, and what draws the ticket for it."""
import io
import pathlib
import random
import re
import subprocess
import tempfile

from PIL import Image, ImageDraw

CODE = re.compile(r"T1[0-9A-HJKMNP-TV-Z]{42}")
MODULES, FINDER = 33, 9  # of a code of 44 characters at level H; a finder with its margin and what is said beside it
ALIGNMENT = (24, 29)  # from where to where, in both directions: the fourth mark, by which a scanner lays its grid
QUIET = 4


def output_of(*words, given=None):
    return subprocess.run([str(word) for word in words], input=given, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout


def drawn(svg, width=None):
    """Of an SVG, as it says how large it is or so many pixels wide."""
    return Image.open(io.BytesIO(output_of("rsvg-convert", *(["--width", width, "--keep-aspect-ratio"] if width else []), given=svg))).convert("L")


def pages(pdf, dpi, first=1, last=None):
    """Of a PDF, as a printer would have it."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "tickets.pdf"
        file.write_bytes(pdf)
        output_of("pdftoppm", "-r", dpi, "-gray", "-f", first, *(["-l", last] if last else []), file, file.with_suffix(""))
        return [Image.open(page).copy() for page in sorted(file.parent.glob("*.pgm"))]


def check(pdf):
    """Is it as PDF should be?"""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        output_of("qpdf", "--check", file.name)


def text_of(pdf, page=None):
    return output_of("pdftotext", *(["-f", page, "-l", page] if page else []), "-", "-", given=pdf).decode()


def read(image):
    """What the QR code says; empty if the scanner finds none."""
    with tempfile.NamedTemporaryFile(suffix=".pgm") as file:
        image.save(file.name)
        scanned = subprocess.run(["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file.name], check=False,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return scanned.stdout.decode().strip()


def covered(svg_image, share, chance, colour):
    """A picture of an SVG with a square upon it that hides this share of the code, but none of the marks that it is found by: the
    correction of errors is what is looked at. Without the fourth mark, ZBar reads most, but not all."""
    module = svg_image.width / (MODULES + 2 * QUIET)
    side = MODULES * share ** 0.5
    while True:
        x, y = chance.uniform(0, MODULES - side), chance.uniform(0, MODULES - side)
        left, right, top, bottom = x < FINDER, x + side > MODULES - FINDER, y < FINDER, y + side > MODULES - FINDER
        fourth = all(at < ALIGNMENT[1] and at + side > ALIGNMENT[0] for at in (x, y))
        if not (left and top or right and top or left and bottom or fourth):
            break
    image = svg_image.copy()
    corners = [module * (QUIET + at) for at in (x, y, x + side, y + side)]
    ImageDraw.Draw(image).rectangle(corners, fill=colour)
    return image


def places(seed, count):
    return [(random.Random(seed * 1000 + place), 255 * (place % 2)) for place in range(count)]
