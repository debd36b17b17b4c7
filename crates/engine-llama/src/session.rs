//! The engine's state for one conversation: the model, its cache, and which token ids the cache
//! holds, so that the next prompt computes only what is new.

use std::io::Write;
use std::time::{Duration, Instant};

use engine::message::{AttentionSeconds, Failure, FailureCode, Heads, Kept, Load};
use engine::prompt::Segment;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::token::LlamaToken;

use crate::bite::Bite;
use crate::brake::Brake;
use crate::drafter::{self, Drafter};
use crate::gait::{Gait, Untold};
use crate::kept::{self, Mark};
use crate::llama::{self, Context, Decoded, Shape};
use crate::loading;
use crate::prompting::common;
use crate::vocabulary::{Runs, Vocabulary};
use crate::worth::{WIDEST, Worth};

/// Fewer tokens than this are read again sooner than they are kept.
const WORTH_KEEPING: usize = 256;

/// The shortest quiet before the cache is kept, and the bytes for each millisecond of a longer one:
/// half a minute for eight thousand tokens of the 1.5B.
const LEAST_QUIET: Duration = Duration::from_secs(1);
const KEPT_BYTES_PER_MS: u64 = 8000;

/// What a disk is thought to take until it was tried: an ordinary one, whose writes the system's memory
/// takes first.
const DISK_BYTES_PER_MS: u64 = 256_000;

/// So long a question waits for what was computed for another conversation to be kept: to read it
/// again takes minutes where this is a second.
const MOMENT: Duration = Duration::from_secs(2);

/// One model with one cache.
pub(crate) struct Session {
    context: Context,
    /// A smaller model that drafts.
    drafter: Option<Drafter>,
    gait: Gait,
    vocabulary: Vocabulary,
    /// Tokens that are computed at once while a prompt is read; progress is told after each.
    batch: usize,
    /// Where a device computes that asks nobody whether it should stop: how many of those at once.
    bite: Option<Bite>,
    /// Tokens that one step computes at most, guesses among them.
    widest: usize,
    /// Threads that compute where a reply asks for no other number.
    threads: u32,
    /// The ids of the tokens in the cache, in order.
    cached: Vec<LlamaToken>,
    /// Which model and build this is.
    mark: Mark,
    /// Where the conversation in the cache is kept.
    kept: Option<Kept>,
    /// True where the cache holds what its file does not.
    is_unsaved: bool,
    /// How fast the disk took what was kept last.
    disk_bytes_per_ms: u64,
    /// What was learned about guessing ahead, by what the guesses are made upon.
    worth: [Worth; 2],
}

/// Why a computation did not end well.
pub(crate) enum Halt {
    /// The brake was pulled.
    Braked,
    /// llama.cpp failed.
    Failed(Failure),
}

impl Session {
    /// Loads the model and makes its cache. `progress` is told the part that is in memory, from 0
    /// to 1, and ends the load by returning false.
    pub(crate) fn open(
        load: &Load,
        brake: &'static Brake,
        progress: &mut dyn FnMut(f32) -> bool,
    ) -> Result<Self, Failure> {
        // The safe crate asserts in debug builds that the file is there.
        std::fs::metadata(&load.path)
            .map_err(|error| loading::refused(&load.path, &error.to_string()))?;
        if let Some(folder) = &load.contexts {
            // What an engine that was killed over it left half written.
            let _ = kept::prune(folder, u64::MAX);
        }
        let model = loading::weights(load, progress)?;
        let shape = Shape {
            context: load.context,
            batch: load.batch.clamp(1, load.context.max(1)),
            threads: load.threads,
            cache: load.cache,
            attention: load.attention,
            predicts: load.predicts,
        };
        let vocabulary = Vocabulary::of(&model);
        // Values lie transposed where attention is plain.
        let form = format!("{:?} {:?}", load.cache, load.attention);
        let mark = Mark::of(&load.path, form)
            .map_err(|error| loading::refused(&load.path, &error.to_string()))?;
        let context = Context::new(model, &shape, brake).ok_or_else(|| {
            let said = llama::take_error().unwrap_or_default();
            let message = format!("no memory for a context of {} tokens: {said}", load.context);
            Failure::new(FailureCode::OutOfMemory, message)
        })?;
        let draft = load.draft.as_deref();
        let drafter = draft.and_then(|path| Drafter::open(path, load, context.model(), brake));
        Ok(Self {
            context,
            drafter,
            gait: match load.reading {
                Some(way) => Gait::reading_with(shape.threads, way.threads, brake),
                None => Gait::new(shape.threads, brake),
            },
            vocabulary,
            batch: load
                .reading
                .map_or(shape.batch, |way| way.tokens.clamp(1, shape.batch))
                as usize,
            bite: (!load.gpus.is_empty() && load.gpu_layers > 0).then(Bite::default),
            widest: WIDEST.min(shape.batch as usize),
            threads: shape.threads,
            cached: Vec::new(),
            mark,
            kept: None,
            is_unsaved: false,
            disk_bytes_per_ms: DISK_BYTES_PER_MS,
            worth: Default::default(),
        })
    }

    /// The ids of the tokens in the cache.
    pub(crate) fn cached(&self) -> &[LlamaToken] {
        &self.cached
    }

    /// Which model and build this is.
    pub(crate) fn mark(&self) -> &Mark {
        &self.mark
    }

    /// Where the conversation in the cache is kept.
    pub(crate) fn kept(&self) -> Option<&Kept> {
        self.kept.as_ref()
    }

    /// Says where the conversation in the cache is kept.
    pub(crate) fn set_kept(&mut self, kept: Option<Kept>) {
        self.kept = kept;
    }

    /// What the cache holds is not of the conversation that now comes.
    pub(crate) fn forget_unsaved(&mut self) {
        self.is_unsaved = false;
    }

    /// How long nobody must have asked for anything before what is not kept yet is kept; none where
    /// there is nothing worth it. The more it is, the longer: a disk is not made for a quarter of a
    /// gigabyte with every reply.
    pub(crate) fn quiet(&self) -> Option<Duration> {
        let bytes = self.wants_keeping().then(|| self.context.saved_bytes())?;
        Some(LEAST_QUIET.max(Duration::from_millis(bytes / KEPT_BYTES_PER_MS)))
    }

    /// True where something is worth keeping that is not kept.
    fn wants_keeping(&self) -> bool {
        self.is_unsaved && self.kept.is_some() && self.cached.len() >= WORTH_KEEPING
    }

    /// Writes what the cache holds to its file, if that is worth it. What cannot be written is read
    /// again another day: a line in the log and no more.
    pub(crate) fn keep(&mut self) {
        if !self.wants_keeping() {
            return;
        }
        self.is_unsaved = false;
        let Some(kept) = self.kept.clone() else {
            return;
        };
        if self.context.saved_bytes() > kept.most_bytes {
            // A disk that has become full: those that are there are too much, too.
            if let Some(folder) = kept.path.parent() {
                let _ = kept::prune(folder, kept.most_bytes);
            }
            return;
        }
        let context = &mut self.context;
        let tokens = &self.cached;
        let (begin, bytes) = (Instant::now(), context.saved_bytes());
        let written = kept::write(&kept, &self.mark, tokens, |path| context.save(path, tokens));
        let took = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.disk_bytes_per_ms = (bytes / took.max(1)).max(1);
        if let Err(error) = written {
            let _ = writeln!(
                std::io::stderr(),
                "not kept: {}: {error}",
                kept.path.display()
            );
        }
    }

    /// The same while somebody waits: what would take longer than a moment goes unkept.
    pub(crate) fn keep_at_once(&mut self) {
        let milliseconds = self.context.saved_bytes() / self.disk_bytes_per_ms;
        if Duration::from_millis(milliseconds) <= MOMENT {
            self.keep();
        }
    }

    /// Puts what a file holds into the cache; an empty one where that fails.
    pub(crate) fn restore(&mut self, file: &kept::File) {
        self.context.truncate(0);
        self.cached.clear();
        let fits = file.tokens.len() < self.context() as usize;
        if fits && self.context.restore(&file.path, file.tokens.len()) {
            self.cached.clone_from(&file.tokens);
        } else {
            self.context.truncate(0);
        }
        self.is_unsaved = false;
    }

    /// Tokens that the cache holds.
    pub(crate) fn context(&self) -> u32 {
        self.context.size()
    }

    /// What is known about the model's tokens.
    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The model.
    pub(crate) fn model(&self) -> &LlamaModel {
        self.context.model()
    }

    /// Tokens of each of these texts.
    pub(crate) fn count(&self, texts: &[Segment]) -> Vec<u32> {
        let ids = |text| {
            self.vocabulary
                .ids(self.model(), std::slice::from_ref(text), &Runs::new(), &[])
        };
        let counts = texts.iter().map(|text| ids(text).len());
        counts
            .map(|count| u32::try_from(count).unwrap_or(u32::MAX))
            .collect()
    }

    /// A row of logits of the last computation. With `in_thought` no token can be chosen from it that
    /// would end a thought.
    pub(crate) fn row(&mut self, row: usize, in_thought: bool) -> Option<&mut [f32]> {
        let row = self.context.row(row)?;
        for closer in self.vocabulary.closers().iter().filter(|_| in_thought) {
            let place = usize::try_from(closer.0).ok();
            if let Some(logit) = place.and_then(|place| row.get_mut(place)) {
                *logit = f32::NEG_INFINITY;
            }
        }
        Some(row)
    }

    /// Sets how many threads compute, as long as they get their cores; as many as at the load where
    /// none are asked for.
    pub(crate) fn compute_with(&mut self, threads: Option<u32>) {
        self.gait.plan(threads.unwrap_or(self.threads));
    }

    /// Computes so many tokens at once, one after another where there are more, and takes them back; see
    /// [`Gait::measure`].
    pub(crate) fn measure(&mut self, tokens: usize, threads: u32) -> Result<Duration, Untold> {
        // Which ones makes no difference to the time.
        let token = self.cached.last().copied().unwrap_or(LlamaToken(0));
        self.gait
            .measure(&mut self.context, &vec![token; tokens], threads)
    }

    /// What both ways to attend take with these heads, as the context is; none where that cannot be
    /// measured. See [`Gait::attend`].
    pub(crate) fn attend(
        &mut self,
        heads: Heads,
        behind: u32,
        tokens: u32,
    ) -> Result<Option<[AttentionSeconds; 2]>, Untold> {
        self.gait.attend(heads, behind, tokens, self.threads)
    }

    /// How it computed since.
    pub(crate) fn gait(&self) -> &Gait {
        &self.gait
    }

    /// Tokens in the cache.
    pub(crate) fn used(&self) -> u32 {
        u32::try_from(self.cached.len()).unwrap_or(u32::MAX)
    }

    /// True where tokens at the end of the cache can be taken back.
    pub(crate) fn takes_back(&self) -> bool {
        self.context.can_be_cut()
    }

    /// Tokens that one step computes at most, guesses among them.
    pub(crate) fn widest(&self) -> usize {
        self.widest
    }

    /// Takes back what the cache holds behind its first `keep` tokens.
    pub(crate) fn take_back(&mut self, keep: usize) -> Result<(), Halt> {
        if self.cached.len() <= keep {
            return Ok(());
        }
        if self.context.truncate(keep) {
            self.cached.truncate(keep);
            return Ok(());
        }
        self.context.truncate(0);
        self.cached.clear();
        let message = "the cache could not be cut";
        Err(Halt::Failed(Failure::new(
            FailureCode::ComputeFailed,
            message,
        )))
    }

    /// How many tokens a model drafts at once, the layer of this one that predicts or a smaller one
    /// beside it; none where neither is there.
    pub(crate) fn draft_depth(&self) -> Option<usize> {
        if self.context.predicts() {
            return Some(llama::DEPTH);
        }
        self.drafter.as_ref().map(|_| drafter::DEPTH)
    }

    /// Whether a smaller model is what drafts.
    pub(crate) fn drafts_with_another(&self) -> bool {
        self.drafter.is_some() && !self.context.predicts()
    }

    /// What a model drafts to follow this token, which comes behind all in the cache; `most` tokens at
    /// most. None where it has still to read what is in the cache.
    pub(crate) fn draft(&mut self, last: LlamaToken, most: usize) -> Option<Vec<LlamaToken>> {
        if self.context.predicts() {
            let mut drafts = self.context.draft(last);
            drafts.truncate(most);
            return Some(drafts);
        }
        let threads = self.gait.taken().0;
        let drafted = self
            .drafter
            .as_mut()?
            .draft(&self.cached, last, most, threads);
        drafted.unwrap_or_else(|drafter::Useless| {
            self.drafter = None;
            None
        })
    }

    /// Says how many of the last drafts were right.
    pub(crate) fn judge(&mut self, right: usize) {
        self.context.judge(right);
    }

    /// Gives drafts by a model up, and their memory back.
    pub(crate) fn stop_drafting(&mut self) {
        self.context.stop_predicting();
        self.drafter = None;
    }

    /// What was learned about guesses of one kind: those that a model drafts, or those that are
    /// repeated.
    pub(crate) fn worth_of(&mut self, predicted: bool) -> &mut Worth {
        &mut self.worth[usize::from(predicted)]
    }

    /// Keeps what the cache has in common with a prompt, forgets the rest, and says how many tokens
    /// were kept. The last token of a prompt is always computed again: its logits are needed.
    pub(crate) fn keep_prefix(&mut self, prompt: &[LlamaToken]) -> usize {
        let keep = common(&self.cached, prompt).min(prompt.len().saturating_sub(1));
        // A cache that cannot be cut is emptied.
        let keep = if self.context.truncate(keep) { keep } else { 0 };
        if keep == 0 {
            self.context.truncate(0);
        }
        self.cached.truncate(keep);
        keep
    }

    /// Reads a prompt whose first tokens are in the cache already, and tells after each batch how
    /// many are.
    pub(crate) fn read(
        &mut self,
        prompt: &[LlamaToken],
        tell: &mut dyn FnMut(u32),
    ) -> Result<(), Halt> {
        while self.cached.len() < prompt.len() {
            let rest = &prompt[self.cached.len()..];
            let most = self.bite.map_or(self.batch, |bite| bite.tokens(self.batch));
            let batch = &rest[..rest.len().min(most)];
            let begin = Instant::now();
            self.decode(batch, usize::from(batch.len() == rest.len()))?;
            if let Some(bite) = &mut self.bite {
                bite.took(batch.len(), begin.elapsed());
            }
            tell(self.used());
        }
        Ok(())
    }

    /// Computes tokens, with the logits behind the last `rows`; whatever happens, `cached` then says
    /// what the cache holds.
    pub(crate) fn decode(&mut self, tokens: &[LlamaToken], rows: usize) -> Result<(), Halt> {
        // The processor asks at once; a GPU does not.
        if self.bite.is_some() && self.gait.is_stopped() {
            return Err(Halt::Braked);
        }
        let ended = self.gait.decode(&mut self.context, tokens, rows);
        self.cached.extend_from_slice(tokens);
        self.is_unsaved = true;
        if ended == Decoded::Whole {
            return Ok(());
        }
        self.cached.truncate(self.context.len());
        Err(match ended {
            Decoded::Failed(status) => {
                let said = llama::take_error().unwrap_or_default();
                let message = format!("llama.cpp could not compute (status {status}) {said}");
                Halt::Failed(Failure::new(FailureCode::ComputeFailed, message.trim_end()))
            }
            _ => Halt::Braked,
        })
    }
}
