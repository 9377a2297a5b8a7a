#!/usr/bin/env bash
# Kamailio 5.6.3 (Debian's kamailio 5.6.3-2): the left side of a comparison decides its type. Where that is a number, a text on
# the right side is made a number too, 0 where it is none (with a WARNING in the log). A `$var` that was never set is the
# number 0, and it keeps its value from one request to the next in each process. So `if ($var(state) == "busy")` is true in a
# process until one of its requests sets the variable, and false from then on. The sides the other way round, it is false.
#
# Seen, of one process that takes the same request three times, and sets `$var(state)` to "idle" behind the second:
#   $var(state) == "busy": true, true, false
#   $var(state) != "busy": false, false, true
#   "busy" == $var(state): false, false, false
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
    if (\$rU == "ready") { sl_send_reply("200", "Ready"); exit; }
    \$var(seen) = "";
    if (\$var(state) == "busy") { \$var(seen) = \$var(seen) + " true"; } else { \$var(seen) = \$var(seen) + " false"; }
    if (\$var(state) != "busy") { \$var(seen) = \$var(seen) + " true"; } else { \$var(seen) = \$var(seen) + " false"; }
    if ("busy" == \$var(state)) { \$var(seen) = \$var(seen) + " true"; } else { \$var(seen) = \$var(seen) + " false"; }
    if (\$rU == "second") { \$var(state) = "idle"; }
    sl_send_reply("200", "Seen\$var(seen)");
    exit;
}
END
"$kamailio" -DD -E -f kamailio.cfg -Y "$work" -w "$work" > log 2>&1 &
cat > ask.py <<'END'
import socket, sys, time

port = int(sys.argv[1])
NAMES = ('$var(state) == "busy":', '$var(state) != "busy":', '"busy" == $var(state):')

def ask(user, patience):
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

for _ in range(50):
    if ask("ready", 0.2) != "no answer":
        break
    time.sleep(0.1)
answers = [ask(user, 2).removeprefix("SIP/2.0 200 Seen ").split() for user in ("first", "second", "third")]
columns = [list(column) for column in zip(*answers)]
for name, column in zip(NAMES, columns):
    print(name, ", ".join(column))
sys.exit(columns != [["true", "true", "false"], ["false", "false", "true"], ["false"] * 3])
END
python3 ask.py "$port"
