"""What a document joined to a file may be, judged on its bytes alone (quality.md §3.D). Nothing here reads the database.

An allow-list: the extension says what the file should be, its content must be that. Anything else is refused, in words.
"""

import hashlib
import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from alliance.lib import archives, photos
from alliance.lib.filenames import extension_of, safe_name

MOST_BYTES = 10 * 1024 * 1024  # of one document, as it arrives
MOST_DOCUMENTS = 20  # of one initiative
MOST_BYTES_TOGETHER = 60 * 1024 * 1024  # of one initiative, as they are kept
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "jpg": "image/jpeg",
    "png": "image/png",
}
ACCEPTED = ",".join(f".{extension}" for extension in (*MEDIA_TYPES, "jpeg"))  # for the browser's own list
IMAGES = ("jpg", "png")
_MAIN_PART = {
    "docx": b"wordprocessingml.document.main+xml",
    "xlsx": b"spreadsheetml.sheet.main+xml",
}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
_PDF = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n\t ]{0,64}%PDF-[12]\.[0-9]")
_PDF_LOCK = re.compile(rb"/Encrypt\s{0,20}(?:[0-9]{1,10}\s{1,20}[0-9]{1,5}\s{1,20}R|<<)")
_MACROS = re.compile(r"(^|/)(vbaProject\.bin|vbaData\.xml)$|^(Basic|Scripts)/.", re.IGNORECASE)

TYPE = "Le fichier doit être un PDF, un document Word, Excel ou LibreOffice, ou une image JPG ou PNG"
SIZE = "Le fichier doit peser au plus 10\xa0Mo"
EMPTY = "Le fichier est vide"
MISMATCH = "Le contenu du fichier ne correspond pas à son nom (.{extension}). Enregistrez-le de nouveau, puis joignez-le"
DAMAGED = "Le fichier est incomplet ou abîmé. Enregistrez-le de nouveau, puis joignez-le"
LOCKED = "Le fichier est protégé par un mot de passe. Joignez une copie sans protection"
OLD = "Le fichier est dans un ancien format de Word ou d’Excel. Enregistrez-le en .docx ou en .xlsx"
MACROS = "Le document contient des macros. Joignez une copie sans macros"
BOMB = "Le document prendrait trop de place une fois ouvert. Joignez-en une version plus simple, ou un PDF"
PIXELS = "L’image compte plus de 40\xa0millions de pixels. Joignez-en une version réduite"


@dataclass(frozen=True)
class Sound:
    """A document that was judged and found sound: what is kept of it."""

    name: str
    extension: str
    media_type: str
    content: bytes

    @property
    def digest(self) -> str:
        return digest_of(self.content)

    @property
    def is_image(self) -> bool:
        return self.extension in IMAGES


def refuse_size(size: int) -> None:
    """Raise ValidationError for a file that is empty or too heavy, before it is read."""
    if size <= 0:
        raise ValidationError(EMPTY, code="empty")
    if size > MOST_BYTES:
        raise ValidationError(SIZE, code="size")


def examine(name: str, content: bytes) -> Sound:
    """Return the document to keep; a photo comes back without its place, upright and reduced.

    Raises ValidationError in French: the type, the size, what the content really is.
    """
    extension = extension_of(name).replace("jpeg", "jpg")
    if extension not in MEDIA_TYPES:
        raise ValidationError(TYPE, code="type")
    refuse_size(len(content))
    kept = _CHECKS[extension](content, extension)
    return Sound(safe_name(name), extension, MEDIA_TYPES[extension], kept)


def digest_of(content: bytes) -> str:
    """Return the SHA-256 that the row keeps of its bytes (invariant I13)."""
    return hashlib.sha256(content).hexdigest()


def is_image(media_type: str) -> bool:
    """Say whether a kept document of this media type can be shown as a small image."""
    return media_type in {MEDIA_TYPES[extension] for extension in IMAGES}


def thumbnail(content: bytes, media_type: str) -> bytes:
    """Return a kept image reduced to what a list shows. Raises photos.BadPhoto."""
    kind = next(extension for extension in IMAGES if MEDIA_TYPES[extension] == media_type)
    return photos.rewrite(content, kind, longest=240)


# Private parts --------------------------------------------------------------------------------------------


def _pdf(content: bytes, extension: str) -> bytes:
    if not _PDF.match(content):
        raise _mismatch(extension)
    if b"%%EOF" not in content[-4096:]:  # a line cut in the middle leaves a file without its end
        raise ValidationError(DAMAGED, code="damaged")
    if _PDF_LOCK.search(content):
        raise ValidationError(LOCKED, code="locked")
    return content


def _office(content: bytes, extension: str) -> bytes:
    """Word and Excel: a container whose list of contents names the main part of that kind."""
    if content.startswith(_OLD_OFFICE):
        locked = _ENCRYPTED_OFFICE in content
        raise ValidationError(LOCKED if locked else OLD, code="locked" if locked else "old")
    archive = _opened(content, extension)
    types = _entry(archive, "[Content_Types].xml")
    if b"macroEnabled" in types:
        raise ValidationError(MACROS, code="macros")
    if _MAIN_PART[extension] not in types:
        raise _mismatch(extension)
    return content


def _open_document(content: bytes, extension: str) -> bytes:
    """LibreOffice: a container that says its type in its first entry."""
    archive = _opened(content, extension)
    if archive.names[0] != "mimetype" or _entry(archive, "mimetype") != MEDIA_TYPES[extension].encode():
        raise _mismatch(extension)
    if b"encryption-data" in _entry(archive, "META-INF/manifest.xml"):
        raise ValidationError(LOCKED, code="locked")
    return content


def _image(content: bytes, extension: str) -> bytes:
    start = b"\xff\xd8\xff" if extension == photos.JPEG else b"\x89PNG\r\n\x1a\n"
    if not content.startswith(start):
        raise _mismatch(extension)
    try:
        return photos.rewrite(content, extension)
    except photos.TooManyPixels:
        raise ValidationError(PIXELS, code="pixels") from None
    except photos.BadPhoto:
        raise ValidationError(DAMAGED, code="damaged") from None


def _opened(content: bytes, extension: str) -> archives.Archive:
    if not content.startswith(b"PK\x03\x04"):
        raise _mismatch(extension)
    try:
        archive = archives.Archive(content)
    except archives.Bomb:
        raise ValidationError(BOMB, code="bomb") from None
    except archives.Locked:
        raise ValidationError(LOCKED, code="locked") from None
    except archives.BadArchive:
        raise ValidationError(DAMAGED, code="damaged") from None
    if any(_MACROS.search(name) for name in archive.names):
        raise ValidationError(MACROS, code="macros")
    return archive


def _entry(archive: archives.Archive, name: str) -> bytes:
    try:
        return archive.read(name)
    except archives.BadArchive:
        raise ValidationError(DAMAGED, code="damaged") from None


def _mismatch(extension: str) -> ValidationError:
    return ValidationError(MISMATCH.format(extension=extension), code="mismatch")


_CHECKS = {
    "pdf": _pdf,
    "docx": _office,
    "xlsx": _office,
    "odt": _open_document,
    "ods": _open_document,
    "jpg": _image,
    "png": _image,
}
