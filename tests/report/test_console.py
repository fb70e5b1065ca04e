import io

from rich.console import Console

from verifirst.report.checking import Checker, Settings
from verifirst.report.console import MAX_SHOWN, console, printable, trace_view
from verifirst.report.traces import Trace

STEPS = ("So 3 * 4 = 12 apples.", "Then 12 - 5 = 8 are left.", "Nothing to check here.", "He needs 50 / 4 = 13 boxes.")


def view(*steps: str, notes: bool = False) -> object:
    trace = Trace("t1", "Tom has 3 bags of 4 apples and eats 5.", steps, None)
    return trace_view(trace.id, Checker(Settings()).judge(trace), notes=notes)


def plain(*steps: str, notes: bool = False) -> str:
    to = console(io.StringIO())
    to.print(view(*steps, notes=notes))
    return to.file.getvalue()  # type: ignore[attr-defined]


def styled(*steps: str, width: int = 80) -> str:
    file = io.StringIO()
    Console(file=file, force_terminal=True, color_system="standard", width=width, highlight=False).print(view(*steps))
    return file.getvalue()


def test_plain_output() -> None:
    assert plain(*STEPS).splitlines() == [
        "✗ t1 refuted  2 of 3 claims decided",
        "  ✓  0 So 3 * 4 = 12 apples.",
        "  ✗  1 Then 12 - 5 = 8 are left.",
        "       ↳ AR001 12 - 5 = 8: 12 - 5 is 7, not 8",
        "  ·  2 Nothing to check here.",
        "  ·  3 He needs 50 / 4 = 13 boxes.",
        "       ↳ AR001 50 / 4 = 13: off by less than one unit of the last digit shown (ROUNDING)",
    ]


def test_a_terminal_strikes_a_refuted_step_out_and_underlines_its_claim() -> None:
    out = styled(*STEPS)
    assert "\x1b[9;31mThen " in out  # struck out, red
    assert "\x1b[1;4;9;31m12 - 5 = 8\x1b[0m" in out  # and underlined
    assert "\x1b[9" not in out.split("Nothing")[1]


def test_long_steps_hang_behind_their_number() -> None:
    lines = styled("word " * 30, width=50).splitlines()[1:]
    assert len(lines) == 4
    assert all(line.startswith("       word") for line in lines[1:])


def test_many_lines_of_one_step_hang_too() -> None:
    assert plain("one\ntwo").splitlines()[1:] == ["  ·  0 one", "       two"]


def test_nothing_in_a_step_drives_the_terminal() -> None:
    hostile = "\x1b[2J\x07 3 + 4 = 8 \u202e\x9b31m\ud800\r"
    assert printable(hostile) == r"\x1b[2J\x07 3 + 4 = 8 \u202e\x9b31m\ud800\r"
    out = plain(hostile)
    assert not set("\x1b\x07\u202e\x9b\ud800\r") & set(out)
    assert r"\x1b[2J\x07 3 + 4 = 8" in out


def test_claims_stay_marked_behind_what_was_spelled_out() -> None:
    assert "4;9;31m3 + 4 = 8\x1b[0m" in styled("\x00\x00 so 3 + 4 = 8")


def test_a_very_long_step_is_cut_for_people() -> None:
    out = plain("x" * 1_000_000)
    assert len(out) < MAX_SHOWN + 200
    assert "... (1,000,000 characters)" in out


def test_ascii_output_where_the_encoding_has_no_more() -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="backslashreplace")
    to = console(file)
    to.print(view(*STEPS[:2]))
    file.flush()
    assert file.buffer.getvalue().decode("ascii").splitlines()[1:] == [  # type: ignore[attr-defined]
        "  +  0 So 3 * 4 = 12 apples.",
        "  x  1 Then 12 - 5 = 8 are left.",
        "       > AR001 12 - 5 = 8: 12 - 5 is 7, not 8",
    ]


def test_notes_of_preview_rules_are_shown_on_demand() -> None:
    assert "note:" not in plain("So 99 * 2 = 198 apples.")
    assert "note: DG001" in plain("So 99 * 2 = 198 apples.", notes=True)
