"""« Mon compte »: what protects it, its open sessions, and the clock of the present one."""

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from alliance.accounts import overdue, second_factor, sessions
from alliance.accounts.fresh import fresh_required

_MOST_DIGITS = 18


@require_safe
def home(request):
    held = list(Authenticator.objects.filter(user=request.user))
    codes = next((row for row in held if row.type == Authenticator.Type.RECOVERY_CODES), None)
    context = {
        "application": any(row.type == Authenticator.Type.TOTP for row in held),
        "keys": sum(row.type == Authenticator.Type.WEBAUTHN for row in held),
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "required": second_factor.is_required(request.user),
        "open_sessions": len(sessions.alive(request)),
    }
    return render(request, "account/home.html", context)


@fresh_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_sessions(request):
    """List the open sessions (GET); close one of them, or all the others (POST `fermer`)."""
    if request.method == "POST":
        return _close(request)
    return render(request, "usersessions/list.html", {"sessions": sessions.alive(request)})


def _close(request):
    asked = request.POST.get("fermer", "")
    mine = request.session.session_key
    if asked == "autres":
        ended = sessions.end(request.user, keep=mine)
    elif asked.isascii() and asked.isdigit() and len(asked) <= _MOST_DIGITS:
        ended = sessions.end(request.user, only=int(asked), keep=mine)
    else:
        raise Http404
    if not ended:
        messages.info(
            request, "Cette session était déjà fermée." if asked != "autres" else "Aucune autre session."
        )
    elif ended == 1:
        messages.success(request, "La session est fermée.")
    else:
        messages.success(request, f"{ended}\xa0sessions sont fermées.")
    return redirect("account_sessions")


@require_http_methods(["GET", "HEAD", "POST"])
def texts(request):
    """Show what a person was typing when their session ended, to copy (GET); forget it (POST)."""
    if request.method == "POST":
        overdue.forget_texts(request)
        messages.success(request, "Le texte est effacé.")
        return redirect("account_home")
    return render(request, "account/texts.html", {"texts": overdue.texts(request)})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def clock(request):
    """Say how many seconds the session has left (`left`), and at most (`most`); POST starts its idle time again."""
    if not request.user.is_authenticated:
        return JsonResponse({"left": 0, "most": 0}, status=401)
    left, most = sessions.seconds_left(request)
    return JsonResponse({"left": left, "most": most})
