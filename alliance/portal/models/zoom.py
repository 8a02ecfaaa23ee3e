from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from alliance.lib.constraints import date_order, implies, not_blank, one_of
from funding.models import PublishedFigure
from initiatives.choices import Publication
from initiatives.models import Initiative


class Zoom(models.Model):
    """A selection of initiatives told together (a crisis, a season, a theme), with its own page and totals.

    Totals are those of its initiatives, each counted once; `figures` are what was announced then, as announced.
    """

    slug = models.SlugField("adresse", max_length=80, unique=True)
    title = models.CharField("titre", max_length=160)
    kicker = models.CharField(
        "surtitre", max_length=120, blank=True, help_text="Par exemple «\xa0Printemps 2020\xa0»"
    )
    introduction = models.TextField("introduction", max_length=3000, blank=True)
    starts_on = models.DateField("début de la période", null=True, blank=True)
    ends_on = models.DateField("fin de la période", null=True, blank=True)
    source_note = models.CharField("source", max_length=300, blank=True, help_text="D’où vient la sélection.")
    figures = models.ManyToManyField(
        PublishedFigure, blank=True, related_name="zooms", verbose_name="chiffres annoncés"
    )
    publication = models.CharField(
        "publication", max_length=12, choices=Publication.choices, default=Publication.UNPUBLISHED
    )
    published_at = models.DateTimeField("publié le", null=True, blank=True, editable=False)
    is_demo = models.BooleanField("démonstration", default=False, editable=False)

    history = HistoricalRecords(m2m_fields=[figures])

    class Meta:
        verbose_name = "Zoom"
        verbose_name_plural = "Zooms"
        ordering = ["-starts_on", "-pk"]
        permissions = [("publish_zoom", "Peut publier un Zoom")]
        constraints = [
            not_blank("portal_zoom_title", "title"),
            not_blank("portal_zoom_slug", "slug"),
            one_of("portal_zoom_publication", "publication", Publication),
            date_order("portal_zoom_dates", "starts_on", "ends_on"),
            implies(
                "portal_zoom_published_has_date",
                Q(publication=Publication.PUBLISHED),
                Q(published_at__isnull=False),
                "Un Zoom publié dit quand.",
            ),
        ]

    def __str__(self):
        return self.title


class ZoomSection(models.Model):
    """A heading of a Zoom, with a few words."""

    zoom = models.ForeignKey(Zoom, on_delete=models.CASCADE, related_name="sections", verbose_name="Zoom")
    order = models.PositiveSmallIntegerField("ordre", default=0)
    title = models.CharField("intertitre", max_length=160)
    introduction = models.TextField("quelques mots", max_length=1000, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "partie du Zoom"
        verbose_name_plural = "parties du Zoom"
        ordering = ["order", "pk"]
        constraints = [
            not_blank("portal_zoomsection_title", "title"),
            models.UniqueConstraint(
                fields=["zoom", "title"],
                name="portal_zoomsection_once",
                violation_error_message="Ce Zoom a déjà une partie de ce nom.",
            ),
        ]

    def __str__(self):
        return self.title


class ZoomItem(models.Model):
    """One initiative in a Zoom, once, with what the Zoom says of it (its summary when nothing is said)."""

    zoom = models.ForeignKey(Zoom, on_delete=models.CASCADE, related_name="items", verbose_name="Zoom")
    section = models.ForeignKey(
        ZoomSection,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="items",
        verbose_name="partie",
    )
    initiative = models.ForeignKey(
        Initiative, on_delete=models.CASCADE, related_name="zoom_items", verbose_name="initiative"
    )  # CASCADE: an initiative is never deleted, but for the demonstration's
    order = models.PositiveSmallIntegerField("ordre", default=0)
    words = models.TextField("ce qu’en dit le Zoom", max_length=600, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "initiative du Zoom"
        verbose_name_plural = "initiatives du Zoom"
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["zoom", "initiative"],
                name="portal_zoomitem_once",
                violation_error_message="Cette initiative est déjà dans ce Zoom.",
            )
        ]

    def __str__(self):
        return str(self.initiative)
