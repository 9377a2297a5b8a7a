#!/usr/bin/env bash
# Kamailio 5.6.3 (Debian's kamailio-tls-modules 5.6.3-2), module tls: a profile `[client:any]` with a `server_id` and no
# `server_name` passes `kamailio -c`, which says that the configuration is in order, and the start with the same files fails,
# since the file of the profiles is first read there. A check before a restart lets such a restart end a server that worked.
#
# Seen:
#   check: 0 (config file ok, exiting...)
#   start: ended, "tls domain for any address but no server name"
set -euo pipefail
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
chmod 755 "$work"
apt-get -qq download kamailio=5.6.3-2 kamailio-tls-modules=5.6.3-2 2>/dev/null
for package in *.deb; do dpkg -x "$package" package; done
kamailio=$work/package/usr/sbin/kamailio
modules=$(dirname "$(find package -name sl.so)")
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$kamailio" -v | head -1

openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=sip.example.org -days 2 -keyout key.pem -out cert.pem 2>/dev/null

cat > tls.cfg <<END
[server:default]
method = TLSv1.2+
certificate = $work/cert.pem
private_key = $work/key.pem
[client:default]
method = TLSv1.2+
[client:any]
method = TLSv1.2+
server_id = provider
END
cat > kamailio.cfg <<END
debug=2
log_stderror=yes
children=1
enable_tls=yes
auto_aliases=no
listen=tls:127.0.0.1:$port
mpath="$work/$modules/"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "tls.so"
modparam("tls", "config", "$work/tls.cfg")
request_route { exit; }
END
set +e
"$kamailio" -c -f kamailio.cfg -Y "$work" > checked 2>&1
check=$?
echo "check: $check ($(grep -o 'config file ok.*' checked))"
timeout 10 "$kamailio" -DD -E -f kamailio.cfg -Y "$work" -w "$work" > started 2>&1
start=$?
reason=$(grep -io 'tls domain for any address but no server name' started | head -1)
[ "$start" = 124 ] && echo "start: runs" || echo "start: ended, \"$reason\""
[ "$check" = 0 ] && [ "$start" != 124 ] && [ -n "$reason" ]
