"""Two people edited the same thing: the page 409 shows both versions of what differs, and loses nothing."""

from collections.abc import Iterable

from django.template.response import TemplateResponse
from django.utils.formats import localize

from alliance.lib.dates import long_date
from alliance.lib.money import MoneyFormField, format_amount
from alliance.lib.templatetags.francais import date_heure

HIDDEN = {"csrfmiddlewaretoken", "read_version", "_resume", "_save", "_continue", "_addanother"}
STALE = "Une autre personne a modifié cette page pendant votre travail. Comparez avant d’enregistrer."


class Conflict(Exception):
    """A stale save, with the form that carried it and the differences that this form does not hold."""

    def __init__(self, form, reason=STALE, more: Iterable[dict] = ()):
        self.form, self.reason, self.more = form, str(reason), list(more)
        super().__init__(self.reason)


def conflict_page(request, model_admin, conflict):
    """Return the page 409: both versions side by side, and a button to go on with one's own answers."""
    current = model_admin.get_object(request, str(conflict.form.instance.pk))
    last = current.history.select_related("history_user").first()
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": current,
        "title": "Ce dossier a changé pendant votre travail",
        "subtitle": str(current),
        "reason": conflict.reason,
        "differences": [*_differences(conflict.form, current), *conflict.more],
        "last_user": str(last.history_user or "") if last else "",
        "last_date": date_heure(last.history_date) if last else "",
        "posted": [
            (name, value) for name, values in request.POST.lists() if name not in HIDDEN for value in values
        ],
        "version": model_admin.version_of(current),
    }
    return TemplateResponse(request, "admin/conflict.html", context, status=409)


def _differences(form, current):
    """Yield (label, what was typed, what is saved) for the fields that differ."""
    for name, field in form.fields.items():
        if name == "read_version" or name not in form.cleaned_data or not hasattr(current, name):
            continue
        mine, saved = _words(form.cleaned_data[name], field), _words(_saved(current, name), field)
        if mine != saved:
            yield {"label": form[name].label, "mine": mine, "saved": saved}


def _saved(current, name):
    value = getattr(current, name)
    return list(value.all()) if hasattr(value, "all") else value


def _words(value, field):
    """Return a value as people read it."""
    if value in (None, ""):
        return "—"
    if isinstance(field, MoneyFormField):
        return format_amount(value)
    if hasattr(value, "strftime"):
        return long_date(value)
    if hasattr(value, "__iter__") and not isinstance(value, str):
        return ", ".join(sorted(str(item) for item in value)) or "—"
    labels = dict(field.choices) if hasattr(field, "choices") and not hasattr(field, "queryset") else {}
    return str(labels.get(value, value if isinstance(value, str) else localize(value)))
