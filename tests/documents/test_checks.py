"""What a document may be, on its bytes alone (quality.md §3.D, D1 to D10)."""

import hashlib
import io
import time
import tracemalloc
import zipfile

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from alliance.lib import archives, photos
from alliance.lib.filenames import extension_of, safe_name
from initiatives import documents
from initiatives.documents import examine
from tests.documents import made

SOUND = {
    "a.pdf": made.pdf(),
    "a.docx": made.office(),
    "a.xlsx": made.office(made.EXCEL),
    "a.odt": made.open_document(),
    "a.ods": made.open_document("spreadsheet"),
}
MEGABYTE = 1024 * 1024


def refusal(name, content):
    with pytest.raises(ValidationError) as caught:
        examine(name, content)
    return caught.value.messages[0]


@pytest.mark.parametrize("name", SOUND)
def test_sound_document_is_kept_byte_for_byte(name):
    sound = examine(name, SOUND[name])
    assert (sound.content, sound.name, sound.media_type) == (
        SOUND[name],
        name,
        documents.MEDIA_TYPES[name.partition(".")[2]],
    )


@pytest.mark.parametrize("name", ["PLAN.PDF", "plan final (2).Pdf"])
def test_extension_in_capitals_is_the_same(name):
    assert examine(name, made.pdf()).name == name


@pytest.mark.parametrize(
    "name",
    [
        "a.svg",
        "a.html",
        "a.xml",
        "a.js",
        ".htaccess",
        "a.exe",
        "a.docm",
        "a.xlsm",
        "a.doc",
        "a.zip",
        "a.pdf.exe",
        "a",
        "pdf",
        "a.webp",
        "a.heic",
        "a.csv",
    ],
)
def test_type_out_of_the_list_is_refused(name):
    assert refusal(name, made.pdf()) == documents.TYPE


PRETENDERS = {
    "exe": b"MZ\x90\x00" + b"\x00" * 200,
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "zip": made.container([("a.txt", "x")]),
    "html before pdf": b"<html><script>alert(1)</script>" + made.pdf(),
    "pdf": made.pdf(),
    "word": made.office(),
    "excel": made.office(made.EXCEL),
    "odt": made.open_document(),
    "ods": made.open_document("spreadsheet"),
    "jpg": made.photo(),
    "png": made.photo(kind="PNG"),
}
OWN = {"pdf": "pdf", "word": "docx", "excel": "xlsx", "odt": "odt", "ods": "ods", "jpg": "jpg", "png": "png"}


def test_content_that_is_not_what_the_name_says_is_refused():
    tried = [
        (extension, refusal(f"a.{extension}", content))
        for extension in documents.MEDIA_TYPES
        for pretender, content in PRETENDERS.items()
        if OWN.get(pretender) != extension
    ]
    assert len(tried) == 77
    assert [pair for pair in tried if pair[1] != documents.MISMATCH.format(extension=pair[0])] == []


def test_empty_file_and_file_over_ten_megabytes_are_refused():
    assert refusal("a.pdf", b"") == documents.EMPTY
    assert documents.SIZE == "Le fichier doit peser au plus 10\xa0Mo"
    assert refusal("a.pdf", made.pdf(b"x" * 10 * MEGABYTE)) == documents.SIZE
    just = made.pdf(b"x" * (10 * MEGABYTE - len(made.pdf())))
    assert len(just) == 10 * MEGABYTE
    assert examine("a.pdf", just).content == just


CUT = {
    "a.pdf": made.pdf(end=b""),
    "a.docx": SOUND["a.docx"][:-30],
    "a.ods": SOUND["a.ods"][:-30],
    "a.jpg": made.photo((400, 400), mode="RGB")[:-200],
    "a.png": made.photo((400, 400), kind="PNG")[:-80],
}


@pytest.mark.parametrize("name", CUT)
def test_file_cut_on_its_way_is_refused(name):
    assert refusal(name, CUT[name]) == documents.DAMAGED


LOCKED = {
    "a.pdf": made.pdf(b"trailer <</Encrypt 12 0 R /Root 1 0 R>>"),
    "b.pdf": made.pdf(b"<</Type/XRef/Encrypt<</Filter/Standard>>>>"),
    "a.docx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
    "a.odt": made.open_document(manifest="<manifest:encryption-data/>"),
}


@pytest.mark.parametrize("name", LOCKED)
def test_file_with_a_password_is_refused_in_words(name):
    assert refusal(name, LOCKED[name]) == documents.LOCKED


def test_zip_with_a_password_is_locked():
    content = bytearray(SOUND["a.docx"])
    content[content.rfind(b"PK\x01\x02") + 8] |= 1  # of the last entry, in the table of contents
    assert refusal("a.docx", bytes(content)) == documents.LOCKED


def test_old_word_says_how_to_save_it():
    assert refusal("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600) == documents.OLD


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", made.office("application/vnd.ms-word.document.macroEnabled.main+xml")),
        ("a.docx", made.office(more=[("word/vbaProject.bin", "x")])),
        ("a.xlsx", made.office(made.EXCEL, more=[("xl/VBAPROJECT.BIN", "x")])),
        ("a.odt", made.open_document(more=[("Basic/Standard/Module1.xml", "x")])),
        ("a.ods", made.open_document("spreadsheet", more=[("Scripts/python/a.py", "x")])),
    ],
)
def test_macros_are_refused(name, content):
    assert refusal(name, content) == documents.MACROS


def test_pdf_with_script_or_attachment_is_kept_for_download_only():
    content = made.pdf(b"<</S /JavaScript /JS (app.alert\\(1\\))>> <</Type /EmbeddedFile>>")
    assert examine("a.pdf", content).content == content


# Bombs ----------------------------------------------------------------------------------------------------


def _lying(count):
    """Return a container whose end says `count` entries."""
    content = bytearray(SOUND["a.docx"])
    at = content.rfind(b"PK\x05\x06")
    content[at + 8 : at + 12] = count.to_bytes(2, "little") * 2
    return bytes(content)


BOMBS = {
    "two hundred megabytes": made.office(more=[("word/a.xml", b"0" * 200 * MEGABYTE)]),
    "sixty megabytes in many": made.office(more=[(f"word/{n}.xml", b"0" * MEGABYTE) for n in range(60)]),
    "one dense entry": made.office(more=[("word/a.xml", b"0" * 2 * MEGABYTE)]),
    "too many entries": made.office(more=[(f"word/{n}", "") for n in range(2_000)]),
    "too many entries said": _lying(2_001),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_zip_bomb_is_refused_without_being_opened(bomb, monkeypatch):
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *a, **k: pytest.fail("opened before it was judged"))
    tracemalloc.start()
    before = time.perf_counter()
    assert refusal("a.docx", BOMBS[bomb]) == documents.BOMB
    seconds, (_now, peak) = time.perf_counter() - before, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 2
    assert peak < 12 * MEGABYTE


def test_long_table_of_contents_is_refused_before_it_is_read(monkeypatch):
    content = made.office(more=[(f"word/{n:0200d}", "") for n in range(5_000)])
    at = content.rfind(b"PK\x05\x06")
    content = content[: at + 8] + (3).to_bytes(2, "little") * 2 + content[at + 12 :]  # it says three entries
    monkeypatch.setattr(zipfile, "ZipFile", lambda *a, **k: pytest.fail("read before it was judged"))
    with pytest.raises(archives.Bomb):
        archives.Archive(content)


def test_document_just_within_the_limits_is_kept():
    varied = b"".join(hashlib.sha256(bytes([n])).digest() for n in range(32)) + bytes(60_000)
    content = made.office(more=[(f"word/{n}.xml", varied) for n in range(800)])
    assert examine("a.docx", content).content == content


def test_image_of_too_many_pixels_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda *a: pytest.fail("decoded"))
    assert refusal("a.png", made.huge_png()) == documents.PIXELS
    assert refusal("a.png", made.huge_png(8_000, 5_001)) == documents.PIXELS


# Photos ---------------------------------------------------------------------------------------------------


def opened(content):
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(("name", "kind"), [("a.jpg", "JPEG"), ("a.jpeg", "JPEG"), ("a.png", "PNG")])
def test_photo_is_written_again_without_place_camera_or_comment(name, kind):
    content = made.photo(kind=kind) + b"trailing secret"
    assert dict(opened(content).getexif().get_ifd(made.GPS))
    kept = examine(name, content).content
    image = opened(kept)
    assert dict(image.getexif()) == {}
    assert not {"comment", "exif", "Author", "photoshop", "xmp"} & set(image.info)
    assert [word for word in (b"Jeanne", b"Tremblay", b"secret", b"Exif") if word in kept] == []
    assert (image.format, image.size) == (kind, (40, 60))  # turned upright


def test_large_photo_is_reduced_and_small_one_keeps_its_size():
    assert opened(examine("a.jpg", made.photo((4_000, 3_000), exif=False)).content).size == (2_400, 1_800)
    assert opened(examine("a.png", made.photo((300, 2_500), "PNG", exif=False)).content).size == (288, 2_400)
    assert opened(examine("a.jpg", made.photo((2_400, 10), exif=False)).content).size == (2_400, 10)


@pytest.mark.parametrize(
    ("kind", "mode", "kept"),
    [
        ("JPEG", "CMYK", "RGB"),
        ("JPEG", "L", "L"),
        ("PNG", "RGBA", "RGBA"),
        ("PNG", "P", "RGB"),
        ("PNG", "1", "RGB"),
        ("PNG", "I;16", "L"),
    ],
)
def test_photo_of_any_colours_is_read(kind, mode, kept):
    name = "a.jpg" if kind == "JPEG" else "a.png"
    assert opened(examine(name, made.photo(kind=kind, mode=mode, exif=False)).content).mode == kept


def test_photo_whose_exif_is_broken_is_kept():
    content = made.photo()
    at = content.index(b"Exif\x00\x00") + 6
    broken = content[:at] + b"\xff" * 40 + content[at + 40 :]
    assert opened(photos.rewrite(broken, "jpg")).size == (60, 40)


# Names ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\x.pdf", "x.pdf"),
        ("C:\\Users\\a\\Bilan.pdf", "Bilan.pdf"),
        ("CON.pdf", "document-CON.pdf"),
        ("lpt1.tar.pdf", "document-lpt1.tar.pdf"),
        ("console.pdf", "console.pdf"),
        ("facture\u202efdp.exe.pdf", "facturefdp.exe.pdf"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ('a"b<c>|d?*.pdf', "a-b-c-d.pdf"),
        (".pdf", "document.pdf"),
        ("....pdf", "document.pdf"),
        ("   Lettre  d’appui .pdf", "Lettre d’appui.pdf"),
        ("cafe\u0301 🍎.pdf", "café 🍎.pdf"),
        ("東京.pdf", "東京.pdf"),
        ("\ud800a.pdf", "a.pdf"),
    ],
)
def test_name_shown_is_safe(name, shown):
    assert safe_name(name) == shown


@pytest.mark.parametrize("letter", ["a", "é", "🍎"])
def test_long_name_is_cut_before_its_extension(letter):
    short = safe_name(letter * 255 + ".pdf")
    assert short.endswith(f"{letter}.pdf")
    assert len(short) <= 120
    assert len(short.encode()) <= 200


@pytest.mark.parametrize(
    ("name", "extension"),
    [("a.PDF", "pdf"), ("a.pdf.exe", "exe"), ("a", ""), (".htaccess", ""), ("a.pdf.", ""), ("x/.pdf", "")],
)
def test_extension_is_what_follows_the_last_dot(name, extension):
    assert extension_of(name) == extension
