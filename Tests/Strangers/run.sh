#!/bin/sh
# Lets clients that were not written for Kizuna talk to it: run.sh PATH-TO-KIZUNA
#
# aiorpcX over TCP and TLS and requests over HTTP in a Python environment of their own, nc, and openssl s_client. Everything is made in a
# temporary folder, and servers listen on ports that the system chooses.
set -eu
kizuna=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/kizuna-strangers.XXXXXX")
servers=""
# shellcheck disable=SC2086
trap 'kill $servers 2> /dev/null || true; rm -rf "$work"' EXIT

fail() {
  echo "FAILED: $1"
  exit 1
}

echo "making a Python environment …"
python3 -m venv "$work/python"
"$work/python/bin/pip" install --quiet --disable-pip-version-check aiorpcX requests

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=strangers -addext subjectAltName=IP:127.0.0.1 \
  -keyout "$work/key.pem" -out "$work/certificate.pem" 2> /dev/null

# start NAME ARGUMENT…: a server on a database of its own; sets port and key.
start() {
  name=$1
  shift
  "$kizuna" serve --database "$work/$name.sqlite" --program "$here/../../rules/coffee.yaml" --port 0 --http-port 0 "$@" \
    > "$work/$name.out" 2> "$work/$name.err" &
  servers="$servers $!"
  for _ in $(seq 100); do
    port=$(sed -n 's/^listening on .*:\([0-9]*\).*$/\1/p' "$work/$name.out")
    [ -z "$port" ] || break
    sleep 0.1
  done
  [ -n "$port" ] || { cat "$work/$name.err"; fail "the server did not start"; }
  key=$("$kizuna" client create --database "$work/$name.sqlite" --role shop strangers 2> /dev/null)
  # The server learns of it within a second.
  sleep 1
}

hello() {
  printf '{"jsonrpc":"2.0","id":1,"method":"session.hello","params":{"client":"%s","protocol":{"min":"1.0","max":"1.0"},"auth":{"api_key":"%s"}}}\n' "$1" "$2"
}

ping='{"jsonrpc":"2.0","id":2,"method":"session.ping"}'

# expect NAME FILE: both answers are in it.
expect() {
  grep -q '"id":1,"result":{"protocol":"1.0"' "$2" && grep -q '"id":2,"result":{"server_time"' "$2" \
    || { cat "$2"; fail "$1 gets its answers"; }
  echo "  $1: two lines in, two lines out"
}

echo "over TCP:"
start tcp
"$work/python/bin/python" "$here/strangers.py" tcp "$port" "$key"
{ hello nc "$key"; echo "$ping"; sleep 1; } | nc -w 2 127.0.0.1 "$port" > "$work/nc.out" || true
expect nc "$work/nc.out"

echo "over TLS:"
start tls --tls-certificate "$work/certificate.pem" --tls-key "$work/key.pem"
"$work/python/bin/python" "$here/strangers.py" tls "$port" "$key" "$work/certificate.pem"
for version in tls1_2 tls1_3; do
  { hello openssl "$key"; echo "$ping"; sleep 1; } | openssl s_client -quiet -no_ign_eof "-$version" \
    -verify_return_error -CAfile "$work/certificate.pem" -connect "127.0.0.1:$port" > "$work/$version.out" 2> "$work/$version.err" || true
  expect "openssl s_client -$version" "$work/$version.out"
done
if openssl s_client -tls1_1 -cipher ALL:@SECLEVEL=0 -connect "127.0.0.1:$port" < /dev/null > /dev/null 2>&1; then
  fail "TLS 1.1 is refused"
fi
echo "  openssl s_client -tls1_1: refused"
echo "over HTTP:"
"$work/python/bin/python" "$here/rpc_over_http.py" "$kizuna"
"$work/python/bin/python" "$here/rpc_over_http.py" "$kizuna" "$work/certificate.pem" "$work/key.pem"
echo "all strangers were served"
