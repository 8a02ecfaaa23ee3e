from django.core.management.base import BaseCommand, CommandError

from alliance.accounts import outbox
from alliance.lib.templatetags.francais import pluriel
from alliance.portal import alerts
from initiatives import reminders


class Command(BaseCommand):
    help = (
        "Écrit les rappels du jour et les alertes de la semaine, puis envoie les courriels qui attendent."
        " À lancer toutes les cinq minutes."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--resume", action="store_true", help="envoie les résumés maintenant, sans attendre 7\xa0h"
        )
        parser.add_argument("--limite", type=int, default=200, help="nombre de messages au plus (200)")

    def handle(self, *args, **options):
        if options["limite"] < 1:
            raise CommandError("--limite\xa0: inscrivez un nombre de 1 ou plus.")
        reminders.write()
        alerts.forget_unconfirmed()
        alerts.send_week()
        outcome = outbox.send_waiting(options["limite"], digests_now=options["resume"])
        outbox.forget_old()
        if options["verbosity"] > 1 or outcome.sent:
            self.stdout.write(f"{pluriel(outcome.sent, 'courriel envoyé,courriels envoyés')}.")
        if outcome.errors:
            stopped = " Le serveur de courriel ne répond pas\xa0: le reste attend." if outcome.stopped else ""
            met = pluriel(outcome.errors, "erreur,erreurs")
            raise CommandError(f"{met}, à lire dans l’administration, sous Courriels.{stopped}")
