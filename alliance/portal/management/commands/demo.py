from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from alliance.lib.workflow import Refusal
from alliance.portal import demo
from alliance.portal.demo import accounts, removal


class Command(BaseCommand):
    help = "Crée les données et les comptes de démonstration, ou les supprime (--supprimer)."

    def add_arguments(self, parser):
        parser.add_argument("--supprimer", action="store_true", help="supprime toute la démonstration")
        parser.add_argument(
            "--nouveau-mot-de-passe", action="store_true", help="donne un nouveau mot de passe aux comptes"
        )
        parser.add_argument(
            "--forcer", action="store_true", help="même si DEBUG et DEMO ne sont pas en fonction"
        )

    def handle(self, *args, **options):
        try:
            if options["supprimer"]:
                self._remove()
            else:
                demo.refuse_outside_demonstration(options["forcer"])
                self._load(options["nouveau_mot_de_passe"])
        except Refusal as refusal:
            raise CommandError("\n".join(refusal.reasons)) from refusal

    def _load(self, new_password):
        password, count = demo.load(new_password=new_password)
        if count:
            self.stdout.write(f"{count} initiatives de démonstration ont été créées.")
        self.stdout.write("Comptes de démonstration :")
        for account in accounts.ACCOUNTS:
            self.stdout.write(f"  {account.email:<36}{account.role.label:<28}voit {account.sees}")
        given = password or "déjà donné (--nouveau-mot-de-passe pour en donner un autre)"
        self.stdout.write(f"Mot de passe de tous ces comptes : {given}")

    def _remove(self):
        with transaction.atomic():
            counts = removal.remove()
        for name, count in counts.items():
            self.stdout.write(f"Supprimé : {name} ({count})")
        if not counts:
            self.stdout.write("Il n’y a pas de données de démonstration.")
