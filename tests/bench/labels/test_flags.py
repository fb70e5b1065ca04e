from hypothesis import given
from hypothesis import strategies as st

from verifirst.bench.labels.adjudications import Adjudications
from verifirst.bench.labels.flags import Flag, Kind, sample
from verifirst.bench.labels.outcome import measure

FLAGS = [Flag("s", str(number), 0, Kind.MISSED) for number in range(20)]


@given(st.permutations(FLAGS), st.integers(0, 30), st.integers(0, 9))
def test_a_sample_depends_on_the_seed_only(flags, count, seed):
    chosen = sample(flags, count, seed=seed)
    assert chosen == sample(FLAGS, count, seed=seed)
    assert len(set(chosen)) == min(count, len(FLAGS))


def test_a_flag_carries_what_a_reader_needs(settings, solutions):
    flag = measure(settings, solutions, Adjudications()).flags[0]
    shown = flag.as_dict(solutions[0])
    assert (shown["claim"], shown["text"], shown["rule"]) == ("7 * 2 = 15", "7 * 2 = 15", "AR001")
    assert (shown["first_error"], shown["error_kind"], shown["adjudication"]) == (1, "slip", "")
