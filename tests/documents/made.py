"""Documents made for the tests: sound ones, and those that a portal must refuse."""

import io
import struct
import zipfile
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
GPS, ORIENTATION, CAMERA = 0x8825, 0x0112, 0x0110
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def pdf(inside=b"", end=b"%%EOF\n"):
    return b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n" + inside + b"\ntrailer <<>>\nstartxref\n9\n" + end


def container(entries, method=zipfile.ZIP_DEFLATED):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return written.getvalue()


def office(main=WORD, more=()):
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
    return container([("[Content_Types].xml", types), ("word/document.xml", "<w:document/>"), *more])


def open_document(kind="text", manifest="<manifest/>", more=()):
    first = ("mimetype", OPEN_DOCUMENT + kind)
    return container([first, ("META-INF/manifest.xml", manifest), ("content.xml", "<x/>"), *more])


def photo(size=(60, 40), kind="JPEG", mode="RGB", exif=True, comment=b"chez Mme Tremblay"):
    image = Image.new(mode, size)
    image.putpixel((0, 0), tuple([200] * len(image.getbands())) if len(image.getbands()) > 1 else 200)
    written = io.BytesIO()
    extra = {}
    if exif:
        block = Image.Exif()
        block[ORIENTATION], block[CAMERA] = 6, "Appareil de Jeanne"
        block.get_ifd(GPS).update({1: "N", 2: (48.0, 27.0, 3.0), 3: "W", 4: (68.0, 31.0, 5.0)})
        extra["exif"] = block
    if kind == "JPEG":
        extra["comment"] = comment
    else:
        extra["pnginfo"] = PngImagePlugin.PngInfo()
        extra["pnginfo"].add_text("Author", "Jeanne Tremblay")
    image.save(written, kind, **extra)
    return written.getvalue()


def huge_png(width=30_000, height=30_000):
    """A PNG of a few bytes that says 900 million pixels."""

    def chunk(name, data):
        return struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))

    header = struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def upload(content=None, name="resolution.pdf"):
    return SimpleUploadedFile(name, pdf() if content is None else content)
