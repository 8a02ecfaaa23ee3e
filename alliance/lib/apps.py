from django.apps import AppConfig


class LibConfig(AppConfig):
    """Listed among the applications so that Django finds the template filters."""

    name = "alliance.lib"
    label = "lib"
    verbose_name = "Outils communs"
