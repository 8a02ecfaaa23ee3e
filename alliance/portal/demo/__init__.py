"""The demonstration: invented accounts, organizations, initiatives and money, all marked `is_demo`."""

from django.conf import settings
from django.db import transaction

from alliance.lib.workflow import Refusal
from alliance.portal import reference
from alliance.portal.demo import accounts, contacts, money
from alliance.portal.demo.build import Builder
from funding.models import Envelope


def refuse_outside_demonstration(force: bool) -> None:
    """Raise Refusal on a portal in service, unless asked on purpose: invented data would stand beside real data."""
    if not (settings.DEBUG or settings.DEMO or force):
        raise Refusal(
            "Ce portail n’est ni en développement (DEBUG) ni en démonstration (DEMO) : "
            "rien n’a été écrit. Ajoutez --forcer pour le faire quand même."
        )


@transaction.atomic
def load(*, new_password: bool = False) -> tuple[str, int]:
    """Add the demonstration, all or nothing; return the accounts' new password (or nothing) and how many initiatives.

    A second run keeps what stands: the envelope of the demonstration tells that it was built.
    """
    reference.load()
    password = accounts.create(new_password=new_password)
    contacts.write(accounts.people()["coordination"])
    if Envelope.objects.filter(name=money.ENVELOPE, is_demo=True).exists():
        return password, 0
    return password, Builder(accounts.people()).build()
