"""Accounts: made by the administration, known by e-mail, without any password typed by staff.

A right comes from the role alone; only the administration gives or changes one (quality.md §3, F17).
"""

from allauth.account.forms import ResetPasswordForm
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from alliance.accounts import (
    actions,
    admin_mail,  # noqa: F401  # registers the outbox and the teams' mailboxes
    outbox,
    roles,
)
from alliance.accounts.models import User
from alliance.accounts.roles import Role
from alliance.accounts.second_factor import factors
from alliance.lib.admin import AuditedModelAdmin, DemoFilter, choice_filter, yes_no_filter
from alliance.lib.workflow import Refusal


@admin.register(User)
class UserAdmin(AuditedModelAdmin):
    change_form_template = "admin/accounts/user/change_form.html"
    list_display = ("full_name", "email", "role", "is_active", "last_login", "is_demo")
    list_filter = (
        choice_filter("rôle", "role", "role", Role.choices),
        yes_no_filter("compte actif", "actif", Q(is_active=True)),
        DemoFilter,
    )
    search_fields = ("full_name",)
    folded = ("full_name", "email")
    fields = ("email", "full_name", "role", "is_active", "date_joined", "last_login", "is_demo")
    readonly_fields = ("date_joined", "last_login", "is_demo")

    invite_page = None  # given by the package that knows the MRCs

    def get_readonly_fields(self, request, obj=None):
        """Nobody takes away their own role or account: the site would be left without administration."""
        if obj and (obj.pk == request.user.pk or not request.user.is_superuser):
            return (*self.readonly_fields, "role", "is_active")
        return self.readonly_fields

    def has_change_permission(self, request, obj=None):
        """An account is changed by who may give its role: its e-mail alone would open it to another (case F17)."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or roles.may_give(request.user.role, obj.role))

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/lien/", view(self.send_link), name="accounts_user_send_link"),
            path("<int:pk>/second-facteur/", view(self.reset_factor), name="accounts_user_reset_factor"),
            *super().get_urls(),
        ]

    def add_view(self, request, form_url="", extra_context=None):
        return type(self).invite_page(request, admin_site=self.admin_site)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        user = self.get_object(request, object_id)
        may_change = user is not None and self.has_change_permission(request, user)
        buttons = {
            "may_send": may_change and user.is_active,
            "may_reset": may_change and _may_reset(request.user, user) and factors(user).exists(),
        }
        return super().change_view(request, object_id, form_url, {**buttons, **(extra_context or {})})

    def save_model(self, request, obj, form, change):
        actions.save_account(user=obj, by=request.user)

    @method_decorator(require_POST)
    def send_link(self, request, pk):
        """Send the invitation again, or the link of the « mot de passe oublié » page to who has come before."""
        user = self._changed(request, pk)
        try:
            self._send(request, user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect(reverse("admin:accounts_user_change", args=[user.pk]))

    @method_decorator(require_POST)
    def reset_factor(self, request, pk):
        """Take away the second factor of a person who lost theirs."""
        user = self._changed(request, pk)
        if not _may_reset(request.user, user):
            raise PermissionDenied
        actions.remove_second_factor(user=user, by=request.user)
        messages.success(request, f"Le second facteur de {user} est retiré et ses sessions sont fermées.")
        return redirect(reverse("admin:accounts_user_change", args=[user.pk]))

    def _changed(self, request, pk):
        user = User.objects.filter(pk=pk).first()
        if user is None:
            raise Http404
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        return user

    def _send(self, request, user):
        if user.last_login is None:
            sent = actions.send_invitation(user=user, by=request.user)
            if problem := outbox.why_not_sent(sent):
                messages.warning(request, f"L’invitation n’est pas partie. {problem}")
                return
            messages.success(
                request, f"L’invitation de {user} est partie à {user.email}. Elle est valide 7 jours."
            )
            return
        form = ResetPasswordForm({"email": user.email})
        if not user.is_active or not form.is_valid():
            raise Refusal("Ce compte n’est pas actif : aucun lien n’a été envoyé.")
        form.save(request)
        messages.success(request, f"Le lien a été envoyé à {user.email}. Il est valide une heure.")


def _may_reset(by, user):
    return by.is_superuser and by.pk != user.pk
