"""The words around a message: plain text, in French, the same on the screen that previews it and in the mailbox."""

import re
import smtplib
import unicodedata
from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from alliance.accounts.choices import MailKind
from alliance.accounts.models import OutgoingMail
from alliance.lib.dates import long_date, time_text, today
from alliance.lib.templatetags.francais import nombre, pluriel

SUBJECT_LENGTH = 200
WHOLE, NAMED = 30, 200  # in a digest: messages given in full, then messages named by their subject
_BREAKS = re.compile("[\r\n\t\v\f\x1c-\x1e\x85\u2028\u2029]+")
_SIGNATURE = "Alliance pour la solidarité au Bas-Saint-Laurent"
_RULE = "-" * 40
_WHY = {  # why somebody without an account receives a message of this kind
    MailKind.ERROR_ANSWER: "Vous avez laissé cette adresse en signalant une erreur sur notre site. Elle ne sert qu’à"
    " vous répondre.",
    MailKind.ALERT_CONFIRM: "Quelqu’un a inscrit cette adresse sur notre site. Si ce n’est pas vous, ne faites rien\xa0:"
    " elle sera effacée dans sept jours.",
    MailKind.ALERT: "Vous recevez ce courriel parce que cette adresse suit cette liste.",
}


def one_line(text: str) -> str:
    """Return `text` fit for a header: one line, without any control character, at most 200 characters."""
    line = _printable(_BREAKS.sub(" ", text)).strip()
    return line if len(line) <= SUBJECT_LENGTH else f"{line[: SUBJECT_LENGTH - 1]}…"


def block(text: str) -> str:
    """Return `text` without control characters, its lines ended by newlines only."""
    return "\n".join(_printable(line).rstrip(" ") for line in text.splitlines()).strip("\n")


def _printable(text: str) -> str:
    return "".join(char for char in text if unicodedata.category(char)[0] != "C")


def address_of(path: str) -> str:
    """Return the whole address of a page of the site; its host comes from the settings, never from a request."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def message_text(*, kind: str, body: str, path: str = "", team: bool = False, stop_path: str = "") -> str:
    """Return the whole text of one message, from « Bonjour » to how to receive fewer of them."""
    ending = _ending(kind, team=team, stop_path=stop_path)
    return "\n\n".join(["Bonjour,", block(body), *_opening(path), ending]) + "\n"


def digest_subject(count: int) -> str:
    return f"Résumé du {long_date(today())}\xa0: {pluriel(count, 'nouvelle,nouvelles')}"


def digest_text(rows: Sequence[OutgoingMail], *, team: bool = False) -> str:
    """Return one text for many messages: the first ones whole, the next ones by their subject, the rest counted."""
    parts = ["Bonjour,", f"Voici ce qui s’est passé\xa0: {pluriel(len(rows), 'nouvelle,nouvelles')}."]
    parts += ["\n\n".join([_heading(row), row.body, *_opening(row.path)]) for row in rows[:WHOLE]]
    if named := rows[WHOLE:NAMED]:
        parts.append("\n".join(["Et aussi\xa0:", *(f"- {row.subject}" for row in named)]))
    if len(rows) > NAMED:
        parts.append(f"Et {nombre(len(rows) - NAMED)} autres, à lire dans votre espace\xa0: {_space(team)}")
    return "\n\n".join([*parts, _ending("", team=team)]) + "\n"


def _heading(row: OutgoingMail) -> str:
    return f"{_RULE}\n{row.subject}\n{long_date(row.created_at)} à {time_text(row.created_at)}"


def _opening(path: str) -> list[str]:
    return [f"Ouvrir la page\xa0: {address_of(path)}"] if path else []


def _space(team: bool) -> str:
    return address_of(reverse("admin:index" if team else "espace:home"))


def _ending(kind: str, *, team: bool, stop_path: str = "") -> str:
    if kind in MailKind.to_public:
        stop = [f"Ne plus recevoir ce courriel\xa0: {address_of(stop_path)}"] if stop_path else []
        return "\n".join([_RULE, _SIGNATURE, _WHY[MailKind(kind)], *stop])
    if kind in MailKind.always:
        return f"{_RULE}\n{_SIGNATURE}"
    if team:
        return f"{_RULE}\n{_SIGNATURE}\nCe message s’adresse à votre équipe."
    where = address_of(reverse("espace:mails"))
    return f"{_RULE}\n{_SIGNATURE}\nChoisir les courriels que vous recevez\xa0: {where}"


def error_text(error: Exception) -> str:
    """Say what went wrong without a word of the server's answer: it may repeat an address or an account."""
    code = f" (code {error.smtp_code})" if isinstance(error, smtplib.SMTPResponseException) else ""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"Le serveur de courriel refuse le compte du portail{code}."
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"Le serveur de courriel refuse l’adresse{_codes(error)}."
    if isinstance(error, smtplib.SMTPSenderRefused):
        return f"Le serveur de courriel refuse l’adresse d’envoi du portail{code}."
    if isinstance(error, smtplib.SMTPResponseException):
        return f"Le serveur de courriel refuse le message{code}."
    if isinstance(error, OSError):
        return "Le serveur de courriel ne répond pas."
    return f"Le message n’a pas pu être préparé ({type(error).__name__})."


def _codes(error: smtplib.SMTPRecipientsRefused) -> str:
    codes = sorted({answer[0] for answer in error.recipients.values()})
    return f" (code {', '.join(map(str, codes))})" if codes else ""
