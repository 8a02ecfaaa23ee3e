"""The sentences of the messages about files and reports: one row by event, in plain French (quality.md §10)."""

import re
from typing import NamedTuple

from alliance.accounts.choices import MailKind


class Message(NamedTuple):
    """What is told: `happened` and `todo` are sentences, `note` what somebody wrote, quoted under `noted`."""

    kind: MailKind
    subject: str
    happened: str
    todo: str = ""
    noted: str = ""

    def body(self, note: str = "") -> str:
        quoted = f"{self.noted}\n{note.strip()}" if self.noted and note.strip() else ""
        return "\n\n".join(part for part in (self.happened, quoted, self.todo) if part)

    def naming(self, **words: str) -> "Message":
        """Return the message with these words in its sentences, each put once: a title may hold braces too."""
        spots = re.compile("|".join(f"{{{word}}}" for word in words))
        subject, happened, todo = (
            spots.sub(lambda found: words[found[0][1:-1]], text)
            for text in (self.subject, self.happened, self.todo)
        )
        return self._replace(subject=subject, happened=happened, todo=todo)


_NOTHING = "Vous n’avez rien à faire."
_NOTE = "Note du CRD\xa0:"
_REASON = "Raison donnée par le CRD\xa0:"

# {name} is the title and the number of the initiative; {report} « rapport final »; {day} a day in words.
MOVES = {
    "submit": Message(
        MailKind.DEPOSITED,
        "Dossier déposé\xa0: {name}",
        "Le dossier «\xa0{name}\xa0» vient d’être déposé.",
        "À faire\xa0: prenez-le en analyse ou retournez-le pour le faire compléter.",
        "Note de la MRC\xa0:",
    ),
    "request_changes": Message(
        MailKind.RETURNED,
        "À compléter\xa0: {name}",
        "Le CRD attend des précisions sur le dossier «\xa0{name}\xa0».",
        "À faire\xa0: complétez le dossier, puis déposez-le de nouveau.",
        _NOTE,
    ),
    "approve": Message(
        MailKind.DECISION,
        "Retenue\xa0: {name}",
        "L’initiative «\xa0{name}\xa0» est retenue. Le CRD communiquera avec vous pour l’entente.",
        _NOTHING,
        _NOTE,
    ),
    "decline": Message(
        MailKind.DECISION,
        "Non retenue\xa0: {name}",
        "L’initiative «\xa0{name}\xa0» n’a pas été retenue. Le dossier est fermé et reste lisible.",
        "Pour en parler, communiquez avec la coordination du CRD.",
        _REASON,
    ),
    "start": Message(
        MailKind.DECISION,
        "En cours\xa0: {name}",
        "L’initiative «\xa0{name}\xa0» est maintenant en cours.",
        "Vos rapports à remettre et leurs dates sont dans votre espace.",
        _NOTE,
    ),
    "cancel": Message(
        MailKind.DECISION,
        "Abandonnée\xa0: {name}",
        "L’initiative «\xa0{name}\xa0» est abandonnée. L’argent engagé et non versé retourne à sa ligne.",
        "Pour en parler, communiquez avec la coordination du CRD.",
        _REASON,
    ),
}
EXCHANGE = Message(
    MailKind.EXCHANGE,
    "Message\xa0: {name}",
    "Un message vous attend dans le dossier «\xa0{name}\xa0».",
    "À faire\xa0: lisez-le dans le dossier et répondez-y là, s’il y a lieu.",
)
REPORTS = {
    "sent": Message(
        MailKind.REPORT_SENT,
        "Reçu\xa0: {report}, {name}",
        "Le {report} de l’initiative «\xa0{name}\xa0» vient d’être remis.",
        "À faire\xa0: lisez-le, puis approuvez-le ou retournez-le.",
    ),
    "returned": Message(
        MailKind.REPORT_RETURNED,
        "À corriger\xa0: {report}, {name}",
        "Le CRD retourne le {report} de l’initiative «\xa0{name}\xa0» pour correction.",
        "À faire\xa0: corrigez le rapport, puis remettez-le de nouveau.",
        _NOTE,
    ),
    "approved": Message(
        MailKind.REPORT_APPROVED,
        "Approuvé\xa0: {report}, {name}",
        "Le {report} de l’initiative «\xa0{name}\xa0» est approuvé.",
        "Vous n’avez rien à faire. Un versement qui attendait ce rapport peut maintenant suivre.",
    ),
}
DUE = Message(
    MailKind.REPORT_DUE,
    "À remettre le {day}\xa0: {report}, {name}",
    "Le {report} de l’initiative «\xa0{name}\xa0» est attendu le {day}.",
    "À faire\xa0: remplissez-le dans votre espace. Ce que le portail sait déjà y est inscrit.",
)
LATE = Message(
    MailKind.REPORT_DUE,
    "En retard\xa0: {report}, {name}",
    "Le {report} de l’initiative «\xa0{name}\xa0» était attendu le {day}. Il n’est pas encore reçu.",
    "À faire\xa0: remettez-le, ou écrivez au CRD dans le dossier si une autre date convient mieux.",
)
INCOMPLETE = Message(
    MailKind.INCOMPLETE,
    "À compléter\xa0: {name}",
    "Le dossier «\xa0{name}\xa0» n’est pas déposé. Personne n’y a touché depuis le {day}.",
    "À faire\xa0: complétez-le et déposez-le, ou retirez-le s’il n’a plus lieu d’être.",
)
