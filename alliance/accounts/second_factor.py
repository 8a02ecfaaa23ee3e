"""The second factor: who must have one, how its secrets are kept, what its refusals say."""

import base64
import hashlib
from functools import cache
from typing import ClassVar

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.cache import cache as shared_cache

from alliance.accounts import roles
from alliance.accounts.models import User

SITE_NAME = "Alliance pour la solidarité au Bas-Saint-Laurent"
_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def factors(user: User):
    """Return the second factors of `user`; recovery codes only stand in for one."""
    return Authenticator.objects.filter(user=user, type__in=_FACTORS)


def is_required(user: User) -> bool:
    return settings.SECOND_FACTOR and user.role in roles.SECOND_FACTOR_ROLES


def is_missing(user: User) -> bool:
    """Say whether `user` must have a second factor and has none."""
    return is_required(user) and not factors(user).exists()


def first_use(user: User, code: str) -> bool:
    """Say whether this code of the application was not used yet, and remember it as long as it may be right.

    The library forgets a code after one period, while a tolerance of one keeps it right during three (case F10).
    """
    digits = "".join(code.split())
    lifetime = 30 * (2 * settings.MFA_TOTP_TOLERANCE + 1)
    return shared_cache.add(f"second-factor:{user.pk}:{digits}", "used", timeout=lifetime)


@cache
def _fernet(*keys: str) -> MultiFernet:
    return MultiFernet(
        [
            Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"second factor|{key}".encode()).digest()))
            for key in keys
        ]
    )


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are encrypted by a key that is not in the database; words are ours."""

    error_messages: ClassVar = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": "Votre rôle demande un second facteur : ajoutez-en un autre avant de retirer celui-ci",
        "cannot_generate_recovery_codes": "Ajoutez d’abord une application ou une clé d’accès",
        "incorrect_code": "Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant et réessayez",
    }

    def get_totp_issuer(self):
        return settings.MFA_TOTP_ISSUER

    def _get_site_name(self):
        return SITE_NAME

    def encrypt(self, text):
        return self._keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        """Return the secret; when SECRET_KEY changed since, one that nothing matches, never an empty one."""
        try:
            return self._keys().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return generate_totp_secret()

    def can_delete_authenticator(self, authenticator):
        user = authenticator.user
        return not is_required(user) or factors(user).exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user, type):
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return "Clé d’accès" if number == 1 else f"Clé d’accès {number}"

    @staticmethod
    def _keys():
        return _fernet(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
