"""Forks on the real local engine."""

from dataclasses import replace
from functools import partial
from itertools import islice

import pytest

pytest.importorskip("torch", reason="needs the extra 'local'")
pytest.importorskip("transformers", reason="needs the extra 'local'")

from verifirst.agreement import Derivation, derivation, elect
from verifirst.bench.word_problems import generate, prompt_text
from verifirst.consistency import Fixed, Posterior
from verifirst.engines.forks import agree, stopped
from verifirst.engines.transformers import LocalEngine, Request
from verifirst.errors import ConfigError
from verifirst.verifier import Verifier

PROBLEMS = list(islice(generate("dev", 4, 3), 4))
REQUESTS = [
    Request(prompt_text(problem), problem.text, max_tokens=128, temperature=1.0, seed=at)
    for at, problem in enumerate(PROBLEMS)
]
VERIFIER = Verifier(enforce=["DG"])
MOST = 5


def read(request, output):
    return derivation(VERIFIER, request.problem, output.text.splitlines())


def tokens(drawn):
    return [fork.token_ids for fork in drawn.forks]


@pytest.fixture(scope="module")
def engine():
    with LocalEngine("first_light_base", workers=0, verifier=partial(Verifier, enforce=["DG"])) as made:
        yield made


@pytest.fixture(scope="module")
def everything(engine):
    return agree(engine, REQUESTS, read, Fixed(MOST), most=MOST, together=MOST)


def test_the_first_fork_is_the_request_itself_and_the_others_differ(engine, everything):
    alone = engine.generate(REQUESTS)
    assert [drawn.forks[0].token_ids for drawn in everything] == [output.token_ids for output in alone]
    assert all(len(drawn.forks) == MOST for drawn in everything)
    assert sum(len({fork.token_ids for fork in drawn.forks}) > 1 for drawn in everything) > 1


def test_a_rule_that_stops_early_has_drawn_a_prefix(engine, everything):
    rule = Posterior(0.9)
    early = agree(engine, REQUESTS, read, rule, most=MOST)
    prefixes = [stopped(drawn, rule, most=MOST) for drawn in everything]
    assert list(map(tokens, early)) == list(map(tokens, prefixes))
    assert sum(drawn.tokens for drawn in early) < sum(drawn.tokens for drawn in everything)
    for request, drawn in zip(REQUESTS, early, strict=True):
        assert drawn.election == elect([read(request, fork) for fork in drawn.forks])
        assert drawn.output in drawn.forks


def test_forks_that_agree_in_every_fact_may_stop_sooner(everything):
    soon = [stopped(drawn, Fixed(MOST), most=MOST, sooner=Posterior(0.85)) for drawn in everything]
    for drawn, few in zip(everything, soon, strict=True):
        agreed = [
            count
            for count in range(1, MOST)
            if (first := drawn.first(count)).election.unanimous
            and Posterior(0.85).done(list(first.election.votes.values()), count, MOST)
        ]
        assert len(few.forks) == min([*agreed, MOST])
    assert {len(few.forks) for few in soon} > {MOST}


def test_nothing_is_released_where_nothing_has_an_answer(engine):
    (found,) = agree(engine, REQUESTS[:1], lambda *_: Derivation("", frozenset()), Fixed(2), most=2)
    assert found.output is None
    assert found.tokens == sum(fork.tally.sampled for fork in found.forks)


def test_a_request_without_a_seed_is_refused(engine):
    with pytest.raises(ConfigError, match="seed"):
        agree(engine, [replace(REQUESTS[0], seed=None)], read, Fixed(2))
    with pytest.raises(ConfigError, match="at least 1"):
        agree(engine, REQUESTS, read, Fixed(2), together=0)
