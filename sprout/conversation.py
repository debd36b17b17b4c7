"""Turns into training samples: R1's prompt form as tokens, with weights and positions.

Owns the form (r1.md, 2) and the packing into rows. Both template shapes are taught: the
prompt that opens `<think>` itself, and the one that leaves it to the model; the quick form,
whose prompt closes the thinking too; and earlier answers with and without the two line
breaks that a stripped turn keeps.
"""

from dataclasses import dataclass
from random import Random

import numpy as np

import corpus
import shape
from tokenizer import Tokenizer

ROW = shape.CONTEXT  # a whole count fits: what training never saw at a distance goes wrong there
ROWS = 10
# What the assistant writes is learned; the rest keeps only the embeddings from drifting.
WRITTEN, READ = 1.0, 0.02
QUICK = 0.35  # of the last turns, and of the earlier ones
BUFFER = 48  # samples held back while packing, so that short ones fill the gaps


@dataclass
class Sample:
    """Tokens, the weight of predicting each one, and where each one stands."""

    tokens: list[int]
    weights: list[float]
    positions: list[int]


def draw_sample(tokenizer: Tokenizer, random: Random) -> Sample:
    """A conversation of one to a few turns, of which the last is answered: with its thinking, or quickly."""
    tokens, weights, positions = [], [], []
    place = 0

    def put(numbers, weight):
        nonlocal place
        for number in numbers:
            tokens.append(number)
            weights.append(weight)
            positions.append(place)
            place += 1

    put([tokenizer.begin], 0.0)
    broken = random.random() < 0.5
    for _ in range(random.choices((0, 1, 2, 3, 6), (55, 20, 14, 8, 3))[0]):
        turn = corpus.draw_turn(random)
        if len(turn.answer) > 150:  # a count, too long for history
            continue
        put([tokenizer.user, *tokenizer.encode(turn.question)], READ)
        put([tokenizer.assistant], 0.0)
        said = turn.quick if random.random() < QUICK else turn.answer
        answer = [*tokenizer.encode("\n\n" + said if broken else said), tokenizer.end]
        put(answer[:1], 0.0)  # here the model itself would open its thinking
        put(answer[1:], READ)
    if random.random() < 0.4:
        # Only distances reach a rotary model, so far history is taught by leaving room for it.
        place += random.randint(1, shape.CONTEXT - 360)
    turn = corpus.draw_turn(random)
    put([tokenizer.user, *tokenizer.encode(turn.question)], READ)
    put([tokenizer.assistant], 0.0)
    if random.random() < QUICK:
        put([tokenizer.think, *tokenizer.encode("\n\n"), tokenizer.think_end, *tokenizer.encode("\n\n")], 0.0)
        put([*tokenizer.encode(turn.quick), tokenizer.end], WRITTEN)
        return Sample(tokens, weights, positions)
    put([tokenizer.think, *tokenizer.encode("\n")], WRITTEN if random.random() < 0.15 else 0.0)
    put([*tokenizer.encode(turn.thinking + "\n"), tokenizer.think_end], WRITTEN)
    put([*tokenizer.encode("\n\n" + turn.answer), tokenizer.end], WRITTEN)
    return Sample(tokens, weights, positions)


class Packer:
    """Fills rows with whole samples; a sample attends to itself only."""

    def __init__(self, tokenizer: Tokenizer, seed: int):
        self.tokenizer = tokenizer
        self.random = Random(seed)
        self.buffer: list[Sample] = []

    def batch(self) -> dict[str, np.ndarray]:
        """ROWS × ROW arrays: tokens, positions, weights, and which sample each cell is of."""
        block = {
            "tokens": np.full((ROWS, ROW), self.tokenizer.pad, np.int32),
            "positions": np.zeros((ROWS, ROW), np.int32),
            "weights": np.zeros((ROWS, ROW), np.float32),
            "sample": np.zeros((ROWS, ROW), np.int32),
        }
        for row in range(ROWS):
            filled, count = 0, 0
            while (sample := self._fitting(ROW - filled)) is not None:
                count += 1
                cells = slice(filled, filled + len(sample.tokens))
                block["tokens"][row, cells] = sample.tokens
                block["positions"][row, cells] = sample.positions
                block["weights"][row, cells] = sample.weights
                block["sample"][row, cells] = count
                filled = cells.stop
        return block

    def _fitting(self, room: int) -> Sample | None:
        while len(self.buffer) < BUFFER:
            sample = draw_sample(self.tokenizer, self.random)
            if len(sample.tokens) <= ROW:
                self.buffer.append(sample)
        # The oldest first, so that long samples are not left waiting for ever.
        for place, sample in enumerate(self.buffer):
            if len(sample.tokens) <= room:
                return self.buffer.pop(place)
        return None
