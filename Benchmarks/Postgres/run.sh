#!/usr/bin/env bash
# Measures `kizuna bench` on a PostgreSQL cluster of its own, with fsync on, which is gone afterwards.
#
# run.sh PROGRAM [ARGUMENT…]: the built kizuna, and what it gets besides the database. KIZUNA_BENCH_SETTINGS may hold more
# options for the cluster, such as "-c autovacuum=off".
set -euo pipefail
program=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
as=()
[ "$(id -u)" != 0 ] || as=(runuser -u postgres --)
# The cluster lives while its standard input is open.
coproc CLUSTER {
    cd / && exec "${as[@]}" sh -c "$(cat "$here/../../Tests/PostgresSupport/cluster.sh")" cluster.sh \
        "$(pg_config --bindir)" "$port" -c shared_buffers=1GB -c max_wal_size=4GB -c checkpoint_timeout=15min \
        -c min_wal_size=4GB -c wal_compression=lz4 -c "autovacuum_naptime=10s" ${KIZUNA_BENCH_SETTINGS:-}
}
read -r folder <&"${CLUSTER[0]}"
# A server that has been running keeps files of its log to write over. Where it has to make one, every commit waits until
# 16 MB of zeros are on the disk, which would be once a second here.
"$(pg_config --bindir)/psql" -qX -h "$folder" -p "$port" -U kizuna -d postgres > /dev/null <<'SQL'
SELECT count(pg_switch_wal()) FROM generate_series(1, 200) WHERE pg_logical_emit_message(false, 'kizuna', '') IS NOT NULL;
CHECKPOINT;
CHECKPOINT;
SQL
# A server takes every KIZUNA_… for a setting of its own.
env -u KIZUNA_BENCH_SETTINGS "$program" bench --database "host=$folder port=$port user=kizuna dbname=postgres" "$@"
