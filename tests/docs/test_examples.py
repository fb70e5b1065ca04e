"""Every console block in the documentation runs, and shows what the commands print.

``REFRESH=1 pytest tests/docs`` writes what they print into the pages instead.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ELLIPSIS = "..."


def blocks(page: Path) -> list[str]:
    return _BLOCK.findall(page.read_text(encoding="utf-8"))


def commands(block: str) -> list[tuple[str, str]]:
    """(command, output shown below it) pairs."""
    pairs = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
    assert pairs, f"a console block needs a line that begins with '$ ': {block!r}"
    return pairs


def run(command: str, folder: Path) -> str:
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
        check=False,
        env={
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": os.environ.get("HOME", ""),
            "COLUMNS": "100",
            "PYTHONIOENCODING": "utf-8",
            "HF_HUB_OFFLINE": "1",
        },
    )
    return "".join(line.rstrip() + "\n" for line in done.stdout.decode("utf-8").splitlines())


def matches(shown: str, printed: str) -> bool:
    """Equal, where a line of ``...`` stands for any lines."""
    parts = re.split(r"^\.\.\.\n", shown, flags=re.MULTILINE)
    return re.fullmatch("(?:.*\n)*?".join(map(re.escape, parts)), printed) is not None


CASES = [
    pytest.param(page, at, id=f"{page.relative_to(ROOT)}:{at}") for page in PAGES for at, _ in enumerate(blocks(page))
]


@pytest.mark.parametrize(("page", "at"), CASES)
def test_a_console_block_shows_what_it_prints(page: Path, at: int, tmp_path: Path) -> None:
    for file in filter(Path.is_file, (ROOT / "docs" / "examples").iterdir()):
        shutil.copy(file, tmp_path)
    block = blocks(page)[at]
    fresh = ""
    for command, shown in commands(block):
        printed = run(command, tmp_path)
        fresh += f"$ {command}\n{shown if matches(shown, printed) else printed}"
        if not os.environ.get("REFRESH"):
            assert matches(shown, printed), f"{page.name} shows\n{shown}\nand the command prints\n{printed}"
    if os.environ.get("REFRESH") and fresh != block:
        page.write_text(page.read_text(encoding="utf-8").replace(block, fresh), encoding="utf-8")


def test_every_command_of_the_readme_exists() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    used = {name for page in PAGES for name in re.findall(r"`make (\w+)`", page.read_text(encoding="utf-8"))}
    assert used <= set(targets)


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


def test_every_decision_is_listed_under_its_title() -> None:
    folder = ROOT / "docs" / "design"
    records = sorted(folder.glob("0*.md"))
    titles = [path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ") for path in records]
    listed = re.findall(r"^- \[(.*)\]\((.*)\)$", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == [(title, path.name) for title, path in zip(titles, records, strict=True)]


_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shown_output(code: str) -> list[str]:
    """What the comments behind ``print`` promise."""
    return re.findall(r"^print\(.*\)  # (.*)$", code, re.MULTILINE)


PYTHON = [
    pytest.param(code, id=f"{page.relative_to(ROOT)}:{at}")
    for page in PAGES
    for at, code in enumerate(_PYTHON.findall(page.read_text(encoding="utf-8")))
]


@pytest.mark.parametrize("code", PYTHON)
def test_a_python_block_runs_and_prints_what_its_comments_say(code: str) -> None:
    done = subprocess.run([sys.executable, "-"], input=code, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    for line, promised in zip(done.stdout.splitlines(), shown_output(code), strict=False):
        assert line == promised
