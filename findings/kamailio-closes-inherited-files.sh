#!/usr/bin/env bash
# Kamailio 5.6.3 (Debian's kamailio 5.6.3-2) closes the files 3 to 31 that it inherits, in the foreground (`-DD`) too, where no
# daemon is made. A lock (flock) that a supervisor hands over by exec, or a socket given by number, is lost without a word;
# numbers from 32 on stay open.
#
# Seen:
#   lock on file  5: lost
#   lock on file 31: lost
#   lock on file 32: held
#   lock on file 40: held
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
request_route { exit; }
END
cat > hand_over.py <<'END'
import fcntl, os, pathlib, subprocess, sys, time

NUMBERS = (5, 31, 32, 40)
program, folder = sys.argv[1:]
for number in NUMBERS:
    file = os.open(f"{folder}/lock{number}", os.O_RDWR | os.O_CREAT)
    fcntl.flock(file, fcntl.LOCK_EX)
    if file != number:
        os.dup2(file, number, inheritable=True)
        os.close(file)
    os.set_inheritable(number, True)
with open(f"{folder}/log", "wb") as log:
    command = [program, "-DD", "-E", "-f", f"{folder}/kamailio.cfg", "-Y", folder, "-w", folder, "-P", f"{folder}/pid"]
    kamailio = subprocess.Popen(command, pass_fds=NUMBERS, stdout=log, stderr=log)
for number in NUMBERS:
    os.close(number)
for _ in range(100):
    if pathlib.Path(f"{folder}/pid").exists():
        break
    time.sleep(0.1)
time.sleep(1)
states = {}
for number in NUMBERS:
    with open(f"{folder}/lock{number}") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            states[number] = "lost"
        except BlockingIOError:
            states[number] = "held"
    print(f"lock on file {number:2}: {states[number]}")
is_running = kamailio.poll() is None
kamailio.terminate()
kamailio.wait()
sys.exit(not is_running or states != {5: "lost", 31: "lost", 32: "held", 40: "held"})
END
python3 hand_over.py "$kamailio" "$work"
