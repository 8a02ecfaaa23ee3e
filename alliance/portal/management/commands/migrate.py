from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connections

from alliance.portal import guards


class Command(migrate.Command):
    """Django's `migrate`, then the shared cache's table and the database's own guards."""

    def handle(self, *args, **options):
        super().handle(*args, **options)
        if options["check_unapplied"] or options["plan"]:
            return
        using = options["database"]
        call_command("createcachetable", database=using, verbosity=0)
        tables = connections[using].introspection.table_names()
        wanted = {model._meta.db_table for model in (*guards.APPEND_ONLY, *guards.PUBLIC)}
        if wanted <= set(tables):
            count = guards.install(using)
            if options["verbosity"] > 0:
                self.stdout.write(f"Gardes de la base : {count} tables.")
