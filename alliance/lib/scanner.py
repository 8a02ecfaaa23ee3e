"""The search for viruses in a file that arrives, when the setting `DOCUMENT_SCANNER` names a scanner.

`host:port` is a clamd (ClamAV's daemon); a dotted path is a function that takes the bytes and says whether they harm.
Without a scanner nothing is searched, and the row says so.
"""

import re
import socket
import struct

from django.conf import settings
from django.utils.module_loading import import_string

SECONDS = 30
_CHUNK = 64 * 1024
_ADDRESS = re.compile(r"(?P<host>[^:/\s]+):(?P<port>[0-9]{1,5})")


class NoAnswer(Exception):
    """The scanner is named and does not answer: the file cannot be accepted."""


def find_virus(content: bytes) -> bool | None:
    """Say whether the scanner finds a virus in `content`; None when no scanner is named. Raises NoAnswer."""
    scanner = settings.DOCUMENT_SCANNER
    if not scanner:
        return None
    try:
        if address := _ADDRESS.fullmatch(scanner):
            return _ask_clamd(address["host"], int(address["port"]), content)
        return bool(import_string(scanner)(content))
    except Exception as problem:  # whatever happened to the scanner, an unsearched file is not let in
        raise NoAnswer from problem


def _ask_clamd(host: str, port: int, content: bytes) -> bool:
    """Send the bytes by INSTREAM: pieces preceded by their length, then a length of zero."""
    with socket.create_connection((host, port), timeout=SECONDS) as connection:
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), _CHUNK):
            piece = content[start : start + _CHUNK]
            connection.sendall(struct.pack("!L", len(piece)) + piece)
        connection.sendall(struct.pack("!L", 0))
        answer = _answer(connection)
    if answer.endswith("OK"):
        return False
    if answer.endswith("FOUND"):
        return True
    raise ConnectionError(answer)


def _answer(connection: socket.socket) -> str:
    received = b""
    while piece := connection.recv(4096):
        received += piece
        if b"\0" in received or len(received) > _CHUNK:
            break
    return received.strip(b"\0\n ").decode("utf-8", "replace")
