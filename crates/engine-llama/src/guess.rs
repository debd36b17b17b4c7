//! Tokens that are guessed and computed before they are chosen, so that one step of the computation
//! serves several.
//!
//! The text does not change by it: each token is chosen from the logits behind the one before it,
//! by the same sampler in the same order, as if there were no guesses. Where the choice is what was
//! guessed, its logits are there already; where it is another, what was computed behind it leaves
//! the cache. What a reply asks of each token, a limit or a closed thought, is asked between two
//! choices as ever, and no guess is ever told.
//!
//! Not here: where guesses come from (`ngram`), and how many pay (`worth`).

use std::time::Instant;

use engine::message::Drafts;
use llama_cpp_2::token::LlamaToken;

use crate::ngram::Ngrams;
use crate::session::{Halt, Session};
use crate::worth::WIDEST;

/// The guesses of one reply.
pub(crate) struct Guesses {
    drafts: Drafts,
    ngrams: Ngrams,
    /// The token that was computed last, and the guesses that were computed behind it.
    step: Vec<LlamaToken>,
    /// How many tokens of the step were chosen; the next is chosen from the logits behind the last
    /// of them.
    chosen: usize,
    /// Tokens in the cache that are the text: those behind them are guesses.
    sure: usize,
    /// Tokens that were guessed and computed.
    pub(crate) drafted: u32,
    /// Those of them that were chosen.
    pub(crate) accepted: u32,
    /// Steps of the computation.
    pub(crate) steps: u32,
}

impl Guesses {
    /// For a reply to a prompt that the session has read.
    pub(crate) fn new(drafts: Drafts) -> Self {
        Self {
            drafts,
            ngrams: Ngrams::default(),
            step: Vec::with_capacity(WIDEST),
            chosen: 0,
            // Nothing is taken back before it began.
            sure: usize::MAX,
            drafted: 0,
            accepted: 0,
            steps: 0,
        }
    }

    /// Begins behind a text that the session has read.
    pub(crate) fn begin(&mut self, session: &Session, text: &[LlamaToken]) {
        if !session.takes_back() {
            self.drafts = Drafts::Never;
        }
        self.step.clear();
        self.chosen = 0;
        self.sure = session.cached();
        if self.drafts != Drafts::Never {
            self.ngrams = Ngrams::of(text.iter().map(|token| token.0));
        }
    }

    /// The row of the last computation from which the next token is chosen.
    pub(crate) fn row(&self) -> usize {
        self.chosen.saturating_sub(1)
    }

    /// Tokens in the cache that are the text.
    pub(crate) fn sure(&self) -> usize {
        self.sure
    }

    /// Takes a token that was chosen and sees to it that the logits behind it are there; at most so
    /// many further ones may be computed on the way.
    pub(crate) fn push(
        &mut self,
        session: &mut Session,
        token: LlamaToken,
        most: usize,
    ) -> Result<(), Halt> {
        let most = most.min(session.widest() - 1);
        if self.drafts != Drafts::Never {
            if let Some((length, guess)) = self.ngrams.guess() {
                session.worth_mut().saw(length, guess == token.0);
            }
            self.ngrams.push(token.0);
        }
        if self.step.get(self.chosen) == Some(&token) {
            self.chosen += 1;
            self.sure += 1;
            self.accepted += 1;
            return Ok(());
        }
        self.settle(session)?;
        self.step.clear();
        self.step.push(token);
        self.guess(session, most);
        self.chosen = 1;
        self.sure += 1;
        let begin = Instant::now();
        session.decode(&self.step, self.step.len())?;
        self.steps += 1;
        self.drafted += u32::try_from(self.step.len() - 1).unwrap_or(u32::MAX);
        let took = begin.elapsed().as_secs_f64();
        session.worth_mut().took(self.step.len(), took);
        Ok(())
    }

    /// Adds guesses to the step.
    fn guess(&mut self, session: &mut Session, most: usize) {
        let Some((length, _)) = self.ngrams.guess() else {
            return;
        };
        let count = match self.drafts {
            Drafts::Never => 0,
            Drafts::Always => most,
            Drafts::WherePays => session.worth_mut().guesses(length, most),
        };
        self.step.extend(self.ngrams.guesses(count).map(LlamaToken));
    }

    /// Takes what is not the text out of the cache.
    pub(crate) fn settle(&mut self, session: &mut Session) -> Result<(), Halt> {
        session.take_back(self.sure)
    }
}
