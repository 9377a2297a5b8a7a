"""The operator's commands for a whole installation: `backup FILE`, `restore FILE`, `keys new` and `keys rotate`.

They do without the portal: `restore` wants a data directory that nothing has been made in.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from sipsorcery_web.database.connection import Database, StoreUnavailable
from sipsorcery_web.database.key_sources import KeyringError, new_line
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.database.rotation import rotate_keys
from sipsorcery_web.settings import SettingError, Settings

from .backup import make_backup
from .errors import BackupError
from .restore import restore_backup
from .stores import key_source, open_present_store

NAMES = ("backup", "restore", "keys")
PASSPHRASE_FILE = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file whose first line is the passphrase.",
)
FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


def asks_for_one(words: Sequence[str]) -> bool:
    """Return True where the words of a command line may ask for one of these commands."""
    return not set(NAMES).isdisjoint(words)


class MaintenanceGroup(AppGroup):
    """The group of these commands; behind them are those of the portal, which is made when one of them is asked for."""

    def __init__(self, portal: Callable[[], Flask]) -> None:
        super().__init__()
        self._portal = portal

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or self._command_of_portal(ctx, cmd_name)

    def _command_of_portal(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        portal = self._portal()
        ctx.with_resource(portal.app_context())  # its commands look there for what they work with
        return portal.cli.get_command(ctx, cmd_name)


def maintenance_app(portal: Callable[[], Flask]) -> Flask:
    """Return an application that has these commands; `portal` makes that of all others."""
    app = Flask(__name__)
    app.cli = MaintenanceGroup(portal)
    add_commands(app)
    return app


def add_commands(app: Flask) -> None:
    """Add these commands to an application, for the list of all that there are."""
    for command in (_backup, _restore, _keys):
        app.cli.add_command(command)


@contextmanager
def _told() -> Iterator[None]:
    """Tell in a sentence what is in the way."""
    try:
        yield
    except (BackupError, SettingError, KeyringError, StoreUnavailable) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise click.ClickException(f"{where}{error.strerror}.") from error


@contextmanager
def _store(settings: Settings) -> Iterator[tuple[Database, Keyring]]:
    database, keyring = open_present_store(settings)
    try:
        yield database, keyring
    finally:
        database.close()


@click.command("backup")
@FILE
@click.option("--with-keys", is_flag=True, help="Put the keys into it too, under a passphrase that is asked for.")
@PASSPHRASE_FILE
def _backup(file: Path, with_keys: bool, passphrase_file: Path | None) -> None:
    """Write a backup of the database to a new FILE, beside the running portal."""
    with _told():
        settings = Settings.from_environment()
        if with_keys or passphrase_file:
            passphrase = _first_line(passphrase_file) or click.prompt(
                "Passphrase", hide_input=True, confirmation_prompt=True
            )
        else:
            passphrase = None
        with _store(settings) as (database, keyring):
            contents = make_backup(database, keyring, file, passphrase, settings.audit_heads)
        click.echo(f"{file} has the database as it was at {contents.made_at}. It was restored once, and is whole.")
        if passphrase is None:
            click.echo(f"The keys are not in it. Keep a copy of {key_source(settings).name}, in another place.")


@click.command("restore")
@FILE
@PASSPHRASE_FILE
def _restore(file: Path, passphrase_file: Path | None) -> None:
    """Restore a backup from FILE into an empty data directory."""
    with _told():
        settings = Settings.from_environment()

        def ask() -> str:
            return _first_line(passphrase_file) or str(click.prompt("Passphrase", hide_input=True))

        contents, has_keys = restore_backup(settings, file, ask)
        click.echo(f"The database is back, as it was at {contents.made_at}.")
        if not has_keys:
            click.echo(f"Its keys are not there yet: put the copy of them at {settings.data_dir / 'keys'}.")


@click.command("new")
def _new() -> None:
    """Print a new key, for SIPSORCERY_KEYS_FILE or SIPSORCERY_KEYS."""
    click.echo(new_line(), nl=False)


@click.command("rotate")
def _rotate() -> None:
    """Add a key and seal everything anew with it, beside the running portal; again after an interruption: go on."""
    with _told(), _store(Settings.from_environment()) as (database, keyring):
        rotation = rotate_keys(database, keyring)
        if rotation.is_resumed:
            click.echo("An earlier rotation had not come to its end; this one went on with its key.")
        most = f"All but {rotation.left} of the values are" if rotation.left else "All values are"
        click.echo(f"{most} sealed with the key {rotation.key_id}, {rotation.sealed} of them anew.")
        if not rotation.is_complete:
            click.echo("Others have sealed with an older key meanwhile: run this command again.")
        for column, count in sorted(rotation.unreadable.items()):
            click.echo(f"{count} of {column} cannot be read and stay as they are.")
        where = keyring.source.name
        click.echo(f"The older keys stay in {where}: backups from before need them. Copy it to where its copies are.")


_keys = click.Group("keys", [_new, _rotate], help="The keys that seal passwords and sessions in the database.")


def _first_line(file: Path | None) -> str:
    return "" if file is None else file.read_text(encoding="utf-8").partition("\n")[0].strip("\r")
