"""Forks in a real server: rounds until enough agree, one answer, and fewer of them under load."""

import asyncio
import os

import pytest
from tests.engines.vllm.test_server import KEY, Server, wait_for
from tests.engines.vllm.workload import PROMPTS, refuted_steps

from verifirst.consistency import Fixed, Posterior
from verifirst.engines.vllm.deriving import Derivations
from verifirst.engines.vllm.forking import _Drawn
from verifirst.engines.vllm.settings import EnforceSettings
from verifirst.errors import ConfigError
from verifirst.verifier import Verifier

REFUTE = "refute=0.2 salt=1"


# -- how many are drawn ------------------------------------------------------------------------


def drawn(most, answers):
    from verifirst.agreement import Derivation

    made = _Drawn(most)
    made.known = [Derivation(answer) for answer in answers]
    made.outputs = list(answers)
    return made


@pytest.mark.parametrize(
    ("answers", "most", "wanted"),
    [
        ([], 8, 3),  # three that agree are the fewest that can be enough
        (["7"], 8, 2),
        (["7", "7", "7"], 8, 0),
        (["7", "8"], 8, 4),
        (["7", "", ""], 8, 2),  # what has no answer votes for nothing
        (["7", "8"], 3, 1),
        (["7", "8", "9"], 3, 0),
        ([], 1, 1),
    ],
)
def test_a_round_is_the_fewest_forks_that_can_be_enough(answers, most, wanted):
    assert drawn(most, answers).wanted(Posterior(0.9)) == wanted


def test_a_fixed_number_is_one_round():
    assert drawn(5, []).wanted(Fixed(5)) == 5


@pytest.mark.parametrize(
    ("answers", "room", "taken", "shed"),
    [([], 9, 3, 0), ([], 1, 1, 2), ([], -5, 1, 2), (["7"], 1, 1, 1), (["7"], 0, 0, 2)],
)
def test_under_load_forks_are_given_up_but_never_the_first(answers, room, taken, shed):
    made = drawn(8, answers)
    assert made.grant(made.wanted(Posterior(0.9)), room) == taken
    assert (made.shed, made.most) == (shed, 8 - shed)


# -- reading derivations -------------------------------------------------------------------------


class Hangs(Verifier):
    def check(self, step, problem, facts):
        while "hang" in step.text:
            pass
        if "die" in step.text:
            os.kill(os.getpid(), 9)
        return super().check(step, problem, facts)


def test_a_text_that_hangs_or_kills_its_reader_votes_for_nothing():
    reading = Derivations(Hangs, timeout_s=2.0)
    lines = "3 * 4 = 12 apples.\nThe answer is 12."
    program = "apples = 3 * 4\nanswer = apples"
    try:
        good, hung, dead, again = reading.read([("", lines), ("", "hang"), ("", "die"), ("", lines)])
        formal, garbage = reading.read([(None, program), (None, lines)])
    finally:
        reading.close()
    assert (hung.answer, dead.answer) == ("", "")
    assert good == again
    assert good.answer == formal.answer == "12"
    assert [one.program for one in (good, formal, garbage)] == [False, True, True]
    assert garbage.answer == ""


# -- settings ------------------------------------------------------------------------------------


def test_forks_are_for_whoever_asks_and_not_for_rollouts():
    settings = EnforceSettings()
    assert not settings.request.forked
    assert settings.for_request({"verifirst_forks": 3}).forked
    assert not settings.for_request({"verifirst_forks": 3, "verifirst_consistency": "off"}).forked
    assert EnforceSettings.parse("forks=4").for_request({}).forked
    with pytest.raises(ConfigError, match="for training set forks=1"):
        settings.for_request({"verifirst_forks": 3, "verifirst_rollout": True})
    with pytest.raises(ConfigError, match="one of off, answer"):
        settings.for_request({"verifirst_consistency": "facts"})


# -- a server ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    started = Server(tmp_path_factory.mktemp("server"), forks_max_inflight=4, max_forks=6)
    try:
        yield started.wait()
    finally:
        started.stop()


@pytest.fixture
def client(server):
    import openai

    return openai.OpenAI(base_url=server.url + "/v1", api_key=KEY, timeout=120, max_retries=0)


def complete(client, prompt=PROMPTS[0], xargs=(), problem=REFUTE, **params):
    asked = {"verifirst_problem": problem, "verifirst_forks": 3} | dict(xargs)
    params = {"max_tokens": 120, "temperature": 1.0, "seed": 5} | params
    return client.completions.create(model="first_light", prompt=prompt, extra_body={"vllm_xargs": asked}, **params)


@pytest.mark.vllm
def test_the_elected_fork_is_the_answer_and_says_how_it_came_about(server, client):
    before = server.metric("verifirst_forks_total")
    answers = [complete(client, prompt) for prompt in PROMPTS[:3]]
    used = 0
    for answer in answers:
        (choice,) = answer.choices
        (summary,) = answer.verification["choices"]
        told = summary["consistency"]
        assert not refuted_steps(REFUTE, choice.text)
        assert (told["asked"], told["shed"]) == (3, 0)
        assert 1 <= told["forks"] <= 3
        assert 0 < told["share"] <= 1
        assert 0 <= told["support"] <= 1
        assert summary["tokens"]["released"] == answer.usage.completion_tokens, "usage counts the winner"
        assert summary["final"]
        assert server.get(f"/v1/verification/{answer.id}")[0] == 200
        assert server.get(f"/v1/verification/{answer.id}-0/fork0")[0] == 404
        used += told["forks"]
    assert server.metric("verifirst_forks_total") - before == used
    assert complete(client, PROMPTS[0]).choices[0].text == answers[0].choices[0].text, "seeds repeat an election"


@pytest.mark.vllm
def test_the_winner_is_one_of_the_seeded_requests_that_the_forks_are(client):
    from verifirst.engines.vllm.forking import APART

    alone = [complete(client, xargs={"verifirst_forks": 1}, seed=5 + n * APART).choices[0].text for n in range(3)]
    assert complete(client).choices[0].text in alone


@pytest.mark.vllm
def test_streams_get_it_whole(client):
    text = complete(client).choices[0].text
    chunks = list(complete(client, stream=True))
    assert "".join(chunk.choices[0].text for chunk in chunks) == text
    assert chunks[-1].verification["choices"][0]["consistency"]["asked"] == 3
    messages = [{"role": "user", "content": PROMPTS[1].strip()}]
    extra = {"vllm_xargs": {"verifirst_problem": REFUTE, "verifirst_forks": 3}}
    *_, last = client.chat.completions.create(
        model="first_light", messages=messages, max_tokens=120, temperature=1.0, stream=True, extra_body=extra
    )
    assert last.verification["choices"][0]["consistency"]["forks"] >= 1


@pytest.mark.vllm
def test_every_second_fork_may_be_a_program_which_votes_and_is_not_sent(client):
    problem = "Ann has 5 boxes of 12 eggs. Ann gives 21 to Leo. How many eggs does Ann have at the end?"
    xargs = {"verifirst_problem": problem, "verifirst_forks": 5, "verifirst_programs": True}
    told = []
    for seed in range(3):
        answer = complete(client, problem + "\n", xargs, seed=seed)
        told.append(answer.verification["choices"][0]["consistency"])
        assert told[-1]["programs"] == told[-1]["forks"] // 2
        assert answer.choices[0].text.splitlines()[-1] == "The answer is 39."
    assert any(one["share"] == 1 for one in told), "programs agree with the steps"
    without = complete(client, problem + "\n", xargs | {"verifirst_programs": False})
    assert without.verification["choices"][0]["consistency"]["programs"] == 0


@pytest.mark.vllm
def test_without_forks_nothing_is_said_of_them(client):
    for xargs in ({"verifirst_forks": 1}, {"verifirst_consistency": "off"}):
        assert "consistency" not in complete(client, xargs=xargs).verification["choices"][0]
    greedy = complete(client, temperature=0).verification["choices"][0]["consistency"]
    assert (greedy["forks"], greedy["asked"], greedy["shed"]) == (1, 3, 0)


@pytest.mark.vllm
@pytest.mark.parametrize(
    ("xargs", "params", "why"),
    [
        ({}, {"n": 2}, "send n=1"),
        ({"verifirst_forks": 7}, {}, "at most 6"),
        ({"verifirst_prefix_tokens": 2}, {}, "cut it where a step ends"),
        ({"verifirst_prefix_tokens": 400, "verifirst_forks": 1}, {}, "needs a prompt of more than 400"),
    ],
)
def test_what_cannot_be_forked_is_a_400(client, xargs, params, why):
    import openai

    with pytest.raises(openai.BadRequestError, match=why):
        complete(client, PROMPTS[0].strip(), xargs, **params)


@pytest.mark.vllm
def test_under_load_forks_are_shed_and_every_request_is_answered(server):
    """Six requests at once on a server that forks below four in flight."""
    before = server.metric("verifirst_forks_shed_total")
    summaries = asyncio.run(at_once(server, 6))
    told = [summary["consistency"] for summary in summaries]
    assert all(one["forks"] >= 1 and one["forks"] + one["shed"] <= one["asked"] for one in told)
    assert sum(one["shed"] for one in told) > 0
    assert server.metric("verifirst_forks_shed_total") - before == sum(one["shed"] for one in told)


async def at_once(server, count):
    import openai

    client = openai.AsyncOpenAI(base_url=server.url + "/v1", api_key=KEY, timeout=300, max_retries=0)
    answers = await asyncio.gather(*(complete(client, prompt, {"verifirst_forks": 6}) for prompt in PROMPTS[:count]))
    return [answer.verification["choices"][0] for answer in answers]


@pytest.mark.vllm
def test_a_client_that_leaves_takes_its_forks_along(server):
    import openai

    hasty = openai.OpenAI(base_url=server.url + "/v1", api_key=KEY, timeout=1.0, max_retries=0)
    with pytest.raises(openai.APITimeoutError):
        complete(hasty, problem="sleep=0.3")
    for name in ("vllm:num_requests_running", "vllm:num_requests_waiting", "verifirst_tracked_requests"):
        wait_for(lambda name=name: server.metric(name) == 0)
    assert server.process.poll() is None
