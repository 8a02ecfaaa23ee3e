"""What people wrote stays as they wrote it: the database keeps messages and notes; the demonstration's go with it."""

import pytest
from django.db import IntegrityError, connection, transaction

from initiatives import actions
from initiatives.choices import State
from initiatives.models import Exchange, Initiative, InternalNote


@pytest.mark.parametrize("model", [Exchange, InternalNote])
def test_database_keeps_what_was_written_unless_its_file_is_of_the_demonstration(world, model):
    initiative = world.initiative(State.SUBMITTED)
    actions.say(initiative=initiative, by=world.agent_mitis, text="Bonjour")
    actions.note_internally(initiative=initiative, by=world.coordination, text="À suivre")
    table = model._meta.db_table
    erase = f"DELETE FROM {table}"  # noqa: S608 - a name of our tables
    for statement in (f"UPDATE {table} SET text = 'Autre'", erase):  # noqa: S608
        with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
            _run(statement)
    assert model.objects.count() == 1
    Initiative.objects.update(is_demo=True)
    _run(erase)
    assert model.objects.count() == 0


def _run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
