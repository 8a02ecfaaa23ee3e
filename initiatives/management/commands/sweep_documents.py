from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from alliance.lib.scanner import NoAnswer
from alliance.lib.templatetags.francais import pluriel
from alliance.lib.workflow import Refusal
from initiatives import stored
from initiatives.actions import documents as actions
from initiatives.choices import ScanState
from initiatives.models import Document


class Command(BaseCommand):
    help = (
        "Compare les documents et leurs fichiers\xa0: fichier manquant, changé, ou que rien ne connait. "
        "Se termine par 1 quand quelque chose ne concorde pas."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--remove", action="store_true", help="efface les fichiers inconnus de plus d’un jour"
        )
        parser.add_argument(
            "--scan", action="store_true", help="cherche les virus dans les documents non analysés"
        )

    def handle(self, *args, **options):
        count = Document.objects.count()
        problems = [f"{_named(row)}\xa0: {what}" for row, what in stored.faults()]
        problems += self._orphans(options["remove"])
        if options["scan"]:
            problems += _scanned()
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write(f"{pluriel(count, 'document vérifié,documents vérifiés')}\xa0: tout concorde.")

    def _orphans(self, remove):
        """Yield what nothing knows; what is taken off, or may be arriving, is only said."""
        for orphan in stored.orphans():
            words = f"{orphan.name}\xa0: aucun document ne le connait"
            if not orphan.is_old:
                self.stdout.write(f"{words} encore")
            elif remove:
                actions.forget_bytes([orphan.name])
                self.stdout.write(f"{words}, effacé")
            else:
                yield words


def _scanned():
    if not settings.DOCUMENT_SCANNER:
        yield "Il n’y a aucun analyseur\xa0: inscrivez DOCUMENT_SCANNER."
        return
    for document in Document.objects.filter(scan=ScanState.NOT_SCANNED).order_by("pk"):
        try:
            found = actions.record_scan(document=document)
        except NoAnswer:
            yield "L’analyseur ne répond pas."
            return
        except Refusal:
            continue  # its bytes are missing: said above
        if found == ScanState.INFECTED:
            yield f"{_named(document)}\xa0: un virus a été trouvé, le fichier est mis de côté"


def _named(document):
    return f"Document {document.pk} («\xa0{document.name}\xa0», initiative {document.initiative_id})"
