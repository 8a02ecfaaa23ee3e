"""Messages that hold a secret: sent at once, never kept. The others go through the outbox.

An invitation does too: its link is made when it leaves, so that the outbox holds no secret.
"""

from smtplib import SMTPException
from typing import Any

from django.core.mail import send_mail
from django.template.loader import render_to_string

from alliance.accounts.models import User
from alliance.lib.workflow import Refusal

SUBJECTS = {
    "sign_in_link": "Votre lien de connexion",
    "no_account": "Aucun compte à cette adresse",
}
NOT_SENT = "Le courriel n’a pas pu partir. Réessayez dans quelques minutes."


def invitation(user: User, by: User) -> tuple[str, str]:
    """Return the subject and the body of the invitation of `user`; `{lien}` stands where its link will be."""
    body = render_to_string("account/email/invitation.txt", {"user": user, "by": by, "link": "{lien}"})
    return "Votre accès à l’espace de l’Alliance", body


def send(name: str, to: str, **context: Any) -> None:
    """Send the message `name` to the address `to`; raises Refusal when the mail server does not take it."""
    body = render_to_string(f"account/email/{name}.txt", context)
    try:
        send_mail(SUBJECTS[name], body, None, [to])
    except (OSError, SMTPException):
        raise Refusal(NOT_SENT) from None
