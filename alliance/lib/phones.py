"""A telephone number as a link dials it."""

import re

_NOT_DIALLED = re.compile(r"[^0-9]")
_EXTENSION = re.compile(r",? *(?:poste|ext\.?) *([0-9]{1,6}) *$", re.IGNORECASE)


def dialled(phone: str) -> str:
    """Return « tel:+14185550123;ext=12 » for « 418 555-0123, poste 12 » (RFC 3966); « tel:211 » for 211.

    A text that is not a number of telephone (« au comptoir ») gives an empty string: no link is made.
    """
    extension = _EXTENSION.search(phone)
    bare = _EXTENSION.sub("", phone)
    digits = _NOT_DIALLED.sub("", bare)
    if re.search(r"[^\W\d_]", bare) or not 3 <= len(digits) <= 15:
        return ""
    is_whole = bare.strip().startswith("+") or (len(digits) == 11 and digits.startswith("1"))
    number = f"+{digits}" if is_whole else f"+1{digits}" if len(digits) == 10 else digits
    return f"tel:{number};ext={extension[1]}" if extension else f"tel:{number}"
