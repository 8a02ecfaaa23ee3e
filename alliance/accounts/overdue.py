"""What arrives after the end of a session: nothing is opened any more, and nothing that was typed is lost.

The row of the session stays, without its person: it only remembers whose it was. A form that arrives within a quarter
of an hour of the end is saved in that name by its view (`keep_typed`); after that, or where no view saves, its text is
put aside and shown to the same person, once signed in again (quality.md §3, F8, B28).
"""

import re
import time
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from alliance.accounts.models import User
from alliance.lib.dates import time_text
from alliance.lib.http import GIVEN_BACK, LONGEST_KEPT, Kept, saves_by_itself, signed_out
from alliance.lib.workflow import Refusal

OVER, TYPED, UNSAVED, SHOWN = "over", "typed", "unsaved", "unsaved_shown"
GRACE = 15 * 60  # seconds after the end during which a text is still saved in the name of its author
MOST_TEXTS = 5  # put aside for one person
_SECRET = re.compile(r"pass|token|csrf|secret|otp|^code$|credential|mot_de_passe", re.IGNORECASE)
_MECHANICAL = re.compile(
    r"^_|^(do|etape|vu|next|version|complet|action|index|select_across|kind|on)$|[-_](TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$"
    r"|(^|-)(id|DELETE|ORDER)$|_read$"
)
TOO_LONG = "Votre texte est trop long pour être gardé\xa0: il n’est pas enregistré."


def close(request: HttpRequest, reason: str, at: int, *, writes: bool = True) -> None:
    """End the session of `request`, at the moment `at` (seconds): its row keeps whose it was, and opens nothing.

    The row keeps its key: a page that asks at the same moment must not make the browser drop it. Signing in changes it.
    """
    session, user = request.session, request.user
    over = {"user": user.pk, "role": user.role, "hash": session.get(HASH_SESSION_KEY, "")}
    for key in [key for key in session.keys() if key not in (TYPED, UNSAVED)]:  # noqa: SIM118 — no iterator
        del session[key]
    session[OVER] = over | {"at": at, "reason": reason, "writes": writes}
    request.user = AnonymousUser()


def is_over(request: HttpRequest) -> bool:
    return OVER in request.session


def receive(request: HttpRequest, view: Callable[..., Any], kwargs: dict[str, Any]) -> HttpResponse | None:
    """Keep the text that a form brings after the end; return the answer, or None where there was none."""
    author = _author(request)
    if request.method != "POST" or author is None:
        return None
    kept = _keep(request, author, view, kwargs)
    if saves_by_itself(request):  # that page still holds its text: nothing is put aside for it
        return _saved() if kept.saved else signed_out()
    address, said = kept.address, kept.said
    if kept.leftover:
        _put_in_place(request, author, kept)
    elif not kept.saved and (text := _text_of(request)):
        told = GIVEN_BACK if _put_aside(request, author, request.path, text) else TOO_LONG
        said = " ".join([said.replace(GIVEN_BACK, ""), told]).strip()
        address = reverse("account_texts")
    messages.warning(request, f"{request.session[OVER]['reason']} {said}".strip())
    return redirect_to_login(address or request.path)


def _author(request: HttpRequest) -> User | None:
    """Return whose session it was, while the account is open and its password the same."""
    over = request.session[OVER]
    user = User.objects.filter(pk=over["user"], is_active=True).first()
    if user is None or not constant_time_compare(over["hash"], user.get_session_auth_hash()):
        return None
    return user


def _keep(request: HttpRequest, author: User, view: Callable[..., Any], kwargs: dict[str, Any]) -> Kept:
    """Let the view save what it received, in the name of `author`; past the grace, it saves nothing."""
    over, keep = request.session[OVER], getattr(view, "keep_typed", None)
    if keep is None:
        return Kept()
    if not over["writes"] or author.role != over["role"] or time.time() - over["at"] > GRACE:
        text = _text_of(request) if getattr(view, "gives_back", False) else ""
        return Kept(GIVEN_BACK, request.path, text if len(text) <= LONGEST_KEPT else "")
    request.user = author
    try:
        return keep(request, **kwargs)
    except (Http404, PermissionDenied, Refusal, ValidationError):
        return Kept()
    finally:
        request.user = AnonymousUser()


def _saved() -> HttpResponse:
    said = f"Brouillon enregistré à {time_text(timezone.now())}, puis votre session a pris fin."
    return signed_out(said, kept=True)


def _text_of(request: HttpRequest) -> str:
    """Return what a form holds, without what proves who one is; empty when nobody typed anything in it."""
    fields = request.POST.copy()
    for name in [name for name in fields if _SECRET.search(name) and name not in ("token", "entry_token")]:
        del fields[name]
    return fields.urlencode() if _rows(fields) else ""


def _put_in_place(request: HttpRequest, author: User, kept: Kept) -> None:
    """Put a text where its page finds it; what another page left there before is put aside."""
    before = request.session.get(TYPED)
    if before and before["user"] == author.pk and before["address"] != kept.address:
        _put_aside(request, author, before["address"], before["data"])
    request.session[TYPED] = {"user": author.pk, "address": kept.address, "data": kept.leftover}


def _put_aside(request: HttpRequest, author: User, address: str, text: str) -> bool:
    if len(text) > LONGEST_KEPT:
        return False
    rows = [row for row in request.session.get(UNSAVED, []) if row["user"] == author.pk]
    row = {"user": author.pk, "address": address, "data": text}
    request.session[UNSAVED] = [each for each in rows if each != row][-MOST_TEXTS + 1 :] + [row]
    return True


# Once signed in again ---------------------------------------------------------------------------------------


def welcome_back(request: HttpRequest) -> bool:
    """Forget the session that ended, and what is another person's; say whether a text waits to be shown."""
    session = request.session
    session.pop(OVER, None)
    if session.get(TYPED, {}).get("user", request.user.pk) != request.user.pk:
        del session[TYPED]
    if UNSAVED not in session:
        return False
    if any(row["user"] != request.user.pk for row in session[UNSAVED]):
        del session[UNSAVED]
        return False
    return SHOWN not in session


def texts(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the texts put aside for this person: the page where each was typed, and what was typed, field by field."""
    request.session[SHOWN] = True
    own = [row for row in request.session.get(UNSAVED, []) if row["user"] == request.user.pk]
    return [{"address": row["address"], "fields": _rows(QueryDict(row["data"]))} for row in own]


def forget_texts(request: HttpRequest) -> None:
    request.session.pop(UNSAVED, None)
    request.session.pop(SHOWN, None)


def _rows(fields: QueryDict) -> list[str]:
    """Return the values that somebody typed, without those by which a page finds its way."""
    typed = [
        value
        for name, values in fields.lists()
        if not _SECRET.search(name) and not _MECHANICAL.search(name)
        for value in values
    ]
    return [value for value in typed if value.strip()]
