from django.db import models
from simple_history.models import HistoricalRecords

from alliance.lib.constraints import date_order, not_blank


class EquivalentWords(models.Model):
    """Words that people use one for another: searching one finds what says the others.

    Words that lead to a theme are the theme's own (`Theme.synonyms`); these are for everything else.
    """

    words = models.TextField(
        "mots équivalents",
        max_length=500,
        help_text="Séparés par des virgules\xa0: aîné, personne âgée, retraité…",
    )
    note = models.CharField("remarque", max_length=200, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "mots équivalents"
        verbose_name_plural = "mots équivalents"
        ordering = ["words"]
        constraints = [not_blank("portal_equivalentwords_not_blank", "words")]

    def __str__(self):
        return self.words


class MissedWord(models.Model):
    """A word that found nothing, and how often: the word only, never who searched nor the whole search."""

    word = models.CharField("mot", max_length=30, unique=True)
    count = models.PositiveIntegerField("recherches", default=1)
    first_on = models.DateField("première fois")
    last_on = models.DateField("dernière fois")

    class Meta:
        verbose_name = "mot cherché sans résultat"
        verbose_name_plural = "mots cherchés sans résultat"
        ordering = ["-count", "word"]
        constraints = [
            not_blank("portal_missedword_not_blank", "word"),
            date_order("portal_missedword_dates", "first_on", "last_on"),
        ]

    def __str__(self):
        return self.word
