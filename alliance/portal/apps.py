from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "alliance.portal"
    label = "portal"
    verbose_name = "Portail"


class PortalAdminConfig(AdminConfig):
    """Stock Django admin on our own site: French titles, landing page of what waits."""

    default_site = "alliance.portal.admin_site.PortalAdminSite"
