from django.db import models
from simple_history.models import HistoricalRecords

from alliance.lib.constraints import not_blank, one_of
from initiatives.choices import Cost
from initiatives.models.initiative import Initiative


class EasyText(models.Model):
    """The short version of an initiative, easy to read: what, for whom, where, free or not, whom to call.

    Public with the initiative. The telephone is one that may be called by anybody.
    """

    initiative = models.OneToOneField(
        Initiative, on_delete=models.CASCADE, related_name="easy", verbose_name="initiative"
    )  # CASCADE: a short version has no life without its initiative
    what = models.TextField("qu’est-ce que c’est?", max_length=400)
    who = models.TextField("pour qui?", max_length=300, blank=True)
    where = models.TextField("où?", max_length=300, blank=True)
    how = models.TextField("comment faire?", max_length=300, blank=True)
    cost = models.CharField("prix", max_length=10, choices=Cost.choices, default=Cost.UNKNOWN)
    cost_note = models.CharField("précision sur le prix", max_length=120, blank=True)
    phone = models.CharField("téléphone", max_length=30, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "version facile à lire"
        verbose_name_plural = "versions faciles à lire"
        ordering = ["initiative_id"]
        constraints = [
            not_blank("initiatives_easytext_what", "what"),
            one_of("initiatives_easytext_cost", "cost", Cost),
        ]

    def __str__(self):
        return f"Facile à lire\xa0: {self.initiative}"
