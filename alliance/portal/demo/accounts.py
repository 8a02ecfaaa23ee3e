"""The demonstration accounts: one per way of working in the portal."""

import secrets
from dataclasses import dataclass

from alliance.accounts.models import User
from alliance.accounts.roles import Role
from alliance.lib.records import save_as, sign
from territories.models import Membership, Territory

DOMAIN = "exemple.invalid"  # reserved: no message can ever leave for it
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look alike


@dataclass(frozen=True)
class Account:
    name: str  # what stands before @exemple.invalid
    full_name: str
    role: Role
    sees: str
    territories: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        return f"{self.name}@{DOMAIN}"


ACCOUNTS = (
    Account("coordination", "Coordination (démonstration)", Role.COORDINATION, "tous les dossiers, les décisions, la publication"),
    Account("comptabilite", "Comptabilité (démonstration)", Role.ACCOUNTING, "tous les dossiers, les mouvements d’argent"),
    Account("agent.mitis", "Agente, La Mitis (démonstration)", Role.AGENT, "les dossiers de La Mitis et de La Matapédia", ("la-mitis", "la-matapedia")),
    Account("agent.temiscouata", "Agent, Témiscouata (démonstration)", Role.AGENT, "les dossiers de Témiscouata et des Basques", ("temiscouata", "les-basques")),
    Account("comite.mitis", "Comité local, La Mitis (démonstration)", Role.COMMITTEE, "les dossiers de La Mitis, en lecture", ("la-mitis",)),
    Account("lecture", "Lecture, ministère (démonstration)", Role.READER, "tous les dossiers, en lecture"),
    Account("administration", "Administration (démonstration)", Role.ADMINISTRATION, "tout, y compris les comptes"),
)  # fmt: skip


def create(*, new_password: bool) -> str:
    """Create the missing accounts; return the password they were all given, or an empty text when none was.

    A password is given when an account is created, or to all of them when `new_password`.
    """
    known = {user.email: user for user in User.objects.filter(is_demo=True)}
    missing = [account for account in ACCOUNTS if account.email not in known]
    if not missing and not new_password:
        return ""
    password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(3))
    for account in missing:
        known[account.email] = _create(account)
    for user in known.values():
        user.set_password(password)
        user.save()
    return password


def people() -> dict[str, User]:
    """Return the demonstration accounts by the part of their address before @."""
    return {user.email.split("@")[0]: user for user in User.objects.filter(is_demo=True)}


def _create(account: Account) -> User:
    user = User(email=account.email, full_name=account.full_name, role=account.role, is_demo=True)
    user.set_unusable_password()
    sign(user, None)
    user.full_clean()
    user.save()
    for slug in account.territories:
        save_as(Membership(user=user, territory=Territory.objects.get(slug=slug)), user)
    return user
