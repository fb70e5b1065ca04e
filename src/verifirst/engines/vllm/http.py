"""What HTTP clients see: a `verification` field on responses, two routes, live events.

- `POST /v1/completions`, `/v1/chat/completions`, `/v1/responses`: the JSON body gets a field
  `verification`, a stream gets it on the chunks that carry a finish reason. The request header
  `X-Verification: none` leaves the response alone.
- `GET /v1/verification/{id}`: the summary of a recent response, running ones included.
- `GET /v1/verification/{id}/events`: what the verifier does, as server-sent events, where the
  operator has switched that on.

The field is spliced into the bytes that vLLM wrote; every other byte stays as it was.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, MutableMapping
from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from verifirst.engines.vllm.registry import REGISTRY, Registry
from verifirst.engines.vllm.wire import Summary

logger = logging.getLogger(__name__)

PATHS = frozenset({"/v1/completions", "/v1/chat/completions", "/v1/chat/completions/batch", "/v1/responses"})
"""Where a POST is answered with text that was verified."""
OPT_OUT = (b"x-verification", b"none")
"""The request header, and its value, that leaves a response alone."""
BODY_LIMIT = 64 * 2**20
"""Bytes of a JSON body held back for the splice; a longer one passes as it is."""
EVENT_LIMIT = 4 * 2**20
"""Bytes of one server-sent event held back until it is whole; a longer one passes as it is."""
WAIT_S = 60.0
"""The longest that a client may ask an event stream to wait for its request to begin."""
KEEP_ALIVE_S = 15.0
"""Seconds of silence after which an event stream sends a comment: proxies stay, a lost client is noticed."""

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


def attach(app: Any, *, events: bool, registry: Registry = REGISTRY) -> None:
    """Add the routes and the middleware to vLLM's FastAPI `app`. Idempotent.

    Call it before vLLM adds its own middleware (as `attach_endpoint_plugins` is): Starlette
    runs the last added first, so that `--api-key` guards our routes like the others under /v1.
    """
    if getattr(app.state, "verifirst", False):
        return
    app.state.verifirst = True
    routes = Routes(registry, events=events)
    app.add_api_route("/v1/verification/{request_id:path}/events", routes.events, methods=["GET"])
    app.add_api_route("/v1/verification/{request_id:path}", routes.summary, methods=["GET"])
    app.add_middleware(VerificationMiddleware, registry=registry)


# -- the routes ------------------------------------------------------------------------------


class Routes:
    """The two routes over one registry."""

    def __init__(self, registry: Registry, *, events: bool) -> None:
        self._registry = registry
        self._events = events

    async def summary(self, request_id: str) -> Response:
        """Return what was checked in a response: `{"id", "choices": [summary with its "index"]}`."""
        found = self._registry.lookup(request_id)
        if found is None:
            return unknown(request_id)
        return JSONResponse({"id": request_id, **verification(found)})

    async def events(
        self, request_id: str, request: Request, wait: Annotated[float, Query(ge=0, le=WAIT_S)] = 0.0
    ) -> Response:
        """Stream the events of a response: the remembered ones, then live until it ends.

        Each has its number as `id`; `Last-Event-ID` resumes after it, a gap means that events
        were forgotten. The last one is `data: [DONE]`. A client that chose its id (by the
        header `X-Request-Id`) may come first and `wait` so many seconds for the request.
        It ends when each choice that has begun is final: with several prompts in one request a
        late one may be missed. Whoever may call the API may watch any response whose id they know.
        """
        if not self._events:
            return error(
                403,
                "live events are off: they show text that is not verified, refuted text too. The operator can switch "
                "them on at start: --enforce-reasoning events=true",
            )
        if not await begun(self._registry, request_id, wait):
            return unknown(request_id)
        last = request.headers.get("last-event-id", "")
        return StreamingResponse(
            follow(self._registry, request_id, after=int(last) if re.fullmatch(r"\d{1,18}", last) else -1),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )


def verification(found: MutableMapping[int, Summary], only: Collection[int] | None = None) -> dict[str, Any]:
    """Return the field `verification`: a summary for each choice, or for those in `only`."""
    return {
        "choices": [{"index": index, **summary} for index, summary in found.items() if only is None or index in only]
    }


def unknown(request_id: str) -> Response:
    """Return the answer for an id that is not in this process's memory."""
    return error(
        404,
        f"no verification is known for {request_id!r}: expected the 'id' of a recent response that was generated with "
        "enforcement. It may be too old, or another API-server process may have answered it; the response itself "
        "carries the same summary in its field 'verification'",
    )


def error(status: int, message: str) -> Response:
    """Return an error in OpenAI's form."""
    kind = {403: "PermissionDeniedError", 404: "NotFoundError"}[status]
    return JSONResponse(
        {"error": {"message": message, "type": kind, "param": "request_id", "code": status}}, status_code=status
    )


async def begun(registry: Registry, request_id: str, wait_s: float) -> bool:
    """Return whether the response is known within `wait_s` seconds."""
    subscription = registry.subscribe(request_id)
    try:
        async with asyncio.timeout(wait_s):
            while not registry.knows(subscription):
                subscription.news.clear()
                await subscription.news.wait()
    except TimeoutError:
        return False
    finally:
        registry.unsubscribe(subscription)
    return True


async def follow(registry: Registry, request_id: str, *, after: int = -1) -> AsyncIterator[bytes]:
    """Yield server-sent events until the last, or until the client leaves."""
    subscription = registry.subscribe(request_id, after=after)
    try:
        while True:
            subscription.news.clear()
            fresh, last = registry.read(subscription)
            for number, event in fresh:
                yield f"id: {number}\nevent: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
            if last:
                yield b"data: [DONE]\n\n"
                return
            try:
                await asyncio.wait_for(subscription.news.wait(), KEEP_ALIVE_S)
            except TimeoutError:
                yield b": keep-alive\n\n"
    finally:
        registry.unsubscribe(subscription)


# -- the middleware --------------------------------------------------------------------------


class VerificationMiddleware:
    """Pure ASGI middleware that adds the field `verification` to the responses of `PATHS`.

    It never fails a response: what it cannot read passes as it is.
    """

    def __init__(self, app: Application, registry: Registry = REGISTRY) -> None:
        self.app = app
        self._registry = registry

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if _concerns(scope):
            send = Rewriter(send, self._registry)
        await self.app(scope, receive, send)


def _concerns(scope: MutableMapping[str, Any]) -> bool:
    if scope["type"] != "http" or scope["method"] != "POST":
        return False
    if scope["path"].removeprefix(scope.get("root_path", "")) not in PATHS:
        return False
    name, value = OPT_OUT
    return not any(header == name and given.strip().lower() == value for header, given in scope["headers"])


class Rewriter:
    """The `send` of one response: decides by its start what becomes of its body."""

    def __init__(self, send: Send, registry: Registry) -> None:
        self._send = send
        self._registry = registry
        self._body: _Body | _Stream | None = None

    async def __call__(self, message: Message) -> None:
        """Send one message of the response, rewritten where it has to be."""
        if message["type"] == "http.response.start":
            self._body = _reader(message, self._send, self._registry)
            if isinstance(self._body, _Body):
                return  # its length is not known yet: sent with the body
        elif message["type"] == "http.response.body" and self._body is not None:
            await self._body(message)
            return
        await self._send(message)


def _reader(start: Message, send: Send, registry: Registry) -> _Body | _Stream | None:
    headers = {bytes(name).lower(): bytes(value) for name, value in start.get("headers", ())}
    if start["status"] >= 400 or b"content-encoding" in headers:  # noqa: PLR2004  # HTTP's first error status
        return None
    kind = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
    if kind == b"application/json":
        return _Body(start, send, registry)
    return _Stream(send, registry) if kind == b"text/event-stream" else None


class _Body:
    """A JSON body: held until it is whole, then sent with its field."""

    def __init__(self, start: Message, send: Send, registry: Registry) -> None:
        self._start: Message | None = start
        self._send = send
        self._registry = registry
        self._held: list[bytes] = []
        self._size = 0

    async def __call__(self, message: Message) -> None:
        if self._start is None:  # too long: it passes as it is
            await self._send(message)
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        self._held.append(body)
        self._size += len(body)
        if more and self._size <= BODY_LIMIT:
            return
        start, self._start = self._start, None
        whole = b"".join(self._held)
        self._held.clear()
        if not more:
            whole = _safely(add_to_body, whole, self._registry)
            start = {**start, "headers": _with_length(start["headers"], len(whole))}
        await self._send(start)
        await self._send({"type": "http.response.body", "body": whole, "more_body": more})


def _with_length(headers: Collection[tuple[bytes, bytes]], length: int) -> list[tuple[bytes, bytes]]:
    return [(name, b"%d" % length if name.lower() == b"content-length" else value) for name, value in headers]


class _Stream:
    """Server-sent events: whole ones pass at once, one that is cut in two waits for its end."""

    def __init__(self, send: Send, registry: Registry) -> None:
        self._send = send
        self._registry = registry
        self._part = b""
        self._passing = False

    async def __call__(self, message: Message) -> None:
        body, more = message.get("body", b""), message.get("more_body", False)
        if self._passing or (not self._part and not body):
            await self._send(message)
            return
        whole, self._part = _split(self._part + body)
        if not more or len(self._part) > EVENT_LIMIT:
            whole, self._part, self._passing = whole + self._part, b"", True
        if is_last(whole):
            whole = _safely(add_to_events, whole, self._registry)
        if whole or not more:
            await self._send({**message, "body": whole})


_EVENT_END = re.compile(rb"\r?\n\r?\n")


def _split(data: bytes) -> tuple[bytes, bytes]:
    """Split into whole events and the beginning of the next."""
    if data.endswith(b"\n\n"):  # the rule: vLLM sends one event at a time
        return data, b""
    end = max((found.end() for found in _EVENT_END.finditer(data)), default=0)
    return data[:end], data[end:]


# -- the splice ------------------------------------------------------------------------------

_FINISH = (b'"finish_reason":"', b'"finish_reason": "', b"response.completed")
_ID = re.compile(rb'\s*\{\s*"id"\s*:\s*"([^"\\]+)"')


def is_last(events: bytes) -> bool:
    """Whether `events` may hold a finish reason: a cheap test, right when it says no."""
    return any(mark in events for mark in _FINISH)


def _safely(rewrite: Callable[[bytes, Registry], bytes], data: bytes, registry: Registry) -> bytes:
    try:
        return rewrite(data, registry)
    except Exception as problem:  # noqa: BLE001  # a summary is an extra: the response goes out in any case
        _log_once(problem)
        return data


_logged: set[type] = set()


def _log_once(problem: Exception) -> None:
    if type(problem) not in _logged:
        _logged.add(type(problem))
        logger.error("verifirst: a response went out without its summary (logged once)", exc_info=problem)


def add_to_body(body: bytes, registry: Registry) -> bytes:
    """Return a JSON `body` with the field `verification`; as it is when it has no id that we know."""
    found = registry.lookup(_id(body))
    return splice(body, verification(found)) if found else body


def _id(body: bytes) -> str:
    # vLLM writes the id first: a body full of log-probabilities need not be parsed for it
    if head := _ID.match(body):
        return head[1].decode()
    try:
        parsed = json.loads(body)
    except ValueError:
        return ""
    return str(parsed.get("id", "")) if isinstance(parsed, dict) else ""


def splice(data: bytes, field: dict[str, Any]) -> bytes:
    """Return the JSON object `data` with `verification` as its last field; other bytes stay as they are."""
    end, view = data.rindex(b"}"), memoryview(data)  # a body may be megabytes: copied once
    return b"".join((view[:end], b',"verification":', json.dumps(field, separators=(",", ":")).encode(), view[end:]))


def add_to_events(events: bytes, registry: Registry) -> bytes:
    """Return whole server-sent `events` with the field on those that carry a finish reason."""
    return b"\n".join(
        _add_to_line(line, registry) if line.startswith(b"data:") and is_last(line) else line
        for line in events.split(b"\n")
    )


def _add_to_line(line: bytes, registry: Registry) -> bytes:
    chunk = json.loads(line.removeprefix(b"data:"))
    if chunk.get("type") == "response.completed":
        return _add_to_response(line, chunk, registry)
    finished = {choice["index"] for choice in chunk.get("choices", ()) if choice.get("finish_reason")}
    found = registry.lookup(str(chunk.get("id", "")))
    field = verification(found, finished) if found else None
    return splice(line, field) if field and field["choices"] else line


def _add_to_response(line: bytes, chunk: dict[str, Any], registry: Registry) -> bytes:
    found = registry.lookup(str(chunk["response"].get("id", "")))
    if not found:
        return line
    chunk["response"]["verification"] = verification(found)
    return (
        b"data: " + json.dumps(chunk, separators=(",", ":"), ensure_ascii=False).encode() + line[len(line.rstrip()) :]
    )
