"""In whose name commands write: an account nobody can open."""

from alliance.accounts.models import User
from alliance.accounts.roles import Role

EMAIL = "reference@exemple.invalid"
NAME = "Chargement des données de référence"


def author() -> User:
    """Return the author of the reference data: inactive, without a usable password, with the least role.

    A command is run by whoever holds the machine; the rights it needs are lent to this object for the time of the
    run and never saved, so that the account itself can do nothing.
    """
    user = User.objects.filter(email=EMAIL).first()
    user = user or User.objects.create_user(EMAIL, None, full_name=NAME, role=Role.READER, is_active=False)
    user.role, user.is_active = Role.ADMINISTRATION, True
    return user
