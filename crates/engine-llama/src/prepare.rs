//! What is known of the next prompt, read into the cache while nobody waits. It ends at once when
//! something is asked for; what was read by then stays in the cache.

use engine::message::{Failure, FailureCode, Prepare};

use crate::prompting::Wanted;
use crate::session::{Halt, Session};

/// Reads as far as it may; gives the tokens of the prompt that are in the cache then.
pub(crate) fn read(session: Option<&mut Session>, prepare: &Prepare) -> Result<u32, Failure> {
    let Some(session) = session else {
        return Err(Failure::new(
            FailureCode::ModelRefused,
            "no model is loaded",
        ));
    };
    let fitting = session.turn_to(&Wanted {
        prompt: &prepare.prompt,
        room: prepare.room,
        left_before: prepare.left_before,
        kept: prepare.kept.as_ref(),
    });
    // What does not fit is refused in words when it is asked.
    let most = session.context().saturating_sub(1) as usize;
    let ids = &fitting.ids[..fitting.ids.len().min(most)];
    session.compute_with(prepare.threads);
    session.keep_prefix(ids);
    match session.read(ids, &mut |_| {}) {
        Ok(()) | Err(Halt::Braked) => Ok(session.used()),
        Err(Halt::Failed(failure)) => Err(failure),
    }
}
