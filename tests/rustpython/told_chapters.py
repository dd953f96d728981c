"""What the canisters tell each other as plain texts."""

from batcher_core import call_reading
from refrain_core import inference_texts, kept_texts
from tests.rustpython.batcher_chapters import DIGEST, FAILED, INFERRED
from tests.rustpython.inputs import TENANT, TEXTS, answer, ask
from tests.rustpython.recording import Recording


def add(book: Recording) -> None:
    """Puts, inferences and their results, written and read."""
    book.chapter("texts between canisters")
    for text in ("stored|00ff|0", "refused|Busy", ""):
        book.call(call_reading.stored_key, text)
        book.call(kept_texts.kept_key, text)
    for result in (INFERRED, FAILED):
        text = book.call(inference_texts.inferred_text, result)
        book.call(inference_texts.read_inferred, text)
    for text in TEXTS:
        book.call(inference_texts.read_inferred, text)
        told = dict(answer(), content=text)
        put = {"digest": DIGEST, "namespace": TENANT, "answer": told, "ttl_s": None, "parts": text}
        put.update({"voters": ["a", "b"], "cost_cycles": 2**63, "cost_ms": 5})
        book.call(kept_texts.keep_header, put)
        request = ask(text, stop=[text], response_format=text, extra=text)
        asked = {"digest": DIGEST, "sample": 2, "request": request, "so_far": text}
        asked.update({"provider": None, "transport": "replicated"})
        head = book.call(inference_texts.inference_head, asked)
        book.call(inference_texts.inference_of, head, request["messages"], [text], text, text)
        book.call(inference_texts.inference_of, text, [], [], None, None)
