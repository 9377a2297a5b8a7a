"""Call control with all its parts, for one installation."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.dial_plans.execution import Execution
from sipsorcery_web.dial_plans.live.plan_mails import PlanMails
from sipsorcery_web.dial_plans.live.stored_values import StoredValues
from sipsorcery_web.dial_plans.live.web_get import WebGetter
from sipsorcery_web.events.sink import EventSink
from sipsorcery_web.mail.mailer import Mailer
from sipsorcery_web.settings import Settings

from .broken_calls import BrokenCalls
from .callbacks import Callbacks
from .choosing import Chooser
from .control import CallControl
from .execution_counts import ExecutionCounts
from .executions import Executions
from .keeper import Keeper
from .live_world import LiveWorld, Provisional, SendRequest
from .messages import Channel, Command
from .office import Office, Plans
from .records import CustomersRecords, EngineRecords
from .scheduling import ThreadScheduler
from .sent_legs import LegSender, Way
from .third_party.assembly import desk_of
from .told_lines import ToldLines


@dataclass
class Line:
    """The way to the engine, which is put in when there is one."""

    channel: Channel | None = None

    def send(self, command: Command) -> bool:
        return self.channel is not None and self.channel.send(command)


@dataclass(frozen=True, kw_only=True)
class CallControlThreads:
    """Call control with the threads that it needs."""

    control: CallControl
    scheduler: ThreadScheduler
    keeper: Keeper
    line: Line = field(default_factory=Line)

    def start(self, channel: Channel) -> None:
        """Begin, with this way to the engine; that is to be started after this."""
        self.line.channel = channel
        self.keeper.start()
        self.scheduler.start()

    def stop(self) -> None:
        """End; calls go on at the engine, and with the next process."""
        self.scheduler.stop()
        self.keeper.stop()


def call_control_threads(
    settings: Settings,
    database: Database,
    keyring: Keyring,
    plans: Plans,
    engine: EngineRecords,
    mailer: Mailer | None,
    send_request: SendRequest,
    find_way: Callable[[str], Way],
    clock: Callable[[], datetime],
    events: EventSink,
) -> CallControlThreads:
    """Return call control for an installation."""
    records = CustomersRecords(database, keyring, engine, settings.sip.own_hosts, clock)
    callbacks = Callbacks(desk_of(settings))
    values, mails = StoredValues(database, keyring), PlanMails(mailer)
    web = WebGetter(allows=replace(settings.contacts, allows_private=False).allows)

    def world_of(execution: Execution, on_provisional: Provisional) -> LiveWorld:
        return LiveWorld(
            execution,
            values,
            mails,
            web,
            records=records,
            on_provisional=on_provisional,
            on_callback=callbacks.ring,
            on_request=send_request,
        )

    line, scheduler = Line(), ThreadScheduler()
    store = ToldLines(Executions(database, keyring, clock), events, clock)
    keeper = Keeper(store, ExecutionCounts(database))
    office = Office(
        scheduler=scheduler,
        channel=line,
        plans=plans,
        world_of=world_of,
        chooser=Chooser(records, settings.daily_calls),
        sender=LegSender(records.provider_password, settings.contacts, find_way),
        keeper=keeper,
        record_call=BrokenCalls(database, clock).record,
        secret=records.secret,
    )
    return CallControlThreads(control=CallControl(office, store), scheduler=scheduler, keeper=keeper, line=line)
