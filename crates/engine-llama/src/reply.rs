//! One reply from its prompt to its one end: read, sample, split, tell.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use engine::message::{End, Event, Failure, FailureCode, Job, Reply, Statistics};
use engine::splitter::{Place, Splitter, Tag};
use llama_cpp_2::token::LlamaToken;

use crate::brake::Brake;
use crate::llama::Sampler;
use crate::memory;
use crate::session::{Halt, Session};
use crate::vocabulary;

/// Room that a prompt must leave for the reply, in tokens; a quarter of a small context instead.
/// Less would end in the middle of the first thought.
const ROOM: u32 = 256;

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
            let mut writing = Writing::new(session, reply, tell);
            let end = writing
                .run(&|| brake.is_pulled(job))
                .unwrap_or_else(|halt| match halt {
                    Halt::Braked => End::Stopped,
                    Halt::Failed(failure) => End::Failed(failure),
                });
            writing.flush();
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
    /// Tokens that are written instead of sampled ones, to close a thought.
    forced: VecDeque<LlamaToken>,
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
        let sampler = Sampler::new(&reply.sampling, session.model());
        Self {
            session,
            reply,
            tell,
            splitter: Splitter::new(reply.prompt.opens_thinking, tags),
            sampler,
            forced: VecDeque::new(),
            begin: Instant::now(),
            clocks: Clocks::default(),
            statistics: Statistics::default(),
        }
    }

    fn run(&mut self, stopped: &dyn Fn() -> bool) -> Result<End, Halt> {
        self.read_prompt()?;
        let mut before = Instant::now();
        loop {
            if stopped() {
                return Ok(End::Stopped);
            }
            if self.written() >= self.reply.max_tokens {
                return Ok(End::Length);
            }
            let token = match self.forced.pop_front() {
                Some(token) => token,
                None => self.sampler.sample(self.session.context_mut()),
            };
            let now = Instant::now();
            if self.clocks.first_token.is_zero() {
                self.clocks.first_token = now - self.begin;
            }
            if self
                .session
                .vocabulary()
                .ends_reply(self.session.model(), token)
            {
                return Ok(End::Complete);
            }
            self.take(token, now - before);
            before = now;
            if self.session.used() >= self.session.context() {
                return Ok(End::Length);
            }
            self.session.decode(&[token], true)?;
        }
    }

    fn read_prompt(&mut self) -> Result<(), Halt> {
        let ids = self
            .session
            .vocabulary()
            .ids(self.session.model(), &self.reply.prompt);
        let total = u32::try_from(ids.len()).unwrap_or(u32::MAX);
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
        self.statistics.cached_tokens =
            u32::try_from(self.session.keep_prefix(&ids)).unwrap_or(u32::MAX);
        let tell = &mut *self.tell;
        tell(Event::Reading {
            done: self.statistics.cached_tokens,
            total,
        });
        let begin = Instant::now();
        let read = self
            .session
            .read(&ids, &mut |done| tell(Event::Reading { done, total }));
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
                thinking: words.thinking,
                answer: words.answer,
                so_far,
            });
        }
        let spent = self
            .reply
            .think_budget
            .is_some_and(|budget| so_far.thinking_tokens >= budget);
        if spent && after == Place::Thinking && self.forced.is_empty() {
            self.statistics.thinking_cut = true;
            self.forced = vocabulary::closing(self.session.model()).into();
        }
    }

    /// Tells what the splitter held back.
    fn flush(&mut self) {
        let words = self.splitter.finish();
        if !words.is_empty() {
            let so_far = self.statistics.so_far;
            (self.tell)(Event::Words {
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
        Statistics {
            first_token_ms: milliseconds(self.clocks.first_token),
            prompt_per_second: rate(read, self.clocks.prompt),
            decode_per_second: rate(self.written().saturating_sub(1), decoding),
            peak_bytes: memory::peak(),
            ..self.statistics
        }
    }
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
