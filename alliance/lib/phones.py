"""A telephone number as a link dials it."""

import re

_NOT_DIALED = re.compile(r"[^0-9+]")
_EXTENSION = re.compile(r", poste (\d+)$")


def dialled(phone: str) -> str:
    """Return « +14185550123;ext=12 » for « 418 555-0123, poste 12 », as RFC 3966 writes it; « 211 » stays."""
    extension = _EXTENSION.search(phone)
    digits = _NOT_DIALED.sub("", _EXTENSION.sub("", phone))
    number = f"+1{digits}" if len(digits) == 10 else digits
    return f"{number};ext={extension[1]}" if extension else number
