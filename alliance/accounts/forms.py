"""Forms of the account pages: allauth's, with our words, no placeholder and an e-mail on one line."""

from typing import ClassVar

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator

from alliance.lib.forms import EmailLineField, LineFormField

_LONGEST = 256  # hashing is slow on purpose: a longer text is not a password
TWO_PASSWORDS = "Les deux mots de passe diffèrent"


def _password(form, name, label, *, ask="Inscrivez votre mot de passe"):
    field = form.fields[name]
    field.label, field.help_text = label, ""
    field.widget.attrs.pop("placeholder", None)
    if name in ("password", "oldpassword"):
        field.validators.append(MaxLengthValidator(_LONGEST, "Ce texte est trop long pour un mot de passe"))
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


class SignInLinkForm(forms.Form):
    """The address to which a link is sent."""

    hide_optional = True
    email = _email()


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    email: ClassVar = _email()


class InvitationForm(forms.Form):
    """The person confirms how their name is written, and may choose a password; by e-mail link alone is fine too."""

    full_name = LineFormField(
        label="Votre nom",
        max_length=120,
        error_messages={"required": "Inscrivez votre nom"},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password1 = forms.CharField(
        label="Mot de passe",
        required=False,
        strip=False,
        help_text="Au moins 12 caractères. Une phrase est plus facile à retenir. Laissez vide pour recevoir plutôt un lien par courriel chaque fois.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label="Mot de passe, une deuxième fois",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, initial={"full_name": user.full_name}, **kwargs)
        self.user = user

    def clean_password1(self):
        password = self.cleaned_data["password1"]
        if password:
            validate_password(password, self.user)
        return password

    def clean(self):
        cleaned = super().clean()
        if "password1" in cleaned and cleaned["password1"] != cleaned.get("password2", ""):
            self.add_error("password2", ValidationError(TWO_PASSWORDS))
        return cleaned


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
