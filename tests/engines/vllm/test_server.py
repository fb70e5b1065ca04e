"""A real server (``verifirst serve``), seen through the official ``openai`` client."""

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from tests.engines.vllm.judged import offending
from tests.engines.vllm.oracle import verified_greedy
from tests.engines.vllm.workload import PROMPTS, refuted_steps

from verifirst import models

pytestmark = pytest.mark.vllm

ROOT = Path(__file__).parents[3]
KEY = "sk-test"
START_S = 240
REFUTE = "refute=0.3 salt=1"
THINKING = "refute=0.2 salt=18"  # refutes the first line that the model would write, and not the last
SETTINGS = {
    "verifier": "tests.engines.vllm.judged:Judged",
    "segment": "newline",
    "events": True,
    "show_rollouts": True,
    "timeout_s": 0.7,
    "workers": 2,
}
TEMPLATE = "{% for message in messages %}{{ message['content'] }}\n{% endfor %}"


def thinking_model(folder):
    """The shipped model with think tags in its vocabulary, as likely as a byte that it never learned: not at all."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(models.path("first_light")))
    model = AutoModelForCausalLM.from_pretrained(str(models.path("first_light")))
    never = tokenizer.convert_tokens_to_ids("ÿ")
    tokenizer.add_tokens(["<think>", "</think>"])
    model.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    weights = model.get_input_embeddings().weight.data
    weights[-2:] = weights[never]
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


class Server:
    """One running server; ``url`` and ``process``."""

    def __init__(self, folder, **settings):
        template = folder / "template.jinja"
        template.write_text(TEMPLATE, encoding="utf-8")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "verifirst", "serve", thinking_model(folder / "model")]
        command += ["--served-model-name", "first_light", "--port", str(self.port)]
        command += [
            "--api-key",
            KEY,
            "--chat-template",
            str(template),
            "--enforce-reasoning",
            json.dumps(SETTINGS | settings),
        ]
        command += ["--max-model-len", "512", "--dtype", "float32", "--enforce-eager", "--block-size", "32"]
        command += ["--num-gpu-blocks-override", "64", "--reasoning-parser", "deepseek_r1"]
        command += ["--structured-outputs-config.enable_in_reasoning=true"]
        environment = os.environ | {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "VLLM_CPU_KVCACHE_SPACE": "1"}
        self.log = (folder / "server.log").open("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            command, stdout=self.log, stderr=subprocess.STDOUT, env=environment, cwd=folder, start_new_session=True
        )

    def wait(self):
        end = time.monotonic() + START_S
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(self.url + "/health", timeout=5)
            except OSError:
                time.sleep(0.5)
            else:
                return self
        self.log.seek(0)
        raise RuntimeError(f"the server did not start:\n{self.log.read()[-6000:]}")

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
        self.log.close()

    def get(self, path, headers=None):
        """(status, body) of a GET with the key."""
        request = urllib.request.Request(self.url + path, headers=headers or {"Authorization": f"Bearer {KEY}"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def post(self, path, body):
        """(status, parsed body) of a POST with the key."""
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data=json.dumps(body).encode(), headers=headers)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, json.load(answer)

    def metric(self, name):
        """The sum over the labels of a metric; 0 where there is none."""
        lines = self.get("/metrics")[1].splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith((name + "{", name + " ")))

    def worker_pids(self):
        """The verifier's processes: grandchildren that run the worker's boot code."""
        listed = subprocess.run(["ps", "-eo", "pid,sid,args"], capture_output=True, text=True, check=True).stdout
        return [int(line.split()[0]) for line in listed.splitlines() if "verifirst" in line and "-c" in line.split()]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    started = Server(tmp_path_factory.mktemp("server"))
    try:
        yield started.wait()
    finally:
        started.stop()


@pytest.fixture
def client(server):
    import openai

    return openai.OpenAI(base_url=server.url + "/v1", api_key=KEY, timeout=120, max_retries=0)


def judged(problem=REFUTE, **settings):
    return {"vllm_xargs": {"verifirst_problem": problem} | settings}


def complete(client, prompt=PROMPTS[0], problem=REFUTE, xargs=None, **params):
    params = {"max_tokens": 160, "temperature": 0} | params
    extra = judged(problem, **(xargs or {})) | params.pop("extra_body", {})
    return client.completions.create(model="first_light", prompt=prompt, extra_body=extra, **params)


# -- verified text only ----------------------------------------------------------------------


def test_a_completion_is_what_the_oracle_says_and_tells_of_its_verification(client):
    answers = [complete(client, prompt) for prompt in PROMPTS[:6]]
    for prompt, answer in zip(PROMPTS, answers, strict=False):
        text, _, refusals = verified_greedy(prompt, REFUTE, 160)
        assert answer.choices[0].text == text
        (summary,) = answer.verification["choices"]
        assert summary["steps_refused"] == refusals
        assert summary["tokens"]["sampled"] >= summary["tokens"]["released"] == answer.usage.completion_tokens


def test_a_stream_holds_whole_verified_steps_and_ends_with_the_summary(client):
    prompt = next(prompt for prompt in PROMPTS if verified_greedy(prompt, REFUTE, 160)[2] > 2)
    text = ""
    for chunk in complete(client, prompt, stream=True):
        assert not refuted_steps(REFUTE, text)
        if chunk.choices[0].finish_reason is None and chunk.choices[0].text:
            assert (text + chunk.choices[0].text).endswith("\n"), "a chunk ends where a step does"
        text += chunk.choices[0].text
        last = chunk
    assert text == verified_greedy(prompt, REFUTE, 160)[0]
    assert last.verification["choices"][0]["steps_refused"] == verified_greedy(prompt, REFUTE, 160)[2]


def test_chat_streaming_and_not(client):
    messages = [{"role": "user", "content": PROMPTS[1].strip()}]
    asked = {"model": "first_light", "messages": messages, "max_tokens": 160, "temperature": 0, "extra_body": judged()}
    whole = client.chat.completions.create(**asked)
    message = whole.choices[0].message
    text = (message.reasoning or "") + (message.content or "")
    assert text == verified_greedy(PROMPTS[1], REFUTE, 160)[0]
    assert whole.verification["choices"][0]["final"]
    chunks = list(client.chat.completions.create(**asked, stream=True))
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join((getattr(delta, "reasoning", "") or "") + (delta.content or "") for delta in deltas) == text
    assert any("verification" in (chunk.model_extra or {}) for chunk in chunks)


def test_a_reasoning_parser_splits_verified_text(client):
    grammar = {"structured_outputs": {"regex": r"[A-Z$][^\n<]{4,60}\n</think>The answer is [0-9]{1,3}\."}}
    messages = [{"role": "user", "content": PROMPTS[1].strip()}]
    answer = client.chat.completions.create(
        model="first_light",
        messages=messages,
        max_tokens=160,
        temperature=0,
        extra_body=judged(THINKING, verifirst_segment="think") | grammar,
    )
    message = answer.choices[0].message
    assert message.content.startswith("The answer is")
    assert message.reasoning.strip()
    for part in (message.reasoning, message.content):
        assert not refuted_steps(THINKING, part)


def test_responses(client):
    asked = {"model": "first_light", "input": PROMPTS[1].strip(), "max_output_tokens": 160, "temperature": 0}
    answer = client.responses.create(**asked, extra_body=judged())
    text = "".join(part.text for item in answer.output for part in item.content or ())
    assert text == verified_greedy(PROMPTS[1], REFUTE, 160)[0]
    assert answer.verification["choices"]


def test_several_choices_stop_strings_logprobs_and_seeds(client):
    params = {"n": 3, "temperature": 1.0, "seed": 5, "logprobs": 2, "stop": ["The answer"]}
    first, second = (complete(client, PROMPTS[2], **params) for _ in range(2))
    for choice in first.choices:
        assert "The answer" not in choice.text
        assert not refuted_steps(REFUTE, choice.text)
        assert len(choice.logprobs.tokens) == len(choice.logprobs.token_logprobs)
    assert [choice.text for choice in first.choices] == [choice.text for choice in second.choices]
    assert [summary["index"] for summary in first.verification["choices"]] == [0, 1, 2]
    assert all(summary["final"] for summary in first.verification["choices"])


def test_prompt_logprobs_penalties_and_a_grammar_together(client):
    grammar = {"structured_outputs": {"regex": r"([A-Z$][^\n]{4,60}\n){2}The answer is [^\n]{1,9}"}}
    answer = complete(client, PROMPTS[3], frequency_penalty=0.1, extra_body=grammar | {"prompt_logprobs": 1})
    assert answer.choices[0].finish_reason == "stop"
    assert answer.choices[0].text.count("\n") == 2
    assert len(answer.choices[0].prompt_logprobs) > 10


def test_a_request_may_opt_out_and_change_settings(client):
    free = complete(client, PROMPTS[0], xargs={"enforce_reasoning": False})
    assert refuted_steps(REFUTE, free.choices[0].text)
    short = complete(client, PROMPTS[0], xargs={"verifirst_retries_per_boundary": 0})
    assert short.choices[0].finish_reason == "length"
    assert short.choices[0].stop_reason == "verification_exhausted"
    assert short.verification["choices"][0]["finish_reason"] == "exhausted"
    assert short.choices[0].text == verified_greedy(PROMPTS[0], REFUTE, 160, 0)[0]


def test_a_stream_that_ends_before_its_first_step_stands_says_why(client):
    nothing = judged("refute=1", verifirst_retries_per_boundary=0)
    (chunk,) = complete(client, problem="refute=1", xargs={"verifirst_retries_per_boundary": 0}, stream=True)
    assert (chunk.choices[0].text, chunk.choices[0].finish_reason) == ("", "length")
    assert chunk.choices[0].stop_reason == "verification_exhausted"
    assert chunk.verification["choices"][0]["finish_reason"] == "exhausted"
    messages = [{"role": "user", "content": PROMPTS[0].strip()}]
    asked = {"model": "first_light", "messages": messages, "logprobs": True, "stream": True, "extra_body": nothing}
    *_, last = client.chat.completions.create(**asked)
    assert last.choices[0].finish_reason == "length"


@pytest.mark.parametrize(
    ("xargs", "expected"),
    [
        ({"verifirst_retries_per_boundary": "many"}, "whole number"),
        ({"verifirst_release": "never"}, "one of step, end"),
        ({"verifirst_colour": "red"}, "is not a setting"),
        ({"enforce_reasoning": "maybe"}, "true or false"),
    ],
)
def test_a_bad_setting_is_a_400_that_says_what_was_expected(client, xargs, expected):
    import openai

    with pytest.raises(openai.BadRequestError, match=expected):
        complete(client, xargs=xargs)


@pytest.mark.parametrize("body", [b"{", b"\x00\xff", b'{"model": "first_light", "prompt": 9e999999}'])
def test_hostile_bodies_are_refused_and_the_server_lives(server, client, body):
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    request = urllib.request.Request(server.url + "/v1/completions", data=body, headers=headers)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=30)
    assert 400 <= caught.value.code < 500
    assert complete(client, max_tokens=4).choices


def likelihood(model, context, ids):
    """Log-probabilities of ``ids`` after ``context``, by a forward pass of Transformers."""
    import torch

    with torch.no_grad():
        logs = model(torch.tensor([[*context, *ids]])).logits[0, len(context) - 1 : -1].log_softmax(-1)
    return logs.gather(1, torch.tensor(ids)[:, None])[:, 0].tolist()


def test_rollouts_come_over_http_where_the_operator_shows_them(server):
    from transformers import AutoModelForCausalLM

    from verifirst.rl.vllm import HTTP_BODY, of_response

    asked = HTTP_BODY["vllm_xargs"] | {"verifirst_problem": "refute=0.5 salt=3"}
    body = {"model": "first_light", "prompt": PROMPTS[0], "n": 3, "seed": 5, "max_tokens": 80} | HTTP_BODY
    status, answer = server.post("/v1/completions", body | {"vllm_xargs": asked})
    assert status == 200
    rollouts = of_response(answer)
    assert [rollout.text for rollout in rollouts] == [choice["text"] for choice in answer["choices"]]
    assert sum(len(rollout.branches) for rollout in rollouts) > 0
    model = AutoModelForCausalLM.from_pretrained(str(models.path("first_light")), dtype="float32")
    for rollout in rollouts:
        assert rollout.logprobs == pytest.approx(
            likelihood(model, rollout.prompt_ids, rollout.completion_ids), abs=1e-3
        )
        for prefix, branch in zip(rollout.prefixes(), rollout.dropped, strict=True):
            assert offending("refute=0.5 salt=3", branch.text) is not None or branch is rollout.tail
            expected = likelihood(model, rollout.prompt_ids + prefix, branch.token_ids)
            assert branch.logprobs == pytest.approx(expected, abs=1e-3)


# -- watching --------------------------------------------------------------------------------


def test_a_summary_can_be_asked_for_with_the_key_only(server, client):
    answer = complete(client)
    status, body = server.get(f"/v1/verification/{answer.id}")
    assert status == 200
    assert json.loads(body)["choices"] == answer.verification["choices"]
    assert server.get(f"/v1/verification/{answer.id}", headers={"X": "no key"})[0] == 401
    assert server.get("/v1/verification/nobody")[0] == 404


def test_events_show_the_refuted_branches(server, client):
    answer = complete(client, PROMPTS[0])
    status, body = server.get(f"/v1/verification/{answer.id}/events")
    events = [json.loads(line.removeprefix("data: ")) for line in body.splitlines() if line.startswith("data: {")]
    kinds = {event["type"] for event in events}
    assert status == 200
    assert {"generated", "verified", "refuted", "rolled_back", "committed", "finished"} <= kinds
    for event in events:
        if event["type"] == "refuted":
            assert offending(REFUTE, event["text"]) is not None
    assert "".join(event["text"] for event in events if event["type"] == "committed") == answer.choices[0].text


def test_metrics_count_and_leave_preemptions_alone(server, client):
    before = server.metric("verifirst_steps_refuted_total"), server.metric("vllm:num_preemptions_total")
    refused = sum(complete(client, prompt).verification["choices"][0]["steps_refused"] for prompt in PROMPTS[:3])
    wait_for(lambda: server.metric("verifirst_steps_refuted_total") - before[0] >= refused)
    assert server.metric("verifirst_steps_checked_total") > 0
    assert server.metric("verifirst_rollbacks_total") > 0
    assert server.metric("verifirst_verdict_latency_seconds_count") > 0
    assert server.metric("vllm:num_preemptions_total") == before[1]


# -- chaos -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("problem", "reason"), [("hang=0.5", "TIMEOUT"), ("die=0.5", "WORKER_LOST"), ("raise=0.5", "RULE_ERROR")]
)
def test_a_verifier_that_fails_makes_steps_unknown_and_nothing_hangs(client, problem, reason):
    answers = [complete(client, prompt, problem=problem) for prompt in PROMPTS[:3]]
    unknown = [answer.verification["choices"][0]["unknown"] for answer in answers]
    assert any(reason in found for found in unknown), unknown
    assert {answer.choices[0].finish_reason for answer in answers} == {"stop"}


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.2)


def test_clients_that_leave_while_their_requests_are_parked_leave_nothing_behind(server):
    import openai

    parked = server.metric("verifirst_parked_total")
    hasty = openai.OpenAI(base_url=server.url + "/v1", api_key=KEY, timeout=1.5, max_retries=0)
    for prompt in PROMPTS[:2]:
        with pytest.raises(openai.APITimeoutError):
            complete(hasty, prompt, problem="hang")
    wait_for(lambda: server.metric("verifirst_parked_total") > parked)
    for name in ("verifirst_parked_requests", "verifirst_tracked_requests", "vllm:num_requests_running"):
        wait_for(lambda name=name: server.metric(name) == 0)


def test_chaos_ends_every_request_with_a_reason_and_leaves_nothing_behind(server):
    asyncio.run(chaos(server))
    for name in ("vllm:num_requests_running", "vllm:num_requests_waiting", "verifirst_parked_requests"):
        wait_for(lambda name=name: server.metric(name) == 0)
    wait_for(lambda: server.metric("vllm:kv_cache_usage_perc") == 0)
    assert server.process.poll() is None


async def chaos(server, count=200):
    """Clients that leave, verifiers that die or stall, and refutations everywhere, on a small KV cache."""
    import openai

    client = openai.AsyncOpenAI(base_url=server.url + "/v1", api_key=KEY, timeout=300, max_retries=0)
    chance = random.Random(7)
    killer = asyncio.create_task(kill_workers(server))
    plans = [
        (chance.choice(PROMPTS), f"refute={chance.random() * 0.6:.2f} salt={salt}", chance.random() < 0.25)
        for salt in range(count)
    ]
    ends = await asyncio.gather(*(one(client, *plan) for plan in plans))
    killer.cancel()
    assert len(ends) == count
    assert set(ends) <= {"stop", "length", "left"}
    assert ends.count("left") > count // 10


async def kill_workers(server):
    while True:
        await asyncio.sleep(0.7)
        for pid in server.worker_pids():
            os.kill(pid, signal.SIGKILL)


async def one(client, prompt, problem, leaves):
    stream = await client.completions.create(
        model="first_light", prompt=prompt, max_tokens=160, temperature=1.0, stream=True, extra_body=judged(problem)
    )
    text, finish = "", None
    async for chunk in stream:
        text += chunk.choices[0].text
        finish = finish or chunk.choices[0].finish_reason
        if leaves and text:
            await stream.close()
            return "left"
    assert not unexcused(problem, text, chunk)
    return finish


def unexcused(problem, text, last):
    """Refuted steps that were released though the verifier was there: a killed worker excuses a step."""
    bad = refuted_steps(problem, text)
    lost = last.verification["choices"][0]["unknown"]
    excused = sum(lost.get(reason, 0) for reason in ("WORKER_LOST", "TIMEOUT", "OVERLOADED"))
    return bad[excused:]
