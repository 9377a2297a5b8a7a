#!/usr/bin/env bash
# Kamailio 5.6.3 (Debian's kamailio 5.6.3-2), module uac, registrations with other servers: the 200 of a registrar lists the
# bindings of the account (RFC 3261, section 10.3), and many providers write the address there that they have seen. uac finds
# its own contact in the 200 or takes the answer for nothing: it registers anew at each tick of `reg_timer_interval` (2 s here,
# 90 s by default), for ever, whatever expiry was granted. Providers ban for this.
#
# Seen, in 13 seconds with an expiry of 3600 granted:
#   contact as it was sent: 1 REGISTER
#   contact rewritten:      7 REGISTER
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

mkdir db
cp package/usr/share/kamailio/dbtext/kamailio/{uacreg,version} db/
cat > registrar.py <<'END'
import socket, sys, time

registrar = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
registrar.bind(("127.0.0.1", int(sys.argv[1])))
registrar.settimeout(0.5)
end, count = time.monotonic() + 13, 0
while time.monotonic() < end:
    try:
        message, source = registrar.recvfrom(4096)
    except TimeoutError:
        continue
    count += 1
    lines = message.decode().split("\r\n")[1:]
    headers = {line.partition(":")[0].lower(): line for line in lines if ":" in line}
    contact = headers["contact"] if sys.argv[2] == "kept" else "Contact: <sip:line@192.0.2.7:5060>"
    registrar.sendto("\r\n".join(["SIP/2.0 200 OK", headers["via"], headers["from"], headers["to"] + ";tag=r",
        headers["call-id"], headers["cseq"], contact + ";expires=3600", "Content-Length: 0", "", ""]).encode(), source)
print(count)
END
count() {
    other=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    cp package/usr/share/kamailio/dbtext/kamailio/uacreg db/uacreg
    printf '%s\n' "1:one:line:127.0.0.1:line:127.0.0.1:example.org:line:secret:00000000000000000000000000000000:sip\\:127.0.0.1\\:$other:3600:0:0:127.0.0.1\\:$port:udp\\:127.0.0.1\\:$port" >> db/uacreg
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
loadmodule "db_text.so"
modparam("uac", "restore_mode", "none")
modparam("uac", "reg_db_url", "text://$work/db")
modparam("uac", "reg_contact_addr", "127.0.0.1:$port")
modparam("uac", "reg_timer_interval", 2)
modparam("uac", "reg_retry_interval", 60)
modparam("uac", "reg_random_delay", 0)
request_route { exit; }
END
    "$kamailio" -DD -E -f kamailio.cfg -Y "$work" -w "$work" > log 2>&1 &
    local process=$!
    python3 registrar.py "$other" "$1"
    kill "$process"
    wait "$process" 2>/dev/null || true
}
kept=$(count kept)
rewritten=$(count rewritten)
echo "contact as it was sent: $kept REGISTER"
echo "contact rewritten:      $rewritten REGISTER"
[ "$kept" = 1 ] && [ "$rewritten" -ge 4 ]
