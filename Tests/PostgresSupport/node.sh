#!/bin/sh
# One PostgreSQL on a folder of data, for as long as somebody holds this script's standard input open.
#
# node.sh BINARIES DATA SOCKETS PORT [OPTION…]: prints `ready` once it answers. A server whose postmaster was killed may
# have left processes and shared memory, so starting is tried until they are gone.
set -eu
binaries=$1 data=$2 sockets=$3 port=$4
shift 4
server=
trap '[ -z "$server" ] || kill -INT "$server" 2> /dev/null || true' EXIT
trap 'exit 1' INT TERM HUP
tries=0
while :; do
    "$binaries/postgres" -D "$data" -p "$port" -k "$sockets" -c listen_addresses=127.0.0.1 -c fsync=on \
        -c synchronous_commit=on "$@" >> "$sockets/server-$port.log" 2>&1 < /dev/null &
    server=$!
    while kill -0 "$server" 2> /dev/null; do
        if "$binaries/pg_isready" -q -h "$sockets" -p "$port"; then
            echo ready
            read -r _ || true
            exit 0
        fi
        sleep 0.05
    done
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || { tail -n 20 "$sockets/server-$port.log" >&2; exit 1; }
    sleep 0.1
done
