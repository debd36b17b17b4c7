"""Trains Sprout: `python train.py` from nothing, `--resume` from the last checkpoint, `--begin` from a file.

Owns the schedule, the loss and the checkpoints. One seed decides everything; the figures
that a run printed are in README.md.
"""

import argparse
import pickle
import queue
import threading
import time
from pathlib import Path
from random import Random

import jax
import jax.numpy as jnp
import numpy as np
import optax

import corpus
import model
import shape
from conversation import Packer
from export import read_gguf, write_gguf
from tokenizer import Tokenizer, learn_merges

SEED = 20_260
STEPS = 2000
WARM_UP = 60
PEAK, FLOOR = 3e-3, 1e-4
CLIP = 1.0
MTP_WEIGHT = 0.3
PARTS = 5
BIAS_STEP = 0.002
CHECKPOINT_EVERY = 100
MERGE_TURNS = 6000


def learn_tokenizer() -> Tokenizer:
    """Merges from a sample of the corpus with a seed of their own."""
    random = Random(SEED + 1)
    texts = []
    for _ in range(MERGE_TURNS):
        turn = corpus.draw_turn(random)
        texts += [turn.question, "\n", turn.thinking + "\n", "\n\n" + turn.answer]
    return Tokenizer(learn_merges(texts, shape.MERGES))


def summed_loss(logits, targets, weights):
    """Loss summed under `weights`, and summed over what the assistant writes alone."""
    loss = optax.softmax_cross_entropy_with_integer_labels(logits, targets)
    return (loss * weights).sum(), (loss * (weights == 1.0)).sum()


def total_loss(parameters, bias, part, whole):
    """This part's share of the batch's loss; `whole` holds the batch's sums of weights."""
    tokens = part["tokens"]
    logits, ahead, loads = model.forward(parameters, bias, tokens, part["positions"], part["sample"])
    main, written = summed_loss(logits[:, :-1], tokens[:, 1:], part["next"])
    mtp, written_ahead = summed_loss(ahead[:, :-2], tokens[:, 2:], part["after"])
    loss = main / whole["next"] + MTP_WEIGHT * mtp / whole["after"]
    return loss, (written / whole["written"], written_ahead / whole["written_after"], loads)


def with_targets(batch):
    """The batch with the weights of each next token and of the one after it."""
    sample, weights = batch["sample"], batch["weights"]
    within = (sample[:, 1:] == sample[:, :-1]) & (sample[:, 1:] > 0)
    batch = batch | {"next": weights[:, 1:] * within, "after": weights[:, 2:] * (within[:, :-1] & within[:, 1:])}
    whole = {
        "next": batch["next"].sum(),
        "after": batch["after"].sum(),
        "written": (batch["next"] == 1.0).sum(),
        "written_after": (batch["after"] == 1.0).sum(),
    }
    return batch, whole


def make_step(optimizer):
    """One compiled step: gradients, AdamW, and the selection bias towards balance."""
    gradient = jax.value_and_grad(total_loss, has_aux=True)

    def step(parameters, state, bias, batch):
        batch, whole = with_targets(batch)
        # A few rows at a time stay in the processor's cache: 1.5 times as fast as all at once.
        parts = jax.tree.map(lambda value: value.reshape(PARTS, -1, *value.shape[1:]), batch)

        def add(total, part):
            (_, figures), slopes = gradient(parameters, bias, part, whole)
            return jax.tree.map(jnp.add, total, (slopes, figures)), None

        even = shape.EXPERTS_USED / shape.EXPERTS
        nothing = (jax.tree.map(jnp.zeros_like, parameters), (0.0, 0.0, jax.tree.map(jnp.zeros_like, bias)))
        (slopes, (main, mtp, loads)), _ = jax.lax.scan(add, nothing, parts)
        updates, state = optimizer.update(slopes, state, parameters)
        parameters = optax.apply_updates(parameters, updates)
        loads = {name: load / PARTS for name, load in loads.items()}
        bias = {name: value + BIAS_STEP * jnp.sign(even - loads[name]) for name, value in bias.items()}
        busiest = jnp.stack([load.max() for load in loads.values()]).max() / shape.EXPERTS_USED
        return parameters, state, bias, (main, mtp, busiest)

    return jax.jit(step, donate_argnums=(0, 1, 2))


def batches_ahead(packer: Packer, steps: int):
    """Batches made in a second thread while the step computes."""
    ready = queue.Queue(maxsize=4)

    def produce():
        for _ in range(steps):
            ready.put(packer.batch())

    threading.Thread(target=produce, daemon=True).start()
    for _ in range(steps):
        yield ready.get()


def save(folder: Path, number: int, tokenizer: Tokenizer, parameters, state, bias):
    """A checkpoint to go on from, and the file that llama.cpp could load at this point."""
    kept = jax.tree.map(np.asarray, (parameters, state, bias))
    (folder / "last.tmp").write_bytes(pickle.dumps((number, tokenizer.merges, kept)))
    (folder / "last.tmp").rename(folder / "last.pickle")
    write_gguf(folder / f"step-{number:05}.gguf", tokenizer, kept[0], kept[2])


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    options.add_argument("--steps", type=int, default=STEPS)
    options.add_argument("--resume", action="store_true")
    options.add_argument("--begin", type=Path, help="a sprout.gguf whose weights to begin with")
    options.add_argument("--peak", type=float, default=PEAK, help="the highest learning rate")
    chosen = options.parse_args()
    chosen.work.mkdir(parents=True, exist_ok=True)

    schedule = optax.warmup_cosine_decay_schedule(0.0, chosen.peak, WARM_UP, chosen.steps, FLOOR)
    # Norms and the router's vectors are left alone by the decay; it is for matrices.
    decayed = lambda parameters: jax.tree.map(lambda value: value.ndim > 1, parameters)
    optimizer = optax.chain(
        optax.clip_by_global_norm(CLIP), optax.adamw(schedule, b1=0.9, b2=0.98, weight_decay=0.02, mask=decayed)
    )
    if chosen.resume:
        first, merges, (parameters, state, bias) = pickle.loads((chosen.work / "last.pickle").read_bytes())
        tokenizer = Tokenizer(merges)
    else:
        first = 0
        if chosen.begin:
            merges, *weights = read_gguf(chosen.begin)
            tokenizer = Tokenizer(merges)
            parameters, bias = jax.tree.map(jnp.asarray, tuple(weights))
        else:
            tokenizer = learn_tokenizer()
            parameters, bias = model.initial_parameters(SEED), model.initial_bias()
        state = optimizer.init(parameters)
    count = sum(value.size for value in jax.tree.leaves(parameters))
    print(f"{count:,} parameters, steps {first} to {chosen.steps}", flush=True)

    step = make_step(optimizer)
    started = time.monotonic()
    packer = Packer(tokenizer, SEED + 2 + first)
    for number, batch in enumerate(batches_ahead(packer, chosen.steps - first), first + 1):
        parameters, state, bias, (main_loss, mtp_loss, busiest) = step(parameters, state, bias, batch)
        if number % 10 == 0:
            seconds = time.monotonic() - started
            print(
                f"step {number} main {float(main_loss):.4f} mtp {float(mtp_loss):.4f} "
                f"busiest {float(busiest):.3f} at {seconds:.0f} s",
                flush=True,
            )
        if number % CHECKPOINT_EVERY == 0 or number == chosen.steps:
            save(chosen.work, number, tokenizer, parameters, state, bias)


if __name__ == "__main__":
    main()
