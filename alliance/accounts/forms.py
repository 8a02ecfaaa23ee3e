"""Forms of the account pages: allauth's, with our words, no placeholder and an e-mail on one line."""

from typing import ClassVar

from allauth.account import forms as allauth_forms
from django import forms

from alliance.lib.forms import EmailLineField

_LONGEST = 256  # hashing is slow on purpose: a longer text is not a password


def _password(form, name, label, *, ask="Inscrivez votre mot de passe"):
    field = form.fields[name]
    field.label, field.help_text = label, ""
    field.widget.attrs.pop("placeholder", None)
    field.max_length = _LONGEST
    field.error_messages["required"] = ask
    if name != "password":
        field.widget.attrs["autocomplete"] = "current-password" if name == "oldpassword" else "new-password"


def _email(*, ask="Inscrivez votre adresse courriel"):
    return EmailLineField(
        label="Courriel",
        error_messages={"required": ask},
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )


class LoginForm(allauth_forms.LoginForm):
    hide_optional = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"] = _email()
        _password(self, "password", "Mot de passe")


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    email: ClassVar = _email()


class _NewPassword:
    """The two fields of a new password."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _password(self, "password1", "Nouveau mot de passe", ask="Inscrivez un nouveau mot de passe")
        _password(
            self, "password2", "Nouveau mot de passe, une deuxième fois", ask="Inscrivez-le une deuxième fois"
        )
        self.fields["password1"].help_text = "Au moins 12 caractères. Une phrase est plus facile à retenir."


class ResetPasswordKeyForm(_NewPassword, allauth_forms.ResetPasswordKeyForm):
    pass


class SetPasswordForm(_NewPassword, allauth_forms.SetPasswordForm):
    pass


class ChangePasswordForm(_NewPassword, allauth_forms.ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _password(self, "oldpassword", "Mot de passe actuel", ask="Inscrivez votre mot de passe actuel")


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _password(self, "password", "Mot de passe")
