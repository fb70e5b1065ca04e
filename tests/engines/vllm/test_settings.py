"""Settings: one spelling everywhere, and errors that say what was expected."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.engines.vllm.settings import EnforceSettings, ImportedVerifier, overrides
from verifirst.errors import ConfigError
from verifirst.policy import OnUnknown
from verifirst.verifier import Verifier

NAMES = st.sampled_from(
    ["workers", "timeout_s", "on_unknown", "release", "ban", "mask", "work_factor", "enforce", "max_ahead"]
)
VALUES = {
    "workers": st.integers(0, 9),
    "timeout_s": st.floats(0.1, 60),
    "on_unknown": st.sampled_from([str(choice) for choice in OnUnknown]),
    "release": st.sampled_from(["step", "end"]),
    "ban": st.booleans(),
    "mask": st.booleans(),
    "work_factor": st.floats(1, 50),
    "enforce": st.lists(st.sampled_from(["DG", "AR001", "DG002"]), unique=True),
    "max_ahead": st.integers(1, 9999),
}
FLAT = st.sets(NAMES).flatmap(lambda names: st.fixed_dictionaries({name: VALUES[name] for name in names}))


@given(FLAT)
def test_settings_survive_the_trip_through_a_configuration(flat):
    settings = EnforceSettings.parse(flat)
    assert EnforceSettings.parse(settings.as_dict()) == settings


@given(FLAT)
def test_pairs_and_a_mapping_say_the_same(flat):
    pairs = ",".join(f"{name}={'+'.join(value) if isinstance(value, list) else value}" for name, value in flat.items())
    assert EnforceSettings.parse(pairs) == EnforceSettings.parse(flat)


@pytest.mark.parametrize(("value", "on"), [(None, False), (False, False), ("false", False), (True, True), ("", True)])
def test_on_and_off(value, on):
    assert (EnforceSettings.parse(value) == EnforceSettings()) is on
    assert (EnforceSettings.parse(value) is None) is not on


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("fast", "key=value"),
        ('{"workers": ', "not JSON"),
        ("colour=red", "no setting 'colour'"),
        ("workers=-1", "workers takes a whole number of at least 0"),
        ({"workers": True}, "whole number"),
        ({"work_factor": float("nan")}, "work_factor takes a number"),
        ({"release": 7}, "one of step, end"),
        ({"enforce": 3}, "list of names"),
        ("verifier=nowhere", "module:factory"),
        ("mask=2", "mask takes true or false"),
        ("mask=true,rollout=true", "mask=true and rollout=true exclude each other"),
        (42, "true, JSON or key=value"),
    ],
)
def test_what_is_wrong_is_said_with_what_was_expected(value, expected):
    with pytest.raises(ConfigError, match=expected):
        EnforceSettings.parse(value)


def test_a_request_overrides_what_it_may():
    settings = EnforceSettings.parse("on_unknown=strict")
    chosen = settings.for_request({"verifirst_work_factor": "3", "verifirst_ban": 0, "somebody": "else's"})
    assert (chosen.work_factor, chosen.ban, chosen.on_unknown) == (3.0, False, "strict")
    assert settings.for_request({"enforce_reasoning": "off"}) is None
    with pytest.raises(ConfigError, match="is not a setting of a request"):
        overrides({"verifirst_workers": 3})


def test_a_request_may_ask_for_a_mask_or_for_a_rollout_but_not_for_both():
    settings = EnforceSettings.parse("mask=true")
    assert EnforceSettings().for_request({"verifirst_mask": True}).decoding.mask
    assert not EnforceSettings().request.decoding.mask
    with pytest.raises(ConfigError, match="for training set mask=false"):
        settings.for_request({"verifirst_rollout": True})
    chosen = settings.for_request({"verifirst_rollout": True, "verifirst_mask": False})
    assert (chosen.rollout, chosen.mask) == (True, False)


def test_a_server_may_insist():
    with pytest.raises(ConfigError, match="enforces reasoning on every request"):
        EnforceSettings.parse("opt_out=false").for_request({"enforce_reasoning": False})


def test_a_verifier_of_ones_own_is_made_where_it_runs():
    settings = EnforceSettings.parse("verifier=verifirst:Verifier")
    assert isinstance(pickle.loads(pickle.dumps(settings.factory))(), Verifier)
    assert isinstance(EnforceSettings().factory(), Verifier)
    for path, why in (
        ("no.such:thing", "No module"),
        ("verifirst:nothing", "nothing"),
        ("builtins:dict", "makes a dict"),
    ):
        with pytest.raises(ConfigError, match=why):
            ImportedVerifier(path)()
