from time import monotonic

from django.core.management.base import BaseCommand, CommandError

from alliance.lib.workflow import Refusal
from alliance.portal import demo
from alliance.portal.demo import volume


class Command(BaseCommand):
    help = (
        "Crée un volume d’initiatives inventées et publiées, pour les mesures (retiré par demo --supprimer)."
    )

    def add_arguments(self, parser):
        parser.add_argument("--initiatives", type=int, required=True, metavar="N")
        parser.add_argument(
            "--graine", type=int, default=42, metavar="S", help="une même graine, un même tirage"
        )
        parser.add_argument(
            "--forcer", action="store_true", help="même si DEBUG et DEMO ne sont pas en fonction"
        )

    def handle(self, *args, **options):
        try:
            demo.refuse_outside_demonstration(options["forcer"])
        except Refusal as refusal:
            raise CommandError("\n".join(refusal.reasons)) from refusal
        if not 1 <= options["initiatives"] <= 1_000_000:
            raise CommandError("Le nombre d’initiatives doit être de 1 à 1\xa0000\xa0000.")
        begun = monotonic()
        count = volume.make(options["initiatives"], options["graine"])
        volume.analyze()
        self.stdout.write(f"{count} initiatives créées en {monotonic() - begun:.0f} s.")
