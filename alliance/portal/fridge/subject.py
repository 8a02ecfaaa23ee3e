"""What a printed sheet is about, and its short address."""

from dataclasses import dataclass

from django.conf import settings

from alliance.portal.directory import Directory
from alliance.portal.labels import MUNICIPALITY, TERRITORY, THEME, Label
from territories.models import Municipality, Territory

KINDS = (MUNICIPALITY, TERRITORY, THEME)


@dataclass(frozen=True)
class Subject:
    """A municipality (with its MRC), an MRC or a theme."""

    label: Label
    territory: Label | None = None

    @property
    def kind(self) -> str:
        return self.label.kind

    @property
    def name(self) -> str:
        return self.label.name

    @property
    def is_theme(self) -> bool:
        return self.kind == THEME

    @property
    def is_municipality(self) -> bool:
        return self.kind == MUNICIPALITY

    @property
    def is_territory(self) -> bool:
        return self.kind == TERRITORY

    @property
    def kicker(self) -> str:
        """Return what stands above the name: the MRC of a municipality, « MRC », « Thème »."""
        if self.is_municipality:
            return f"MRC {self.genitive}"
        return "Au Bas-Saint-Laurent" if self.is_theme else "MRC"

    @property
    def genitive(self) -> str:
        """Return « de La Mitis » for the MRC of the place; nothing for a theme."""
        return self.territory.genitive if self.territory else ""

    @property
    def base(self) -> str:
        """Return the address of its sheets."""
        return f"/frigo/{self.kind}/{self.label.slug}/"

    @property
    def size(self) -> str:
        """Return how large its name may be written: the longest names of the region take more than a line."""
        return "long" if len(self.name) > 20 else "short"


def find(directory: Directory, kind: str, slug: str) -> Subject | None:
    """Return what an address names, old addresses and merged municipalities followed, or None."""
    label = directory.labels.find(kind, slug.lower()) if kind in KINDS else None
    return _subject(directory, label) if label else None


def _subject(directory: Directory, label: Label) -> Subject:
    if label.kind == MUNICIPALITY:
        return Subject(label, directory.labels.by_id[TERRITORY].get(label.parent))
    return Subject(label, label if label.kind == TERRITORY else None)


def of_code(directory: Directory, code: str) -> Label | None:
    """Return what a short address leads to: five digits a municipality, two an MRC, else a theme (one query at most)."""
    if not (code.isascii() and code.isdigit()):
        return directory.labels.find(THEME, code.lower())
    kind, model = (MUNICIPALITY, Municipality) if len(code) == 5 else (TERRITORY, Territory)
    pk = model.objects.filter(code=code).values_list("pk", flat=True).first()
    return directory.labels.by_id.get(kind, {}).get(pk) if pk else None


def short_address(code: str) -> str:
    """Return the whole short address that a QR code holds."""
    return f"{settings.SITE_URL}/f/{code}/"


def spoken(address: str) -> str:
    """Return an address as it is printed, without its scheme."""
    return address.split("://", 1)[-1]
