"""The models and the migrations tell the same schema, on both databases."""

from alembic import command
from sqlalchemy import Engine

from newsletter import migrations


def test_models_equal_migrations(engine: Engine) -> None:
    with engine.begin() as connection:
        command.check(migrations.configuration(connection))
        assert migrations.is_current(connection)


def test_upgrade_again_changes_nothing(engine: Engine) -> None:
    migrations.upgrade(engine)
    migrations.upgrade(engine)
