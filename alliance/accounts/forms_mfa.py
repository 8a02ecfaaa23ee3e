"""Forms of the second factor: the library's, in French, where a used code and a garbled key are refused."""

from allauth.mfa.base import forms as base_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as key_forms
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django import forms
from django.core.exceptions import ValidationError

from alliance.accounts.second_factor import SecondFactorAdapter, first_use
from alliance.lib.forms import LineFormField

_LONGEST_CODE = 20
# What reading an answer that no browser made can raise, beside what the library turns into a refusal.
_GARBLED = (AttributeError, LookupError, TypeError, ValueError, InvalidSignature, UnsupportedAlgorithm)
KEY_REFUSED = "Cette clé d’accès n’a pas été reconnue. Réessayez, ou servez-vous d’un code"


def _code_field(label, *, ask, help_text=""):
    return LineFormField(
        label=label,
        help_text=help_text,
        max_length=_LONGEST_CODE,
        error_messages={"required": ask, "max_length": "Ce code est trop long"},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "spellcheck": "false",
                "class": "input-code",
            }
        ),
    )


class _OnceCode:
    """A code of the application is good once, even while its half-minute lasts."""

    hide_optional = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code_field(
            "Code",
            ask="Inscrivez le code",
            help_text="Les six chiffres de votre application, ou un code de secours.",
        )

    def clean_code(self):
        code = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP and not first_use(self.user, code):
            raise SecondFactorAdapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(_OnceCode, base_forms.AuthenticateForm):
    pass


class ReauthenticateForm(_OnceCode, base_forms.ReauthenticateForm):
    pass


class ActivateTotpForm(totp_forms.ActivateTOTPForm):
    hide_optional = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code_field("Code à six chiffres", ask="Inscrivez le code de votre application")

    def clean_code(self):
        code = super().clean_code()
        first_use(self.user, code)  # the code that sets it up does not sign in again
        return code


class _Key:
    """A key's answer is JSON that the browser wrote; whatever else arrives is refused, never an error of ours."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["credential"].error_messages = {"required": KEY_REFUSED, "invalid": KEY_REFUSED}

    def _read(self, read):
        try:
            return read()
        except _GARBLED:
            raise ValidationError(KEY_REFUSED, code="incorrect_code") from None


class _KeyProof(_Key):
    def clean_credential(self):
        return self._read(super().clean_credential)


class AuthenticateKeyForm(_KeyProof, key_forms.AuthenticateWebAuthnForm):
    pass


class LoginKeyForm(_KeyProof, key_forms.LoginWebAuthnForm):
    pass


class ReauthenticateKeyForm(_KeyProof, key_forms.ReauthenticateWebAuthnForm):
    pass


def _name_field():
    return LineFormField(
        label="Nom de la clé",
        max_length=60,
        help_text="Pour la reconnaître, par exemple «\xa0Téléphone\xa0» ou «\xa0Portable du bureau\xa0».",
        error_messages={"required": "Inscrivez un nom"},
    )


class AddKeyForm(_Key, key_forms.AddWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["passwordless"]  # each key signs in by itself
        self.fields["name"] = _name_field()

    def clean(self):
        return self._read(super().clean)


class RenameKeyForm(key_forms.EditWebAuthnForm):
    hide_optional = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"] = _name_field()
