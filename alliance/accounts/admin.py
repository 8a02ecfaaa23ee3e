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

from alliance.accounts import admin_mail  # noqa: F401  # registers the outbox and the teams' mailboxes
from alliance.accounts.models import User
from alliance.accounts.roles import Role
from alliance.lib.admin import AuditedModelAdmin, DemoFilter, choice_filter, yes_no_filter
from alliance.lib.records import save_as


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

    def get_fields(self, request, obj=None):
        return self.fields if obj else ("email", "full_name", "role")

    def get_readonly_fields(self, request, obj=None):
        """Nobody takes away their own role or account: the site would be left without administration."""
        if obj and (obj.pk == request.user.pk or not request.user.is_superuser):
            return (*self.readonly_fields, "role", "is_active")
        return self.readonly_fields

    def get_inlines(self, request, obj):
        return super().get_inlines(request, obj) if obj else []

    def get_urls(self):
        view = self.admin_site.admin_view(self.send_link)
        return [path("<int:pk>/lien/", view, name="accounts_user_send_link"), *super().get_urls()]

    def save_model(self, request, obj, form, change):
        if not change:
            obj.email = obj.email.lower()
            obj.set_unusable_password()
        save_as(obj, request.user, exclude=("password",))

    def response_add(self, request, obj, post_url_continue=None):
        messages.success(
            request, f"Le compte de {obj} est créé. Envoyez-lui le lien pour choisir son mot de passe."
        )
        return redirect("admin:accounts_user_change", obj.pk)

    @method_decorator(require_POST)
    def send_link(self, request, pk):
        """Send the person the link of the « mot de passe oublié » page, by which they choose their password."""
        user = User.objects.filter(pk=pk).first()
        if user is None:
            raise Http404
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        form = ResetPasswordForm({"email": user.email})
        if user.is_active and form.is_valid():
            form.save(request)
            messages.success(request, f"Le lien a été envoyé à {user.email}. Il est valide une heure.")
        else:
            messages.error(request, "Ce compte n’est pas actif : aucun lien n’a été envoyé.")
        return redirect(reverse("admin:accounts_user_change", args=[user.pk]))
