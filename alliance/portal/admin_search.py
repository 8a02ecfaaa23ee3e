"""The words of the search: those said one for another, and those that found nothing, the most asked first."""

from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import F
from django.urls import reverse
from django.utils.html import format_html

from alliance.lib.admin import AuditedModelAdmin, ReadOnlyAdmin, WordFilter
from alliance.lib.records import sign
from alliance.lib.wording import BETWEEN, phrases
from alliance.portal.models import EquivalentWords, MissedWord

_TOLD_TWICE = 2
_FEWEST = 2
_TOO_FEW = (
    "Inscrivez au moins deux mots ou groupes de mots différents, séparés par des virgules, par exemple : lift, taxi. "
    "Un singulier et son pluriel comptent pour le même mot."
)
_NO_WORD = "« %s » ne contient aucun mot à chercher. Remplacez-le ou retirez-le."


class WordsForm(forms.ModelForm):
    """What would change no search is refused: fewer than two different words, or a part without any word."""

    def clean_words(self):
        text = self.cleaned_data["words"]
        parts = [part.strip() for part in BETWEEN.split(text) if part.strip()]
        unread = [part for part in parts if not phrases(part)]
        if unread:
            raise ValidationError(_NO_WORD % unread[0])
        if len({frozenset(phrase) for phrase in phrases(text)}) < _FEWEST:
            raise ValidationError(_TOO_FEW)
        return ", ".join(parts)


@admin.register(EquivalentWords)
class EquivalentWordsAdmin(AuditedModelAdmin):
    """A change is followed by the very next search: nothing is to be rebuilt."""

    form = WordsForm

    list_display = ("words", "note")
    search_fields = ("words",)
    folded = ("words", "note")

    def has_delete_permission(self, request, obj=None):
        """Words that mislead are taken away: the history says who did it, and the reference does not bring them back."""
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def delete_model(self, request, obj):
        sign(obj, request.user)
        super().delete_model(request, obj)


class AskedFilter(WordFilter):
    """Only what was asked again another day is shown first.

    A word asked once may be a name or a slip, and a burst of one day is one person who insists.
    """

    title = "recherches"
    parameter_name = "recherches"

    def lookups(self, request, model_admin):
        return [("toutes", "Toutes, même une seule fois")]

    def choices(self, changelist):
        shown = list(super().choices(changelist))
        shown[0]["display"] = "Au moins deux jours différents"
        return shown

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset.filter(count__gte=_TOLD_TWICE, last_on__gt=F("first_on"))
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
