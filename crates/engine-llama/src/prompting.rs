//! From a prompt to the token ids that shall be in the cache, and as many of them there already as
//! can be: those of the conversation before, or those that were kept on disk.

use engine::context::leaving;
use engine::message::Kept;
use engine::prompt::Prompt;
use llama_cpp_2::token::LlamaToken;

use crate::kept;
use crate::session::Session;

/// Tokens that a file must have ahead of the cache to be worth its reading.
const WORTH: usize = 32;

/// A conversation that is to be read.
pub(crate) struct Wanted<'prompt> {
    pub(crate) prompt: &'prompt Prompt,
    pub(crate) room: u32,
    pub(crate) left_before: u32,
    pub(crate) kept: Option<&'prompt Kept>,
}

/// The ids of a prompt.
pub(crate) struct Fitting {
    pub(crate) ids: Vec<LlamaToken>,
    /// Exchanges that left for the reply's room.
    pub(crate) left_out: u32,
}

impl Session {
    /// Turns to a conversation: what the cache held of another one is kept on disk, and what the
    /// disk holds of this one comes into the cache. Gives the ids of its prompt, without the
    /// exchanges that leave for the reply's room.
    pub(crate) fn turn_to(&mut self, wanted: &Wanted<'_>) -> Fitting {
        let file = self.change_kept(wanted.kept);
        let mut runs = self.vocabulary().runs(self.model(), self.cached());
        if let Some(file) = &file {
            runs.extend(self.vocabulary().runs(self.model(), &file.tokens));
        }
        let fitting = self.fitting(wanted, &runs);
        if let Some(file) = file {
            let here = common(self.cached(), &fitting.ids);
            if common(&file.tokens, &fitting.ids) > here + WORTH {
                self.restore(&file);
            }
        }
        fitting
    }

    fn fitting(&self, wanted: &Wanted<'_>, runs: &crate::vocabulary::Runs) -> Fitting {
        let Prompt {
            segments,
            exchanges,
            ..
        } = wanted.prompt;
        let ids = |(from, to): (usize, usize), behind: &[LlamaToken]| {
            let segments = &segments[from..to];
            self.vocabulary().ids(self.model(), segments, runs, behind)
        };
        let (Some(first), Some(last)) = (exchanges.first(), exchanges.last()) else {
            return Fitting {
                ids: ids((0, segments.len()), &[]),
                left_out: 0,
            };
        };
        let mut fitting = ids((0, first.0), &[]);
        // Each exchange begins behind what stands before every question.
        let middle = exchanges.iter().map(|span| ids(*span, &fitting));
        let middle: Vec<_> = middle.collect();
        let rest = ids((last.1, segments.len()), &fitting);
        let context = self.context();
        let left_out = leaving(
            &middle
                .iter()
                .map(|ids| count(ids.len()))
                .collect::<Vec<_>>(),
            count(fitting.len() + rest.len()),
            context - wanted.room.min(context / 2),
            wanted.left_before,
        );
        fitting.extend(middle.into_iter().skip(left_out as usize).flatten());
        fitting.extend(rest);
        Fitting {
            ids: fitting,
            left_out,
        }
    }

    /// Remembers where the conversation that now comes is kept, and finds what is there. What the
    /// cache holds of the one before is kept first.
    fn change_kept(&mut self, kept: Option<&Kept>) -> Option<kept::File> {
        // By the file alone: how much may be kept follows the free disk, which is never the same twice.
        if self.kept().map(|kept| &kept.path) == kept.map(|kept| &kept.path) {
            self.set_kept(kept.cloned());
            return None;
        }
        self.keep_at_once();
        self.set_kept(kept.cloned());
        self.forget_unsaved();
        kept::find(&kept?.path, self.mark())
    }
}

/// How many tokens two sequences begin with alike.
pub(crate) fn common(ours: &[LlamaToken], theirs: &[LlamaToken]) -> usize {
    let alike = ours.iter().zip(theirs);
    alike.take_while(|(ours, theirs)| ours == theirs).count()
}

fn count(tokens: usize) -> u32 {
    u32::try_from(tokens).unwrap_or(u32::MAX)
}
