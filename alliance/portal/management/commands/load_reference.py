from django.core.management.base import BaseCommand

from alliance.portal import reference


class Command(BaseCommand):
    help = "Ajoute les données de référence qui manquent (MRC, municipalités, thèmes, organisations, initiatives…)."

    def handle(self, *args, **options):
        added = reference.load()
        for name, count in added.items():
            self.stdout.write(f"Ajouté : {name} ({count})")
        if not added:
            self.stdout.write("Les données de référence sont à jour.")
