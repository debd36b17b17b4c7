//! What the engine needs of a vocabulary, by `llama-vocab.cpp`.

use std::collections::HashSet;

use crate::error::{Error, Named};
use crate::llama;
use crate::metadata::{Metadata, STRING, TOKENIZER, TOKENIZER_PRE};
use crate::tokens::Tokens;

const TOKENS: &str = "tokenizer.ggml.tokens";
const MERGES: &str = "tokenizer.ggml.merges";
const TYPES: &str = "tokenizer.ggml.token_type";

/// Checks tokens against the kind of tokenizer.
pub(crate) fn check(metadata: &Metadata) -> Result<(), Error> {
    let kind = metadata.text(TOKENIZER)?;
    let kind = kind.ok_or_else(|| metadata.broken(TOKENIZER, "is missing"))?;
    if llama::is_later(llama::TOKENIZERS, kind) {
        return Err(metadata.later(Named::Tokenizer, kind));
    }
    // What llama.cpp knows besides belongs to other families, or to none.
    if !["gpt2", "llama"].contains(&kind) {
        return Err(metadata.broken(TOKENIZER, "is neither `gpt2` nor `llama`"));
    }
    // One without a name is as `default`.
    let pre = metadata.text(TOKENIZER_PRE)?.unwrap_or_default();
    if !pre.is_empty() && !llama::is_name(pre) {
        return Err(metadata.broken(TOKENIZER_PRE, "is no name"));
    }
    // Only the tokenizer that merges looks at it.
    if kind == "gpt2" && llama::is_later(llama::PRE_TOKENIZERS, pre) {
        return Err(metadata.later(Named::PreTokenizer, pre));
    }
    let Some(tokens) = metadata.tokens() else {
        return Err(metadata.broken(TOKENS, "is missing"));
    };
    let words = unique(tokens).ok_or_else(|| metadata.broken(TOKENS, "has a token twice"))?;
    match kind {
        "gpt2" => match metadata.list(MERGES) {
            None => return Err(metadata.broken(MERGES, "is missing")),
            Some(STRING) if metadata.has_byte_tokens() => {
                let rule = "has a byte, and the bytes of this tokenizer are ordinary tokens";
                return Err(metadata.broken(TYPES, rule));
            }
            Some(STRING) => {}
            Some(_) => return Err(metadata.broken(MERGES, "is not a list of texts")),
        },
        // What it has no token for it spells in bytes, and it dies where one is missing.
        "llama" if !(0..=u8::MAX).all(|byte| has_byte(&words, byte)) => {
            return Err(metadata.broken(TOKENS, "has not a token for each byte"));
        }
        _ => {}
    }
    Ok(())
}

/// The tokens as the engine takes them in: cut at a NUL, and those that are then empty named by
/// their place. None where two are the same, which ends its process.
fn unique(tokens: &Tokens) -> Option<HashSet<&[u8]>> {
    let mut words = HashSet::with_capacity(tokens.count() as usize);
    for word in tokens.all() {
        let end = word.iter().position(|&byte| byte == 0);
        let word = &word[..end.unwrap_or(word.len())];
        if !word.is_empty() && !words.insert(word) {
            return None;
        }
    }
    Some(words)
}

fn has_byte(words: &HashSet<&[u8]>, byte: u8) -> bool {
    words.contains(format!("<0x{byte:02X}>").as_bytes()) || words.contains([byte].as_slice())
}
