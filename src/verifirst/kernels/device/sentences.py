"""``kernels.sentences`` on a device; actions that share a part are joined, so that it is compiled once."""

import triton
import triton.language as tl

from verifirst.kernels import layout, sentences, words
from verifirst.kernels.device.equations import end_expression
from verifirst.kernels.device.registers import clear_side, get, has, kill, put, raised

LOWER = tl.constexpr(32)
"""The bit that makes an ASCII letter small."""
LETTER_O, LETTER_F = tl.constexpr(sentences.LETTER_O), tl.constexpr(sentences.LETTER_F)
HASH_O, HASH_OF = tl.constexpr(words.hashed("o")), tl.constexpr(words.hashed("of"))


@triton.jit
def letter(s, byte, prefixes):
    """One more letter of a word."""
    hash_ = (get(s, layout.At.HASH) * words.STEP + (byte | LOWER)) & words.MASK
    s = put(put(s, layout.At.HASH, hash_), layout.At.LENGTH, get(s, layout.At.LENGTH) + 1)
    doubtful = tl.sum(tl.where(prefixes == hash_, 1, 0)) > 0
    return tl.where(doubtful, raised(s, layout.At.LINE, layout.Line.DOUBT), s)


@triton.jit
def first_letter(s, after, behind_o, behind_of):
    """A word begins; ``after``: behind a number, and perhaps behind letters that could have been a sign."""
    s = tl.where(after, raised(s, layout.At.LINE, layout.Line.AFTER), s)
    begun = tl.where(behind_o, HASH_O, tl.where(behind_of, HASH_OF, 0))
    return put(put(s, layout.At.HASH, begun), layout.At.LENGTH, tl.where(behind_o, 1, tl.where(behind_of, 2, 0)))


@triton.jit
def percentage(s):
    """Whether all that stands there is one percentage."""
    side = get(s, layout.At.SIDE) & (layout.Side.PERCENT | layout.Side.BRACKETS)
    lone = (get(s, layout.At.OPERANDS) == 1) & (get(s, layout.At.OPERATORS) == 0)
    return (side == layout.Side.PERCENT) & lone & ~has(s, layout.At.LEFT_SIDE, layout.Side.EXISTS)


@triton.jit
def apostrophe(s):
    """Inside a word; behind a single letter it kills."""
    return tl.where(get(s, layout.At.LENGTH) == 1, kill(s), s)


@triton.jit
def pause(s, breaks, after):
    """The expression ends: at a mark (``breaks``) unless a percentage, at a letter (``after``) if it has a partner."""
    percent = breaks & has(s, layout.At.SIDE, layout.Side.PERCENT)
    partner = has(s, layout.At.LEFT_SIDE, layout.Side.EXISTS)
    if percent | (after & (get(s, layout.At.OPERATORS) > 0) & ~partner):
        s = kill(s)
    else:
        s = end_expression(s)
    return s


@triton.jit
def word(s, hashes, meanings):
    """A word is complete."""
    means = tl.sum(tl.where(hashes == get(s, layout.At.HASH), meanings, 0))
    line = get(s, layout.At.LINE)
    single = get(s, layout.At.LENGTH) == 1
    behind = (line & layout.Line.AFTER) != 0
    line = (line | layout.Line.WORDS) & ~(layout.Line.AFTER | layout.Line.LINKED | layout.Line.SINGLE)
    line = line | tl.where(single, layout.Line.SINGLE, 0)
    line = line | tl.where((means & words.Means.LINK) != 0, layout.Line.LINKED, 0)
    line = line | tl.where((means & words.Means.DOUBT) != 0, layout.Line.DOUBT, 0)
    line = line | tl.where((means & words.Means.LATE) != 0, layout.Line.LATE, 0)
    line = line | tl.where((means & words.Means.UNIT) != 0, layout.Line.UNITS, 0)
    line = line | tl.where((means & words.Means.NUMERAL) != 0, layout.Line.NUMBERS, 0)
    s = put(s, layout.At.LINE, line)
    bound = behind & (single | ((means & words.Means.BINDING) != 0))
    unknown = single & ((means & words.Means.ALONE) == 0)
    return tl.where(((means & words.Means.KILL) != 0) | bound | unknown, kill(s), s)


@triton.jit
def sentence(s):
    """What failed can no longer be part of something bigger."""
    line = get(s, layout.At.LINE)
    line = line | tl.where((line & layout.Line.PENDING) != 0, layout.Line.REFUTED, 0)
    return put(s, layout.At.LINE, line & ~(layout.Line.PENDING | layout.Line.NUMBERS | layout.Line.LINKED))


@triton.jit
def end_line(s):
    """The end of a step: its verdict."""
    line = get(s, layout.At.LINE)
    unlike = ((line & layout.Line.SUMS) != 0) & ((line & (layout.Line.UNITS | layout.Line.MONEY)) != 0)
    excused = ((line & (layout.Line.DOUBT | layout.Line.LATE | layout.Line.COMPARED)) != 0) | unlike
    failed = (line & (layout.Line.PENDING | layout.Line.REFUTED)) != 0
    held = ((line & layout.Line.VERIFIED) != 0) & ((line & layout.Line.UNDECIDED) == 0)
    verdict = tl.where(failed, tl.where(excused, 0, -1), tl.where(held, 1, 0))
    verdict = tl.where((line & layout.Line.DEAD) != 0, 0, verdict)
    counted = tl.where(verdict < 0, layout.At.REFUTED, layout.At.UNKNOWN)
    counted = tl.where(verdict > 0, layout.At.VERIFIED, counted)
    s = put(put(s, layout.At.LAST, verdict), counted, get(s, counted) + 1)
    return clear_side(put(put(s, layout.At.LINE, 0), layout.At.LEFT_SIDE, 0))
