"""The words of the search: those said one for another, and those that found nothing, the most asked first."""

from urllib.parse import urlencode

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from alliance.lib.admin import AuditedModelAdmin, ReadOnlyAdmin, WordFilter
from alliance.portal.models import EquivalentWords, MissedWord

_TOLD_TWICE = 2


@admin.register(EquivalentWords)
class EquivalentWordsAdmin(AuditedModelAdmin):
    """A change is followed by the very next search: nothing is to be rebuilt."""

    list_display = ("words", "note")
    search_fields = ("words",)
    folded = ("words", "note")


class AskedFilter(WordFilter):
    """Only what was asked twice or more is shown first: a word asked once may be a name or a slip."""

    title = "recherches"
    parameter_name = "recherches"

    def lookups(self, request, model_admin):
        return [("toutes", "Toutes, même une seule fois")]

    def choices(self, changelist):
        shown = list(super().choices(changelist))
        shown[0]["display"] = "Au moins deux fois"
        return shown

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset.filter(count__gte=_TOLD_TWICE)
        return super().queryset(request, queryset)

    def kept(self, queryset, value):
        return queryset


@admin.register(MissedWord)
class MissedWordAdmin(ReadOnlyAdmin):
    """Words to read, then to add to the words of a theme or to the equivalent words."""

    list_display = ("word", "count", "first_on", "last_on", "to_add")
    list_filter = (AskedFilter,)
    search_fields = ("word",)
    folded = ("word",)
    fields = ("word", "count", "first_on", "last_on", "to_add")
    readonly_fields = ("to_add",)

    def get_list_display(self, request):
        """Show the links to those who may follow them."""
        may_add = request.user.has_perm("portal.add_equivalentwords")
        return self.list_display if may_add else self.list_display[:-1]

    @admin.display(description="ajouter")
    def to_add(self, missed):
        equivalent = (
            f"{reverse('admin:portal_equivalentwords_add')}?{urlencode({'words': f'{missed.word}, '})}"
        )
        return format_html(
            '<a href="{}">Ajouter comme mot équivalent<span class="visually-hidden"> : {}</span></a> · '
            '<a href="{}">Ajouter aux mots d’un thème<span class="visually-hidden"> : {}</span></a>',
            equivalent,
            missed.word,
            reverse("admin:initiatives_theme_changelist"),
            missed.word,
        )
