#!/bin/sh
# A PostgreSQL cluster for as long as somebody holds this script's standard input open.
#
# cluster.sh BINARIES PORT [OPTION…]: prints the cluster's folder, which is also that of its socket, once it answers.
# Nobody can leave it behind: when the process that started it ends, however that is, the input ends, too.
set -eu
binaries=$1 port=$2
shift 2
folder=$(mktemp -d "${TMPDIR:-/tmp}/kizuna-pg-XXXXXX")
server=
finish() {
    [ -z "$server" ] || { kill -INT "$server" 2> /dev/null && wait "$server"; } || true
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP
printf 'of-the-tests-alone\n' > "$folder/password"
"$binaries/initdb" -D "$folder/data" -U kizuna -E UTF8 --locale=C --no-sync --auth-local=trust \
    --auth-host=scram-sha-256 --pwfile="$folder/password" > "$folder/initdb.log" 2>&1 \
    || { cat "$folder/initdb.log" >&2; exit 1; }
"$binaries/postgres" -D "$folder/data" -p "$port" -k "$folder" -c listen_addresses=127.0.0.1 \
    -c max_connections=200 -c fsync=on -c synchronous_commit=on "$@" > "$folder/server.log" 2>&1 < /dev/null &
server=$!
until "$binaries/pg_isready" -q -h "$folder" -p "$port"; do
    kill -0 "$server" 2> /dev/null || { cat "$folder/server.log" >&2; exit 1; }
    sleep 0.05
done
echo "$folder"
read -r _ || true
