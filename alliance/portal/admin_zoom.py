"""Zooms for the CRD's staff: a page with its headings and initiatives, a preview, a publication said before it is done.

The quick way: tick initiatives in their list, « Ajouter à un Zoom », then put them in order on the Zoom's page.
"""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.forms import BaseInlineFormSet
from django.http import Http404
from django.shortcuts import render
from django.urls import path, reverse

from alliance.lib.admin import AuditedModelAdmin, DemoFilter, choice_filter
from alliance.lib.pages import ask
from alliance.lib.templatetags.francais import pluriel
from alliance.lib.widgets import AutocompleteMixin
from alliance.portal import zoom_page, zooms
from alliance.portal.directory import current
from alliance.portal.figures.zooms import with_counts
from alliance.portal.models import Zoom, ZoomItem, ZoomSection
from alliance.portal.views.zooms import context_of
from initiatives.choices import Publication

_SAID = ("title", "kicker", "introduction", "starts_on", "ends_on", "source_note")
_CHANGE, _PUBLISH = "portal.change_zoom", "portal.publish_zoom"


class _Rank(forms.IntegerField):
    """The rank of a row. Empty says the same as 0: a blank row whose rank was erased is still a blank row."""

    def has_changed(self, initial, data):
        return super().has_changed(initial or 0, data if data not in (None, "") else 0)


class _Rows(AutocompleteMixin, admin.TabularInline):
    """Rows of a Zoom: whoever prepares it adds, changes and takes out."""

    formfield_overrides = {models.PositiveSmallIntegerField: {"form_class": _Rank}}

    def has_add_permission(self, request, obj=None):
        return request.user.has_perm(_CHANGE)

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm(_CHANGE)

    def has_delete_permission(self, request, obj=None):
        return request.user.has_perm(_CHANGE)

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("portal.view_zoom")


class SectionInline(_Rows):
    model = ZoomSection
    fields = ("order", "title", "introduction")
    extra = 1
    verbose_name_plural = "parties (intertitres)"

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        return _small(super().formfield_for_dbfield(db_field, request, **kwargs), db_field.name)


class ItemForm(forms.ModelForm):
    def clean_initiative(self):
        """Refuse an initiative that enters; one that is there already stays, even when it has left the site since."""
        initiative, held = self.cleaned_data["initiative"], self.instance.initiative_id
        if initiative.pk != held and (reason := zooms.unfit(self.instance.zoom, initiative)):
            raise ValidationError(reason)
        return initiative


class ItemInline(_Rows):
    model = ZoomItem
    form = ItemForm
    fields = ("order", "section", "initiative", "words")
    autocomplete_fields = ("initiative",)
    extra = 1
    verbose_name_plural = "initiatives"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("initiative", "section")

    def get_formset(self, request, obj=None, **kwargs):
        """Offer the headings of this Zoom only, read once for all its rows."""
        formset = super().get_formset(request, obj, **kwargs)
        field = formset.form.base_fields.get("section")
        if field is not None:
            sections = ZoomSection.objects.filter(zoom=obj)
            field.queryset = sections
            field.choices = [("", "Sans partie"), *((row.pk, row.title) for row in sections)]
            _without_buttons(field)
            _without_buttons(formset.form.base_fields["initiative"])
        return formset

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        return _small(super().formfield_for_dbfield(db_field, request, **kwargs), db_field.name)


def _small(field, name):
    """Make long texts two lines high, so that a dozen of rows fit in a screen; say what an empty one means."""
    if name in ("introduction", "words"):
        field.widget.attrs |= {"rows": 3, "cols": 26, "class": ""}
    if name == "words":
        field.help_text = "Vide\xa0: le résumé de l’initiative."
    if name == "order":
        field.required = False
        field.help_text = "Vide ou 0\xa0: à la fin."
    return field


def _without_buttons(field):
    """An initiative or a heading is not created from a row."""
    for button in ("can_add_related", "can_change_related", "can_view_related"):
        setattr(field.widget, button, False)


@admin.register(Zoom)
class ZoomAdmin(AuditedModelAdmin):
    change_form_template = "admin/portal/zoom/change_form.html"
    inlines = [SectionInline, ItemInline]
    list_display = ("title", "kicker", "publication", "initiatives", "published_at", "is_demo")
    list_filter = (
        choice_filter("publication", "publication", "publication", Publication.choices),
        DemoFilter,
    )
    search_fields = ("title",)
    folded = ("title", "kicker", "slug")
    autocomplete_fields = ("figures",)
    readonly_fields = ("address",)
    fieldsets = (
        (
            None,
            {
                "fields": ("title", "kicker", "introduction"),
                "description": "Écrivez le titre, enregistrez, puis ajoutez les parties et les initiatives.",
            },
        ),
        ("Chiffres et source", {"fields": ("figures", "source_note", "starts_on", "ends_on", "address")}),
    )

    def get_queryset(self, request):
        return with_counts(super().get_queryset(request))

    def get_inlines(self, request, obj):
        return self.inlines if obj else self.inlines[:1]

    @admin.display(description="initiatives affichées")
    def initiatives(self, zoom):
        return f"{zoom.shown} sur {zoom.held}" if zoom.shown != zoom.held else str(zoom.held)

    @admin.display(description="adresse")
    def address(self, zoom):
        return f"/zoom/{zoom.slug}/" if zoom.pk else "Faite avec le titre; elle ne change plus ensuite."

    # Writing --------------------------------------------------------------------------------------------------

    def save_model(self, request, obj, form, change):
        values = {name: form.cleaned_data[name] for name in _SAID}
        figures = form.cleaned_data["figures"]
        if change:
            written = zooms.update(zoom=obj, by=request.user, values=values, figures=figures)
        else:
            written = zooms.create(by=request.user, values=values, figures=figures)
        obj.pk = written.pk
        obj.__dict__.update(written.__dict__)

    def save_related(self, request, form, formsets, change):
        """Write the rows through the actions; the announced figures were written with the Zoom."""
        for formset in formsets:
            self.save_formset(request, form, formset, change)

    def save_formset(self, request, form, formset: BaseInlineFormSet, change):
        rows = formset.save(commit=False)
        for row in formset.deleted_objects:
            zooms.remove(row=row, by=request.user)
        for row in rows:
            row.zoom = form.instance
            row.order = row.order or 0
            if isinstance(row, ZoomSection):
                zooms.save_section(section=row, by=request.user)
            else:
                row.section = ZoomSection.objects.filter(pk=row.section_id).first()  # taken out just now
                zooms.save_item(item=row, by=request.user)

    # Pages ----------------------------------------------------------------------------------------------------

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/apercu/", view(self.preview_view), name="portal_zoom_preview"),
            path("<int:pk>/publier/", view(self.show_view), name="portal_zoom_show"),
            path("<int:pk>/retirer/", view(self.hide_view), name="portal_zoom_hide"),
            *super().get_urls(),
        ]

    def _opened(self, request, pk, right):
        zoom = self.get_object(request, str(pk))
        if zoom is None:
            raise Http404
        if not request.user.has_perm(right):
            raise PermissionDenied
        return zoom

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        zoom = self.get_object(request, object_id) if object_id else None
        extra = {"zoom": zoom, "may_publish": request.user.has_perm(_PUBLISH), **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, extra)

    def preview_view(self, request, pk):
        """The page as it would be, for the staff."""
        self._opened(request, pk, "portal.view_zoom")
        found = zoom_page.preview(pk, current(request))
        return render(request, "portal/zoom.html", context_of(found, is_preview=True))

    def show_view(self, request, pk):
        """Say what publishing will show, then publish."""
        zoom = self._opened(request, pk, _PUBLISH)
        found = zoom_page.preview(pk, current(request))
        refusal = "" if found.count else zooms.NOTHING_TO_SHOW
        if zoom.publication == Publication.PUBLISHED:
            refusal = "C’est déjà fait\xa0: ce Zoom est publié."

        def perform(cleaned):
            zooms.publish(zoom=zoom, by=request.user)
            return f"Le Zoom est publié à l’adresse {found.url}"

        return self._ask(
            request,
            zoom,
            perform,
            title="Publier le Zoom",
            button="Publier le Zoom",
            consequence="La page devient publique, et l’accueil l’annonce. Vous pourrez la retirer en tout temps.",
            missing=[refusal] if refusal else [],
            blocked=bool(refusal),
            facts=_facts(found),
        )

    def hide_view(self, request, pk):
        """Say what withdrawing will do, then withdraw."""
        zoom = self._opened(request, pk, _PUBLISH)
        refusal = "" if zoom.publication == Publication.PUBLISHED else "Ce Zoom n’est pas sur le site."

        def perform(cleaned):
            zooms.withdraw(zoom=zoom, by=request.user)
            return "Le Zoom est retiré du site."

        return self._ask(
            request,
            zoom,
            perform,
            title="Retirer le Zoom du site",
            button="Retirer le Zoom du site",
            danger=True,
            consequence=f"L’adresse /zoom/{zoom.slug}/ ne répondra plus. Son contenu reste ici, et ses initiatives "
            "restent sur le site.",
            missing=[refusal] if refusal else [],
            blocked=bool(refusal),
        )

    def _ask(self, request, zoom, perform, **shown):
        form = forms.Form(request.POST if request.method == "POST" else None)
        back = reverse("admin:portal_zoom_change", args=[zoom.pk])
        return ask(request, self, zoom, form, perform, back=back, **shown)


def _facts(found):
    """Return what the page will show, in words."""
    facts = [
        ("Adresse", found.url),
        ("Elle montrera", pluriel(found.count, "initiative,initiatives")),
        ("Parties", ", ".join(section.title or "sans partie" for section in found.sections) or "aucune"),
        ("Chiffres annoncés", str(len(found.figures)) if found.figures else "aucun"),
    ]
    if found.hidden:
        sentence = pluriel(
            found.hidden, "initiative n’est pas sur le site,initiatives ne sont pas sur le site"
        )
        facts.append(("Elle ne montrera pas", sentence))
    if found.is_demo:
        facts.append(("Démonstration", "La page le dira."))
    return facts
