from django.core.management.base import BaseCommand, CommandError

from alliance.accounts import outbox
from alliance.lib.templatetags.francais import pluriel
from alliance.portal import alerts, errors_told
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
        errors_told.forget_addresses()
        week = alerts.send_week()
        outcome = outbox.send_waiting(options["limite"], digests_now=options["resume"])
        outbox.forget_old()
        if options["verbosity"] > 1 or outcome.sent:
            self.stdout.write(f"{pluriel(outcome.sent, 'courriel envoyé,courriels envoyés')}.")
        if problems := _problems(week, outcome):
            raise CommandError(" ".join(problems))


def _problems(week, outcome):
    """Return what went wrong in this run, in sentences."""
    found = []
    if outcome.errors:
        met = pluriel(outcome.errors, "erreur,erreurs")
        found.append(f"{met}, à lire dans l’administration, sous Courriels.")
    if outcome.stopped:
        found.append("Le serveur de courriel ne répond pas\xa0: le reste attend.")
    if week.errors:
        kept = pluriel(week.errors, "alerte n’a pas été écrite,alertes n’ont pas été écrites")
        found.append(f"{kept}\xa0: voir le journal du serveur; le prochain passage recommence.")
    return found
