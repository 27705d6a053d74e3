"""Calls a Kizuna server with aiorpcX as anybody would who knows JSON-RPC 2.0 and nothing of Kizuna's own client.

strangers.py KIND PORT KEY [CA-FILE]: KIND is tcp or tls.
"""

import asyncio
import datetime
import ssl
import sys

import aiorpcx


NOW = datetime.datetime.now(datetime.timezone.utc).isoformat()


class Session(aiorpcx.RPCSession):
    """One message a line, JSON-RPC 2.0."""

    def default_connection(self):
        return aiorpcx.JSONRPCConnection(aiorpcx.JSONRPCv2)


def check(holds, what):
    if not holds:
        raise SystemExit(f"FAILED: {what}")
    print(f"  {what}")


def purchase(kind, number):
    return {
        "idempotency_key": f"{kind}/{number}", "card": f"{kind} 1", "store": "tokyo-01", "receipt": f"{kind}/{number}",
        "occurred_at": NOW, "currency": "JPY", "items": [{"sku": "latte", "amount": 1000}],
    }


async def talk(kind, port, key, context):
    async with aiorpcx.connect_rs("127.0.0.1", port, ssl=context, session_factory=Session) as session:
        hello = {"client": "aiorpcX", "protocol": {"min": "1.0", "max": "1.0"}, "auth": {"api_key": key}}
        welcome = await session.send_request("session.hello", hello)
        check(welcome["role"] == "shop", f"{kind}: named params open a session")
        enrolment = {"idempotency_key": f"{kind}/enroll", "member": f"{kind}-1", "identifiers": [{"card": f"{kind} 1"}]}
        member = await session.send_request("member.enroll", enrolment)
        check(member["member"] == f"{kind}-1", f"{kind}: a member is enrolled")

        async with session.send_batch() as batch:
            for number in range(20):
                batch.add_request("purchase.post", purchase(kind, number))
        check(len(batch.results) == 20 and not any(isinstance(r, Exception) for r in batch.results), f"{kind}: a batch of 20")

        calls = [session.send_request("purchase.post", purchase(kind, 100 + number)) for number in range(200)]
        answers = await asyncio.gather(*calls)
        check(all(a["member"] == f"{kind}-1" for a in answers), f"{kind}: 200 calls under way at once")

        await session.send_notification("session.ping")
        # A changing call without an id is ignored, because nobody would learn what became of it.
        await session.send_notification("purchase.post", purchase(kind, 999))
        again = await session.send_request("purchase.post", purchase(kind, 100))
        check(again["replayed"] is True, f"{kind}: a repeated call is answered as the first time")
        balance = await session.send_request("balance.get", {"card": f"{kind} 1"})
        earned = sum(a["earned"]["beans"] for a in answers) + sum(a["earned"]["beans"] for a in batch.results)
        check(balance["balances"]["beans"]["available"] == earned, f"{kind}: notifications change nothing, the sum is right")

        try:
            await session.send_request("points.adjust", {})
            check(False, f"{kind}: a refusal is an error")
        except aiorpcx.RPCError as error:
            check(error.code == -32006, f"{kind}: a refusal is an error of JSON-RPC")


def main():
    kind, port, key = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    context = ssl.create_default_context(cafile=sys.argv[4]) if kind == "tls" else None
    asyncio.run(talk(kind, port, key, context))


main()
