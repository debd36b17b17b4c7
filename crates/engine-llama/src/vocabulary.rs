//! From segments to token ids and from token ids to bytes, with R1's tags known by their ids.
//!
//! Only a [`Segment::Special`] can become a control or user-defined token. Text is tokenized
//! without special tokens, and cut around the user-defined ones, which the tokenizer would
//! recognise all the same.

use std::collections::{HashMap, HashSet};

use engine::prompt::{Segment, THINK_CLOSE, THINK_OPEN, USER, cut_around};
use engine::splitter::{Tag, Tags};
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token_type::LlamaTokenAttr;

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
        let ends = vocab.tokens().filter(|token| vocab.is_eog(*token));
        Self {
            open: single(THINK_OPEN),
            closers: ends.chain(close).chain(user).collect(),
            close,
            user,
            user_defined,
            special,
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

    /// The ids of some segments of a prompt; those of `runs` for a text that is among them.
    pub(crate) fn ids(
        &self,
        model: &LlamaModel,
        segments: &[Segment],
        runs: &Runs,
    ) -> Vec<LlamaToken> {
        let vocab = model.vocab();
        let mut ids = Vec::new();
        for segment in segments {
            match segment {
                Segment::Special(token) => {
                    ids.extend(vocab.tokenize(token.as_bytes(), false, true));
                }
                Segment::Text(text) if runs.contains_key(text.as_bytes()) => {
                    ids.extend(&runs[text.as_bytes()]);
                }
                Segment::Text(text) => {
                    for piece in cut_around(text, &self.user_defined) {
                        ids.extend(vocab.tokenize(piece.as_bytes(), false, false));
                    }
                }
            }
        }
        ids
    }
}

/// What opens a thought, as R1 would have written it.
pub(crate) fn opening(model: &LlamaModel) -> Vec<LlamaToken> {
    let vocab = model.vocab();
    let mut ids = vocab.tokenize(THINK_OPEN.as_bytes(), false, true);
    ids.extend(vocab.tokenize(b"\n", false, false));
    ids
}

/// What closes a thought in the model's place, as R1 would have written it.
pub(crate) fn closing(model: &LlamaModel) -> Vec<LlamaToken> {
    let vocab = model.vocab();
    let mut ids = vocab.tokenize(b"\n", false, false);
    ids.extend(vocab.tokenize(THINK_CLOSE.as_bytes(), false, true));
    ids.extend(vocab.tokenize(engine::prompt::GAP.as_bytes(), false, false));
    ids
}

/// The bytes of a token; those of a control token are none.
pub(crate) fn piece(model: &LlamaModel, token: LlamaToken) -> Vec<u8> {
    model.vocab().token_to_piece(token, false, None)
}
