"""PJSIP as a telephone in a process of its own (the library is one per process).

Python -m tests.kamailio.pjsua OPTIONS.

It registers, answers whatever comes or makes one call, and says on its output what becomes of it, a line each.
"""

import argparse
import sys
import time
from typing import Any

import pjsua2


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


class Call(pjsua2.Call):
    def onCallState(self, _parameters: Any) -> None:  # noqa: N802 (PJSIP calls it)
        info = self.getInfo()
        say("call", info.stateText, info.lastStatusCode)

    def onCallTransferStatus(self, parameters: Any) -> None:  # noqa: N802 (PJSIP calls it)
        say("transfer", parameters.statusCode, parameters.reason)
        if parameters.finalNotify and parameters.statusCode < 300:
            self.hangup(pjsua2.CallOpParam())

    def hears(self) -> int:
        """Return how many packets of sound have come."""
        info = self.getInfo()
        streams = [each.index for each in info.media if each.status == pjsua2.PJSUA_CALL_MEDIA_ACTIVE]
        return sum(self.getStreamStat(index).rtcp.rxStat.pkt for index in streams)


class Account(pjsua2.Account):
    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []

    def onRegState(self, parameters: Any) -> None:  # noqa: N802 (PJSIP calls it)
        say("registered", parameters.code)

    def onIncomingCall(self, parameters: Any) -> None:  # noqa: N802 (PJSIP calls it)
        call = Call(self, parameters.callId)
        self.calls.append(call)
        answer = pjsua2.CallOpParam()
        answer.statusCode = 200
        call.answer(answer)


def run(options: argparse.Namespace) -> None:
    endpoint = pjsua2.Endpoint()
    endpoint.libCreate()
    settings = pjsua2.EpConfig()
    settings.logConfig.level = settings.logConfig.consoleLevel = 0
    settings.uaConfig.threadCnt = 0
    settings.uaConfig.mainThreadOnly = True
    endpoint.libInit(settings)
    transport = pjsua2.TransportConfig()
    transport.boundAddress = "127.0.0.1"
    kind = pjsua2.PJSIP_TRANSPORT_TCP if options.transport == "tcp" else pjsua2.PJSIP_TRANSPORT_UDP
    endpoint.transportCreate(kind, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()

    config = pjsua2.AccountConfig()
    config.idUri = f"sip:{options.username}@{options.domain}"
    config.regConfig.registrarUri = f"sip:{options.domain}"
    config.regConfig.timeoutSec = 300
    config.sipConfig.proxies.append(f"sip:{options.proxy};transport={options.transport};lr")
    config.sipConfig.authCreds.append(pjsua2.AuthCredInfo("digest", "*", options.username, 0, options.password))
    config.natConfig.contactRewriteUse = config.natConfig.viaRewriteUse = config.natConfig.sipOutboundUse = 0
    if options.contact:
        config.sipConfig.contactForced = f"<{options.contact}>"
    account = Account()
    account.create(config)
    if options.calls:
        call = Call(account)
        account.calls.append(call)
        call.makeCall(options.calls, pjsua2.CallOpParam(True))
    end = time.monotonic() + options.seconds
    hang_up_at = None
    hears = False
    while time.monotonic() < end:
        endpoint.libHandleEvents(50)
        if not hears and any(call.isActive() and call.hears() > 20 for call in account.calls):
            hears = True
            say("hears")
        if options.calls and account.calls[0].isActive() and account.calls[0].getInfo().stateText == "CONFIRMED":
            hang_up_at = hang_up_at or time.monotonic() + options.talk
            if time.monotonic() > hang_up_at and options.transfers:
                account.calls[0].xfer(options.transfers, pjsua2.CallOpParam())
                options.transfers, hang_up_at = "", end
            elif time.monotonic() > hang_up_at:
                account.calls[0].hangup(pjsua2.CallOpParam())
                hang_up_at = end
    say("over")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("proxy", "domain", "username", "password"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("contact", "calls", "transfers"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--transport", default="udp")
    parser.add_argument("--talk", type=float, default=1.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    run(parser.parse_args())
