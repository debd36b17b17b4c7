"""Sprout's tokenizer: byte-level BPE as llama.cpp's `gpt2` reads it, with Qwen2's splitting.

Owns learning the merges and encoding plain text. Special tokens are never found
in text: a conversation puts them in by number, so what a person types stays plain bytes.
"""

from collections import Counter
from functools import lru_cache

import regex

import shape

BEGIN = "<｜begin▁of▁sentence｜>"
END = "<｜end▁of▁sentence｜>"
PAD = "<｜▁pad▁｜>"
USER = "<｜User｜>"
ASSISTANT = "<｜Assistant｜>"
THINK = "<think>"
THINK_END = "</think>"
CONTROL = [BEGIN, END, PAD, USER, ASSISTANT]
USER_DEFINED = [THINK, THINK_END]

# Qwen2's splitting, which llama.cpp names `deepseek-r1-qwen`: every digit stands alone.
SPLIT = regex.compile(
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
    r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def printable_bytes() -> list[str]:
    """GPT-2's one visible character for each byte, in byte order."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    names = {byte: chr(byte) for byte in visible}
    hidden = [byte for byte in range(256) if byte not in names]
    names.update({byte: chr(0x100 + place) for place, byte in enumerate(hidden)})
    return [names[byte] for byte in range(256)]


def learn_merges(texts, count: int) -> list[tuple[str, str]]:
    """The `count` most useful merges, by plain BPE over the split pieces of `texts`."""
    letters = printable_bytes()
    pieces = Counter(piece for text in texts for piece in SPLIT.findall(text))
    words = {tuple(letters[byte] for byte in piece.encode()): seen for piece, seen in pieces.items()}
    merges = []
    for _ in range(count):
        pairs = Counter()
        for word, seen in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += seen
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        merged = {}
        for word, seen in words.items():
            joined = tuple(apply_merge(list(word), best))
            merged[joined] = merged.get(joined, 0) + seen
        words = merged
    return merges


def apply_merge(word: list[str], pair: tuple[str, str]) -> list[str]:
    """`word` with every occurrence of `pair` joined, from the left."""
    joined, place = [], 0
    while place < len(word):
        if place + 1 < len(word) and (word[place], word[place + 1]) == pair:
            joined.append(word[place] + word[place + 1])
            place += 2
        else:
            joined.append(word[place])
            place += 1
    return joined


class Tokenizer:
    """Bytes, merges, special tokens, then unused places up to the vocabulary's size."""

    def __init__(self, merges: list[tuple[str, str]]):
        self.merges = merges
        self.rank = {pair: place for place, pair in enumerate(merges)}
        self.letters = printable_bytes()
        self.tokens = [*self.letters, *(left + right for left, right in merges)]
        self.tokens += CONTROL + USER_DEFINED
        self.used = len(self.tokens)
        self.tokens += [f"[UNUSED{place}]" for place in range(self.used, shape.VOCABULARY)]
        self.number = {token: place for place, token in enumerate(self.tokens)}
        assert len(self.number) == shape.VOCABULARY, "BUG: two tokens of one name"
        self.begin, self.end, self.pad = (self.number[name] for name in (BEGIN, END, PAD))
        self.user, self.assistant = self.number[USER], self.number[ASSISTANT]
        self.think, self.think_end = self.number[THINK], self.number[THINK_END]
        self._piece = lru_cache(maxsize=200_000)(self._encode_piece)

    def encode(self, text: str) -> list[int]:
        """Plain text to numbers; a special token's name in it is only letters."""
        return [number for piece in SPLIT.findall(text) for number in self._piece(piece)]

    def _encode_piece(self, piece: str) -> tuple[int, ...]:
        word = [self.letters[byte] for byte in piece.encode()]
        while len(word) > 1:
            pair = min(zip(word, word[1:]), key=lambda pair: self.rank.get(pair, len(self.rank)))
            if pair not in self.rank:
                break
            word = apply_merge(word, pair)
        return tuple(self.number[part] for part in word)
