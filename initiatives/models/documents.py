import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from alliance.lib.constraints import implies, not_blank, one_of
from initiatives.choices import DocumentKind, ScanState
from initiatives.models.initiative import Initiative


def private_path(document, _name):
    """Return a name of our own: what the person called the file never reaches the disk (case D4)."""
    return f"documents/{uuid.uuid4().hex}"


class Document(models.Model):
    """A file joined to an initiative. Private: served only by a view that checks the right to read its initiative."""

    initiative = models.ForeignKey(
        Initiative, on_delete=models.CASCADE, related_name="documents", verbose_name="initiative"
    )  # CASCADE: a document has no life without its file; only drafts of the demonstration are ever deleted
    kind = models.CharField("document", max_length=20, choices=DocumentKind.choices)
    file = models.FileField("fichier", upload_to=private_path, max_length=120)
    name = models.CharField("nom", max_length=150)
    media_type = models.CharField("type", max_length=100)
    size = models.PositiveIntegerField("taille (octets)")
    digest = models.CharField("SHA-256", max_length=64)
    alt = models.CharField("texte de remplacement", max_length=300, blank=True)
    scan = models.CharField(
        "analyse", max_length=12, choices=ScanState.choices, default=ScanState.NOT_SCANNED
    )
    added_at = models.DateTimeField("ajouté le")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="ajouté par"
    )
    token = models.UUIDField(unique=True, null=True, blank=True, editable=False)
    is_demo = models.BooleanField("démonstration", default=False, editable=False)

    class Meta:
        verbose_name = "document"
        verbose_name_plural = "documents"
        ordering = ["kind", "added_at", "pk"]
        constraints = [
            one_of("initiatives_document_kind", "kind", DocumentKind),
            one_of("initiatives_document_scan", "scan", ScanState),
            not_blank("initiatives_document_name_not_blank", "name"),
            implies(
                "initiatives_document_not_empty",
                Q(size__isnull=False),
                Q(size__gt=0),
                "Le fichier est vide",
            ),
        ]

    def __str__(self):
        return self.name
