"""What makes the public site have a page of every kind, around one published initiative."""

from alliance.portal import zooms
from alliance.portal.actions import publish_bilan
from funding.choices import Measure
from funding.models import PublishedFigure
from initiatives.models import EasyText


def fill(world, *shown, zoom="Printemps 2025", phone=""):
    """Write a Zoom of the initiatives, the easy version of the first, a published bilan and an announced figure."""
    made = zooms.create(by=world.coordination, values={"title": zoom})
    zooms.add_items(zoom=made, by=world.coordination, initiatives=shown)
    zooms.publish(zoom=made, by=world.coordination)
    EasyText.objects.create(initiative=shown[0], what="Un repas gratuit.", phone=phone)
    publish_bilan(year=world.years["2024-2025"], by=world.coordination)
    PublishedFigure.objects.create(
        code="essai",
        label="Essai",
        value=1,
        unit="initiatives",
        wording="Un",
        source="Texte",
        measure=Measure.INITIATIVES,
    )
