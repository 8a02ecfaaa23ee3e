"""«\xa0Ajouter à un Zoom\xa0»: the action of the list of initiatives, and its page."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html

from alliance.lib.pages import ask
from alliance.lib.templatetags.francais import pluriel
from alliance.portal import zooms
from alliance.portal.models import Zoom, ZoomItem
from initiatives.choices import Publication

_CHANGE = "portal.change_zoom"


class PlaceForm(forms.Form):
    """A Zoom, and one of its headings if it has some, in one choice."""

    place = forms.ChoiceField(
        label="Où les ajouter",
        error_messages={
            "required": "Choisissez un Zoom ou une de ses parties.",
            "invalid_choice": "Choisissez un Zoom ou une partie de la liste.",
        },
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.zooms = {zoom.pk: zoom for zoom in _open_to(user)}
        options = [
            (zoom.title, [(str(zoom.pk), f"{zoom.title}, sans partie"), *_sections(zoom)])
            for zoom in self.zooms.values()
        ]
        self.fields["place"].choices = [("", "Choisissez"), *options]

    def clean_place(self):
        """Return the Zoom and its heading, or None."""
        zoom_pk, _, section_pk = self.cleaned_data["place"].partition(":")
        zoom = self.zooms[int(zoom_pk)]
        section = next((row for row in zoom.sections.all() if str(row.pk) == section_pk), None)
        return zoom, section


def _open_to(user):
    rows = Zoom.objects.prefetch_related("sections")
    return rows.filter(is_demo=True) if user.is_demo else rows


def _sections(zoom):
    return [(f"{zoom.pk}:{row.pk}", row.title) for row in zoom.sections.all()]


class ToZoomMixin:
    """Adds to the list of initiatives the action «\xa0Ajouter à un Zoom\xa0», and its page."""

    actions = ["to_zoom"]
    MOST = 200

    def has_zoom_permission(self, request):
        return request.user.has_perm(_CHANGE)

    @admin.action(description="Ajouter à un Zoom", permissions=["zoom"])
    def to_zoom(self, request, queryset):
        chosen = ",".join(str(pk) for pk in queryset.values_list("pk", flat=True)[: self.MOST])
        return redirect(f"{reverse('admin:initiatives_initiative_to_zoom')}?choisies={chosen}")

    def get_urls(self):
        view = self.admin_site.admin_view(self.to_zoom_view)
        return [path("ajouter-a-un-zoom/", view, name="initiatives_initiative_to_zoom"), *super().get_urls()]

    def to_zoom_view(self, request):
        """Choose the Zoom and the heading, then say how many were added, were there, or could not be."""
        if not self.has_zoom_permission(request):
            raise PermissionDenied
        chosen = self._chosen(request)
        form = PlaceForm(request.POST if request.method == "POST" else None, user=request.user)
        refusal = _nothing(chosen, form)

        def perform(cleaned):
            zoom, section = cleaned["place"]
            done = zooms.add_items(zoom=zoom, by=request.user, initiatives=chosen, section=section)
            address = reverse("admin:portal_zoom_change", args=[zoom.pk])
            return format_html('{} <a href="{}">Ouvrir le Zoom</a>', _done(done, zoom), address)

        return ask(
            request,
            self,
            pluriel(len(chosen), "initiative,initiatives"),
            form,
            perform,
            title="Ajouter à un Zoom",
            button="Ajouter au Zoom",
            back=reverse("admin:initiatives_initiative_changelist"),
            original="Liste",
            missing=[refusal] if refusal else [],
            blocked=bool(refusal),
            facts=[("Initiatives", ", ".join(map(str, chosen)))] if chosen else [],
        )

    def _chosen(self, request):
        """Return the initiatives of the address that exist, in its order; what is unreadable is dropped."""
        texts = request.GET.get("choisies", "").split(",")
        ids = [
            int(text) for text in texts[: self.MOST] if text.isascii() and text.isdigit() and len(text) < 19
        ]
        found = self.get_queryset(request).in_bulk(ids)
        return [found[pk] for pk in dict.fromkeys(ids) if pk in found]


def _nothing(chosen, form):
    if not chosen:
        return "Cochez des initiatives dans la liste, puis choisissez «\xa0Ajouter à un Zoom\xa0»."
    return "" if form.zooms else "Aucun Zoom n’existe encore\xa0: créez-en un, puis revenez à la liste."


def _done(done, zoom):
    """Say what became of the initiatives chosen, in one sentence."""
    said = [
        pluriel(done.added, f"initiative ajoutée à «\xa0{zoom}\xa0»,initiatives ajoutées à «\xa0{zoom}\xa0»")
    ]
    if done.already:
        said.append(pluriel(done.already, "y était déjà,y étaient déjà"))
    if done.unpublished:
        said.append(
            pluriel(
                done.unpublished, "n’est pas publiée et reste de côté,ne sont pas publiées et restent de côté"
            )
        )
    if done.demo:
        said.append(
            pluriel(
                done.demo,
                "est de démonstration et reste de côté,sont de démonstration et restent de côté",
            )
        )
    return f"{'; '.join(said)}."


def only_published_for_zoom(request, queryset):
    """Keep published initiatives when the search of a Zoom's row asks; everything otherwise."""
    asked = (request.GET.get("model_name"), request.GET.get("field_name"))
    if asked == (ZoomItem._meta.model_name, "initiative"):
        return queryset.filter(publication=Publication.PUBLISHED)
    return queryset
