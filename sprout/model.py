"""DeepSeek-V3 in miniature, in JAX, for training: MLA, routed and shared experts, one MTP layer.

Owns the parameters and the forward pass. Matrices are stored input × output here and turned
round by `export`. Attention is written out per head; llama.cpp runs the same weights in the
absorbed form (one cached row for all heads), so the test of the sums checks this file too.
"""

import jax
import jax.numpy as jnp

import shape as s

KEY = s.PLAIN_PER_HEAD + s.ROTARY_PER_HEAD


def initial_parameters(seed: int) -> dict:
    """Fresh weights. Layer names are `0`…`3` for the trunk and `4` for the MTP layer."""
    keys = iter(jax.random.split(jax.random.key(seed), 200))

    def matrix(*size, gain=1.0):
        return jax.random.normal(next(keys), size) * gain * size[-2] ** -0.5

    quiet = (2 * s.TRUNK_LAYERS) ** -0.5  # what adds to the residual starts small

    def layer(dense: bool) -> dict:
        parts = {
            "attn_norm": jnp.ones(s.EMBEDDING),
            "attn_q_a": matrix(s.EMBEDDING, s.QUERY_RANK),
            "attn_q_a_norm": jnp.ones(s.QUERY_RANK),
            "attn_q_b": matrix(s.QUERY_RANK, s.HEADS * KEY),
            "attn_kv_a_mqa": matrix(s.EMBEDDING, s.CACHE_RANK + s.ROTARY_PER_HEAD),
            "attn_kv_a_norm": jnp.ones(s.CACHE_RANK),
            "attn_k_b": matrix(s.HEADS, s.CACHE_RANK, s.PLAIN_PER_HEAD),
            "attn_v_b": matrix(s.HEADS, s.CACHE_RANK, s.VALUE_PER_HEAD),
            "attn_output": matrix(s.HEADS * s.VALUE_PER_HEAD, s.EMBEDDING, gain=quiet),
            "ffn_norm": jnp.ones(s.EMBEDDING),
        }
        if dense:
            parts["ffn_gate"] = matrix(s.EMBEDDING, s.DENSE_HIDDEN)
            parts["ffn_up"] = matrix(s.EMBEDDING, s.DENSE_HIDDEN)
            parts["ffn_down"] = matrix(s.DENSE_HIDDEN, s.EMBEDDING, gain=quiet)
            return parts
        # All experts side by side in one matrix: eight small products cost more than one large.
        wide = s.EXPERTS * s.EXPERT_HIDDEN
        parts["ffn_gate_inp"] = matrix(s.EMBEDDING, s.EXPERTS)
        parts["ffn_gate_exps"] = matrix(s.EMBEDDING, wide)
        parts["ffn_up_exps"] = matrix(s.EMBEDDING, wide)
        parts["ffn_down_exps"] = matrix(wide, s.EMBEDDING, gain=quiet * s.EXPERTS**0.5)
        parts["ffn_gate_shexp"] = matrix(s.EMBEDDING, s.EXPERT_HIDDEN)
        parts["ffn_up_shexp"] = matrix(s.EMBEDDING, s.EXPERT_HIDDEN)
        parts["ffn_down_shexp"] = matrix(s.EXPERT_HIDDEN, s.EMBEDDING, gain=quiet)
        return parts

    layers = {str(place): layer(place < s.DENSE_LAYERS) for place in range(s.TRUNK_LAYERS + 1)}
    layers[str(s.TRUNK_LAYERS)] |= {
        "nextn.eh_proj": matrix(2 * s.EMBEDDING, s.EMBEDDING),
        "nextn.enorm": jnp.ones(s.EMBEDDING),
        "nextn.hnorm": jnp.ones(s.EMBEDDING),
        "nextn.shared_head_norm": jnp.ones(s.EMBEDDING),
    }
    return {
        "token_embd": jax.random.normal(next(keys), (s.VOCABULARY, s.EMBEDDING)) * 0.5,
        "output_norm": jnp.ones(s.EMBEDDING),
        "output": matrix(s.EMBEDDING, s.VOCABULARY, gain=0.5),
        "layers": layers,
    }


def initial_bias() -> dict:
    """The selection bias of each MoE layer: moved by balance, never by the gradient."""
    return {str(place): jnp.zeros(s.EXPERTS) for place in range(s.DENSE_LAYERS, s.TRUNK_LAYERS + 1)}


def norm(x, weight):
    return x * jax.lax.rsqrt(jnp.mean(x * x, axis=-1, keepdims=True) + s.NORM_EPSILON) * weight


def rotation(positions):
    """Cosine and sine for each position and each pair of neighbours."""
    speed = s.ROTARY_BASE ** (-jnp.arange(0, s.ROTARY_PER_HEAD, 2) / s.ROTARY_PER_HEAD)
    angle = positions[..., None] * speed
    return jnp.cos(angle), jnp.sin(angle)


def rotate(x, turn):
    """Rotary embedding over neighbouring pairs (2i, 2i+1), llama.cpp's `NORM` kind."""
    cosine, sine = turn
    even, odd = x[..., 0::2], x[..., 1::2]
    return jnp.stack([even * cosine - odd * sine, even * sine + odd * cosine], axis=-1).reshape(x.shape)


def attention(parts, x, turn, mask):
    rows, length, _ = x.shape
    query = norm(x @ parts["attn_q_a"], parts["attn_q_a_norm"]) @ parts["attn_q_b"]
    query = query.reshape(rows, length, s.HEADS, KEY)
    cached = x @ parts["attn_kv_a_mqa"]
    content = norm(cached[..., : s.CACHE_RANK], parts["attn_kv_a_norm"])
    rotary_key = rotate(cached[..., s.CACHE_RANK :], turn)
    plain_key = jnp.einsum("btc,hcn->bthn", content, parts["attn_k_b"])
    value = jnp.einsum("btc,hcv->bthv", content, parts["attn_v_b"])
    rotary_query = rotate(query[..., s.PLAIN_PER_HEAD :], tuple(part[:, :, None] for part in turn))
    shared = jnp.broadcast_to(rotary_key[:, :, None], (rows, length, s.HEADS, s.ROTARY_PER_HEAD))
    whole_query = jnp.concatenate([query[..., : s.PLAIN_PER_HEAD], rotary_query], -1)
    whole_key = jnp.concatenate([plain_key, shared], -1)
    scores = jnp.einsum("bqhd,bkhd->bhqk", whole_query * KEY**-0.5, whole_key) + mask
    mixed = jnp.einsum("bhqk,bkhv->bqhv", jax.nn.softmax(scores), value)
    return mixed.reshape(rows, length, -1) @ parts["attn_output"]


def gated(x, gate, up, down):
    return (jax.nn.silu(x @ gate) * (x @ up)) @ down


def experts(parts, bias, x):
    """Routed and shared experts, and how often each routed one was chosen."""
    affinity = jax.nn.sigmoid(x @ parts["ffn_gate_inp"])
    _, chosen = jax.lax.top_k(jax.lax.stop_gradient(affinity) + bias, s.EXPERTS_USED)
    used = jax.nn.one_hot(chosen, s.EXPERTS).sum(-2)
    share = affinity * used
    share = share / (share.sum(-1, keepdims=True) + 1e-20)
    hidden = jax.nn.silu(x @ parts["ffn_gate_exps"]) * (x @ parts["ffn_up_exps"])
    apart = hidden.reshape(*share.shape, s.EXPERT_HIDDEN) * share[..., None]
    routed = apart.reshape(hidden.shape) @ parts["ffn_down_exps"]
    shared = gated(x, parts["ffn_gate_shexp"], parts["ffn_up_shexp"], parts["ffn_down_shexp"])
    return routed + shared, used.mean((0, 1))


def block(parts, bias, x, turn, mask):
    """One layer; `bias` is None for a dense one."""
    x = x + attention(parts, norm(x, parts["attn_norm"]), turn, mask)
    inner = norm(x, parts["ffn_norm"])
    if bias is None:
        return x + gated(inner, parts["ffn_gate"], parts["ffn_up"], parts["ffn_down"]), None
    change, load = experts(parts, bias, inner)
    return x + change, load


def forward(parameters, bias, tokens, positions, sample):
    """Logits for the next token, logits of the MTP layer for the one after, expert loads.

    The MTP layer at place i reads the trunk's normed output at i and the embedding of token
    i+1; its last place has no next token and is given token 0, which no loss looks at.
    """
    layers = parameters["layers"]
    turn = rotation(positions)
    length = tokens.shape[1]
    same = (sample[:, :, None] == sample[:, None, :]) & jnp.tril(jnp.ones((length, length), bool))
    mask = jnp.where(same, 0.0, -1e9)[:, None]
    x = parameters["token_embd"][tokens]
    loads = {}
    for place in range(s.TRUNK_LAYERS):
        name = str(place)
        x, load = block(layers[name], bias.get(name), x, turn, mask)
        if load is not None:
            loads[name] = load
    final = norm(x, parameters["output_norm"])
    name = str(s.TRUNK_LAYERS)
    parts = layers[name]
    following = parameters["token_embd"][jnp.roll(tokens, -1, axis=1)]
    joined = jnp.concatenate([norm(following, parts["nextn.enorm"]), norm(final, parts["nextn.hnorm"])], -1)
    y, loads[name] = block(parts, bias[name], joined @ parts["nextn.eh_proj"], turn, mask)
    ahead = norm(y, parts["nextn.shared_head_norm"])
    return final @ parameters["output"], ahead @ parameters["output"], loads
