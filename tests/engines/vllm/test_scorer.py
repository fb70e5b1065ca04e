"""The scorer that asks a server, against a small server of this process that says what a test wants."""

import json
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import exp, log

import pytest

transformers = pytest.importorskip("transformers", reason="needs the extra 'local'")

from verifirst import models  # noqa: E402 - after the skip
from verifirst.core.verdict import Reason  # noqa: E402 - after the skip
from verifirst.engines.vllm.scorer import ServedScorer  # noqa: E402 - after the skip
from verifirst.errors import ConfigError  # noqa: E402 - after the skip
from verifirst.scoring import Scored, Unscored, score  # noqa: E402 - after the skip

TRACES = [Scored("Tom has 3 eggs.", ("3 + 4 = 7", "The answer is 7.")), Scored("p", ("a", "b", "c"), since=2)]


class Pooling(BaseHTTPRequestHandler):
    """Answers POSTs with ``answer(body)``: (status, content)."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, self.headers.get("Authorization"), body))
        status, content = self.server.answer(body)
        with suppress(BrokenPipeError):  # a client that did not wait
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    found = ThreadingHTTPServer(("127.0.0.1", 0), Pooling)
    found.asked, found.url = [], f"http://127.0.0.1:{found.server_address[1]}"
    thread = threading.Thread(target=found.serve_forever, args=(0.01,))
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


@pytest.fixture(scope="module")
def tokenizer():
    return transformers.AutoTokenizer.from_pretrained(models.path("first_light"))


def pooled(rows_of):
    """A server's answer in any order, with ``rows_of(ids)`` as each prompt's rows."""
    return lambda body: (
        200,
        {"data": [{"index": at, "data": rows_of(ids)} for at, ids in reversed(list(enumerate(body["input"])))]},
    )


def logits(p):
    return [0.0, log(p / (1 - p))]


def test_rows_for_every_token_are_read_where_steps_end(server, tokenizer):
    server.answer = pooled(lambda ids: [logits((at + 1) / (len(ids) + 1)) for at in range(len(ids))])
    found = score(ServedScorer(server.url, "judge", tokenizer, api_key="k"), TRACES)
    for trace, scores in zip(TRACES, found, strict=True):
        text = trace.problem + "\n" + "".join(step + "\n" for step in trace.steps)
        ids = tokenizer(text)["input_ids"]
        newlines = [at for at, token in enumerate(ids) if tokenizer.decode([token]) == "\n"][1:]
        assert scores == pytest.approx([(at + 1) / (len(ids) + 1) for at in newlines[trace.since :]])
    ((path, key, body),) = server.asked  # one request for all traces
    assert (path, key) == ("/pooling", "Bearer k")
    assert (body["model"], body["task"], body["use_activation"]) == ("judge", "token_classify", False)


def test_rows_for_every_separator_are_taken_as_they_are(server, tokenizer):
    server.answer = pooled(lambda ids: [logits(0.1 * (at + 1)) for at in range(3)])
    (found,) = score(ServedScorer(server.url, "judge", tokenizer), [Scored("p", ("a", "b", "c"), since=1)])
    assert found == pytest.approx((0.2, 0.3))


def test_columns_may_be_swapped_and_logits_may_be_huge(server, tokenizer):
    server.answer = pooled(lambda ids: [[1e4, -1e4]] * len(ids))
    assert score(ServedScorer(server.url, "j", tokenizer, columns=(1, 0)), TRACES[:1]) == [(1.0, 1.0)]
    assert score(ServedScorer(server.url, "j", tokenizer), TRACES[:1]) == [(exp(-2e4), exp(-2e4))]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda body: (500, {"error": "out of memory"}), "answered 500"),
        (lambda body: (200, {}), "KeyError"),
        (lambda body: (200, []), "TypeError"),
        (pooled(lambda ids: []), "0 rows"),
        (pooled(lambda ids: [[0.0, 0.0]] * (len(ids) + 1)), "which are whose"),
        (pooled(lambda ids: [[0.0]] * len(ids)), "IndexError"),
        (pooled(lambda ids: [[float("nan"), 0.0]] * len(ids)), "numbers from 0 to 1"),
    ],
)
def test_what_a_server_gets_wrong_is_unscored(answer, said, server, tokenizer):
    server.answer = answer
    for found in score(ServedScorer(server.url, "judge", tokenizer), TRACES):
        assert isinstance(found, Unscored)
        assert found.reason is Reason.RULE_ERROR
        assert said in found.message


def test_a_server_that_is_slow_or_not_there_is_unscored(server, tokenizer):
    server.answer = lambda body: (time.sleep(1.0), (200, {}))[1]
    (found,) = score(ServedScorer(server.url, "judge", tokenizer, timeout_s=0.05), TRACES[:1])
    assert found.reason is Reason.TIMEOUT
    (found,) = score(ServedScorer("http://127.0.0.1:1", "judge", tokenizer), TRACES[:1])
    assert isinstance(found, Unscored)


def test_a_url_is_checked():
    with pytest.raises(ConfigError, match="expected that of a server"):
        ServedScorer("file:///etc/passwd", "judge", None)
