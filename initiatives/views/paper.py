"""The blank form, to print and fill by hand, made from the same definition as the pages (features.md, « papier »)."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.views.decorators.http import require_safe

from initiatives.choices import Continuity, DocumentKind, Scope
from initiatives.forms.offer import Offer
from initiatives.forms.questions import optional
from initiatives.forms.rows import KINDS
from initiatives.sections import SECTIONS
from initiatives.views.access import may_write

_PAPER_LINES = 6
_ASIDE = {"continues"}  # found by its number once the paper is copied

_SCREEN_HELP = {"municipalities", "documents"}  # what their help says is about the screen


@require_safe
def paper(request):
    """Show the whole form with room to write, and where to send it."""
    if not may_write(request.user):
        raise PermissionDenied
    offer = Offer(request.user)
    chapters = [
        (part, [_blank(question, offer) for question in part.questions if question.code not in _ASIDE])
        for part in SECTIONS
    ]
    context = {"chapters": chapters, "territories": offer.territories}
    return render(request, "espace/paper.html", context)


def _blank(question, offer):
    """Return what the paper shows of a question: its words, then boxes to tick, a table, or lines to write on."""
    return {
        "question": question,
        "help": "" if question.code in _SCREEN_HELP else question.help,
        "label": question.label if question.required else optional(question.label),
        "choices": _choices(question.code, offer),
        "columns": _columns(question.code),
        "rows": range(_PAPER_LINES),
        "height": _height(question),
        "is_agreement": question.code in ("is_declared", "accepts_publication"),
    }


def _choices(code, offer):
    given = {
        "scope": [label for _, label in Scope.choices],
        "territories": offer.territories,
        "themes": offer.themes,
        "target_groups": offer.target_groups,
        "continuity": [label for _, label in Continuity.choices],
        "documents": [label for kind, label in DocumentKind.choices if kind in DocumentKind.required],
    }
    return [str(choice) for choice in given.get(code, ())]


def _columns(code):
    if code == "partners":
        return ["Organisation", "Rôle", "Contribution, en mots"]
    cells = KINDS[code].base_fields if code in KINDS else {}
    return [field.label for name, field in cells.items() if name != "fiscal_year"]


def _height(question):
    """Return the size of the room to write: one line, some, or many."""
    if question.lines <= 2:
        return "line"
    return "block" if question.lines < 6 else "large"
