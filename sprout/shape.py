"""Sprout's shape: the numbers that the trainer and the exporter share.

Every row of every weight is a multiple of 32, so that Q8_0 holds for the weights and
for llama.cpp's cache. What the numbers mean is DeepSeek-V3's own vocabulary.
"""

VOCABULARY = 640
MERGES = 360
EMBEDDING = 128
TRUNK_LAYERS = 4
DENSE_LAYERS = 1
HEADS = 4
QUERY_RANK = 64
CACHE_RANK = 64
PLAIN_PER_HEAD = 32  # the part of a key that carries no position ("nope")
ROTARY_PER_HEAD = 32
VALUE_PER_HEAD = 32
DENSE_HIDDEN = 384
EXPERTS = 8
EXPERTS_USED = 2
EXPERT_HIDDEN = 96
ROTARY_BASE = 10_000.0
NORM_EPSILON = 1e-6
CONTEXT = 1024
