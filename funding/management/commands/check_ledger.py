from time import monotonic

from django.core.management.base import BaseCommand, CommandError

from alliance.lib.templatetags.francais import nombre
from funding import actions, audit


class Command(BaseCommand):
    help = "Vérifie le registre de l’argent, indépendamment des calculs du portail; code de sortie 1 si une règle ne tient pas."

    def handle(self, *args, **options):
        begun = monotonic()
        broken = [sentence for _rule, sentences in audit.run() for sentence in sentences]
        seconds = monotonic() - begun
        actions.record_check(seconds=seconds, rules=len(audit.RULES), failures=broken)
        if broken:
            raise CommandError("\n".join(broken))
        self.stdout.write(f"{len(audit.RULES)} vérifications réussies en {nombre(round(seconds, 2))} s.")
