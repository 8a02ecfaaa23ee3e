"""Names of files that people send: shown and given back at download, never used on our disk."""

import re
import unicodedata

MOST_CHARACTERS = 120
_MOST_BYTES = 200  # of the name in UTF-8: usual disks refuse more than 255
_CONTROLS = {
    "Cc",
    "Cf",
    "Cs",
    "Co",
    "Cn",
    "Zl",
    "Zp",
}  # bidi overrides among them: « exe.fdp » read backwards
_FORBIDDEN = re.compile(r'[<>:"|?*%]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)  # by Windows


def extension_of(name: str) -> str:
    """Return what follows the last dot of a file's name, in lower case and without the dot; "" when there is none."""
    stem, dot, extension = _visible(name).rpartition(".")
    return extension.strip().lower() if dot and stem.strip() else ""


def safe_name(name: str, *, fallback: str = "document") -> str:
    """Return a name any computer accepts: no folder, no invisible mark, no reserved word, at most 120 characters.

    Accents and pictures stay. The extension stays as it was written.
    """
    visible = re.sub(r"\s+", " ", _FORBIDDEN.sub("-", _visible(name)))
    stem, dot, extension = visible.rpartition(".")
    if not dot:
        stem, extension = visible, ""
    stem = stem.strip(" .-") or fallback
    if _RESERVED.fullmatch(stem):
        stem = f"{fallback}-{stem}"
    end = f".{extension.strip()[:10]}" if extension.strip() else ""
    return _shortened(stem, end) + end


def _visible(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    return "".join(char for char in unicodedata.normalize("NFC", last) if not _hidden(char))


def _hidden(char: str) -> bool:
    return unicodedata.category(char) in _CONTROLS


def _shortened(stem: str, end: str) -> str:
    short = stem[: MOST_CHARACTERS - len(end)]
    while len((short + end).encode()) > _MOST_BYTES:
        short = short[:-1]
    return short.rstrip(" .")
