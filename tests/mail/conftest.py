import pytest
from django.core import mail

from alliance.accounts import outbox
from alliance.accounts.choices import MailKind
from alliance.accounts.models import OutgoingMail
from tests.espace.conftest import at_once  # noqa: F401  # a fixture


@pytest.fixture
def tell(world):
    """Return a function that writes a message to the agent of La Mitis."""

    def write(key="essai", **changes):
        told = {
            "kind": MailKind.RETURNED,
            "key": key,
            "subject": "À compléter\xa0: Frigo",
            "body": "Le CRD attend des précisions.",
            "to": world.agent_mitis,
            "path": "/espace/",
        }
        rows = outbox.queue(**(told | changes))
        return rows[0] if len(rows) == 1 else rows

    return write


@pytest.fixture
def sent(world):
    """Return a function that sends what waits and gives back the messages that left."""

    def send(**options):
        before = len(mail.outbox)
        outbox.send_waiting(**options)
        return mail.outbox[before:]

    return send


@pytest.fixture
def states():
    """Return a function that gives the states of the rows, oldest first."""
    return lambda: list(OutgoingMail.objects.order_by("pk").values_list("state", flat=True))
