#!/usr/bin/env bash
# Kamailio 5.6.3 (Debian's kamailio-extra-modules 5.6.3-2), module evapi: it reads 32,767 bytes at a time from a client. Where a
# read ends within the digits of a netstring's length, the netstring is lost, and with it all that the next read brings, for
# what comes after a cut in the middle of a netstring's contents is put together again. TCP has no bounds of messages, so a
# client that writes whole netstrings loses some of them as soon as more than one read's worth waits; nobody is told.
#
# Seen, with 400 netstrings that waited for one reader and were echoed by `evapi_relay`:
#   cut within the contents: 400 of 400
#   cut within the length:   312 of 400
#   one more after that:     1 of 1
set -euo pipefail
work=$(mktemp -d)
trap 'kill -CONT $(jobs -p) 2>/dev/null || true; kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
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
request_route { exit; }
event_route[evapi:message-received] { evapi_relay("\$evapi(msg)"); }
END
LD_LIBRARY_PATH="$work/$libraries" "$kamailio" -DD -E -f kamailio.cfg -Y "$work" -w "$work" > log 2>&1 &
cat > ask.py <<'END'
import os, pathlib, signal, socket, sys, time

channel, parent = int(sys.argv[1]), int(sys.argv[2])
READ, MESSAGES = 32_767, 400

def netstring(body):
    return b"%d:%s," % (len(body), body)

def processes():
    """The engine's processes, of which one is evapi's reader."""
    children = [each.parent.name for each in pathlib.Path("/proc").glob("[0-9]*/stat") if status(each)[1] == str(parent)]
    return [parent, *map(int, children)]

def status(path):
    try:
        return path.read_text().rpartition(")")[2].split()
    except OSError:
        return ["", ""]

def echoed(client, expected):
    """How many netstrings come back, until none has come for two seconds."""
    client.settimeout(2)
    received = b""
    try:
        while received.count(b"x,") < expected and (more := client.recv(65536)):
            received += more
    except TimeoutError:
        pass
    return received.count(b"x,")

def sent_at_once(client, first):
    """Have this many bytes in the first netstring and a hundred in each other, and let all of them wait for the reader."""
    messages = [netstring(b"y" * (first - 1) + b"x")] + [netstring(b"y" * 99 + b"x")] * (MESSAGES - 1)
    stopped = processes()
    for process in stopped:
        os.kill(process, signal.SIGSTOP)
    client.sendall(b"".join(messages))
    time.sleep(0.5)
    for process in stopped:
        os.kill(process, signal.SIGCONT)
    return echoed(client, MESSAGES)

def connected():
    for _ in range(50):
        try:
            return socket.create_connection(("127.0.0.1", channel))
        except OSError:
            time.sleep(0.1)
    raise SystemExit("Kamailio did not start")

whole = 312 * len(netstring(b"y" * 100))
with connected() as client:
    time.sleep(1)
    in_contents = sent_at_once(client, 100)
with connected() as client:
    time.sleep(1)
    in_length = sent_at_once(client, 100 + READ - 1 - whole)  # the 313th begins with the last byte of the first read
    client.sendall(netstring(b"y" * 99 + b"x"))
    later = echoed(client, 1)
print(f"cut within the contents: {in_contents} of {MESSAGES}")
print(f"cut within the length:   {in_length} of {MESSAGES}")
print(f"one more after that:     {later} of 1")
sys.exit((in_contents, in_length, later) != (MESSAGES, 312, 1))
END
python3 ask.py "$channel" $!
