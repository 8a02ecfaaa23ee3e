"""Weekly alerts: asked with an address alone, confirmed and stopped by the links of the messages."""

from django.shortcuts import redirect, render

from alliance.portal import alert_mails, alerts, figures, followed
from alliance.portal.directory import current
from alliance.portal.forms_alerts import AlertForm
from alliance.portal.freshness import public_page
from alliance.portal.public_forms import public_form, too_many

_TOO_MANY = (
    "Trop de demandes viennent de votre connexion depuis une heure, ou pour cette adresse depuis un jour (cinq au plus). "
    "Envoyez de nouveau plus tard\xa0: votre adresse reste dans cette page."
)


@public_form
def ask(request):
    """Ask for the news of the list that the address describes with the filters of the directory."""
    asked = followed.read(request.GET, current(request))
    form = AlertForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _ask_page(request, asked, form, 422 if form.is_bound else 200)
    if reasons := alerts.refusals(asked):  # before the limits: nothing leaves, so nothing is counted
        form.add_error(None, reasons)
        return _ask_page(request, asked, form, 422)
    if refused := too_many(request, "alert", key=form.cleaned_data["email"]):
        form.add_error(None, _TOO_MANY)
        answer = _ask_page(request, asked, form, refused.status_code)
        if wait := refused.get("Retry-After"):
            answer["Retry-After"] = wait
        return answer
    alerts.ask(email=form.cleaned_data["email"], asked=asked)
    return redirect("portal:alert_asked")


def _ask_page(request, asked, form, status):
    context = {
        "asked": asked,
        "count": figures.totals(asked.selection).initiatives,
        "form": form,
        "promise": alert_mails.PROMISE,
    }
    return render(request, "portal/alert.html", context, status=status)


@public_page
def asked(request):
    """Say to look at one's mail; the same for everybody, whether the address follows the list already or not."""
    return render(request, "portal/alert_asked.html")


@public_form
def confirm(request, token):
    """Show one button: a program that opens the links of a mailbox confirms nothing."""
    alert, _genuine = alerts.find(token, head=alert_mails.CONFIRM)
    if alert is None:
        return render(request, "portal/alert_lost.html", status=410)
    if request.method == "POST":
        alerts.confirm(alert=alert)
    done = request.method == "POST" or alert.confirmed_at is not None
    context = {"alert": alert, "done": done, "promise": alert_mails.PROMISE}
    return render(request, "portal/alert_confirm.html", context)


@public_form
def stop(request, token):
    """Show one button, or stop: the mailbox itself may post here, without a cookie, as often as it wants (RFC 8058)."""
    alert, genuine = alerts.find(token, head=alert_mails.STOP)
    if not genuine:
        return render(request, "portal/alert_lost.html", status=410)
    if alert is not None and request.method == "POST":
        alerts.stop(alert=alert)
    return render(request, "portal/alert_stop.html", {"alert": alert if request.method != "POST" else None})
