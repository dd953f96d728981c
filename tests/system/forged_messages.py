"""What a stranger would send to each method: arguments that would do harm if they were taken."""

from __future__ import annotations

from typing import Any

from refrain_core.inference_texts import inference_head
from tests.system.network import MODEL, OPERATOR, STRANGER, principal, request

ALICE = principal("alice")
DIGEST = "0" * 64

ANSWER = {
    "content": "forged",
    "finish": "stop",
    "model": MODEL,
    "trust": "replicated",
    "prompt_tokens": 1,
    "completion_tokens": 1,
    "dropped_messages": 0,
    "dropped_characters": 0,
    "created_at_ns": 0,
}
PROVIDER = {
    "name": "local",
    "url": "https://elsewhere.example",
    "model": MODEL,
    "remote_model": "x",
    "mode": "non_replicated",
    "api_key": None,
    "max_new_tokens": 5,
    "shard_ids": ["a"],
    "form": "openai_chat",
    "template": "",
    "features": [],
}
INFERENCE: dict[str, Any] = {
    "digest": DIGEST,
    "sample": 0,
    "request": request("hello"),
    "provider": None,
    "transport": None,
    "so_far": "",
}
BATCH = {"lines": "{}", "window_s": 60}
NAMESPACE = {"namespace": "public", "policy": "lru", "max_entries": 1, "max_bytes": 0}
BUDGETS = {
    "round_tokens": 4_096,
    "prompt_tokens": 16_000,
    "total_tokens": 20_096,
    "message_instructions": 10**9,
    "margin_instructions": 0,
    "attempts": 8,
}
QUOTA = {
    "tenant": "default",
    "requests_per_hour": 0,
    "cycles_per_day": 0,
    "waiting_tickets": 0,
    "models": [],
}
FAILURE = {"digest": DIGEST, "namespace": "public", "refusal": {"Internal": "x"}, "ttl_s": 9}
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "allow_callback": ({"canister": STRANGER, "method": "take"},),
    "allow_asker": ({"caller": STRANGER, "sponsored": "yes"},),
    "allow_member": ("shared:staff", STRANGER),
    "ask": (request("hello"),),
    "batch_cancel": (1,),
    "batch_create": (BATCH,),
    "batch_errors": (1, 0),
    "batch_output": (1, 0),
    "batch_status": (1,),
    "cancel": (1,),
    "certified_hit": (DIGEST,),
    "delivered": (1,),
    "delivery": (1,),
    "deny_callback": ({"canister": STRANGER, "method": "take"},),
    "submit_to": (request("hello"), "take"),
    "clear_taint": ("a-voter",),
    "configure_namespace": (NAMESPACE,),
    "connect": (STRANGER, STRANGER),
    "deny_member": ("shared:staff", ALICE),
    "events": (0,),
    "explain": (request("hello"),),
    "export_page": ("",),
    "fetch": (STRANGER, DIGEST, ""),
    "fetch_text": (STRANGER, DIGEST, ""),
    "hit": ("public", MODEL, [{"role": "user", "content": "hello"}], ""),
    "hit_by_digest": (DIGEST,),
    "import_page": ([{"header": "v2|", "content": "forged", "checksum": DIGEST}],),
    "infer": (INFERENCE,),
    "infer_many": ([INFERENCE],),
    "infer_text": (inference_head(INFERENCE), INFERENCE["request"]["messages"], [], None, None),
    "keep": (f"v2|{DIGEST}|public|", "forged"),
    "list_answers": ("", "", 100),
    "lookup": (request("hello", namespace="public"),),
    "lookup_certified": (DIGEST,),
    "lookup_digest": (DIGEST,),
    "members": ("shared:staff",),
    "move_in": ([{"header": "v2|", "content": "forged", "checksum": DIGEST}], 1),
    "move_out": (1, [OPERATOR, STRANGER], OPERATOR, STRANGER, []),
    "namespace_settings": (OPERATOR,),
    "purge": ("all",),
    "put": (
        {
            "digest": DIGEST,
            "namespace": "public",
            "answer": ANSWER,
            "ttl_s": None,
            "cache_control": "",
            "sample": 0,
            "parts": "",
            "voters": [],
            "cost_cycles": 0,
            "cost_ms": 0,
        },
    ),
    "put_negative": (FAILURE,),
    "quote": (request("hello"),),
    "quote_infer": (INFERENCE,),
    "quote_infer_many": ([INFERENCE],),
    "quote_transports": (INFERENCE,),
    "refresh_models": (),
    "remove": (DIGEST,),
    "remove_older": (DIGEST, 2**63),
    "remove_provider": ("local",),
    "result": (1,),
    "policy_report": (OPERATOR,),
    "set_budgets": (BUDGETS,),
    "set_limits": (f"writer/{STRANGER}", {"calls_per_minute": 0, "cycles_per_day": 0}),
    "set_priority": (OPERATOR, "high"),
    "set_quota": (QUOTA,),
    "set_provider": (PROVIDER,),
    "set_subnet_nodes": (34,),
    "stream": (1, 0),
    "submit": (request("hello"),),
    "taint": ("a-voter",),
    "take_up": (1,),
    "tenant_counters": (OPERATOR,),
    "test_provider": ("local",),
    "touch": ([DIGEST],),
    "withdraw": (10**9,),
    "transform": ({"response": {"status": 200, "headers": [], "body": b"{}"}, "context": b""},),
}
"""What a stranger would send; methods that are not here take one principal, or settings."""

WITHOUT_ARGUMENTS = frozenset(
    (
        "account",
        "askers",
        "callbacks",
        "counters",
        "hidden_scopes",
        "models",
        "profile",
        "providers",
        "quota",
        "quotas",
        "rest",
        "settings",
        "shards",
        "status",
        "usage",
        "voters",
        "writers",
    )
)

UNSAID: dict[tuple[str, str], Any] = {
    ("batcher", "take_up"): "",
    ("batcher", "withdraw"): {"Refused": {"TooFewCycles": {"expected": 10**9, "received": 0}}},
    ("cache", "fetch_text"): 'refused|{"NotAllowed":"only a writer may do this: '
    'a controller must allow you first"}',
    ("cache", "keep"): "refused|NotAllowed",
    ("infer", "infer_text"): 'failed|0|0|{"NotAllowed":"only a writer may do this: '
    'a controller must allow you first"}',
    ("cache", "remove"): {"Ok": "nothing was stored"},
    ("cache", "touch"): 0,
}
"""Replies that are no refusal: a text, and those by which what is stored can't be told."""
