#!/usr/bin/env bash
# Kamailio 5.6.3 (Debian's kamailio and kamailio-sqlite-modules 5.6.3-2): db_sqlite writes each moment half a second early. It
# means a whole second, as a Julian day in a REAL, and writes 0.5 s less; read by rounding it is the second before or the right one,
# whichever way the last bits of the double lie, and SQLite's datetime() cuts it to the second before. Kamailio adds the half when
# it reads itself. With PostgreSQL there is no such thing. So whoever else reads the table has to add it (or round up).
#
# Seen:
#   sent in second 1796060686, stored as 1796060685.500
set -euo pipefail
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
chmod 755 "$work"
apt-get -qq download kamailio=5.6.3-2 kamailio-sqlite-modules=5.6.3-2 2>/dev/null
for package in kamailio_*.deb kamailio-sqlite-modules_*.deb; do dpkg -x "$package" package; done
kamailio=$work/package/usr/sbin/kamailio
modules=$(dirname "$(find package -name sl.so)")
port=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$kamailio" -v | head -1
python3 - <<'END'
import sqlite3

with sqlite3.connect("acc.db") as database:
    database.execute("CREATE TABLE version (table_name TEXT, table_version INTEGER)")
    database.execute("INSERT INTO version VALUES ('acc', 5)")
    database.execute(
        "CREATE TABLE acc (id INTEGER PRIMARY KEY, method TEXT, from_tag TEXT, to_tag TEXT, callid TEXT, sip_code TEXT,"
        " sip_reason TEXT, time TIMESTAMP)"
    )
END

cat > kamailio.cfg <<END
debug=1
log_stderror=yes
children=1
disable_tcp=yes
auto_aliases=no
listen=udp:127.0.0.1:$port
mpath="$work/$modules/"
loadmodule "db_sqlite.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "acc.so"
modparam("acc", "db_url", "sqlite:///$work/acc.db")
modparam("acc", "db_flag", 1)
request_route {
    acc_db_request("200 Noted", "acc");
    sl_send_reply("200", "OK");
}
END
TZ=UTC "$kamailio" -DD -E -f kamailio.cfg -Y "$work" -w "$work" > log 2>&1 &
python3 - "$port" <<'END'
import socket
import sqlite3
import sys
import time

line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
line.settimeout(1)
line.connect(("127.0.0.1", int(sys.argv[1])))
for _ in range(20):
    if time.time() % 1 > 0.5:
        time.sleep(0.6)
    sent = int(time.time())
    try:
        line.send(
            b"OPTIONS sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK1\r\nFrom: <sip:a@a>;tag=1\r\n"
            b"To: <sip:a@a>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        )
        line.recv(4096)
        break
    except (TimeoutError, ConnectionError):
        time.sleep(0.3)
((stored,),) = sqlite3.connect("acc.db").execute("SELECT time FROM acc ORDER BY id DESC LIMIT 1").fetchall()
moment = (stored - 2440587.5) * 86400
print(f"sent in second {sent}, stored as {moment:.3f}")
sys.exit(abs(moment - (sent - 0.5)) > 0.001)
END
