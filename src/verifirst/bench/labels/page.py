"""One self-contained HTML page to read flagged steps in context.

Nothing is loaded from anywhere, everything that came from the data is escaped, and a
Content-Security-Policy says both to the browser.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from string import Template

from verifirst.bench.labels.data import Labelled
from verifirst.bench.labels.flags import Flag
from verifirst.bench.labels.judging import Settings, full, reports
from verifirst.core.report import Report
from verifirst.core.verdict import Status, Verdict
from verifirst.verifier import Verifier

MAX_CHARACTERS = 6_000  # of a problem or a step that the page shows
_CLAIM = {Status.VERIFIED: "ok", Status.REFUTED: "bad", Status.UNKNOWN: "open"}

Key = tuple[str, str]  # set, id


def page(settings: Settings, flags: Sequence[Flag], solutions: Mapping[Key, Labelled]) -> str:
    """The page: each flag with its problem, its solution with verdicts, label, message and adjudication."""
    verifier = settings.verifier()
    cards = [_card(verifier, flag, solutions[flag.set, flag.id]) for flag in flags]
    template = Template(files("verifirst.bench.labels").joinpath("page.html").read_text(encoding="utf-8"))
    return template.substitute(
        kinds=_choices("kind", [flag.kind.value for flag in flags]),
        sets=_choices("set", [flag.set for flag in flags]),
        rules=_choices("rule", [flag.rule for flag in flags if flag.rule]),
        cards="\n".join(cards),
    )


def _choices(name: str, values: Iterable[str]) -> str:
    """A drop-down of the values that occur, each with how often."""
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    options = [f'<option value="{escape(value)}">{escape(value)} ({n})</option>' for value, n in sorted(counts.items())]
    return f'<select data-filter="{name}"><option value="">every {name}</option>{"".join(options)}</select>'


def _card(verifier: Verifier, flag: Flag, labelled: Labelled) -> str:
    attributes = f'data-kind="{escape(flag.kind.value)}" data-set="{escape(flag.set)}" data-rule="{escape(flag.rule)}"'
    parts = [
        f"<article {attributes}>{_head(flag)}",
        f'<p class="label">label: {escape(_label(labelled))}</p>',
        f'<p class="message">{_cut(flag.refutation.message)}</p>' if flag.refutation else "",
        f'<p class="adjudication">{escape(flag.verdict)}: {escape(flag.reason)}</p>' if flag.verdict else "",
        f'<p class="problem">{_cut(labelled.problem)}</p><ol start="0">',
        *_steps(verifier, flag, labelled),
        "</ol></article>",
    ]
    return "".join(parts)


def _head(flag: Flag) -> str:
    stage = "" if flag.enforced or not flag.rule else "preview "
    kind = f'<b class="{flag.kind.value.split()[0]}">{flag.kind.value}</b>'
    return f"<h2>{kind} {stage}{escape(flag.rule)} {escape(flag.set)} {escape(flag.id)} step {flag.step}</h2>"


def _label(labelled: Labelled) -> str:
    words = ["no error" if labelled.first_error == -1 else f"first error at step {labelled.first_error}"]
    words += ["right final answer"] * labelled.spurious
    words += [labelled.error_kind] * bool(labelled.error_kind)
    return ", ".join(words)


def _steps(verifier: Verifier, flag: Flag, labelled: Labelled) -> Iterator[str]:
    """The steps up to one past the flagged one, as list items."""
    judged = {index: report for index, report, _ in reports(verifier, labelled)}
    indices = full(labelled)
    for index in range(min(len(labelled.steps), flag.step + 2)):
        report = judged.get(index)
        classes = [report.status.value if report else "empty"]
        classes += ["here"] * (index == flag.step) + ["labelled"] * (index == labelled.first_error)
        body = _marked(report, flag if index == flag.step else None) if report else ""
        yield f'<li class="{" ".join(classes)}">{body}{_notes(report, indices) if report else ""}</li>'


def _marked(report: Report, flag: Flag | None) -> str:
    """The step's text, each claim coloured by its verdict; overlapping claims show the first."""
    text = report.step.text[:MAX_CHARACTERS]
    shown, at = [], 0
    for start, end, style in sorted(_spans(report, flag)):
        if start >= at and end <= len(text):
            shown.append(f'{escape(text[at:start])}<mark class="{style}">{escape(text[start:end])}</mark>')
            at = end
    return "".join(shown) + _cut(report.step.text, at)


def _spans(report: Report, flag: Flag | None) -> Iterator[tuple[int, int, str]]:
    """The claims' places; the claim that the flag is about comes alone, nothing may hide it."""
    if flag is not None and flag.refutation is not None and flag.refutation.end > flag.refutation.start:
        yield flag.refutation.start, flag.refutation.end, "bad flagged"
        return
    for verdict in report.verdicts:
        if verdict.claim is not None and verdict.claim.end > verdict.claim.start:
            yield verdict.claim.start, verdict.claim.end, _CLAIM[verdict.status]


def _notes(report: Report, indices: Sequence[int]) -> str:
    """A line for each refutation, with its message, and the step to blame."""
    lines = [_note(verdict, "") for verdict in report.verdicts if verdict.status is Status.REFUTED]
    lines += [_note(verdict, "preview ") for verdict in report.notes if verdict.status is Status.REFUTED]
    lines += [f"<small>cause: step {indices[report.cause]}</small>"] if report.cause is not None else []
    return "".join(lines)


def _note(verdict: Verdict, stage: str) -> str:
    return f"<small>{stage}{escape(verdict.rule)}: {_cut(verdict.message)}</small>"


def _cut(text: str, start: int = 0) -> str:
    """The text from ``start``, escaped, as much of it as the page shows."""
    left = escape(text[start:MAX_CHARACTERS])
    return left if len(text) <= MAX_CHARACTERS else f"{left}... ({len(text):,} characters)"
