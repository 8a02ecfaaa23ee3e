"""Addresses that prove by themselves who received them: signed when the message leaves, stored nowhere.

A stored path holds a value between braces, `/alertes/arreter/{…}/`. What is signed is this value for this page: the same
value opens no other page, and who reads the database cannot write such an address.
"""

from datetime import timedelta

from django.core.signing import BadSignature, TimestampSigner


def signed_path(path: str) -> str:
    """Return `path` with the value between its braces signed for the page that it leads to."""
    head, brace, rest = path.partition("{")
    if not brace:
        return path
    value, _, tail = rest.partition("}")
    return f"{head}{TimestampSigner(salt=head).sign(value)}{tail}"


def value_of(token: str, *, head: str, max_age: timedelta | None = None) -> str | None:
    """Return the value signed in `token` for the page under `head`, or None: forged, cut, or older than `max_age`."""
    try:
        return TimestampSigner(salt=head).unsign(token, max_age=max_age)
    except BadSignature:
        return None
