//! One reply from its prompt to its one end: read, sample, split, tell.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use engine::governor::{Closer, Loops};
use engine::message::{Choice, End, Event, Failure, FailureCode, Job, Reply, Statistics};
use engine::prompt::{Begins, Segment};
use engine::splitter::{Place, Splitter, Tag};
use llama_cpp_2::token::LlamaToken;

use crate::brake::Brake;
use crate::guess::Guesses;
use crate::memory;
use crate::prompting::{Fitting, Wanted};
use crate::sampler::Sampler;
use crate::session::{Halt, Session};
use crate::vocabulary::{self, Runs};

/// Room that a prompt must leave for the reply, in tokens; a quarter of a small context instead.
/// Less would end in the middle of the first thought.
const ROOM: u32 = 256;

/// How long a thought must at least be, in tokens, that was left empty the first time.
const LEAST_AGAIN: u32 = 8;

/// Writes a reply; the last event is always its end.
pub(crate) fn write(
    session: Option<&mut Session>,
    brake: &Brake,
    job: Job,
    reply: &Reply,
    tell: &mut dyn FnMut(Event),
) {
    let (end, statistics) = match session {
        None => {
            let failure = Failure::new(FailureCode::ModelRefused, "no model is loaded");
            (End::Failed(failure), Statistics::default())
        }
        Some(session) => {
            session.compute_with(reply.threads);
            let mut writing = Writing::new(session, reply, tell);
            let end = writing
                .run(&|| brake.is_pulled(job), &|| brake.wants_answer(job))
                .unwrap_or_else(|halt| match halt {
                    Halt::Braked => End::Stopped,
                    Halt::Failed(failure) => End::Failed(failure),
                });
            writing.flush();
            let end = writing.settle(end);
            writing.tell_choices();
            (end, writing.statistics())
        }
    };
    tell(Event::ReplyEnded { end, statistics });
}

/// The state of a reply.
struct Writing<'reply> {
    session: &'reply mut Session,
    reply: &'reply Reply,
    tell: &'reply mut dyn FnMut(Event),
    splitter: Splitter,
    sampler: Sampler,
    guesses: Guesses,
    /// Tokens that are written instead of sampled ones, to close a thought.
    forced: VecDeque<LlamaToken>,
    /// What is left of a text that is written whatever the model chooses.
    dictated: Option<VecDeque<LlamaToken>>,
    /// What the model would have chosen in its place.
    choices: Vec<Choice>,
    loops: Loops,
    /// Whether a circle was told, of the section at hand.
    told_loop: bool,
    /// The model cannot close its thought before this many tokens of it.
    least_thinking: u32,
    /// The thought at hand is being closed in the model's place.
    is_closing: bool,
    /// The model ended its reply inside its thought, which was then closed in its place.
    ended_in_thought: bool,
    /// The ids of the prompt.
    prompt: Vec<LlamaToken>,
    begin: Instant,
    clocks: Clocks,
    statistics: Statistics,
}

/// Durations that become the statistics.
#[derive(Default)]
struct Clocks {
    prompt: Duration,
    first_token: Duration,
    thinking: Duration,
    answer: Duration,
}

impl<'reply> Writing<'reply> {
    fn new(
        session: &'reply mut Session,
        reply: &'reply Reply,
        tell: &'reply mut dyn FnMut(Event),
    ) -> Self {
        let tags = session.vocabulary().tags();
        let sampler = Sampler::new(&reply.sampling);
        Self {
            session,
            reply,
            tell,
            splitter: Splitter::new(reply.prompt.begins, tags),
            sampler,
            guesses: Guesses::new(reply.drafts),
            forced: VecDeque::new(),
            dictated: None,
            choices: Vec::new(),
            loops: Loops::default(),
            told_loop: false,
            least_thinking: reply.governor.least_tokens,
            is_closing: false,
            ended_in_thought: false,
            prompt: Vec::new(),
            begin: Instant::now(),
            clocks: Clocks::default(),
            statistics: Statistics::default(),
        }
    }

    fn run(
        &mut self,
        stopped: &dyn Fn() -> bool,
        wants_answer: &dyn Fn() -> bool,
    ) -> Result<End, Halt> {
        let Fitting { ids, left_out } = self.session.turn_to(&Wanted {
            prompt: &self.reply.prompt,
            room: self.reply.room,
            left_before: self.reply.left_before,
            kept: self.reply.kept.as_ref(),
        });
        (self.prompt, self.statistics.left_out) = (ids, left_out);
        self.read_prompt()?;
        self.guesses.begin(self.session, &self.prompt);
        let dictated = self.reply.dictated.clone().map(Segment::Text);
        self.dictated = dictated.map(|text| {
            let vocabulary = self.session.vocabulary();
            let model = self.session.model();
            let ids = vocabulary.ids(model, &[text], &Runs::new(), &self.prompt);
            ids.into()
        });
        let mut before = Instant::now();
        loop {
            if stopped() {
                return Ok(End::Stopped);
            }
            if self.written() >= self.reply.max_tokens {
                return Ok(End::Length);
            }
            if self.dictated.as_ref().is_some_and(VecDeque::is_empty) {
                return Ok(End::Complete);
            }
            if wants_answer() {
                self.close(Closer::Asked);
            }
            let token = self.next()?;
            let now = Instant::now();
            if self.clocks.first_token.is_zero() {
                self.clocks.first_token = now - self.begin;
            }
            if self.leaves_thought_empty(token) {
                self.ask_again()?;
                continue;
            }
            if self
                .session
                .vocabulary()
                .ends_reply(self.session.model(), token)
            {
                if self.splitter.place() != Place::Thinking || self.ended_in_thought {
                    return Ok(End::Complete);
                }
                // It ended its reply and forgot its answer: the thought is closed for it, once.
                self.ended_in_thought = true;
                let closing = self.session.vocabulary().closing(self.session.model());
                self.forced.extend(closing);
                continue;
            }
            self.take(token, now - before);
            before = now;
            let room = (self.session.context() as usize).saturating_sub(self.guesses.sure());
            let left = self.reply.max_tokens.saturating_sub(self.written()) as usize;
            // Nothing is chosen behind the last one, so it is not computed.
            if room == 0 || left == 0 {
                return Ok(End::Length);
            }
            let most = if self.forced.is_empty() {
                left.min(room)
            } else {
                0
            };
            self.guesses
                .push(self.session, token, most.saturating_sub(1))?;
        }
    }

    /// The token that is written next.
    fn next(&mut self) -> Result<LlamaToken, Halt> {
        if let Some(token) = self.forced.pop_front() {
            return Ok(token);
        }
        let thought = self.statistics.so_far.thinking_tokens;
        let goes_on = self.splitter.place() == Place::Thinking && thought < self.least_thinking;
        let row = self.session.row(self.guesses.row(), goes_on);
        let dictated = self.dictated.as_mut().and_then(VecDeque::pop_front);
        let token = row.and_then(|row| {
            self.choices.extend(dictated.and_then(|_| likeliest(row)));
            // The choice is made all the same, for what it costs.
            self.sampler.sample(row)
        });
        let token = token.map(|token| dictated.map_or(token, |dictated| dictated.0));
        token.map(LlamaToken).ok_or_else(|| {
            let message = "the model gave no number for any word";
            Halt::Failed(Failure::new(FailureCode::ComputeFailed, message))
        })
    }

    /// Tells what the model would have chosen in place of a dictated text.
    fn tell_choices(&mut self) {
        if self.dictated.is_some() {
            let choices = std::mem::take(&mut self.choices);
            (self.tell)(Event::Chosen { choices });
        }
    }

    /// Closes the thought in the model's place, if it is open and nobody did so before.
    fn close(&mut self, closer: Closer) {
        let place = self.splitter.place();
        if place == Place::Answer || self.is_closing {
            return;
        }
        self.is_closing = true;
        self.statistics.closed_by = Some(closer);
        let (vocabulary, model) = (self.session.vocabulary(), self.session.model());
        if place == Place::Start {
            self.forced.extend(vocabulary.opening(model));
        }
        self.forced.extend(vocabulary.closing(model));
    }

    /// True where this token would end the thought before its first word, the first time.
    fn leaves_thought_empty(&self, token: LlamaToken) -> bool {
        let asks = self.reply.governor.asks_again
            && !self.statistics.asked_again
            && self.statistics.closed_by.is_none();
        if !asks || self.splitter.has_words() {
            return false;
        }
        let vocabulary = self.session.vocabulary();
        let tag = vocabulary.tag(token);
        match self.splitter.place() {
            Place::Answer => false,
            Place::Thinking => vocabulary.closers().contains(&token),
            // Its first word belongs to no thought.
            Place::Start => {
                let bytes = vocabulary::piece(self.session.model(), token);
                let is_word = bytes.iter().any(|byte| !byte.is_ascii_whitespace());
                vocabulary.has_tags()
                    && tag.is_none()
                    && (is_word || vocabulary.closers().contains(&token))
            }
        }
    }

    /// Goes back to the end of the prompt and opens the thought there, for the model to fill it.
    fn ask_again(&mut self) -> Result<(), Halt> {
        self.statistics.asked_again = true;
        if self.reply.prompt.begins == Begins::Unopened {
            let opening = self.session.vocabulary().opening(self.session.model());
            self.prompt.extend(opening);
        }
        self.statistics.so_far.thinking_tokens = 0;
        self.statistics.so_far.answer_tokens = 0;
        self.least_thinking = self.least_thinking.max(LEAST_AGAIN);
        self.splitter = Splitter::new(Begins::InThinking, self.session.vocabulary().tags());
        self.session.keep_prefix(&self.prompt);
        self.session.read(&self.prompt, &mut |_| {})?;
        self.guesses.begin(self.session, &self.prompt);
        Ok(())
    }

    fn read_prompt(&mut self) -> Result<(), Halt> {
        let ids = &self.prompt;
        let total = count(ids.len());
        let context = self.session.context();
        let room = ROOM.min(context / 4);
        self.statistics.prompt_tokens = total;
        if total.saturating_add(room) > context {
            let message = format!(
                "the conversation is {total} tokens long; the model's context holds {context}, \
                 of which {room} are kept for the reply"
            );
            return Err(Halt::Failed(Failure::new(
                FailureCode::PromptTooLong,
                message,
            )));
        }
        self.statistics.cached_tokens = count(self.session.keep_prefix(ids));
        let tell = &mut *self.tell;
        tell(Event::Reading {
            done: self.statistics.cached_tokens,
            total,
        });
        let begin = Instant::now();
        let read = self
            .session
            .read(ids, &mut |done| tell(Event::Reading { done, total }));
        self.clocks.prompt = begin.elapsed();
        read
    }

    /// Counts a token, and tells what it adds.
    fn take(&mut self, token: LlamaToken, took: Duration) {
        let tag = self.session.vocabulary().tag(token);
        let bytes = vocabulary::piece(self.session.model(), token);
        let before = self.splitter.place();
        let words = self.splitter.push(&bytes, tag);
        let after = self.splitter.place();
        let so_far = &mut self.statistics.so_far;
        if words.rethought {
            so_far.thinking_tokens += std::mem::take(&mut so_far.answer_tokens);
            self.clocks.thinking += std::mem::take(&mut self.clocks.answer);
        }
        // A closing tag in the answer is a part of the answer.
        let closes = tag == Some(Tag::Close) && before != Place::Answer;
        if before == Place::Thinking || after == Place::Thinking || closes {
            so_far.thinking_tokens += 1;
            self.clocks.thinking += took;
        } else {
            so_far.answer_tokens += 1;
            self.clocks.answer += took;
        }
        so_far.thinking_ms = milliseconds(self.clocks.thinking);
        so_far.answer_ms = milliseconds(self.clocks.answer);
        let so_far = *so_far;
        if !words.is_empty() || before != after {
            (self.tell)(Event::Words {
                rethought: words.rethought,
                thinking: words.thinking,
                answer: words.answer,
                so_far,
            });
        }
        if before == Place::Answer && after == Place::Thinking {
            // What was closed for the model and it opens again is closed again.
            self.is_closing = false;
        }
        if before != after || words.rethought {
            self.loops.clear();
            self.told_loop = false;
        } else if self.forced.is_empty() && self.loops.push(token.0) && !self.told_loop {
            self.told_loop = true;
            (self.tell)(Event::Looping);
            if self.reply.governor.closes_loops && after == Place::Thinking {
                self.close(Closer::Loop);
            }
        }
        let spent = self
            .reply
            .governor
            .is_spent(so_far.thinking_tokens, so_far.thinking_ms);
        if spent && after == Place::Thinking {
            self.close(Closer::Budget);
        }
    }

    /// Leaves nothing in the cache but the text.
    fn settle(&mut self, end: End) -> End {
        match self.guesses.settle(self.session) {
            Err(Halt::Failed(failure)) if !matches!(end, End::Failed(_)) => End::Failed(failure),
            _ => end,
        }
    }

    /// Tells what the splitter held back.
    fn flush(&mut self) {
        let words = self.splitter.finish();
        if !words.is_empty() {
            let so_far = self.statistics.so_far;
            (self.tell)(Event::Words {
                rethought: words.rethought,
                thinking: words.thinking,
                answer: words.answer,
                so_far,
            });
        }
    }

    fn written(&self) -> u32 {
        self.statistics.so_far.thinking_tokens + self.statistics.so_far.answer_tokens
    }

    fn statistics(&self) -> Statistics {
        let read = self.session.used().min(self.statistics.prompt_tokens);
        let read = read.saturating_sub(self.statistics.cached_tokens);
        let decoding = self.begin.elapsed().saturating_sub(self.clocks.first_token);
        let (threads, gave_way) = self.session.gait().taken();
        Statistics {
            threads,
            gave_way,
            first_token_ms: milliseconds(self.clocks.first_token),
            prompt_per_second: rate(read, self.clocks.prompt),
            decode_per_second: rate(self.written().saturating_sub(1), decoding),
            drafted_tokens: self.guesses.drafted,
            accepted_tokens: self.guesses.accepted,
            steps: self.guesses.steps,
            peak_bytes: memory::peak(),
            ..self.statistics
        }
    }
}

/// The likeliest token of a row, and how far ahead it is; none of a row without numbers.
fn likeliest(row: &[f32]) -> Option<Choice> {
    let (mut best, mut next) = ((0, f32::NEG_INFINITY), f32::NEG_INFINITY);
    for (token, logit) in (0..).zip(row.iter().copied()) {
        if logit > best.1 {
            next = best.1;
            best = (token, logit);
        } else if logit > next {
            next = logit;
        }
    }
    let (token, logit) = best;
    let ahead = logit - next;
    logit.is_finite().then_some(Choice { token, ahead })
}

fn count(tokens: usize) -> u32 {
    u32::try_from(tokens).unwrap_or(u32::MAX)
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Per second; 0 where nothing was counted.
fn rate(count: u32, time: Duration) -> f64 {
    if count == 0 || time.is_zero() {
        0.0
    } else {
        f64::from(count) / time.as_secs_f64()
    }
}
