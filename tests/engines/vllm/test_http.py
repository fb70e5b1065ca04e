"""What clients see over HTTP, on a real FastAPI app with vLLM's own middleware around it."""

import asyncio
import importlib.util
import json
import logging

import pytest
from tests.engines.vllm.frontend_fakes import ending, needs_vllm, summary

from verifirst.engines.vllm.registry import Registry

pytestmark = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("fastapi", "starlette", "httpx")),
    reason="needs fastapi and httpx (they come with vLLM)",
)
CHAT = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "3 × 4"}, "finish_reason": "stop"}],
}


@pytest.fixture
def registry():
    return Registry()


class Site:
    """An app with our routes, whose POSTs answer what a test says, in the pieces that it says."""

    def __init__(self, registry, *, events=True):
        from fastapi import FastAPI
        from starlette.responses import Response

        from verifirst.engines.vllm import http

        self.app = FastAPI()
        self.pieces, self.kind, self.status = [b"{}"], "application/json", 200
        self.headers = {}

        async def answer():
            if len(self.pieces) == 1:
                return Response(self.pieces[0], self.status, media_type=self.kind, headers=self.headers)
            return InPieces(self.pieces, self.kind, self.status)

        for path in (*http.PATHS, "/v1/embeddings"):
            self.app.post(path)(answer)
        http.attach(self.app, events=events, registry=registry)
        http.attach(self.app, events=events, registry=registry)

    def says(self, *pieces, kind="application/json", status=200):
        self.pieces, self.kind, self.status = list(pieces), kind, status

    def streams(self, *pieces):
        self.says(*pieces, b"", kind="text/event-stream; charset=utf-8")

    def call(self, method, path, **kwargs):
        import httpx

        async def called():
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=20) as client:
                return await client.request(method, path, **kwargs)

        return asyncio.run(called())

    def post(self, path="/v1/chat/completions", **kwargs):
        return self.call("POST", path, json={}, **kwargs)

    def get(self, path, **kwargs):
        return self.call("GET", path, **kwargs)


class InPieces:
    """A response whose body leaves in given pieces, as vLLM's `StreamingResponse` sends them."""

    def __init__(self, pieces, kind, status):
        self.pieces, self.kind, self.status = pieces, kind, status

    def __new__(cls, pieces, kind, status):
        from starlette.responses import Response

        made = type("Pieces", (Response,), {"__call__": cls.send})(b"", status, media_type=kind)
        made.pieces = pieces
        return made

    async def send(self, scope, receive, send):
        headers = [pair for pair in self.raw_headers if pair[0] != b"content-length"]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        for piece in self.pieces[:-1]:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": self.pieces[-1], "more_body": False})


@pytest.fixture
def site(registry):
    return Site(registry)


def encoded(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def chunk(index=0, finish=None, name="chatcmpl-1"):
    choice = {"index": index, "delta": {"content": 'say "finish_reason"'}, "finish_reason": finish}
    return b"data: " + encoded({"id": name, "object": "chat.completion.chunk", "choices": [choice]}) + b"\n\n"


def fields(stream):
    lines = [line.removeprefix(b"data: ") for line in stream.split(b"\n") if line.startswith(b"data: {")]
    return [json.loads(line).get("verification") for line in lines]


# -- JSON bodies -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "shown", "internal"),
    [
        ("/v1/chat/completions", "chatcmpl-1", "chatcmpl-1"),
        ("/v1/completions", "cmpl-1", "cmpl-1-0"),
        ("/v1/responses", "resp_1", "resp_1_0"),
    ],
)
def test_a_body_gets_the_field_and_keeps_every_other_byte(site, registry, path, shown, internal):
    registry.update(internal, 0, ending(rollbacks=2))
    body = encoded({**CHAT, "id": shown})
    site.says(body)
    response = site.post(path)
    assert response.content.startswith(body[:-1])
    assert response.json() == {**CHAT, "id": shown, "verification": {"choices": [{"index": 0, **ending(rollbacks=2)}]}}
    assert int(response.headers["content-length"]) == len(response.content)


def test_a_body_in_pieces_is_put_together(site, registry):
    registry.update("chatcmpl-1", 0, ending())
    body = encoded(CHAT)
    site.says(body[:7], body[7:30], b"", body[30:])
    assert site.post().json()["verification"]["choices"][0]["final"] is True


def test_an_id_that_does_not_come_first_is_found(site, registry):
    registry.update("chatcmpl-1", 0, ending())
    site.says(encoded({"object": "x", "id": "chatcmpl-1"}))
    assert "verification" in site.post().json()


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[1]", b"{}", b'"id"', b'{"id":"unknown"}', b'{"id":7}', b"\xff\xfe", b'{"id":"chatcmpl-1"'],
)
def test_what_cannot_be_read_passes(site, registry, body):
    registry.update("chatcmpl-1", 0, ending())
    site.says(body)
    assert site.post().content == body


@pytest.mark.parametrize(
    ("path", "status", "headers"),
    [
        ("/v1/embeddings", 200, {}),
        ("/v1/chat/completions", 400, {}),
        ("/v1/chat/completions", 200, {"X-Verification": "None"}),
    ],
)
def test_other_responses_pass(site, registry, path, status, headers):
    registry.update("chatcmpl-1", 0, ending())
    site.says(encoded(CHAT), status=status)
    assert site.post(path, headers=headers).content == encoded(CHAT)


def test_a_compressed_body_passes(site, registry):
    import gzip

    registry.update("chatcmpl-1", 0, ending())
    site.says(gzip.compress(encoded(CHAT)))
    site.headers = {"content-encoding": "gzip"}
    assert site.post().json() == CHAT


def test_a_failure_of_ours_passes_the_original_and_is_logged_once(site, registry, monkeypatch, caplog):
    from verifirst.engines.vllm import http

    monkeypatch.setattr(http, "_logged", set())
    monkeypatch.setattr(registry, "lookup", lambda request_id: 1 / 0)
    site.says(encoded(CHAT))
    with caplog.at_level(logging.ERROR):
        assert site.post().content == encoded(CHAT)
        site.streams(chunk(finish="stop"))
        assert site.post().content == chunk(finish="stop")
    assert len([record for record in caplog.records if "without its summary" in record.message]) == 1


def test_a_body_beyond_the_limit_passes(site, registry, monkeypatch):
    from verifirst.engines.vllm import http

    monkeypatch.setattr(http, "BODY_LIMIT", 20)
    registry.update("chatcmpl-1", 0, ending())
    body = encoded(CHAT)
    site.says(body[:10], body[10:40], body[40:50], body[50:])
    assert site.post().content == body


# -- streams ---------------------------------------------------------------------------------


def test_a_stream_gets_the_field_where_it_finishes(site, registry):
    registry.update("chatcmpl-1", 0, ending(rollbacks=1), n=2)
    registry.update("chatcmpl-1", 1, ending(rollbacks=2), n=2)
    pieces = [chunk(), chunk(1), chunk(1, "length"), chunk(0, "stop"), b"data: [DONE]\n\n"]
    site.streams(*pieces)
    content = site.post().content
    shown = [one and [(choice["index"], choice["rollbacks"]) for choice in one["choices"]] for one in fields(content)]
    assert shown == [None, None, [(1, 2)], [(0, 1)]]
    assert content.startswith(pieces[0] + pieces[1])
    assert content.endswith(b"\n\ndata: [DONE]\n\n")


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
def test_any_cut_of_a_stream_gives_the_same_bytes(site, registry, size):
    registry.update("chatcmpl-1", 0, ending())
    whole = chunk() + b": ping\r\n\r\n" + chunk(finish="stop") + b"data: [DONE]\n\n"
    site.streams(whole)
    expected = site.post().content
    assert [found is not None for found in fields(expected)] == [False, True]
    site.streams(*(whole[start : start + size] for start in range(0, len(whole), size)))
    assert site.post().content == expected


def test_whole_events_are_not_held_back(registry):
    from verifirst.engines.vllm.http import Rewriter

    async def sent():
        messages = []

        async def send(message):
            messages.append(message)

        rewriter = Rewriter(send, registry)
        headers = [(b"Content-Type", b"text/event-stream")]
        await rewriter({"type": "http.response.start", "status": 200, "headers": headers})
        counts = [len(messages)]
        for piece in (chunk(), chunk()[:9], chunk()[9:] + chunk()[:4]):
            await rewriter({"type": "http.response.body", "body": piece, "more_body": True})
            counts.append(len(messages))
        await rewriter({"type": "http.response.body", "body": b"", "more_body": False})
        return counts, b"".join(message.get("body", b"") for message in messages), messages[-1]["more_body"]

    counts, body, more = asyncio.run(sent())
    assert counts == [1, 2, 2, 3]
    assert body == chunk() + chunk() + chunk()[:4]
    assert more is False


def test_chunks_without_a_finish_are_the_same_objects(registry):
    from verifirst.engines.vllm.http import Rewriter

    async def sent():
        messages = []

        async def send(message):
            messages.append(message)

        rewriter = Rewriter(send, registry)
        headers = [(b"content-type", b"text/event-stream")]
        await rewriter({"type": "http.response.start", "status": 200, "headers": headers})
        body = chunk()
        await rewriter({"type": "http.response.body", "body": body, "more_body": True})
        return messages[-1]["body"] is body

    assert asyncio.run(sent())


def test_an_endless_event_passes(site, registry, monkeypatch):
    from verifirst.engines.vllm import http

    monkeypatch.setattr(http, "EVENT_LIMIT", 10)
    registry.update("chatcmpl-1", 0, ending())
    whole = chunk(finish="stop")
    site.streams(whole[:20], whole[20:], whole)
    assert site.post().content == whole + whole


def test_the_completed_event_of_a_response_gets_the_field(site, registry):
    registry.update("resp_1_0", 0, ending(rollbacks=1))
    registry.update("resp_1_1", 0, ending(rollbacks=2))
    event = {"type": "response.completed", "sequence_number": 3, "response": {"id": "resp_1", "output": ["3 × 4"]}}
    delta = b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"a"}\n\n'
    site.streams(delta, b"event: response.completed\ndata: " + encoded(event) + b"\n\n")
    content = site.post("/v1/responses").content
    assert content.startswith(delta + b"event: response.completed\ndata: {")
    assert content.endswith(b"}\n\n")
    found = json.loads(content.split(b"data: ")[-1])
    assert [choice["rollbacks"] for choice in found["response"].pop("verification")["choices"]] == [1, 2]
    assert found == event


# -- the routes ------------------------------------------------------------------------------


def test_a_summary_can_be_asked_for(site, registry):
    registry.update("cmpl-1-0", 0, summary())
    registry.update("cmpl-1-1", 0, ending(rules={"AR001": 2}))
    found = site.get("/v1/verification/cmpl-1")
    assert found.status_code == 200
    assert found.json() == {
        "id": "cmpl-1",
        "choices": [{"index": 0, **summary()}, {"index": 1, **ending(rules={"AR001": 2})}],
    }


def test_an_id_may_hold_a_slash(site, registry):
    registry.update("chatcmpl-a/b", 0, ending())
    assert site.get("/v1/verification/chatcmpl-a/b").json()["id"] == "chatcmpl-a/b"


@pytest.mark.parametrize("path", ["/v1/verification/nobody", "/v1/verification/nobody/events"])
def test_an_unknown_id_says_what_may_be_wrong(site, path):
    response = site.get(path)
    assert response.status_code == 404
    said = response.json()["error"]
    assert said["code"] == 404
    assert said["type"] == "NotFoundError"
    for part in ("'nobody'", "too old", "another API-server process"):
        assert part in said["message"]


def test_events_are_opt_in(registry):
    registry.publish("chatcmpl-1", 0, [{"type": "generated", "text": "secret"}])
    response = Site(registry, events=False).get("/v1/verification/chatcmpl-1/events")
    assert response.status_code == 403
    assert "--enforce-reasoning events=true" in response.json()["error"]["message"]
    assert "secret" not in response.text


def events(response):
    return [json.loads(line[6:]) for line in response.text.splitlines() if line.startswith("data: {")]


def test_events_are_replayed(site, registry):
    registry.publish("cmpl-1-1", 0, [{"type": "refuted", "t": 0.5, "step": 2, "rule": "AR001", "text": "1\n"}])
    registry.publish("cmpl-1-1", 0, [{"type": "finished", "t": 0.6}])
    registry.update("cmpl-1-1", 0, ending())
    response = site.get("/v1/verification/cmpl-1/events")
    assert response.headers["content-type"].startswith("text/event-stream")
    assert events(response) == [
        {"type": "refuted", "t": 0.5, "step": 2, "rule": "AR001", "text": "1\n", "index": 1},
        {"type": "finished", "t": 0.6, "index": 1},
    ]
    assert response.text.startswith("id: 0\nevent: refuted\ndata: ")
    assert response.text.endswith("data: [DONE]\n\n")
    again = site.get("/v1/verification/cmpl-1/events", headers={"Last-Event-ID": "0"})
    assert [event["type"] for event in events(again)] == ["finished"]


def test_forgotten_events_leave_a_gap():
    registry = Registry(events_per_request=2)
    registry.publish("r", 0, [{"type": "generated", "step": step} for step in range(5)])
    registry.update("r", 0, ending())
    response = Site(registry).get("/v1/verification/r/events")
    assert [line for line in response.text.splitlines() if line.startswith("id:")] == ["id: 3", "id: 4"]


@pytest.mark.parametrize("wait", ["-1", "nan", "1e9", "long"])
def test_a_wait_is_bounded(site, wait):
    assert site.get(f"/v1/verification/r/events?wait={wait}").status_code == 422


async def watched(registry, write, path="/v1/verification/r/events?wait=20"):
    """Drive the route by hand, for httpx's transport does not stream: the bodies sent, in order."""
    sent, gone = asyncio.Queue(), asyncio.Event()

    async def receive():
        await gone.wait()
        return {"type": "http.disconnect"}

    route, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": route,
        "raw_path": route.encode(),
        "query_string": query.encode(),
        "headers": [],
        "server": ("test", 80),
    }
    task = asyncio.create_task(Site(registry).app(scope, receive, sent.put))
    await write(sent, gone)
    await asyncio.wait_for(task, 20)
    return [sent.get_nowait() for _ in range(sent.qsize())]


def test_events_are_followed_live_until_the_end(registry):
    async def write(sent, gone):
        await asyncio.sleep(0.05)
        assert sent.empty()
        registry.publish("r", 0, [{"type": "generated"}])
        assert (await asyncio.wait_for(sent.get(), 20))["type"] == "http.response.start"
        assert b"generated" in (await asyncio.wait_for(sent.get(), 20))["body"]
        await asyncio.to_thread(registry.publish, "r", 0, [{"type": "verified"}])
        assert b"verified" in (await asyncio.wait_for(sent.get(), 20))["body"]
        registry.update("r", 0, ending())

    rest = asyncio.run(watched(registry, write))
    assert [message["body"] for message in rest] == [b"data: [DONE]\n\n", b""]
    assert registry._subscriptions == {}


def test_a_client_that_leaves_is_forgotten(registry):
    async def write(sent, gone):
        registry.publish("r", 0, [{"type": "generated"}])
        for _ in range(2):
            await asyncio.wait_for(sent.get(), 20)
        assert registry._subscriptions
        gone.set()

    asyncio.run(watched(registry, write))
    assert registry._subscriptions == {}


def test_silence_is_kept_alive(registry, monkeypatch):
    from verifirst.engines.vllm import http

    monkeypatch.setattr(http, "KEEP_ALIVE_S", 0.02)

    async def write(sent, gone):
        registry.publish("r", 0, [{"type": "generated"}])
        for _ in range(2):
            await asyncio.wait_for(sent.get(), 20)
        assert (await asyncio.wait_for(sent.get(), 20))["body"] == b": keep-alive\n\n"
        gone.set()

    asyncio.run(watched(registry, write))


# -- beside vLLM's own -----------------------------------------------------------------------


class TestBesideVllm:
    pytestmark = needs_vllm

    def app(self, registry, **changes):
        """vLLM's own app, with `attach` where its launcher looks for endpoint plugins."""
        from vllm.entrypoints.launchers import app as launcher
        from vllm.entrypoints.launchers.cli_args import make_arg_parser
        from vllm.utils.argparse_utils import FlexibleArgumentParser

        from verifirst.engines.vllm import http

        args = make_arg_parser(FlexibleArgumentParser()).parse_args([])
        for name, value in changes.items():
            setattr(args, name, value)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                launcher, "attach_endpoint_plugins", lambda app, tasks: http.attach(app, events=True, registry=registry)
            )
            return launcher.build_app(args, ("generate",))

    def get(self, app, path, **headers):
        import httpx

        async def called():
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
                return await client.get(path, headers=headers)

        return asyncio.run(called())

    def test_our_routes_are_behind_the_api_key(self, registry):
        registry.update("chatcmpl-1", 0, ending())
        app = self.app(registry, api_key=["sesame"])
        for path in ("/v1/verification/chatcmpl-1", "/v1/verification/chatcmpl-1/events"):
            assert self.get(app, path).status_code == 401
            assert self.get(app, path, Authorization="Bearer sesame").status_code == 200

    def test_the_openai_client_reads_the_field(self, registry):
        openai = pytest.importorskip("openai")
        import httpx

        registry.update("chatcmpl-1", 0, ending(rollbacks=2))
        site = Site(registry)
        transport = httpx.ASGITransport(site.app)

        async def asked(stream):
            async with openai.AsyncOpenAI(
                base_url="http://test/v1", api_key="x", http_client=httpx.AsyncClient(transport=transport)
            ) as client:
                answer = await client.chat.completions.create(model="m", messages=[], stream=stream)
                return [part async for part in answer] if stream else answer

        site.says(encoded(CHAT))
        answer = asyncio.run(asked(stream=False))
        assert answer.choices[0].message.content == "3 × 4"
        assert answer.verification["choices"][0]["rollbacks"] == 2
        site.streams(chunk(), chunk(finish="stop"), b"data: [DONE]\n\n")
        *_, last = asyncio.run(asked(stream=True))
        assert last.model_extra["verification"]["choices"][0]["rollbacks"] == 2
