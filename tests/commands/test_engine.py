from dataclasses import replace
from pathlib import Path

from sipsorcery_web import create_app
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import Settings

from .conftest import Run


def test_without_an_engine_there_is_no_configuration(run: Run) -> None:
    result = run("engine", "config")

    assert result.exit_code == 1
    assert "SIPSORCERY_SIP_HOST" in result.output


def test_the_configuration_of_the_engine_is_written(settings: Settings, passwords: Passwords) -> None:
    app = create_app(replace(settings, sip_host="127.0.0.1"), passwords=passwords)

    result = app.test_cli_runner().invoke(args=["engine", "config"])

    path = Path(result.output.strip())
    assert path == settings.data_dir / "engine" / "kamailio.cfg"
    assert f'alias="{settings.domain}"' in path.read_text()
