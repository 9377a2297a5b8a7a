#!/usr/bin/env bash
# Kamailio 5.6.3 (Debian's kamailio 5.6.3-2), RPC `tm.t_uac_wait`, which has Kamailio send a request for another program and
# gives it the answer. A From with the tag that RFC 3261 (section 8.1.1.3) asks for goes out with two tags, since Kamailio puts
# its own behind it; only a From without one goes out whole. And the result is a list whose middle may be empty texts: the
# headers are its last entry, and empty in Kamailio's own 408.
#
# Seen:
#   From without a tag goes out with 1 tag
#   From with a tag goes out with 2 tags
#   nobody there: [408, 'Request Timeout', '', '', '', '']
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
auto_aliases=no
tcp_accept_no_cl=yes
listen=udp:127.0.0.1:$port
listen=tcp:127.0.0.1:$port
mpath="$work/$modules/"
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "xhttp.so"
loadmodule "jsonrpcs.so"
modparam("jsonrpcs", "transport", 1)
modparam("tm", "fr_timer", 2000)
request_route { exit; }
event_route[xhttp:request] { jsonrpc_dispatch(); }
END
"$kamailio" -DD -E -f kamailio.cfg -Y "$work" -w "$work" > log 2>&1 &
cat > ask.py <<'END'
import json, socket, sys, threading, time, urllib.error, urllib.request

port = sys.argv[1]
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 0))
server.settimeout(20)
there = server.getsockname()[1]
sent = []

def answer():
    message, source = server.recvfrom(4096)
    headers = {line.partition(":")[0].lower(): line for line in message.decode().split("\r\n")[1:] if ":" in line}
    sent.append(headers["from"])
    server.sendto("\r\n".join(["SIP/2.0 200 OK", headers["via"], headers["from"], headers["to"] + ";tag=r",
        headers["call-id"], headers["cseq"], "Content-Length: 0", "", ""]).encode(), source)

def send(to, sender):
    headers = f"From: {sender}\r\nTo: <sip:bob@example.org>\r\nCSeq: 1 OPTIONS\r\n"
    question = {"jsonrpc": "2.0", "method": "tm.t_uac_wait", "params": ["OPTIONS", to, to, ".", headers, ""], "id": 1}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/RPC", json.dumps(question).encode(), {"Content-Type": "application/json"})
    for _ in range(50):
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return json.load(reply)["result"]
        except urllib.error.URLError:
            time.sleep(0.1)

for sender in ("<sip:alice@example.org>", "<sip:alice@example.org>;tag=mine"):
    one = threading.Thread(target=answer)
    one.start()
    send(f"sip:127.0.0.1:{there}", sender)
    one.join()
tags = [header.count(";tag=") for header in sent]
server.close()
nobody = send(f"sip:127.0.0.1:{there}", "<sip:alice@example.org>")
print(f"From without a tag goes out with {tags[0]} tag")
print(f"From with a tag goes out with {tags[1]} tags")
print("nobody there:", nobody)
sys.exit(tags != [1, 2] or nobody != [408, "Request Timeout", "", "", "", ""])
END
python3 ask.py "$port"
