"""The documents of an initiative, on its page of the admin: read there, joined and taken off in « Mon espace »."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from alliance.lib.admin import ReadOnlyInline
from initiatives.choices import ScanState
from initiatives.models import Document
from initiatives.paperwork import words_of


class DocumentInline(ReadOnlyInline):
    model = Document
    fields = ("kind", "shown_file", "words", "scan", "added_at", "added_by")
    readonly_fields = ("shown_file", "words")
    verbose_name_plural = "documents du dossier"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("added_by")

    @admin.display(description="fichier")
    def shown_file(self, document):
        """Lead to the view that checks who asks; what is dangerous is only named."""
        if document.scan == ScanState.INFECTED:
            return f"{document.name} (mis de côté)"
        return format_html(
            '<a href="{}">{}</a>', reverse("espace:document", args=[document.pk]), document.name
        )

    @admin.display(description="contenu")
    def words(self, document):
        return words_of(document)
