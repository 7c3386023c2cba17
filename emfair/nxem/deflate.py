"""Zlib streams of runs and Huffman codes, made several times as fast as by searching for matches.

Shuffled counts are noise and runs: a match that is no run is chance there, and costs more to find
and to write than the bytes it stands for. So each block has only literals and repeats of the byte
before (distance 1), with codes of its own, or is stored. Any zlib reads it. RFC 1950 and 1951.

Integers only, in one thread: the same bytes on every machine. Compiled by Numba, and kept on disk
by it (whose cache looks at one source file only: all that is compiled stands here). What does not
belong here: which array is compressed in this way (`emfair.nxem.encode`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

_F = TypeVar("_F", bound=Callable[..., Any])

SEGMENT = 1 << 17  # bytes of a block: longer ones fit their codes worse, shorter ones have more
_RUN = 256  # the token of a run is this and its length; below stand literals
_TOKENS = _RUN + 259
_LONGEST = 258
_END = 256  # the symbol behind a block's last
_SYMBOLS = 286


def _compiled(function: _F) -> _F:
    """Compile when it is first called; keep the result where there is a place for it."""
    try:
        return cast("_F", njit(nogil=True, cache=True)(function))
    except RuntimeError:  # neither this folder nor the home can be written
        return cast("_F", njit(nogil=True)(function))


def _run_lengths() -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return for each run's length its symbol, its extra bits' number and value: RFC 1951, 3.2.5.

    Symbols 257–264 say one length each, each four behind these twice as many as the four before;
    285 says 258.
    """
    symbol, bits, value = np.zeros((3, _LONGEST + 1), np.int64)
    for length in range(3, _LONGEST):
        rest = length - 3
        bits[length] = max(0, rest.bit_length() - 3)
        value[length] = rest & ((1 << bits[length]) - 1)
        symbol[length] = 257 + 4 * bits[length] + (rest >> bits[length])
    symbol[_LONGEST] = 285
    return symbol, bits, value


_SYMBOL, _EXTRA_BITS, _EXTRA = _run_lengths()
_ORDER = np.array([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15])


def compress(planes: NDArray[np.uint8]) -> bytes:
    """Return the bytes of `planes`, rows of like ones, as a zlib stream; other threads may run.

    No block has bytes of two rows (but for the few where a row's length is no multiple of eight).
    """
    data, row = planes.reshape(-1), planes.shape[1]
    segment = -(-max(1, row) // -(-max(1, row) // SEGMENT) // 8) * 8
    most = data.size // 4 + data.size // 256 + 512
    words: NDArray[np.uint32] | None = getattr(_KEPT, "words", None)
    if words is None or words.size < most:
        words = _KEPT.words = np.empty(most, np.uint32)
    eights = data[: data.size // 8 * 8].view(np.uint64)
    used = _stream(data, eights, segment, words, words.view(np.uint8))
    return words.view(np.uint8)[:used].tobytes()


def prepare() -> None:
    """Compile now, so that the first large file does not wait for it."""
    compress(np.zeros((1, 8), np.uint8))


_KEPT = threading.local()  # a thread's room for the next stream: new memory costs a tenth


@_compiled
def _stream(data: Any, eights: Any, segment: int, out: Any, out_bytes: Any) -> int:
    """Write the whole stream into `out`; return how many bytes it has.

    `eights` is `data` in 64-bit words, without what is left over; `out_bytes` is `out` in bytes.
    """
    state = np.zeros(3, np.uint64)  # words written, bits that wait for the next one, how many
    tokens = np.empty(SEGMENT + 8, np.uint16)
    counts = np.zeros((4, _TOKENS), np.uint32)
    values = np.empty(400, np.uint32)
    bits = np.empty(400, np.uint8)
    table = np.zeros(_TOKENS, np.uint32)
    values[0], bits[0] = 0x0178, 16  # zlib's header: a window of 32 KiB, quick
    _put(values, bits, 1, out, state)
    start = 0
    while True:
        stop = min(data.size, start + segment)
        last = 1 if stop == data.size else 0
        counts.fill(0)
        count = _tokenize(data, eights, start, stop, tokens, counts)
        header, size = _plan(counts, last, table, values, bits)
        if size < 8 * (stop - start) + 40 * ((stop - start) // 65535 + 1):
            _put(values, bits, header, out, state)
            _emit(tokens, count, table, out, state)
            values[0], bits[0] = table[_END] >> 5, table[_END] & 31
            _put(values, bits, 1, out, state)
        else:
            _keep(data, start, stop, last, values, bits, out, out_bytes, state)
        start = stop
        if last:
            break
    values[0], bits[0] = 0, (8 - int(state[2]) % 8) % 8
    checksum = _adler32(data)
    for place in range(4):
        values[1 + place], bits[1 + place] = (checksum >> (24 - 8 * place)) & 255, 8
    _put(values, bits, 5, out, state)
    out[int(state[0])] = np.uint32(state[1])
    return int(state[0]) * 4 + int(state[2]) // 8


@_compiled
def _tokenize(data: Any, eights: Any, start: int, stop: int, tokens: Any, counts: Any) -> int:
    """Write a segment's literals and runs, and count them; return how many there are.

    A run is looked for where eight aligned bytes repeat the one before, so that noise costs one
    question in eight bytes; it then takes back the literals that it begins with. Unsigned
    throughout: a signed index costs a test at each use, and one mixed with unsigned is a float.
    """
    one, eight, low = np.uint64(1), np.uint64(8), np.uint64(255)
    three = np.uint64(3)
    at, end, count = np.uint64(start), np.uint64(stop), np.uint64(0)
    floor = at  # from here on tokens are literals, each of which a run may take back
    before = np.uint64(data[at - one]) if start else np.uint64(256)  # nothing repeats at first
    while at + eight <= end:
        word = eights[at >> three]
        if (word ^ ((word << eight) | (before & low))) or before > low:
            for place in range(8):  # four counters, as one would wait for itself
                byte = (word >> np.uint64(8 * place)) & low
                tokens[count + np.uint64(place)] = byte
                counts[place & 3, byte] += 1
            count += eight
            at += eight
            before = word >> np.uint64(56)
            continue
        behind = at + eight
        while behind + eight <= end and eights[behind >> three] == word:
            behind += eight
        while behind < end and data[behind] == before:
            behind += one
        while at > floor + one and data[at - one] == before and data[at - one - one] == before:
            at -= one
            count -= one
            counts[0, before] -= 1  # of the sum of four that may wrap around, the sum does not
        count = _repeat(behind - at, tokens, count, counts)
        at = floor = behind
        while at < end and at & np.uint64(7):
            tokens[count] = data[at]
            counts[0, data[at]] += 1
            count += one
            at += one
        before = np.uint64(data[at - one])
    while at < end:
        tokens[count] = data[at]
        counts[0, data[at]] += 1
        count += one
        at += one
    return int(count)


@_compiled
def _repeat(length: Any, tokens: Any, count: Any, counts: Any) -> Any:
    """Write a run as tokens of 3 to 258 bytes, none of which leaves less for the next; count them.

    Returns
    -------
    count
        Of the tokens there are now.
    """
    three, run, most = np.uint64(3), np.uint64(_RUN), np.uint64(_LONGEST)
    while length:
        part = min(length, most)
        if part < length < part + three:
            part = length - three
        tokens[count] = run + part
        counts[0, run + part] += 1
        count += np.uint64(1)
        length -= part
    return count


@_compiled
def _plan(counts: Any, last: int, table: Any, values: Any, bits: Any) -> tuple[int, int]:
    """Fill the table of codes and the block's header; return the header's items, the block's bits.

    A table's entry is a token's code, with a run's extra bits and its distance (one bit of zero),
    shifted left by five, and how many bits these are.
    """
    frequencies = np.zeros(_SYMBOLS, np.int64)
    frequencies[_END] = 1
    size = 0
    for token in range(_RUN):
        total = counts[0, token] + counts[1, token] + counts[2, token] + counts[3, token]
        frequencies[token] = np.uint32(total)
    for length in range(3, _LONGEST + 1):
        frequencies[_SYMBOL[length]] += counts[0, _RUN + length]
        size += int(counts[0, _RUN + length]) * (_EXTRA_BITS[length] + 1)
    lengths = np.zeros(_SYMBOLS, np.int64)
    _fit(frequencies, 15, lengths)
    codes = _codes(lengths)
    for token in range(_RUN + 1):
        table[token] = (codes[token] << 5) | lengths[token]
    for length in range(3, _LONGEST + 1):
        symbol = _SYMBOL[length]
        code = codes[symbol] | (_EXTRA[length] << lengths[symbol])
        table[_RUN + length] = (code << 5) | (lengths[symbol] + _EXTRA_BITS[length] + 1)
    table[_END] = (codes[_END] << 5) | lengths[_END]
    for symbol in range(_SYMBOLS):
        size += frequencies[symbol] * lengths[symbol]
    header = _head(lengths, last, values, bits)
    for item in range(header):
        size += bits[item]
    return header, size


@_compiled
def _head(lengths: Any, last: int, values: Any, bits: Any) -> int:
    """Write a block's header: how long each symbol's code is (RFC 1951, 3.2.7)."""
    used = _SYMBOLS
    while used > 257 and lengths[used - 1] == 0:
        used -= 1
    symbols = np.empty(_SYMBOLS + 1, np.int64)
    repeats = np.zeros(_SYMBOLS + 1, np.int64)
    frequencies = np.zeros(19, np.int64)
    count = symbol = 0
    while symbol <= used:
        length = lengths[symbol] if symbol < used else 1  # at the end the one distance's
        zeros = 0
        while length == 0 and zeros < 138 and symbol + zeros < used and not lengths[symbol + zeros]:
            zeros += 1
        if zeros < 3:
            symbols[count] = length
            symbol += 1
        else:
            symbols[count] = 18 if zeros > 10 else 17
            repeats[count] = zeros - (11 if zeros > 10 else 3)
            symbol += zeros
        frequencies[symbols[count]] += 1
        count += 1
    own = np.zeros(19, np.int64)
    _fit(frequencies, 7, own)
    codes = _codes(own)
    sent = 19
    while sent > 4 and own[_ORDER[sent - 1]] == 0:
        sent -= 1
    values[0], bits[0] = last | (2 << 1) | ((used - 257) << 3), 8
    values[1], bits[1] = (sent - 4) << 5, 9
    for place in range(sent):
        values[2 + place], bits[2 + place] = own[_ORDER[place]], 3
    for item in range(count):
        place, coded = 2 + sent + item, symbols[item]
        extra = 7 if coded == 18 else 3 if coded == 17 else 0
        values[place] = codes[coded] | (repeats[item] << own[coded])
        bits[place] = own[coded] + extra
    return 2 + sent + count


@_compiled
def _fit(frequencies: Any, most: int, lengths: Any) -> None:
    """Write the lengths of Huffman's codes, none over `most` bits: rarer symbols count for more."""
    order = _by_frequency(frequencies)
    count = order.size
    weights = np.zeros(2 * count, np.int64)
    for leaf in range(count):
        weights[leaf] = frequencies[order[leaf]]
    depths = np.ones(2 * count, np.int64)  # a code of its own has one bit, too
    while count > 1 and _grow(weights, count, depths) > most:
        for leaf in range(count):
            weights[leaf] = (weights[leaf] >> 1) + 1
    for leaf in range(count):
        lengths[order[leaf]] = depths[leaf]


@_compiled
def _by_frequency(frequencies: Any) -> Any:
    """Return the symbols that there are, the rarest first; of equal ones the lower first."""
    order = np.empty(frequencies.size, np.int64)
    count = 0
    for symbol in range(frequencies.size):
        if frequencies[symbol]:
            place = count
            while place and frequencies[order[place - 1]] > frequencies[symbol]:
                order[place] = order[place - 1]
                place -= 1
            order[place] = symbol
            count += 1
    return order[:count]


@_compiled
def _grow(weights: Any, count: int, depths: Any) -> int:
    """Join the two lightest until one is left; write each leaf's depth, return the deepest.

    `weights` are the leaves', the lightest first, with room for as many joints.
    """
    parents = np.zeros(2 * count, np.int64)
    leaf, joint = 0, count
    for node in range(count, 2 * count - 1):
        weights[node] = 0
        for _ in range(2):
            if leaf < count and (joint >= node or weights[leaf] <= weights[joint]):
                child, leaf = leaf, leaf + 1
            else:
                child, joint = joint, joint + 1
            parents[child] = node
            weights[node] += weights[child]
    depths[2 * count - 2] = deepest = 0
    for node in range(2 * count - 3, -1, -1):
        depths[node] = depths[parents[node]] + 1
        deepest = max(deepest, depths[node])
    return deepest


@_compiled
def _codes(lengths: Any) -> Any:
    """Return the canonical code of each length, its first bit lowest (RFC 1951, 3.2.2)."""
    codes = np.zeros(lengths.size, np.int64)
    code = 0
    for length in range(1, 16):
        for symbol in range(lengths.size):
            if lengths[symbol] == length:
                for place in range(length):
                    codes[symbol] |= ((code >> place) & 1) << (length - 1 - place)
                code += 1
        code <<= 1
    return codes


@_compiled
def _put(values: Any, bits: Any, count: int, out: Any, state: Any) -> None:
    """Append `count` values, of some bits each (up to 16)."""
    for item in range(count):
        state[1] |= np.uint64(values[item]) << state[2]
        state[2] += np.uint64(bits[item])
        if state[2] >= np.uint64(32):
            out[int(state[0])] = np.uint32(state[1])
            state[0] += np.uint64(1)
            state[1] >>= np.uint64(32)
            state[2] -= np.uint64(32)


@_compiled
def _emit(tokens: Any, count: int, table: Any, out: Any, state: Any) -> None:
    """Append the tokens' codes: four at a time where they fit, and never a branch on their bits."""
    one, five, low, word = np.uint64(1), np.uint64(5), np.uint64(31), np.uint64(32)
    at, waiting, held = state
    token, end = np.uint64(0), np.uint64(count)
    while token < end:
        code, size = np.uint64(0), np.uint64(0)
        if token + np.uint64(4) <= end:
            for place in range(4):
                entry = np.uint64(table[tokens[token + np.uint64(place)]])
                code |= (entry >> five) << size
                size += entry & low
        if size == np.uint64(0) or size > word:
            entry = np.uint64(table[tokens[token]])
            code, size = entry >> five, entry & low
            token += one
        else:
            token += np.uint64(4)
        waiting |= code << held
        held += size
        out[at] = np.uint32(waiting)
        full = held >> five
        at += full
        waiting >>= full << five
        held &= low
    state[0], state[1], state[2] = at, waiting, held


@_compiled
def _keep(
    data: Any, start: int, stop: int, last: int, values: Any, bits: Any,
    out: Any, out_bytes: Any, state: Any,
) -> None:  # fmt: skip
    """Append a segment as it is, in stored blocks (RFC 1951, 3.2.4)."""
    more = True
    while more:
        many = min(65535, stop - start)
        values[0], bits[0] = (1 if last and start + many == stop else 0), 3
        values[1], bits[1] = 0, (8 - (int(state[2]) + 3) % 8) % 8
        values[2], bits[2] = many, 16
        values[3], bits[3] = many ^ 0xFFFF, 16
        _put(values, bits, 4, out, state)
        out[int(state[0])] = np.uint32(state[1])
        at = int(state[0]) * 4 + int(state[2]) // 8
        for place in range(many):  # a slice would be compiled with NumPy's error messages
            out_bytes[at + place] = data[start + place]
        at += many
        state[0], state[2] = np.uint64(at // 4), np.uint64(at % 4 * 8)
        state[1] = np.uint64(out[at // 4]) & ((np.uint64(1) << state[2]) - np.uint64(1))
        start += many
        more = start < stop


@_compiled
def _adler32(data: Any) -> int:
    """Return the checksum at a zlib stream's end (RFC 1950, 8.2); parts so long that 32 bits do."""
    low, high = np.uint32(1), np.uint32(0)
    for start in range(0, data.size, 4096):
        part = data[start : start + 4096]
        total, weighted = np.uint32(0), np.uint32(0)
        for place in range(part.size):
            total += np.uint32(part[place])
            weighted += np.uint32(part[place]) * np.uint32(part.size - place)
        high = np.uint32((np.uint64(high) + low * np.uint64(part.size) + weighted) % 65521)
        low = np.uint32((low + total) % 65521)
    return int(high) << 16 | int(low)
