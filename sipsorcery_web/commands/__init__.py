"""The operator's commands behind `flask --app app`, a module for each group."""

from typing import TYPE_CHECKING

from flask import Flask

from ..portal.second_factors.methods import SecondFactors
from ..service.context import ServiceContext
from ..service.first_run import FirstRun
from ..service.operators import Operators
from .audit import audit
from .customers import customers
from .engine import engine
from .invites import invites
from .mail import mail
from .second_factors import second_factors
from .set_up import setup_link
from .tokens import tokens

if TYPE_CHECKING:
    from ..kamailio.assembly import KamailioEngine


def init_app(app: Flask, context: ServiceContext, kamailio: "KamailioEngine | None") -> None:
    """Add the commands to an application that carries the service, and perhaps an engine."""
    app.extensions["service_context"] = context
    app.extensions["operators"] = Operators(context)
    app.extensions["first_run"] = FirstRun(context)
    app.extensions["kamailio"] = kamailio
    for command in (audit, customers, engine, invites, mail, setup_link, tokens):
        app.cli.add_command(command)


def add_second_factors(app: Flask, factors: SecondFactors) -> None:
    """Add the command for second factors that are lost, which the portal keeps in front of any service."""
    app.extensions["second_factors"] = factors
    app.cli.add_command(second_factors)
