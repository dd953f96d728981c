"""A server that passes requests on to the model's, as they are."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.system.model.text_generation_server import LONGEST_REPLY_S

if TYPE_CHECKING:
    from tests.system.faults.lying_server import Answer, Talk


def passing_on(url: str) -> Answer:
    """Make a server's answer: the one at `url` is asked, and lied about in nothing."""

    def ask(talk: Talk) -> None:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=LONGEST_REPLY_S)
        try:
            headers = {"content-type": talk.asked.headers["content-type"]}
            connection.request("POST", talk.asked.path, talk.asked.body, headers)
            reply = connection.getresponse()
            body = reply.read()
        finally:
            connection.close()
        head = f"HTTP/1.1 {reply.status} Said\r\ncontent-length: {len(body)}\r\n\r\n"
        talk.send(head.encode() + body)

    return ask
