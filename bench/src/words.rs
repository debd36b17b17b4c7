//! A vocabulary of R1's size and shape: bytes, merges of letters, special tokens.
//!
//! The distilled Qwen models have 151,643 tokens of bytes and merges, then special ones. Which
//! letters merge does not matter to any figure; how many there are does.

use std::collections::HashSet;

/// Tokens of bytes and merges, before the special ones.
const PLAIN: usize = 151_643;
/// The special tokens that follow, in the order of the distilled Qwen models.
const SPECIAL: [&str; 7] = [
    engine::prompt::END,
    engine::prompt::USER,
    engine::prompt::ASSISTANT,
    engine::prompt::BEGIN,
    "<|EOT|>",
    engine::prompt::THINK_OPEN,
    engine::prompt::THINK_CLOSE,
];

/// What a GGUF file tells of a vocabulary.
pub(crate) struct Vocabulary {
    pub(crate) tokens: Vec<String>,
    /// 1: normal, 3: control, 4: defined by the user, 5: unused (`enum llama_token_type`).
    pub(crate) kinds: Vec<i32>,
    pub(crate) merges: Vec<String>,
    /// Id of the first special token, which ends a text.
    pub(crate) end_id: u32,
    /// Id of the token that begins a text.
    pub(crate) begin_id: u32,
}

impl Vocabulary {
    /// A vocabulary of so many tokens.
    pub(crate) fn of(size: usize) -> Self {
        let plain = PLAIN.min(size - SPECIAL.len());
        let mut tokens: Vec<String> = (0..=255).map(|byte| letter(byte).to_string()).collect();
        let mut merges = Vec::new();
        let lower: Vec<String> = ('a'..='z').map(String::from).collect();
        let space = letter(b' ').to_string();
        let mut heads: Vec<String> = ('A'..='Z').map(String::from).collect();
        heads.extend(lower.iter().cloned());
        heads.push(space);
        // Every head with one letter more, then each of those with one letter more, and so on.
        let mut known: HashSet<String> = tokens.iter().cloned().collect();
        'full: loop {
            let mut longer = Vec::new();
            for head in &heads {
                for tail in &lower {
                    if tokens.len() == plain {
                        break 'full;
                    }
                    let whole = format!("{head}{tail}");
                    if known.insert(whole.clone()) {
                        merges.push(format!("{head} {tail}"));
                        tokens.push(whole.clone());
                        longer.push(whole);
                    }
                }
            }
            heads = longer;
        }
        let mut kinds = vec![1; plain];
        tokens.extend(SPECIAL.map(str::to_owned));
        // `<think>` and `</think>` are defined by the user, the others control.
        kinds.extend([3, 3, 3, 3, 3, 4, 4]);
        while tokens.len() < size {
            tokens.push(format!("[PAD{}]", tokens.len()));
            kinds.push(5);
        }
        let end_id = u32::try_from(plain).expect("BUG: a vocabulary fits 32 bits");
        Self {
            tokens,
            kinds,
            merges,
            end_id,
            begin_id: end_id + 3,
        }
    }
}

/// How GPT-2's vocabularies write a byte: printable ones as themselves, the others above U+0100.
fn letter(byte: u8) -> char {
    let printable = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    if printable(&byte) {
        return char::from(byte);
    }
    let before = (0..byte).filter(|byte| !printable(byte)).count();
    let number = 0x100 + u32::try_from(before).expect("BUG: less than 256");
    char::from_u32(number).expect("BUG: below the surrogates")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vocabulary_has_no_two_alike_and_its_special_tokens_in_place() {
        let Vocabulary {
            tokens,
            kinds,
            merges,
            end_id,
            begin_id,
        } = Vocabulary::of(151_936);
        assert_eq!((tokens.len(), kinds.len()), (151_936, 151_936));
        assert_eq!(merges.len(), PLAIN - 256);
        assert_eq!(tokens.iter().collect::<HashSet<_>>().len(), tokens.len());
        assert_eq!(tokens[end_id as usize], engine::prompt::END);
        assert_eq!(tokens[begin_id as usize], engine::prompt::BEGIN);
        assert_eq!(tokens[151_648], "<think>");
        // As every GPT-2 vocabulary has it.
        assert_eq!((letter(b' '), letter(b'\n'), letter(0xad)), ('Ġ', 'Ċ', 'Ń'));
    }
}
