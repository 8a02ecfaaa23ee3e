"""Photos written again: turned upright, reduced, without place, camera, comment nor anything hidden after the image."""

import io
import threading

from PIL import Image, ImageFile, JpegImagePlugin, PngImagePlugin

MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2_400  # pixels: a letter-size page is still readable
JPEG, PNG = "jpg", "png"
_READERS = {JPEG: JpegImagePlugin.JpegImageFile, PNG: PngImagePlugin.PngImageFile}
_ORIENTATION = 0x0112  # of Exif: how the camera was held
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_one_at_a_time = (
    threading.BoundedSemaphore()
)  # forty million pixels take 160 MB: never several at once in a process


class BadPhoto(ValueError):
    """The image is damaged, or is not one."""


class TooManyPixels(ValueError):
    """The image is larger than `MOST_PIXELS`."""


def rewrite(content: bytes, kind: str, *, longest: int = LONGEST_SIDE) -> bytes:
    """Return the image `content` (`kind`: JPEG or PNG) as new bytes of the same kind, at most `longest` pixels a side.

    The size is read from the header, before anything is decoded. Raises TooManyPixels, BadPhoto.
    """
    try:
        image = _READERS[kind](io.BytesIO(content))  # only the header is read
        width, height = image.size
    except (
        Exception
    ) as problem:  # a false header can surprise the library in many ways; none is worth a fault
        raise BadPhoto from problem
    if width * height > MOST_PIXELS:
        raise TooManyPixels
    with _one_at_a_time:
        ImageFile.LOAD_TRUNCATED_IMAGES = False  # the maker of PDFs turns it on for the whole process
        try:
            return _written(image, kind, longest)
        except Exception as problem:
            raise BadPhoto from problem


def _written(image: Image.Image, kind: str, longest: int) -> bytes:
    turn = _TURNS.get(_orientation(image))
    if kind == JPEG:
        image.draft("RGB", (longest, longest))  # decodes a large photo at a half or a quarter at once
    plain = _plain(image, kind)
    profile = image.info.get("icc_profile") if plain.mode == image.mode else None  # colours, nobody's name
    plain.thumbnail((longest, longest), reducing_gap=2.0)
    if turn is not None:
        plain = plain.transpose(turn)
    plain.info = {}  # comments and texts that Pillow would write back by itself
    written = io.BytesIO()
    if kind == JPEG:
        plain.save(written, "JPEG", quality=85, optimize=True, icc_profile=profile)
    else:
        plain.save(written, "PNG", icc_profile=profile)
    return written.getvalue()


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # a broken Exif block says nothing of the image, which may be sound
        return 1


def _plain(image: Image.Image, kind: str) -> Image.Image:
    """Return the pixels in a mode that its kind writes and that can be reduced well."""
    if image.mode.startswith("I"):  # sixteen bits for each pixel: scans of some machines
        return image.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    kept = {"L", "RGB"} if kind == JPEG else {"L", "LA", "RGB", "RGBA"}
    if image.mode in kept and "transparency" not in image.info:
        image.load()
        return image
    transparent = kind == PNG and (image.has_transparency_data or image.mode in {"PA", "La", "RGBa"})
    return image.convert("RGBA" if transparent else "RGB")
