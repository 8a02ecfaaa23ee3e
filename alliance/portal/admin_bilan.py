"""The published bilans, to read, and the page « Publier le bilan » of a fiscal year: what will be frozen, said first."""

import uuid

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html

from alliance.lib.admin import ReadOnlyAdmin
from alliance.lib.dates import long_date
from alliance.lib.forms import LineFormField, TokenField
from alliance.lib.pages import ask
from alliance.portal import actions, directory
from alliance.portal.bilan import shown
from alliance.portal.bilan.build import build
from alliance.portal.models import BilanVersion
from initiatives.models import FiscalYear

_TOLD = ("initiatives", "fqis-affecte", "fqis-accorde", "partenaires", "personnes")
_CONSEQUENCE = (
    "Le bilan est figé tel que les données le disent maintenant. Il reste à son adresse pour toujours : "
    "il ne se modifie pas et ne s’efface pas. Ce qui change ensuite s’y affiche à part."
)
_NOT_CLOSED = (
    "L’exercice n’est pas fermé : ses montants peuvent encore changer. Une autre version pourra suivre."
)
_DEMO = "Ce bilan contient des données de démonstration; chaque page et chaque fichier le dit."


class PublishForm(forms.Form):
    """`token` makes a double click one version."""

    note = LineFormField(
        label="Remarque",
        max_length=300,
        required=False,
        help_text="Facultative et publique. Par exemple, ce qui distingue cette version de la précédente.",
    )
    token = TokenField(initial=uuid.uuid4)


@admin.register(BilanVersion)
class BilanAdmin(ReadOnlyAdmin):
    """The published versions; each leads to its page, and nothing here changes one."""

    list_display = ("fiscal_year", "number", "published_at", "published_by", "note")
    list_select_related = ("fiscal_year", "published_by")
    list_filter = ("fiscal_year",)
    fields = ("fiscal_year", "number", "page", "published_at", "published_by", "note")
    readonly_fields = ("page",)
    change_list_template = "admin/bilans.html"

    def get_queryset(self, request):
        return super().get_queryset(request).defer("content")

    @admin.display(description="adresse")
    def page(self, version):
        address = reverse("portal:bilan_version", args=[version.fiscal_year.label, version.number])
        return format_html('<a href="{}">{}</a>', address, address)

    def get_urls(self):
        view = self.admin_site.admin_view(self.freeze_view)
        return [path("publier/<int:pk>/", view, name="portal_bilanversion_freeze"), *super().get_urls()]

    def freeze_view(self, request, pk):
        """Say what will be frozen for the fiscal year `pk`, then publish it."""
        if not request.user.has_perm("portal.publish_bilan"):
            raise PermissionDenied
        year = get_object_or_404(FiscalYear, pk=pk)

        def perform(cleaned):
            version = actions.publish_bilan(year=year, by=request.user, **cleaned)
            return f"La version {version.number} du bilan {year} est publiée."

        refusal, document = actions.bilan_problem(year), None
        if not refusal:
            document = build(year, directory.build(0))
            refusal = actions.demo_problem(document, request.user)
        return ask(
            request,
            self,
            year,
            PublishForm(request.POST if request.method == "POST" else None),
            perform,
            title="Publier le bilan",
            button="Publier le bilan",
            back=reverse("admin:initiatives_fiscalyear_change", args=[pk]),
            consequence=_CONSEQUENCE,
            missing=[refusal] if refusal else [],
            blocked=bool(refusal),
            facts=[] if document is None else _facts(year, document),
        )


def _facts(year, document):
    """Return what the new version would say: its number, the main figures, what to know before."""
    last = BilanVersion.objects.filter(fiscal_year=year).defer("content").order_by("-number").first()
    facts = [("Version", str(last.number + 1 if last else 1))]
    if last:
        facts.append(("Version précédente", f"{last.number}, publiée le {long_date(last.published_at)}"))
    figures = {figure.code: figure for section in document.sections for figure in section.figures}
    told = [figures[code] for code in _TOLD if code in figures]
    facts += [(shown.sentence(figure.label), shown.said(figure.value, figure.kind)) for figure in told]
    if not year.closed_at:
        facts.append(("À savoir", _NOT_CLOSED))
    if document.has_demo:
        facts.append(("Démonstration", _DEMO))
    return facts
