"""What an alert writes to who asked for it: to confirm, that it is known already, what is new, that its list is no more."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from alliance.accounts import outbox
from alliance.accounts.choices import MailKind
from alliance.lib.dates import TORONTO, long_date, today
from alliance.lib.templatetags.francais import pluriel
from alliance.portal.followed import Followed
from alliance.portal.models import Alert
from alliance.portal.rows import Row

CONFIRM, STOP = "/alertes/confirmer/", "/alertes/arreter/"
MOST_TOLD = 20
_IGNORED = "\xa0: ce filtre"  # what a page does with an unknown filter, and a message does not
PROMISE = "un courriel par semaine au plus, seulement s’il y a du nouveau"
_ASKED = """Quelqu’un a demandé de recevoir à cette adresse les nouveautés d’une liste d’initiatives\xa0:

{list}

Si c’est vous, ouvrez la page ci-dessous et appuyez sur le bouton. Le lien est valide sept jours. Vous recevrez {promise}."""
_KNOWN = """On vient de demander de nouveau les nouveautés de cette liste, que cette adresse suit déjà\xa0:

{list}

Il n’y a rien à faire\xa0: {promise}, continue d’arriver ici."""
_LOST = """La liste que vous suiviez n’existe plus telle quelle\xa0:

{list}

{why}

Pour ne pas vous envoyer autre chose que ce que vous aviez demandé, nous avons arrêté cette alerte. \
Choisissez une autre liste si vous voulez\xa0: {directory}"""


@dataclass(frozen=True)
class Text:
    subject: str
    body: str


def key_of(alert: Alert) -> str:
    """Return how the keys of all the messages of an alert begin."""
    return f"alerte|{alert.token.hex}|"


def ask_to_confirm(alert: Alert, followed: Followed) -> None:
    """Write, once a day at most, the message whose link confirms."""
    body = _ASKED.format(list=followed.mailed_label, promise=PROMISE)
    subject = "Confirmez votre demande\xa0: nouveautés d’une liste d’initiatives"
    path = f"{CONFIRM}{{{alert.token.hex}}}/"
    _queue(
        alert, f"confirmer|{today()}", Text(subject, body), kind=MailKind.ALERT_CONFIRM, path=path, stop=False
    )


def say_known(alert: Alert) -> None:
    """Write, once a day at most, that the address follows this list already."""
    body = _KNOWN.format(list=alert.label, promise=PROMISE)
    _queue(alert, f"connue|{today()}", Text("Vous suivez déjà cette liste d’initiatives", body))


def say_lost(alert: Alert, followed: Followed) -> None:
    """Write that the list means nothing any more; the alert ends with this message."""
    why = "\n".join(f"{sentence.partition(_IGNORED)[0]}." for sentence in followed.problems)
    directory = outbox.address_of(reverse("portal:directory"))
    body = _LOST.format(list=alert.label, why=why, directory=directory)
    _queue(alert, "perdue", Text("La liste que vous suiviez n’existe plus", body), waits=True, stop=False)


def tell_new(alert: Alert, followed: Followed, rows: list[Row], *, week: datetime) -> None:
    """Write what is new, once for an ISO week. It leaves with `send_outbox`, not with who writes it."""
    year, number, _day = week.astimezone(TORONTO).isocalendar()
    _queue(alert, f"{year}-S{number:02}", new_text(alert, followed, rows), waits=True)


def new_text(alert: Alert, followed: Followed, rows: list[Row]) -> Text:
    """Say at most 20 new initiatives with their place and address, then how many others."""
    count = pluriel(len(rows), "nouvelle initiative,nouvelles initiatives")
    since = f"Depuis le {long_date(alert.told_until)}" if alert.told_until else "Depuis peu"
    parts = [f"{since}, {count} dans la liste que vous suivez.", followed.label]
    parts += ["\n".join([row.title, row.place, outbox.address_of(row.url)]) for row in rows[:MOST_TOLD]]
    if others := len(rows) - MOST_TOLD:
        parts += [f"Et {pluriel(others, 'autre,autres')}."] if others > 0 else []
    parts.append(f"Voir toute la liste\xa0: {outbox.address_of(followed.address)}")
    return Text(f"{count}\xa0: {followed.title}", "\n\n".join(parts))


def _queue(
    alert: Alert,
    key: str,
    text: Text,
    *,
    kind: str = MailKind.ALERT,
    path: str = "",
    stop: bool = True,
    waits: bool = False,
) -> None:
    outbox.queue(
        kind=kind,
        key=f"{key_of(alert)}{key}",
        subject=text.subject,
        body=text.body,
        address=alert.email,
        path=path,
        stop_path=f"{STOP}{{{alert.token.hex}}}/" if stop else "",
        not_before=timezone.now() if waits else None,
        is_demo=alert.is_demo,
    )
