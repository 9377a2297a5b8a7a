#!/usr/bin/env bash
# Kamailio 5.6.3 (Debian's kamailio-extra-modules 5.6.3-2), module evapi: all functions that send to the clients of evapi say
# that it went well when no client is connected, also `evapi_multicast` to a tag that no client has. `evapi_async_relay` and
# `evapi_async_multicast` suspend the request then, and nobody is there to go on with it: a fallback behind
# `if (!evapi_async_relay(...))` never runs, and the caller waits for tm's `fr_timer` (30 s by default, 2 s here) to get 408.
#
# Seen, with no client:
#   evapi_relay:           true
#   evapi_multicast:       true
#   evapi_async_relay:     408 Request Timeout after 2 s
#   evapi_async_multicast: 408 Request Timeout after 2 s
set -euo pipefail
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
chmod 755 "$work"
apt-get -qq download kamailio=5.6.3-2 kamailio-extra-modules=5.6.3-2 libev4=1:4.33-1 2>/dev/null
for package in *.deb; do dpkg -x "$package" package; done
kamailio=$work/package/usr/sbin/kamailio
modules=$(dirname "$(find package -name sl.so)")
libraries=$(dirname "$(find package -name libev.so.4)")
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port=$(free_port)
channel=$(free_port)
"$kamailio" -v | head -1

cat > kamailio.cfg <<END
debug=1
log_stderror=yes
children=1
disable_tcp=yes
auto_aliases=no
listen=udp:127.0.0.1:$port
mpath="$work/$modules/"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "evapi.so"
modparam("evapi", "bind_addr", "127.0.0.1:$channel")
modparam("tm", "fr_timer", 2000)
request_route {
    switch (\$rU) {
        case "relay": if (evapi_relay("?")) { sl_send_reply("200", "true"); } else { sl_send_reply("200", "false"); } exit;
        case "multicast": if (evapi_multicast("?", "nobody")) { sl_send_reply("200", "true"); } else { sl_send_reply("200", "false"); } exit;
        case "async_relay": if (!evapi_async_relay("?")) { sl_send_reply("503", "Fallback"); } exit;
        case "async_multicast": if (!evapi_async_multicast("?", "nobody")) { sl_send_reply("503", "Fallback"); } exit;
    }
    sl_send_reply("200", "Ready");
}
END
LD_LIBRARY_PATH="$work/$libraries" "$kamailio" -DD -E -f kamailio.cfg -Y "$work" -w "$work" > log 2>&1 &
cat > ask.py <<'END'
import socket, sys, time

port = int(sys.argv[1])

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
results = []
for function in ("relay", "multicast", "async_relay", "async_multicast"):
    began = time.monotonic()
    answer = ask(function, 10).removeprefix("SIP/2.0 ").removeprefix("200 ")
    seconds = round(time.monotonic() - began)
    results.append(f"{answer} after {seconds} s" if seconds else answer)
    print(f"{f'evapi_{function}:':22} {results[-1]}")
late = {"408 Request Timeout after 2 s", "408 Request Timeout after 3 s"}  # the timer ticks on its own
sys.exit(results[:2] != ["true", "true"] or not late.issuperset(results[2:]))
END
python3 ask.py "$port"
