"""What a ZIP container says of itself, read from its table of contents only: nothing is unpacked before it is judged."""

import io
import struct
import zipfile

MOST_ENTRIES = 2_000
MOST_UNPACKED = 50 * 1024 * 1024  # bytes, all entries together
MOST_RATIO = 100  # unpacked bytes for one packed byte
_MOST_CONTENTS = (
    1024 * 1024
)  # bytes of the table of contents: Python reads it whole before the first question
_MOST_READ = 1024 * 1024  # bytes of one entry that we look into
_SMALL = 1024 * 1024  # a short text of spaces packs very well without harming anybody
_END = b"PK\x05\x06"
_ENCRYPTED = 0x1


class BadArchive(ValueError):
    """The container is damaged or is not one."""


class Bomb(ValueError):
    """Unpacking it would take too much room."""


class Locked(ValueError):
    """Its content asks for a password."""


class Archive:
    """A container that may be looked into. Raises BadArchive, Bomb or Locked."""

    def __init__(self, content: bytes):
        _judge_contents(content)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OSError) as problem:
            raise BadArchive from problem
        entries = self._zip.infolist()
        _judge(entries, len(content))
        self.names = [entry.filename for entry in entries]

    def read(self, name: str) -> bytes:
        """Return the first megabyte of an entry, or nothing when it is not there. Raises BadArchive."""
        if name not in self.names:
            return b""
        try:
            with self._zip.open(name) as entry:
                return entry.read(_MOST_READ)
        except Exception as problem:  # zlib, lzma and zipfile each have their own ways of being surprised
            raise BadArchive from problem


def _judge_contents(content: bytes) -> None:
    """Refuse, before Python builds an object for each entry, a table of contents that is too long or is not there."""
    at = content.rfind(_END, max(0, len(content) - 66_000))
    if not content.startswith(b"PK\x03\x04") or at < 0 or len(content) < at + 22:
        raise BadArchive
    entries, size = struct.unpack("<HL", content[at + 10 : at + 16])
    if entries > MOST_ENTRIES or size > _MOST_CONTENTS:
        raise Bomb


def _judge(entries: list[zipfile.ZipInfo], packed: int) -> None:
    if not entries:
        raise BadArchive
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Locked
    unpacked = sum(entry.file_size for entry in entries)
    dense = any(
        entry.file_size > _SMALL and entry.file_size > MOST_RATIO * max(entry.compress_size, 1)
        for entry in entries
    )
    whole = unpacked > _SMALL and unpacked > MOST_RATIO * packed
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or dense or whole:
        raise Bomb
