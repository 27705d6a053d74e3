"""A stranger's view of the HTTP port, with the library that everybody uses: rpc_over_http.py KIZUNA [CERTIFICATE KEY] (needs the package requests).

Starts a server on a database of its own, and calls it as any shop's program would; with a certificate over TLS.
"""

import datetime
import os
import re
import signal
import subprocess
import sys
import tempfile

import requests

kizuna = sys.argv[1]
certificate = sys.argv[2:4]
trusted = certificate[0] if certificate else True
program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "rules", "coffee.yaml")


def run(*arguments):
    return subprocess.run([kizuna, *arguments], check=True, capture_output=True, text=True).stdout


with tempfile.TemporaryDirectory() as folder:
    database = os.path.join(folder, "kizuna.sqlite")
    run("migrate", "--database", database)
    key = re.search("kz_shop_[0-9a-f]{64}", run("client", "create", "--database", database, "--role", "shop", "a shop"))[0]
    server = subprocess.Popen(
        [kizuna, "serve", "--database", database, "--program", program, "--port", "0", "--http-port", "0"]
        + (["--tls-certificate", certificate[0], "--tls-key", certificate[1]] if certificate else []),
        stdout=subprocess.PIPE, text=True)
    port = next(re.search(r":(\d+)", line)[1] for line in server.stdout if line.startswith("HTTP on "))
    root = f"{'https' if certificate else 'http'}://127.0.0.1:{port}"
    session = requests.Session()
    session.verify = trusted
    # Or the environment says whom to trust.
    session.trust_env = False
    session.headers["Authorization"] = f"Bearer {key}"

    def call(method, params, identity=1):
        return session.post(
            f"{root}/rpc", json={"jsonrpc": "2.0", "id": identity, "method": method, "params": params}, timeout=10)

    now = datetime.datetime.now(datetime.timezone.utc).isoformat()
    sale = {
        "idempotency_key": "till/1", "card": "9001", "store": "s", "receipt": "1", "occurred_at": now, "currency": "JPY",
        "items": [{"sku": "latte", "amount": 1100, "tax": 100}]}
    assert call("member.enroll", {"idempotency_key": "e/1", "identifiers": [{"card": "9001"}]}).json()["result"]
    first = call("purchase.post", sale).json()["result"]
    assert first["earned"]["beans"] >= 10 and first["replayed"] is False
    assert call("purchase.post", sale).json()["result"] == {**first, "replayed": True}
    batch = session.post(f"{root}/rpc", timeout=10, json=[
        {"jsonrpc": "2.0", "id": number, "method": "balance.get", "params": {"card": "9001"}} for number in range(50)])
    assert sorted(reply["id"] for reply in batch.json()) == list(range(50))
    assert session.post(f"{root}/rpc", json={"jsonrpc": "2.0", "method": "session.ping"}, timeout=10).status_code == 204
    assert call("audit.list", {}).json()["error"]["code"] == -32006
    assert requests.post(f"{root}/rpc", json={}, headers={"Authorization": "Bearer no"}, timeout=10,
                         verify=trusted).status_code == 401
    assert session.post(f"{root}/rpc", data=b"{", headers={"Content-Type": "application/json"},
                        timeout=10).json()["error"]["code"] == -32700
    assert session.post(f"{root}/rpc", data=b"x" * (2 << 20), headers={"Content-Type": "application/json"},
                        timeout=10).status_code == 413
    assert requests.get(f"{root}/healthz", timeout=10, verify=trusted).text == "ok\n"
    assert requests.get(f"{root}/readyz", timeout=10, verify=trusted).status_code == 200
    metrics = requests.get(f"{root}/metrics", timeout=10, verify=trusted).text
    assert 'kizuna_requests_total{method="purchase.post",outcome="replayed"} 1' in metrics
    assert 'kizuna_points_earned_total{currency="beans"}' in metrics
    if certificate:
        # Read anew, the certificate is the same, and the session's connection goes on.
        server.send_signal(signal.SIGHUP)
        assert call("balance.get", {"card": "9001"}).json()["result"]
        try:
            requests.get(f"{root}/healthz", timeout=10)
            raise SystemExit("FAILED: a certificate that nobody trusts is accepted")
        except requests.exceptions.SSLError:
            pass
    server.send_signal(signal.SIGTERM)
    assert server.wait(30) == 0
print(f"requests{' over TLS' if certificate else ''}: calls, a batch, a repetition, refusals, a body beyond the limit, health and metrics are as they must be")
