"""The page « Inviter une personne » of the admin. Declared here: accounts know nothing of territories."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from alliance.accounts import roles
from alliance.accounts.models import User
from alliance.accounts.roles import Role
from alliance.lib.admin import refused_fields
from alliance.lib.forms import EmailLineField, LineFormField
from alliance.lib.workflow import NotAllowed, Refusal
from territories.invitations import invite
from territories.models import Territory


class InviteForm(forms.Form):
    """Who is invited, to do what, where."""

    email = EmailLineField(
        label="Courriel",
        error_messages={"required": "Inscrivez l’adresse courriel de la personne"},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    full_name = LineFormField(
        label="Nom", max_length=120, error_messages={"required": "Inscrivez le nom de la personne"}
    )
    role = forms.ChoiceField(
        label="Rôle",
        error_messages={"required": "Choisissez un rôle", "invalid_choice": "Choisissez un rôle de la liste"},
    )
    territories = forms.ModelMultipleChoiceField(
        label="MRC servies",
        queryset=Territory.objects.none(),
        to_field_name="slug",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Pour une agente, un agent ou un comité local. Les autres rôles voient toutes les MRC.",
        error_messages={
            "invalid_choice": "Choisissez des MRC de la liste",
            "invalid_pk_value": "Choisissez des MRC de la liste",
        },
    )

    def __init__(self, *args, giver, **kwargs):
        super().__init__(*args, **kwargs)
        given = [(value, label) for value, label in Role.choices if roles.may_give(giver.role, value)]
        self.fields["role"].choices = [("", "Choisissez un rôle"), *given]
        self.fields["territories"].queryset = Territory.objects.filter(is_active=True)


def invite_page(request, *, admin_site):
    """Ask (GET), invite (POST); what is refused comes back beside its field, with what was typed."""
    if not request.user.has_perm("accounts.add_user"):
        raise PermissionDenied
    form = InviteForm(request.POST if request.method == "POST" else None, giver=request.user)
    if form.is_valid():
        try:
            done = invite(by=request.user, **form.cleaned_data)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from None
        except (Refusal, ValidationError) as refusal:
            for field, sentences in refused_fields(refusal).items():
                form.add_error(field if field in form.fields else None, sentences)
        else:
            _tell(request, done)
            return redirect("admin:accounts_user_change", done.user.pk)
    context = {
        **admin_site.each_context(request),
        "opts": User._meta,
        "title": "Inviter une personne",
        "form": form,
        "button": "Inviter cette personne",
        "consequence": "La personne reçoit un lien valide 7 jours. Elle y confirme son nom et choisit comment elle se connectera.",
        "back": reverse("admin:accounts_user_changelist"),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/accounts/user/invite.html", context, status=status)


def _tell(request, done):
    if not done.is_new:
        messages.info(request, f"{done.user} est déjà invité ou invitée : rien n’a été envoyé de nouveau.")
    elif done.problem:
        messages.error(
            request, f"Le compte de {done.user} est créé, mais l’invitation n’est pas partie. {done.problem}"
        )
    else:
        messages.success(request, f"L’invitation de {done.user} est partie à {done.user.email}.")
