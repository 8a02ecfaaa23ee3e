import json

from django.core.management.base import BaseCommand

from alliance.portal.map import making
from alliance.portal.map.shapes import PATH


def written() -> str:
    """Return the file of shapes as it is committed: one place per line."""
    data = making.build()
    compact = {"ensure_ascii": False, "separators": (",", ":")}
    places = ",\n".join(
        f"{json.dumps(slug)}:{json.dumps(one, **compact)}" for slug, one in data.pop("places").items()
    )
    parts = [f"{json.dumps(key)}:{json.dumps(value, **compact)}" for key, value in data.items()]
    return "{" + ",\n".join([*parts, f'"places":{{\n{places}}}']) + "}\n"


class Command(BaseCommand):
    help = "Refait la carte schématique à partir des points de fixtures/municipalities.csv."
    requires_system_checks = ()  # nothing of the site is needed

    def handle(self, *args, **options):
        PATH.write_text(written())
        self.stdout.write(f"{PATH.stat().st_size} octets écrits dans {PATH.name}.")
