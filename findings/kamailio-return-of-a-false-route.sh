#!/usr/bin/env bash
# Kamailio 5.6.3 (Debian's kamailio 5.6.3-2): `return route(X);` is no tail call. Where X says false (a negative number), the
# script ends there, in all routes, and the request is never answered; the caller of the caller sees no false. `route(X)` as
# a condition gives the same false to its caller, as one would think. A check that is moved into a route of its own, and
# returned from there, turns a refusal into silence.
#
# Seen:
#   asked directly:        SIP/2.0 200 False
#   returned from a route: no answer
set -euo pipefail
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
chmod 755 "$work"
apt-get -qq download kamailio=5.6.3-2 2>/dev/null
dpkg -x kamailio_*.deb package
kamailio=$work/package/usr/sbin/kamailio
modules=$(dirname "$(find package -name sl.so)")
port=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$kamailio" -v | head -1

cat > kamailio.cfg <<END
debug=1
log_stderror=yes
children=1
disable_tcp=yes
auto_aliases=no
listen=udp:127.0.0.1:$port
mpath="$work/$modules/"
loadmodule "sl.so"
loadmodule "pv.so"
request_route {
    if (\$rU == "direct") {
        if (route(NO)) { sl_send_reply("200", "True"); } else { sl_send_reply("200", "False"); }
        exit;
    }
    if (route(ASKS)) { sl_send_reply("200", "True"); } else { sl_send_reply("200", "False"); }
    exit;
}
route[NO] { return -1; }
route[ASKS] { return route(NO); }
END
"$kamailio" -DD -E -f kamailio.cfg -Y "$work" -w "$work" > log 2>&1 &
cat > ask.py <<'END'
import socket, sys, time

def ask(user, port, patience):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.settimeout(patience)
        here = phone.getsockname()[1]
        phone.sendto((f"OPTIONS sip:{user}@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{here};branch=z9hG4bK{here}\r\n"
            f"From: <sip:alice@example.org>;tag=1\r\nTo: <sip:bob@example.org>\r\nCall-ID: {here}\r\nCSeq: 1 OPTIONS\r\n"
            "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n").encode(), ("127.0.0.1", port))
        try:
            return phone.recv(4096).decode().split("\r\n")[0]
        except OSError:
            return "no answer"

port = int(sys.argv[1])
direct = "no answer"
for _ in range(50):
    if (direct := ask("direct", port, 0.2)) != "no answer":
        break
    time.sleep(0.1)
returned = ask("returned", port, 2)
print("asked directly:       ", direct)
print("returned from a route:", returned)
sys.exit((direct, returned) != ("SIP/2.0 200 False", "no answer"))
END
python3 ask.py "$port"
