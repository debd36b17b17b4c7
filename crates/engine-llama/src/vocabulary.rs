//! From segments to token ids and from token ids to bytes, with R1's tags known by their ids.
//!
//! Only a [`Segment::Special`] can become a control or user-defined token. Text is tokenized
//! without special tokens, and cut around the user-defined ones, which the tokenizer would
//! recognise all the same.
//!
//! A prompt is tokenized text by text, so that none runs into another. SentencePiece's vocabularies put a space
//! before each text that they are given, as before the first word of a sentence; where a text only goes on behind
//! another one, that space is left out, as llama.cpp leaves it out of a text that it is given whole.

use std::collections::{HashMap, HashSet};

use engine::prompt::{GAP, Segment, THINK_CLOSE, THINK_OPEN, USER, cut_around};
use engine::splitter::{Tag, Tags};
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token_type::LlamaTokenAttr;

/// What a text goes on behind, for a tokenizer that would begin it with a space otherwise.
const BEFORE: &[u8] = b"\n";

/// Texts by their bytes, with their ids.
pub(crate) type Runs = HashMap<Vec<u8>, Vec<LlamaToken>>;

/// What a reply needs to know about a model's tokens.
pub(crate) struct Vocabulary {
    open: Option<LlamaToken>,
    close: Option<LlamaToken>,
    user: Option<LlamaToken>,
    user_defined: Vec<String>,
    /// The tokens that are never a part of a text.
    special: HashSet<LlamaToken>,
    /// The tokens that would end a thought: its closing tag, and everything that ends a reply.
    closers: Vec<LlamaToken>,
    /// The tokens of [`BEFORE`] where a text begins with a space that it has not; else none.
    before: Vec<LlamaToken>,
}

impl Vocabulary {
    pub(crate) fn of(model: &LlamaModel) -> Self {
        let vocab = model.vocab();
        let single = |text: &str| match vocab.tokenize(text.as_bytes(), false, true)[..] {
            [token] => Some(token),
            _ => None,
        };
        let (mut user_defined, mut special) = (Vec::new(), HashSet::new());
        for token in vocab.tokens() {
            let attributes = vocab.attr(token);
            if attributes.contains(LlamaTokenAttr::Control) {
                special.insert(token);
            }
            let text = || vocab.text(token)?.to_str().ok().map(str::to_owned);
            // Runs of spaces are user-defined in some vocabularies, and mean nothing special.
            let is_meant = |text: &String| !text.trim().is_empty();
            if attributes.contains(LlamaTokenAttr::UserDefined)
                && let Some(text) = text().filter(is_meant)
            {
                special.insert(token);
                user_defined.push(text);
            }
        }
        let (close, user) = (single(THINK_CLOSE), single(USER));
        let begun = vocab.tokenize(b"a", false, false);
        let adds_space = begun
            .first()
            .is_some_and(|first| piece(model, *first).starts_with(b" "));
        let before = if adds_space {
            vocab.tokenize(BEFORE, false, false)
        } else {
            Vec::new()
        };
        let ends = vocab.tokens().filter(|token| vocab.is_eog(*token));
        Self {
            open: single(THINK_OPEN),
            closers: ends.chain(close).chain(user).collect(),
            close,
            user,
            user_defined,
            special,
            before,
        }
    }

    /// The texts between the special tokens of a sequence, each with the ids that it has there. What a
    /// model wrote is seldom tokenized as its tokenizer would do it.
    pub(crate) fn runs(&self, model: &LlamaModel, ids: &[LlamaToken]) -> Runs {
        let runs = ids.split(|token| self.special.contains(token));
        let runs = runs.filter(|run| !run.is_empty()).map(|run| {
            let text = run.iter().flat_map(|token| piece(model, *token)).collect();
            (text, run.to_vec())
        });
        runs.collect()
    }

    /// The tokens that would end a thought.
    pub(crate) fn closers(&self) -> &[LlamaToken] {
        &self.closers
    }

    /// True where both tags are tokens.
    pub(crate) fn has_tags(&self) -> bool {
        self.open.is_some() && self.close.is_some()
    }

    /// How a splitter shall recognise the tags.
    pub(crate) fn tags(&self) -> Tags {
        if self.has_tags() {
            Tags::AsTokens
        } else {
            Tags::AsText
        }
    }

    /// The tag that a token stands for.
    pub(crate) fn tag(&self, token: LlamaToken) -> Option<Tag> {
        match Some(token) {
            _ if !self.has_tags() => None,
            open if open == self.open => Some(Tag::Open),
            close if close == self.close => Some(Tag::Close),
            _ => None,
        }
    }

    /// True where a reply is over: the model closed it, or began to write the user's next turn.
    pub(crate) fn ends_reply(&self, model: &LlamaModel, token: LlamaToken) -> bool {
        model.vocab().is_eog(token) || Some(token) == self.user
    }

    /// The ids of some segments of a prompt, behind these; those of `runs` for a text that is among them.
    pub(crate) fn ids(
        &self,
        model: &LlamaModel,
        segments: &[Segment],
        runs: &Runs,
        behind: &[LlamaToken],
    ) -> Vec<LlamaToken> {
        let mut ids: Vec<LlamaToken> = Vec::new();
        let goes_on = |ids: &[LlamaToken]| {
            let last = ids.last().or(behind.last());
            last.is_some_and(|last| !self.special.contains(last))
        };
        for segment in segments {
            match segment {
                Segment::Special(token) => {
                    ids.extend(self.of_text(model, goes_on(&ids), token, true));
                }
                Segment::Text(text) if runs.contains_key(text.as_bytes()) => {
                    ids.extend(&runs[text.as_bytes()]);
                }
                Segment::Text(text) => {
                    for piece in cut_around(text, &self.user_defined) {
                        ids.extend(self.of_text(model, goes_on(&ids), piece, false));
                    }
                }
            }
        }
        ids
    }

    /// The ids of a text, which may go on behind another one; `special` where tokens are recognised in it.
    fn of_text(
        &self,
        model: &LlamaModel,
        goes_on: bool,
        text: &str,
        special: bool,
    ) -> Vec<LlamaToken> {
        let vocab = model.vocab();
        if goes_on && !self.before.is_empty() && !text.is_empty() {
            let whole = [BEFORE, text.as_bytes()].concat();
            let whole = vocab.tokenize(&whole, false, special);
            if let Some(ids) = whole.strip_prefix(&self.before[..]) {
                return ids.to_vec();
            }
        }
        vocab.tokenize(text.as_bytes(), false, special)
    }

    /// What opens a thought, as R1 would have written it.
    pub(crate) fn opening(&self, model: &LlamaModel) -> Vec<LlamaToken> {
        let mut ids = model.vocab().tokenize(THINK_OPEN.as_bytes(), false, true);
        ids.extend(self.of_text(model, !self.has_tags(), "\n", false));
        ids
    }

    /// What closes a thought in the model's place, as R1 would have written it behind its words.
    pub(crate) fn closing(&self, model: &LlamaModel) -> Vec<LlamaToken> {
        let mut ids = self.of_text(model, true, "\n", false);
        ids.extend(self.of_text(model, true, THINK_CLOSE, true));
        ids.extend(self.of_text(model, !self.has_tags(), GAP, false));
        ids
    }
}

/// The bytes of a token; those of a control token are none.
pub(crate) fn piece(model: &LlamaModel, token: LlamaToken) -> Vec<u8> {
    model.vocab().token_to_piece(token, false, None)
}
