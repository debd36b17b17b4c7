//! A smaller model of the same family that drafts what the larger one would write. It reads along in a
//! cache of its own, a little at each step, and is never needed: where it fails it is given up.
//!
//! Not here: what becomes of its drafts (`guess`), and whether they pay, its own time included
//! (`worth`).

use std::io::Write;
use std::path::Path;

use engine::message::{Attention, Load};
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::token::LlamaToken;

use crate::brake::Brake;
use crate::llama::{Context, Decoded, Shape};
use crate::loading;
use crate::prompting::common;
use crate::vocabulary::piece;

/// Tokens that it drafts at once, at most.
pub(crate) const DEPTH: usize = 5;

/// What it is less sure of than this is not drafted: it would not come true often enough to be worth
/// a row of the larger model.
const SURE: f32 = 0.5;

/// Tokens that it reads at once while it catches up, so that no step waits long for it.
const BITE: usize = 32;

/// By so much may two vocabularies of one family differ at their ends: R1's models of Qwen's are padded
/// to 151,936 and 152,064 entries.
const PADDING: u32 = 128;

/// One word in so many is compared: all that differ, differ in more than one.
const SAMPLE: usize = 97;

/// The smaller model, and what it has read.
pub(crate) struct Drafter {
    context: Context,
    read: Vec<LlamaToken>,
}

impl Drafter {
    /// The model in this file, to draft for another with as long a conversation; none where it cannot
    /// be loaded or has other words.
    pub(crate) fn open(
        path: &Path,
        load: &Load,
        trunk: &LlamaModel,
        brake: &'static Brake,
    ) -> Option<Self> {
        let opened = Self::try_open(path, load, trunk, brake);
        if let Err(why) = &opened {
            let _ = writeln!(
                std::io::stderr(),
                "drafts without {}: {why}",
                path.display()
            );
        }
        opened.ok()
    }

    fn try_open(
        path: &Path,
        load: &Load,
        trunk: &LlamaModel,
        brake: &'static Brake,
    ) -> Result<Self, String> {
        let load = Load {
            path: path.to_owned(),
            predicts: false,
            draft: None,
            ..load.clone()
        };
        let model =
            loading::weights(&load, &mut |_| true).map_err(|failure| failure.message.clone())?;
        if !same_words(&model, trunk) {
            return Err("it has other words".to_owned());
        }
        let shape = Shape {
            context: load.context,
            batch: load.batch.clamp(1, load.context.max(1)),
            threads: load.threads,
            cache: load.cache,
            // Which needs the least memory.
            attention: Attention::Flash,
            predicts: false,
        };
        let context = Context::new(model, &shape, brake).ok_or("no memory for its context")?;
        if !context.can_be_cut() {
            return Err("its cache cannot be cut".to_owned());
        }
        Ok(Self {
            context,
            read: Vec::new(),
        })
    }

    /// What it would write behind this text and the token after it, as far as it is sure, `most` tokens
    /// at most. None while it catches up; an error where it is of no use any more.
    pub(crate) fn draft(
        &mut self,
        text: &[LlamaToken],
        last: LlamaToken,
        most: usize,
        threads: u32,
    ) -> Result<Option<Vec<LlamaToken>>, Useless> {
        let most = most.min((self.context.size() as usize).saturating_sub(text.len() + 1));
        if most == 0 || !self.follow(text, threads)? {
            return Ok(None);
        }
        let mut drafts = Vec::with_capacity(most);
        let mut next = last;
        for _ in 0..most {
            if !self.compute(&[next])? {
                break;
            }
            let row = self.context.row(0).ok_or(Useless)?;
            let Some((best, chance)) = likeliest(row) else {
                return Err(Useless);
            };
            if chance < SURE {
                break;
            }
            next = LlamaToken(best);
            drafts.push(next);
        }
        Ok(Some(drafts))
    }

    /// Reads what it lacks of the text, a bite of it; true once it has all.
    fn follow(&mut self, text: &[LlamaToken], threads: u32) -> Result<bool, Useless> {
        let keep = common(&self.read, text);
        if keep < self.read.len() {
            if !self.context.truncate(keep) {
                return Err(Useless);
            }
            self.read.truncate(keep);
        }
        self.context.set_threads(threads);
        let lacks = &text[keep..];
        let bite = &lacks[..lacks.len().min(BITE)];
        Ok((bite.is_empty() || self.compute(bite)?) && bite.len() == lacks.len())
    }

    /// Computes these tokens behind what it has read; false where something else is wanted.
    fn compute(&mut self, tokens: &[LlamaToken]) -> Result<bool, Useless> {
        let ended = self.context.decode(tokens, 1);
        self.read.extend_from_slice(tokens);
        match ended {
            Decoded::Whole => Ok(true),
            Decoded::Braked => {
                self.read.truncate(self.context.len());
                Ok(false)
            }
            Decoded::Failed(_) => Err(Useless),
        }
    }
}

/// A drafter that cannot draft any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Useless;

/// The likeliest word and its chance; none where there are no numbers.
fn likeliest(row: &[f32]) -> Option<(i32, f32)> {
    let (at, best) = row
        .iter()
        .enumerate()
        .max_by(|(_, one), (_, other)| one.total_cmp(other))?;
    let all: f32 = row.iter().map(|logit| (logit - best).exp()).sum();
    let chance = 1.0 / all;
    (best.is_finite() && chance.is_finite()).then_some((i32::try_from(at).ok()?, chance))
}

/// Whether two models have the same words under the same numbers, but for padding at the end.
fn same_words(one: &LlamaModel, other: &LlamaModel) -> bool {
    let sizes = [one, other].map(|model| u32::try_from(model.n_vocab()).unwrap_or(0));
    let shared = sizes[0].min(sizes[1]);
    let used = i32::try_from(shared.saturating_sub(PADDING)).unwrap_or(0);
    let mut sampled = (0..used).step_by(SAMPLE).map(LlamaToken);
    sizes[0].abs_diff(sizes[1]) <= PADDING
        && one.vocab().bos() == other.vocab().bos()
        && one.vocab().eos() == other.vocab().eos()
        && sampled.all(|token| piece(one, token) == piece(other, token))
}

#[cfg(test)]
mod tests {
    use super::likeliest;

    #[test]
    fn the_likeliest_word_and_its_chance() {
        let (at, chance) = likeliest(&[0.0, 2.0_f32.ln(), 0.0]).unwrap();
        assert_eq!(at, 1);
        assert!((chance - 0.5).abs() < 1e-6);
        assert_eq!(likeliest(&[]), None);
        assert_eq!(likeliest(&[f32::NAN, 1.0]), None);
        assert_eq!(likeliest(&[f32::NEG_INFINITY]), None);
    }
}
