"""What people say about a file, on its page in the admin: the thread shared with the MRC, the notes that the CRD keeps to
itself, the corrections asked, and what changed since the last deposit."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path, reverse

from alliance.lib.pages import Review, ask
from initiatives import actions, changes, notices, situation
from initiatives.forms.talk import MessageForm, NoteForm
from initiatives.sections import QUESTIONS
from initiatives.views.exchanges import thread

_PREFIX = "initiatives_initiative"
_RIGHT = "initiatives.change_initiative"


class TalkMixin:
    """Adds `message/` and `note/` under an initiative's page."""

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/message/", view(self.message_view), name=f"{_PREFIX}_message"),
            path("<int:pk>/note/", view(self.note_view), name=f"{_PREFIX}_note"),
            *super().get_urls(),
        ]

    def talk(self, request, initiative):
        """Return what the page of the file shows of it, to those who read its history; answers compared to who corrects.

        What people wrote is private: whoever only reads the file (the ministry) gets its situation, nothing more.
        """
        told = situation.status_of(initiative)
        writes = request.user.has_perm(_RIGHT)
        reads_notes = self.history_allowed(request)
        return {
            "status": told,
            "turn": told.turn_for(situation.Side.CRD),
            "reads": reads_notes,
            "thread": thread(initiative) if reads_notes else [],
            "waits": situation.Side.MRC in situation.waiting_messages([initiative.pk]).get(initiative.pk, {}),
            "writes": writes,
            "message_form": MessageForm(auto_id="message_%s") if writes else None,
            "note_form": NoteForm(auto_id="note_%s") if writes else None,
            "reads_notes": reads_notes,
            "notes": list(initiative.internal_notes.select_related("by")) if reads_notes else [],
            "corrections": corrections(initiative) if reads_notes else [],
            "comparisons": changes.comparisons(initiative) if writes else [],
        }

    def message_view(self, request, pk):
        """Show the message as the MRC will read it, then send it."""
        initiative, back = self._talked_about(request, pk)

        def perform(cleaned):
            actions.say(initiative=initiative, by=request.user, **cleaned)
            return "Le message est dans le dossier; la MRC le lira."

        return ask(
            request,
            self,
            initiative,
            MessageForm(request.POST if request.method == "POST" else None),
            perform,
            title="Écrire à la MRC",
            button="Envoyer le message",
            back=f"{back}#echanges",
            preview=lambda cleaned: _as_read(cleaned, notices.told_of_message(initiative, by=request.user)),
            beside="text",
            consequence="La MRC lit ce message dans son espace, tel quel.",
        )

    def note_view(self, request, pk):
        """Write a note that the MRC never reads."""
        initiative, back = self._talked_about(request, pk)

        def perform(cleaned):
            actions.note_internally(initiative=initiative, by=request.user, **cleaned)
            return "La note interne est enregistrée."

        return ask(
            request,
            self,
            initiative,
            NoteForm(request.POST if request.method == "POST" else None),
            perform,
            title="Écrire une note interne",
            button="Enregistrer la note interne",
            back=f"{back}#notes-internes",
            beside="text",
            consequence="Cette note reste au CRD. Aucune page, aucun fichier, aucun courriel ne la montre aux MRC.",
        )

    def _talked_about(self, request, pk):
        initiative = self.get_object(request, str(pk))
        if initiative is None:
            raise Http404
        if not request.user.has_perm(_RIGHT):
            raise PermissionDenied
        return initiative, reverse(f"admin:{_PREFIX}_change", args=[pk])


def corrections(initiative):
    """Return the corrections ever asked, the last ones first, each with the label of its question."""
    rows = initiative.corrections.select_related("asked_by", "answered_by").order_by("-asked_at", "pk")
    return [(row, QUESTIONS[row.field].label if row.field in QUESTIONS else row.field) for row in rows]


def _as_read(cleaned, told):
    """Say what sending does, and who is told by e-mail; what was typed is shown above it."""
    waits = "La MRC le trouvera dans «\xa0À faire\xa0» jusqu’à sa réponse."
    calm = "Il n’attend pas de réponse."
    answer = waits if cleaned["asks_answer"] else calm
    return Review(sentences=["La MRC lira ce message tel quel.", answer, told])
