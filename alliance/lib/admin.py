"""Base of every list and form of the admin: no bulk action, no deletion, filters and search that never fail.

Saving goes through the applications' actions; what they refuse comes back beside the fields, with what was typed.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from simple_history.admin import SimpleHistoryAdmin

from alliance.lib.conflict import Conflict, conflict_page, total_of_last
from alliance.lib.dates import DateFormField
from alliance.lib.forms import BlockFormField, EmailLineField, LineFormField, PublicUrlFormField
from alliance.lib.text import query_terms, sort_key
from alliance.lib.widgets import AutocompleteMixin
from alliance.lib.workflow import NotAllowed, Refusal

RESUMED = "Vos réponses sont reprises ci-dessous. Vérifiez-les, puis enregistrez."
DATE_FIELD = {"form_class": DateFormField, "widget": AdminDateWidget}


class PortalModelAdmin(AutocompleteMixin, admin.ModelAdmin):
    """What all our pages share.

    `stemmed`: search columns (stems, `LIKE '% term%'`). `folded`: fields of a small table compared without accents.
    """

    actions = None
    list_per_page = 50
    list_max_show_all = 500
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    stemmed: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()
    formfield_overrides = {
        models.CharField: {"form_class": LineFormField},
        models.SlugField: {"form_class": forms.SlugField},
        models.TextField: {"form_class": BlockFormField},
        models.EmailField: {"form_class": EmailLineField},
        models.URLField: {"form_class": PublicUrlFormField},
        models.DateField: DATE_FIELD,
    }

    # Rights -------------------------------------------------------------------------------------------------

    def has_delete_permission(self, request, obj=None):
        return False

    def lookup_allowed(self, lookup, value, request):
        """Allow our declared filters only: a raw lookup could ask the database anything, or make it fail."""
        return lookup in {getattr(spec, "parameter_name", "") for spec in self.get_list_filter(request)}

    # Search -------------------------------------------------------------------------------------------------

    def get_search_results(self, request, queryset, search_term):
        if not search_term.strip():
            return queryset, False
        if self.stemmed:
            return self._by_stems(queryset, search_term), False
        return self._by_words(queryset, search_term), False

    def _by_stems(self, queryset, text):
        for term in query_terms(text):
            either = Q()
            for column in self.stemmed:
                either |= Q(**{f"{column}__contains": f" {term}"})
            queryset = queryset.filter(either)
        return queryset

    def _by_words(self, queryset, text):
        words = sort_key(text[:100]).split()
        rows = queryset.order_by().values_list("pk", *self.folded)
        kept = [
            pk
            for pk, *texts in rows
            if all(word in sort_key(" ".join(str(each or "") for each in texts)) for word in words)
        ]
        return queryset.filter(pk__in=kept)

    # Pages --------------------------------------------------------------------------------------------------

    def changelist_view(self, request, extra_context=None):
        title = self.opts.verbose_name_plural
        return super().changelist_view(
            request, {"title": title[0].upper() + title[1:], **(extra_context or {})}
        )

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Show or save the form; what the actions refuse is shown in the form itself, as a wrong field would be."""
        name = self.opts.verbose_name
        title = name[0].upper() + name[1:] if object_id else f"Ajouter : {name}"
        context = {"title": title, "history_allowed": self.history_allowed(request), **(extra_context or {})}
        try:
            response = super().changeform_view(request, object_id, form_url, context)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from None
        except (Refusal, ValidationError) as refusal:
            request.refused = refused_fields(refusal)
            _renew_token(request)
            response = super().changeform_view(request, object_id, form_url, context)
        if request.method == "POST" and isinstance(response, TemplateResponse):
            response.status_code = 422
        return response

    def get_form(self, request, obj=None, change=False, **kwargs):
        base = super().get_form(request, obj, change=change, **kwargs)
        refused = getattr(request, "refused", None)
        if refused is None:
            return base

        class Refused(base):
            def clean(self):
                cleaned = super().clean()
                for field, sentences in refused.items():
                    self.add_error(field if field in self.fields else None, sentences)
                return cleaned

        return Refused

    def history_allowed(self, request):
        return False


class VersionedForm(forms.ModelForm):
    """`read_version` says which version of the row the person was reading."""

    read_version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class VersionedModelAdmin(PortalModelAdmin):
    """A page that nobody overwrites unread: saving over another version answers 409 with both, and writes nothing."""

    def __init__(self, model, admin_site):
        if not issubclass(self.form, VersionedForm):
            self.form = type(f"Versioned{self.form.__name__}", (VersionedForm, self.form), {})
        super().__init__(model, admin_site)

    def version_of(self, obj: models.Model) -> int:
        """Return a number that changes with the content of the row (of the tables that keep no history)."""
        values = [(field.attname, field.value_from_object(obj)) for field in obj._meta.concrete_fields]
        return int(sha256(repr(values).encode()).hexdigest()[:12], 16)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None and "read_version" in form.base_fields:
            form.base_fields["read_version"].initial = self.version_of(obj)
        return form

    def get_fieldsets(self, request, obj=None):
        """Send the version along with the form, to those who may save it."""
        sets = [(name, dict(options)) for name, options in super().get_fieldsets(request, obj)]
        wanted = obj is not None and self.has_change_permission(request, obj)
        for _name, options in sets:
            options["fields"] = tuple(field for field in options["fields"] if field != "read_version")
        if wanted:
            sets[0][1]["fields"] = ("read_version", *sets[0][1]["fields"])
        return sets

    def save_form(self, request, form, change):
        if change:
            self.refuse_stale(form)
        return super().save_form(request, form, change)

    def refuse_stale(self, form):
        """Lock the row, then raise Conflict unless its last version is the one that was read."""
        stored = self.model._base_manager.select_for_update(no_key=True).get(pk=form.instance.pk)
        if form.cleaned_data.get("read_version") != self.version_of(stored):
            raise Conflict(form)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method == "POST" and "_resume" in request.POST:
            request.refused = {None: [RESUMED]}
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Conflict as conflict:
            return conflict_page(request, self, conflict)


def _row_version(obj: models.Model) -> int:
    """Return the number of the last version of the row (0: none was kept)."""
    rows = obj.history.all()  # type: ignore[attr-defined]  # the last one first
    if getattr(rows.model, "_history_m2m_fields", ()):
        return rows.values_list("history_id", flat=True).first() or 0
    names = [field.attname for field in rows.model.tracked_fields]
    version, content = 0, None
    for number, *values in rows.values_list("history_id", *names).iterator():
        if content not in (None, values):
            break
        version, content = number, values
    return version


class AuditedModelAdmin(VersionedModelAdmin, SimpleHistoryAdmin):
    """A page whose every version is kept: the « Historique » button lists who changed what, when."""

    object_history_template = "admin/versions.html"

    def version_of(self, obj: models.Model) -> int:
        """Return a number that grows with each version of the row, and of the rows edited on the same page.

        A save that changes nothing kept (the last sign-in of an account) is no new version.
        """
        return _row_version(obj) + total_of_last(obj, self.inlines)

    # History ------------------------------------------------------------------------------------------------

    def history_allowed(self, request):
        """The CRD reads the history, with its internal notes; the ministry does not."""
        code = f"{self.opts.app_label}.change_{self.opts.model_name}"
        return request.user.has_perm(code) or request.user.has_perm("funding.move_money")

    def has_view_history_or_change_history_permission(self, request, obj=None):
        return self.history_allowed(request) and self.has_view_or_change_permission(request, obj)

    def history_view(self, request, object_id, extra_context=None):
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        return super().history_view(
            request, str(obj.pk), {"title": "Historique", "subtitle": str(obj), **(extra_context or {})}
        )

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        """An old version is read in the list; the library's page would let a POST bring it back."""
        raise Http404


class ReadOnlyAdmin(PortalModelAdmin):
    """A page to read: rows that only the actions write."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class ReadOnlyInline(admin.TabularInline):
    """Rows shown under their parent, never written there."""

    extra = 0
    can_delete = False
    show_change_link = False
    template = "admin/rows_inline.html"

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class OnceForm(forms.ModelForm):
    """A form that adds a row once, whatever the clicks: `form_token` goes with it to the action (`token`)."""

    form_token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("form_token", uuid4())


class OnceMixin:
    """Sends a fresh `form_token` with the page that adds a row; the form is an `OnceForm`."""

    def get_fieldsets(self, request, obj=None):
        sets = [(name, dict(options)) for name, options in super().get_fieldsets(request, obj)]
        for _name, options in sets:
            options["fields"] = tuple(field for field in options["fields"] if field != "form_token")
        if obj is None:
            sets[0][1]["fields"] = ("form_token", *sets[0][1]["fields"])
        return sets


def _renew_token(request: HttpRequest) -> None:
    """What was refused wrote nothing, or had been written before: the form shown again may write something new."""
    if "form_token" in request.POST:
        request.POST = request.POST.copy()
        request.POST["form_token"] = str(uuid4())


def refused_fields(refusal: Refusal | ValidationError) -> dict[str | None, list[str]]:
    """Return the sentences of a refusal by field (None for the whole form)."""
    if isinstance(refusal, Refusal):
        return {None: refusal.reasons}
    if hasattr(refusal, "error_dict"):
        return dict(refusal.message_dict)
    return {None: refusal.messages}


class WordFilter(admin.SimpleListFilter):
    """A filter on words we chose: an unknown one keeps nothing, and can never make the page fail."""

    def kept(self, queryset, value):
        """Return the rows of `queryset` for a known `value`."""
        raise NotImplementedError

    def queryset(self, request, queryset):
        value = self.value()
        if value is None:
            return queryset
        if value not in {str(key) for key, _label in self.lookup_choices}:
            return queryset.none()
        return self.kept(queryset, value)


def choice_filter(heading: str, parameter: str, field: str, options: Any) -> type[WordFilter]:
    """Return a filter on a field with choices."""

    class ChoiceFilter(WordFilter):
        title = heading
        parameter_name = parameter

        def lookups(self, request, model_admin):
            return list(options)

        def kept(self, queryset, value):
            return queryset.filter(**{field: value})

    return ChoiceFilter


def row_filter(
    heading: str, parameter: str, path: str, model: type[models.Model], key: str
) -> type[WordFilter]:
    """Return a filter on the rows of another table, named by their field `key`; `path` leads to that field."""

    class RowFilter(WordFilter):
        title = heading
        parameter_name = parameter

        def lookups(self, request, model_admin):
            return [(str(getattr(row, key)), str(row)) for row in model._default_manager.all()]

        def kept(self, queryset, value):
            matching = queryset.model._default_manager.filter(**{path: value})
            return queryset.filter(pk__in=matching.order_by().values("pk"))

    return RowFilter


def yes_no_filter(heading: str, parameter: str, condition: Q | Callable[[], Q]) -> type[WordFilter]:
    """Return a filter « Oui / Non » on a condition, or on what gives it when it changes with the day."""

    class YesNoFilter(WordFilter):
        title = heading
        parameter_name = parameter

        def lookups(self, request, model_admin):
            return [("oui", "Oui"), ("non", "Non")]

        def kept(self, queryset, value):
            kept = condition() if callable(condition) else condition
            return queryset.filter(kept if value == "oui" else ~kept)

    return YesNoFilter


DemoFilter = yes_no_filter("démonstration", "demonstration", Q(is_demo=True))
