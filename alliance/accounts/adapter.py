from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the CRD: nobody signs up alone."""

    def is_open_for_signup(self, request):
        return False

    def get_login_redirect_url(self, request):
        return "/admin/" if request.user.is_staff else "/espace/"

    def get_from_email(self):
        return settings.DEFAULT_FROM_EMAIL
