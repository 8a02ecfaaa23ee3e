"""The outbox, as staff reads it: what left, what waits, what failed and why; and the shared mailboxes of the teams."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from alliance.accounts import outbox
from alliance.accounts.choices import MailKind, MailState
from alliance.accounts.models import OutgoingMail, TeamAddress
from alliance.lib.admin import DemoFilter, ReadOnlyAdmin, VersionedModelAdmin, choice_filter
from alliance.lib.workflow import NotAllowed, Refusal


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    """Nothing is written here: a message is cancelled or tried again by its two buttons."""

    change_form_template = "admin/accounts/outgoingmail/change_form.html"
    list_display = ("subject", "who", "state", "why", "created_at", "sent_at", "is_demo")
    list_display_links = ("subject",)
    list_filter = (
        choice_filter("état", "etat", "state", MailState.choices),
        choice_filter("sujet", "sujet", "kind", MailKind.choices),
        DemoFilter,
    )
    list_select_related = ("to", "by")
    search_fields = ("subject",)
    folded = ("subject", "address", "to__full_name")
    fields = (
        "subject",
        "receiver",
        "kind",
        "state",
        "why",
        "way",
        "text",
        "by",
        "created_at",
        "not_before",
        "attempts",
        "sent_at",
        "is_demo",
    )

    def get_urls(self):
        view = self.admin_site.admin_view
        prefix = "accounts_outgoingmail"
        return [
            path("<int:pk>/essayer/", view(self.retry_view), name=f"{prefix}_retry"),
            path("<int:pk>/annuler/", view(self.cancel_view), name=f"{prefix}_cancel"),
            *super().get_urls(),
        ]

    @admin.display(description="à")
    def receiver(self, mail):
        team = "Sans compte" if mail.kind in MailKind.to_public else "Équipe"
        return f"{mail.to or team} ({mail.address})"

    @admin.display(description="à")
    def who(self, mail):
        return mail.to or mail.address

    @admin.display(description="pourquoi")
    def why(self, mail):
        return mail.last_error or "—"

    @admin.display(description="texte")
    def text(self, mail):
        return outbox.message_text(
            kind=mail.kind, body=mail.body, path=mail.path, team=mail.to is None, stop_path=mail.stop_path
        )

    def render_change_form(self, request, context, *args, **kwargs):
        mail, may = kwargs.get("obj"), request.user.has_perm("accounts.change_outgoingmail")
        state = mail.state if mail and may else ""
        context["may_retry"] = state == MailState.FAILED
        context["may_cancel"] = state in (MailState.FAILED, MailState.PENDING)
        return super().render_change_form(request, context, *args, **kwargs)

    @method_decorator(require_POST)
    def retry_view(self, request, pk):
        """Try again, at once, a message that failed."""
        return self._act(request, pk, outbox.retry, "Le courriel est remis en route.")

    @method_decorator(require_POST)
    def cancel_view(self, request, pk):
        """Keep a message from leaving."""
        return self._act(request, pk, outbox.cancel, "Le courriel ne partira pas.")

    def _act(self, request, pk, action, done):
        mail = OutgoingMail.objects.filter(pk=pk).first()
        if mail is None:
            raise Http404
        try:
            action(mail=mail, by=request.user)
            messages.success(request, done)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from None
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect(reverse("admin:accounts_outgoingmail_change", args=[pk]))


@admin.register(TeamAddress)
class TeamAddressAdmin(VersionedModelAdmin):
    """Without a shared mailbox, each active person of the role receives the team's messages."""

    list_display = ("role", "address")
    search_fields = ("address",)
    folded = ("role", "address")

    def has_delete_permission(self, request, obj=None):
        """Taking the shared mailbox away harms nothing: the messages go to each person again."""
        return admin.ModelAdmin.has_delete_permission(self, request, obj)
