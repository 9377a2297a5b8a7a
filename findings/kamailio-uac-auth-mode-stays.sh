#!/usr/bin/env bash
# Kamailio 5.6.3 (Debian's kamailio 5.6.3-2), module uac: `uac_auth()` answers a challenge with a password in clear,
# `uac_auth_mode("1")` with one that is an HA1 already. The first call of the latter changes the process: it takes every later
# password for an HA1, that of `uac_auth()` and of `uac_auth_mode("0")` too, in other calls and for other providers, until
# Kamailio is started again. With several processes some calls go well and others do not. A script may use one of the two.
#
# Seen, each line a request of its own, in this order:
#   uac_auth():         the right answer
#   uac_auth_mode("0"): the right answer
#   uac_auth_mode("1"): the right answer
#   uac_auth_mode("0"): a wrong answer
#   uac_auth():         a wrong answer
set -euo pipefail
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
chmod 755 "$work"
apt-get -qq download kamailio=5.6.3-2 2>/dev/null
dpkg -x kamailio_*.deb package
kamailio=$work/package/usr/sbin/kamailio
modules=$(dirname "$(find package -name sl.so)")
free_port() { python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port=$(free_port)
other=$(free_port)
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
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "uac.so"
modparam("uac", "restore_mode", "none")
modparam("uac", "auth_username_avp", "\$avp(username)")
modparam("uac", "auth_password_avp", "\$avp(password)")
modparam("uac", "auth_realm_avp", "\$avp(realm)")
request_route {
    \$du = "sip:127.0.0.1:$other";
    t_on_failure("CHALLENGED");
    t_relay();
}
failure_route[CHALLENGED] {
    \$avp(username) = "line";
    \$avp(realm) = "example.org";
    if (\$rU == "ha1") {
        \$avp(password) = "$(printf 'line:example.org:secret' | md5sum | cut -d' ' -f1)";
        uac_auth_mode("1");
    } else {
        \$avp(password) = "secret";
        if (\$rU == "mode0") uac_auth_mode("0"); else uac_auth();
    }
    \$du = "sip:127.0.0.1:$other";
    t_relay();
}
END
"$kamailio" -DD -E -f kamailio.cfg -Y "$work" -w "$work" > log 2>&1 &
cat > ask.py <<'END'
import hashlib, re, socket, sys, threading

port, other = int(sys.argv[1]), int(sys.argv[2])
WAYS = (("clear", "uac_auth():        "), ("mode0", 'uac_auth_mode("0"):'), ("ha1", 'uac_auth_mode("1"):'),
    ("mode0", 'uac_auth_mode("0"):'), ("clear", "uac_auth():        "))

def md5(text):
    return hashlib.md5(text.encode()).hexdigest()

def judge(request):
    given = re.search(r"Authorization: Digest (.*)", request)
    if not given:
        return '401 Unauthorized\r\nWWW-Authenticate: Digest realm="example.org", nonce="n1"'
    uri = re.search(r'uri="([^"]*)"', given[1])[1]
    right = md5(f"{md5('line:example.org:secret')}:n1:{md5(f'OPTIONS:{uri}')}")
    return "200 Right" if f'response="{right}"' in given[1] else "403 Wrong"

def provider():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", other))
    while True:
        message, source = server.recvfrom(4096)
        text = message.decode()
        kept = [line for line in text.split("\r\n") if re.match(r"(Via|From|Call-ID|CSeq):", line)]
        to = re.search(r"\r\n(To: [^\r]*)", text)[1]
        server.sendto("\r\n".join([f"SIP/2.0 {judge(text)}", *kept, f"{to};tag=p", "Content-Length: 0", "", ""]).encode(), source)

def ask(user, number):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.settimeout(0.5)
        here = phone.getsockname()[1]
        message = (f"OPTIONS sip:{user}@example.org SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{here};branch=z9hG4bK{number}\r\n"
            f"From: <sip:alice@example.org>;tag=1\r\nTo: <sip:bob@example.org>\r\nCall-ID: {number}\r\nCSeq: 1 OPTIONS\r\n"
            "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n").encode()
        for _ in range(20):
            phone.sendto(message, ("127.0.0.1", port))
            try:
                answer = phone.recv(4096).decode().split("\r\n")[0]
                if not answer.startswith("SIP/2.0 1"):
                    return answer
            except OSError:
                pass
        return "no answer"

threading.Thread(target=provider, daemon=True).start()
answers = [ask(user, number) for number, (user, _) in enumerate(WAYS)]
for (_, name), answer in zip(WAYS, answers):
    print(name, {"SIP/2.0 200 Right": "the right answer", "SIP/2.0 403 Wrong": "a wrong answer"}.get(answer, answer))
sys.exit([answer[8:11] for answer in answers] != ["200", "200", "200", "403", "403"])
END
python3 ask.py "$port" "$other"
