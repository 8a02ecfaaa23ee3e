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
    last = current.history.select_related("history_user").first() if hasattr(current, "history") else None
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": current,
        "title": "Ce dossier a changé pendant votre travail",
        "subtitle": str(current),
        "reason": conflict.reason,
        "differences": [
            *_differences(conflict.form, current),
            *(conflict.more or _rows_that_differ(request, model_admin, current)),
        ],
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


def total_of_last(obj, inlines):
    """Return the sum of the last versions of the rows edited on the page of `obj`: it grows with each change of one."""
    found = 0
    for inline in inlines:
        history = getattr(inline.model, "history", None)
        link = _link(inline.model, obj)
        if history is None or not link:
            continue
        rows = history.filter(**{link: obj.pk}).order_by("-history_id")
        found += rows.values_list("history_id", flat=True).first() or 0
    return found


def _link(model, obj):
    """Return the column by which the rows of `model` belong to `obj`, or an empty string."""
    return next(
        (field.attname for field in model._meta.concrete_fields if field.related_model is type(obj)), ""
    )


def _rows_that_differ(request, model_admin, current):
    """Yield both versions of each table edited on the same page, one row by line."""
    formsets, inlines = model_admin._create_formsets(request, current, change=True)
    for formset, inline in zip(formsets, inlines, strict=True):
        if not inline.has_change_permission(request, current):
            continue
        formset.is_valid()
        link = formset.fk.name
        mine = sorted(_typed_row(form, link) for form in formset.forms if _is_kept(form))
        saved = sorted(_saved_row(row, formset, link) for row in formset.get_queryset())
        if mine != saved:
            label = str(inline.verbose_name_plural)
            yield {"label": label, "mine": "\n".join(mine) or "—", "saved": "\n".join(saved) or "—"}


def _is_kept(form):
    cleaned = getattr(form, "cleaned_data", {})
    return bool(cleaned) and not cleaned.get("DELETE")


def _shown(form, link):
    return [name for name in form.fields if name not in ("DELETE", form._meta.model._meta.pk.name, link)]


def _typed_row(form, link):
    values = [_words(form.cleaned_data.get(name), form.fields[name]) for name in _shown(form, link)]
    return ", ".join(value for value in values if value != "—")


def _saved_row(row, formset, link):
    form = formset.empty_form
    values = [_words(_saved(row, name), form.fields[name]) for name in _shown(form, link)]
    return ", ".join(value for value in values if value != "—")


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
