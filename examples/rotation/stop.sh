#!/bin/sh
# Stops the demonstration's database server and removes the demonstration's folder: stop.sh FOLDER [PROCESS]
# With a process it first waits for the end of that process, whatever ends it.
trap '' HUP INT TERM
if [ -n "$2" ]; then
  while kill -0 "$2" 2>/dev/null; do sleep 1; done
fi
server=$(head -n 1 "$1/postgres/data/postmaster.pid" 2>/dev/null)
if [ -n "$server" ]; then
  # An interrupt lets the server end its sessions and its processes itself.
  kill -INT "$server" 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$server" 2>/dev/null || break; sleep 1; done
fi
# What the demonstration has started may still write for a moment.
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  rm -rf "$1" 2>/dev/null
  [ -e "$1" ] || exit 0
  sleep 1
done
