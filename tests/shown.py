"""An initiative as the public site shows it whole: awarded, with its payments."""

from decimal import Decimal

from alliance.lib.dates import today
from funding import actions
from funding.choices import Condition
from funding.rules import Instalment
from initiatives.choices import State


def fridge(world):
    fridge = world.published(
        State.IN_PROGRESS, award=12500, title="Frigo libre-service", citizen_participation="Oui."
    )
    plan = [
        Instalment(Decimal(10000), today(), Condition.DATE),
        Instalment(Decimal(2500), today(), Condition.FINAL_REPORT),
    ]
    actions.schedule(commitment=fridge.commitments.get(), by=world.coordination, instalments=plan)
    return fridge
