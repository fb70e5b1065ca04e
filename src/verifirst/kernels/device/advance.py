"""The kernel ``advance``: the tokens just sampled, into the states of their sequences. One program a sequence."""

import torch
import triton
import triton.language as tl

from verifirst.kernels import alphabet, grammar, layout
from verifirst.kernels.device import equations, program, sentences, terms
from verifirst.kernels.device.program import Program
from verifirst.kernels.device.registers import ROW, dead, get, kill, level, put, raised

WORDS = tl.constexpr(program.WORDS)
PREFIXES = tl.constexpr(program.PREFIXES)
SYMBOLS = tl.constexpr(len(alphabet.Symbol) - 1)
BYTES = tl.constexpr(256)


@triton.jit
def in_prose(s, action, byte, hashes, meanings, prefixes):
    """Actions of words, sentences and lines, part by part: a function is compiled wherever it is called."""
    stop = action == grammar.Action.STOP
    stop_line = action == grammar.Action.STOP_LINE
    after = action == grammar.Action.LETTER_AFTER
    word_sentence = action == grammar.Action.WORD_SENTENCE
    word_line = action == grammar.Action.WORD_LINE
    first = action == grammar.Action.FIRST_LETTER
    behind_o, behind_of = action == grammar.Action.OF_F, action == grammar.Action.OF_MORE
    sign = (after & (byte == sentences.LETTER_O) & sentences.percentage(s)) | (behind_o & (byte == sentences.LETTER_F))
    if sign:
        s = put(s, layout.At.MODE, tl.where(after, grammar.Mode.OF1, grammar.Mode.OF2))
    other = (behind_o | behind_of) & ~sign
    after = (after & ~sign) | other
    if (action == grammar.Action.WORD) | word_sentence | word_line:
        s = sentences.word(s, hashes, meanings)
    breaks = stop | (action == grammar.Action.BREAK)
    if breaks | stop_line | after:
        s = sentences.pause(s, breaks, after)
        first = after & ~dead(s)
    if first:
        s = sentences.first_letter(s, after, behind_o, behind_of)
    if first | (action == grammar.Action.LETTER):
        s = sentences.letter(s, byte, prefixes)
    if stop | word_sentence | (action == grammar.Action.SENTENCE):
        s = sentences.sentence(s)
    if stop_line | word_line | (action == grammar.Action.LINE):
        s = sentences.end_line(s)
    if stop_line | word_line:
        s = put(s, layout.At.MODE, grammar.Mode.PROSE)
    if action == grammar.Action.APOSTROPHE:
        s = sentences.apostrophe(s)
    elif action == grammar.Action.KILL:
        s = kill(s)
    return s


@triton.jit
def in_literal(s, action, byte):
    """Actions of literals, and of what begins a side."""
    start = action == grammar.Action.START
    bracket = action == grammar.Action.START_BRACKET
    fraction = action == grammar.Action.START_FRACTION
    opens = bracket | fraction
    label = action == grammar.Action.LABEL
    grouped = action == grammar.Action.GROUPED
    decimal = action == grammar.Action.DECIMAL
    if start | opens | label:
        s = equations.start(s, opens, label)
        bracket, fraction = bracket & ~dead(s), fraction & ~dead(s)
        if bracket:
            s = terms.enter(s, layout.Kind.BRACKET)
        elif fraction:
            s = raised(s, layout.At.SIDE, layout.Side.LOOSE)
    if start | (action == grammar.Action.FIRST_DIGIT):
        s = terms.first_digit(s, byte)
    elif grouped | decimal | (action == grammar.Action.DIGIT):
        s = terms.digit(s, byte, grouped, decimal)
    elif action == grammar.Action.LITERAL:
        s = terms.literal(s)
    elif action == grammar.Action.MONEY:
        s = terms.money(s)
    return s


@triton.jit
def in_expression(s, action):
    """Actions of operators and brackets."""
    minus, over, cross = action == grammar.Action.MINUS, action == grammar.Action.OVER, action == grammar.Action.CROSS
    bracket, top = action == grammar.Action.BRACKET, action == grammar.Action.TOP
    spaced = action == grammar.Action.SPACED
    ratio, of = action == grammar.Action.RATIO, action == grammar.Action.OF
    less, more = action == grammar.Action.LESS, action == grammar.Action.MORE
    if minus | (action == grammar.Action.PLUS):
        s = terms.additive(s, tl.where(minus, layout.Operator.MINUS, layout.Operator.PLUS))
    elif over | cross | ratio | of | (action == grammar.Action.TIMES):
        flags = tl.where(ratio, layout.Side.RATIO, 0) | tl.where(of, layout.Side.OF, 0)
        s = terms.factor(s, over | ratio, cross, flags)
    elif less | more | (action == grammar.Action.EQUALS):
        s = equations.relate(s, tl.where(less, layout.Side.LESS, 0) | tl.where(more, layout.Side.MORE, 0))
    elif action == grammar.Action.OR_EQUAL:
        s = equations.or_equal(s)
    elif action == grammar.Action.SIGN:
        s = put(s, level(s) + layout.Of.OPERATOR, layout.Operator.MINUS)
    elif bracket | top:
        s = terms.enter(s, tl.where(top, layout.Kind.NUMERATOR, layout.Kind.BRACKET))
    elif action == grammar.Action.CLOSE:
        s = terms.close(s)
    elif spaced | (action == grammar.Action.FRACTION):
        s = raised(s, layout.At.SIDE, tl.where(spaced, layout.Side.SPACED, layout.Side.LOOSE))
    elif action == grammar.Action.BOTTOM:
        s = terms.bottom(s)
    elif action == grammar.Action.END:
        s = terms.end(s)
    elif action == grammar.Action.PERCENT:
        s = terms.percent(s)
    return s


@triton.jit
def take(s, symbol, byte, grammar_table, hashes, meanings, prefixes):
    """One symbol: a transition, and another where the symbol is read again."""
    again = symbol >= 0
    while again:
        entry = tl.load(grammar_table + get(s, layout.At.MODE) * SYMBOLS + symbol).to(tl.int64)
        action = entry & 255
        s = put(s, layout.At.MODE, (entry >> 8) & 255)
        s = in_prose(s, action, byte, hashes, meanings, prefixes)
        s = in_literal(s, action, byte)
        s = in_expression(s, action)
        again = (entry >> 16) != 0
    return s


@triton.jit
def read(s, byte, alphabet_table, grammar_table, hashes, meanings, prefixes):
    """One byte: at most two symbols."""
    again = byte >= 0
    while again:
        entry = tl.load(alphabet_table + get(s, layout.At.LEXER) * BYTES + byte).to(tl.int64)
        s = put(s, layout.At.LEXER, (entry >> 8) & 255)
        s = take(s, (entry & 255) - 1, byte, grammar_table, hashes, meanings, prefixes)
        again = (entry >> 16) != 0
    return s


@triton.jit
def advance_row(
    row, token, alphabet_table, grammar_table, words_, meanings_, prefixes_, bytes_, offsets, width: tl.constexpr
):
    """Read the bytes of ``token`` into the state at ``row``."""
    place = tl.arange(0, ROW)
    s = tl.load(row + place, mask=place < width, other=0)
    hashes = tl.load(words_ + tl.arange(0, WORDS))
    meanings = tl.load(meanings_ + tl.arange(0, WORDS))
    prefixes = tl.load(prefixes_ + tl.arange(0, PREFIXES))
    first = tl.load(offsets + token)
    last = tl.load(offsets + token + 1)
    for at in range(first, last):
        byte = tl.load(bytes_ + at).to(tl.int64)
        s = read(s, byte, alphabet_table, grammar_table, hashes, meanings, prefixes)
    tl.store(row + place, s, mask=place < width)


@triton.jit
def advance_sequence(
    index,
    rows,
    tokens,
    alphabet_table,
    grammar_table,
    words_,
    meanings_,
    prefixes_,
    bytes_,
    offsets,
    width: tl.constexpr,
):
    """Read its token into sequence ``index``; a token below 0 leaves it as it is."""
    token = tl.load(tokens + index)
    if token >= 0:
        advance_row(
            rows + index * width,
            token,
            alphabet_table,
            grammar_table,
            words_,
            meanings_,
            prefixes_,
            bytes_,
            offsets,
            width,
        )


@triton.jit
def advance_kernel(
    rows, tokens, alphabet_table, grammar_table, words_, meanings_, prefixes_, bytes_, offsets, width: tl.constexpr
):
    """Program ``i`` advances sequence ``i``."""
    index = tl.program_id(0)
    advance_sequence(
        index, rows, tokens, alphabet_table, grammar_table, words_, meanings_, prefixes_, bytes_, offsets, width
    )


def advance(rows: torch.Tensor, tokens: torch.Tensor, program_: Program) -> None:
    """Read one token into each state.

    ``rows`` ``[sequences, WIDTH]`` int64, contiguous, is changed in place. ``tokens``
    ``[sequences]`` integers on the same device: ids below the vocabulary's size; a
    negative one leaves its row alone. No host synchronisation.
    """
    p = program_
    advance_kernel[(len(tokens),)](
        rows, tokens, p.alphabet, p.grammar, p.hashes, p.meanings, p.prefixes, p.spelled, p.offsets,
        width=layout.WIDTH, num_warps=1,
    )  # fmt: skip
