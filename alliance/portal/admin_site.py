"""The admin's site: sign-in by the site's own page, landing page of what waits, and the pages that span two apps."""

from functools import partial, update_wrapper

from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse

from alliance.accounts import outbox
from alliance.portal import admin_home, errors_told
from alliance.portal.admin_fresh import ask_if_it_matters
from alliance.portal.admin_merge import merge_view

OUR_APPS = ("accounts", "territories", "initiatives", "funding", "portal")


class PortalAdminSite(admin.AdminSite):
    site_header = "Alliance pour la solidarité · Administration"
    site_title = "Administration"
    index_title = "Ce qui attend"
    enable_nav_sidebar = True

    def register(self, model_or_iterable, admin_class=None, **options):
        """Keep our lists only: groups and libraries' own tables would offer rights that nothing here reads."""
        models = (
            model_or_iterable if isinstance(model_or_iterable, (list, tuple, set)) else [model_or_iterable]
        )
        ours = [model for model in models if model._meta.app_label in OUR_APPS]
        super().register(ours, admin_class, **options)

    def admin_view(self, view, cacheable=False):
        """Refuse a NUL in the query before a database sees it (quality.md §3, F22); ask for a recent proof of who
        one is before a page that touches rights or money."""
        inner = super().admin_view(view, cacheable)

        def guarded(request, *args, **kwargs):
            if any("\x00" in text for name, values in request.GET.lists() for text in (name, *values)):
                raise BadRequest("NUL in the query")
            ask_if_it_matters(request)
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, inner)

    def login(self, request, extra_context=None):
        """Sign-in has one door, with its limits on attempts; a person without rights here is told so."""
        if request.user.is_authenticated:
            if not self.has_permission(request):
                raise PermissionDenied
            return redirect(reverse("admin:index"))
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def logout(self, request, extra_context=None):
        return redirect("account_logout")

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")

    def index(self, request, extra_context=None):
        may_read_money = request.user.has_perm("funding.view_allocation")
        waiting = {
            "piles": admin_home.piles(request.user),
            "money": admin_home.money() if may_read_money else [],
            "to_pay": admin_home.to_pay() if may_read_money else [],
            "late_reports": admin_home.late_reports() if may_read_money else 0,
            "received_reports": admin_home.received_reports(request.user),
            "errors_to_read": errors_told.to_read() if request.user.has_perm(errors_told.RIGHT) else 0,
            "checked": admin_home.last_check() if may_read_money else None,
            "failed_mails": outbox.failed_count()
            if request.user.has_perm("accounts.view_outgoingmail")
            else 0,
            "may_read_money": may_read_money,
            "may_check": request.user.has_perm("funding.move_money"),
        }
        return super().index(request, {**waiting, **(extra_context or {})})

    def check_view(self, request):
        """« Vérifier maintenant »: run the checks of the ledger, keep what they found, come back to the landing page."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not request.user.has_perm("funding.move_money"):
            raise PermissionDenied
        check = admin_home.check_now()
        if check.failures:
            messages.error(request, "Le registre ne tient pas : voyez ce qui suit.")
        else:
            messages.success(request, "Le registre tient : chaque vérification a réussi.")
        return redirect("admin:index")

    def get_urls(self):
        merge = self.admin_view(partial(merge_view, admin_site=self))
        return [
            path("verifier/", self.admin_view(self.check_view), name="check_ledger"),
            path("territories/organization/<int:pk>/fusionner/", merge, name="merge_organization"),
            *super().get_urls(),
        ]
