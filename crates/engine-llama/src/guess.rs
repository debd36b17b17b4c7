//! Tokens that are guessed and computed before they are chosen, so that one step of the computation
//! serves several.
//!
//! The text does not change by it: each token is chosen from the logits behind the one before it,
//! by the same sampler in the same order, as if there were no guesses. Where the choice is what was
//! guessed, its logits are there already; where it is another, what was computed behind it leaves
//! the cache. What a reply asks of each token, a limit or a closed thought, is asked between two
//! choices as ever, and no guess is ever told.
//!
//! They come from the model itself where it predicts further tokens, from a smaller one beside it, or
//! from what the text said before. Not here: how each finds them (`llama`, `drafter`, `ngram`), and how
//! many pay (`worth`).

use std::time::Instant;

use engine::message::Drafts;
use llama_cpp_2::token::LlamaToken;

use crate::ngram::Ngrams;
use crate::session::{Halt, Session};
use crate::worth::WIDEST;

/// What a model drafts is about as good as an agreement of so many tokens, until it was seen.
const PREDICTED: usize = 8;

/// The guesses of one reply.
pub(crate) struct Guesses {
    drafts: Drafts,
    ngrams: Ngrams,
    /// The token that was computed last, and the guesses that were computed behind it.
    step: Vec<LlamaToken>,
    /// Whether a model drafted the guesses of the step.
    predicted: bool,
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
            predicted: false,
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
        self.predicted = false;
        self.chosen = 0;
        self.sure = session.cached().len();
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
                session.worth_of(false).saw(length, guess == token.0);
            }
            self.ngrams.push(token.0);
        }
        let guess = self.step.get(self.chosen).copied();
        if let Some(guess) = guess.filter(|_| self.predicted) {
            let place = PREDICTED + self.chosen - 1;
            session.worth_of(true).saw(place, guess == token);
        }
        if guess == Some(token) {
            self.chosen += 1;
            self.sure += 1;
            self.accepted += 1;
            return Ok(());
        }
        self.settle(session)?;
        self.step.clear();
        self.step.push(token);
        let begin = Instant::now();
        self.guess(session, token, most);
        self.chosen = 1;
        self.sure += 1;
        session.decode(&self.step, self.step.len())?;
        self.steps += 1;
        self.drafted += u32::try_from(self.step.len() - 1).unwrap_or(u32::MAX);
        let took = begin.elapsed().as_secs_f64();
        for kind in [false, true] {
            // A step that a model did not draft for, and took its time, is none with a single token.
            let is_told = kind == self.predicted || self.step.len() == 1;
            if is_told && !(self.predicted && self.step.len() == 1) {
                session.worth_of(kind).took(self.step.len(), took);
            }
        }
        Ok(())
    }

    /// Adds guesses to the step.
    fn guess(&mut self, session: &mut Session, last: LlamaToken, most: usize) {
        let repeated = self.ngrams.guess().map(|(length, _)| length);
        // A smaller model costs time to draft; what the text said before costs none, and where it agrees
        // for long it is as good.
        let is_known = repeated.is_some_and(|length| length >= PREDICTED);
        let depth = session
            .draft_depth()
            .filter(|_| !(is_known && session.drafts_with_another()));
        let drafts = depth.is_some();
        let Some(length) = depth.map(|_| PREDICTED).or(repeated) else {
            return;
        };
        let most = depth.map_or(most, |depth| most.min(depth));
        let count = match self.drafts {
            Drafts::Never => 0,
            Drafts::Always => most,
            Drafts::WherePays => session.worth_of(drafts).guesses(length, most),
        };
        if drafts && count == 0 && session.worth_of(true).is_hopeless() {
            // Following the trunk costs time at every step, drafts or no drafts.
            session.stop_drafting();
        }
        if drafts && count > 0 {
            self.predicted = true;
            match session.draft(last, count) {
                // Not sure of anything is as good as wrong, and took its time.
                Some(drafts) if drafts.is_empty() => {
                    session.worth_of(true).saw(PREDICTED, false);
                }
                drafts => self.step.extend(drafts.unwrap_or_default()),
            }
            return;
        }
        self.step.extend(self.ngrams.guesses(count).map(LlamaToken));
    }

    /// Takes what is not the text out of the cache.
    pub(crate) fn settle(&mut self, session: &mut Session) -> Result<(), Halt> {
        if std::mem::take(&mut self.predicted) {
            session.judge(self.chosen.saturating_sub(1));
        }
        session.take_back(self.sure)
    }
}
