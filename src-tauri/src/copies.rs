//! The copy of chats that waits for the page: the shell knows where it goes and what stands in it, the page
//! how a model's Markdown is read. The page never learns where the file lies.

use std::sync::{Mutex, MutexGuard, PoisonError};

use app::{Code, Failure, ToSet};

use crate::wire;

/// One at a time: a new one takes the place of one that a page left.
#[derive(Default)]
pub(crate) struct Copies(Mutex<(u32, Option<ToSet>)>);

impl Copies {
    /// Keeps a copy until the page has set it; gives the first words to be set.
    pub(crate) fn begin(&self, copy: ToSet) -> Option<wire::ToSet> {
        let mut waiting = self.waiting();
        waiting.0 = waiting.0.wrapping_add(1);
        let asked = asked(waiting.0, &copy);
        waiting.1 = Some(copy);
        asked
    }

    /// Takes what was set; gives the copy once it is whole, or what is to be set next.
    pub(crate) fn go_on(&self, set: wire::SetRequest) -> Result<Next, Failure> {
        let mut waiting = self.waiting();
        let copy = waiting.1.take().filter(|_| waiting.0 == set.copy);
        let mut copy = copy.ok_or_else(|| {
            let message = "another copy was begun before this one was written";
            Failure::new(Code::Storage, message).hint("Save it again.")
        })?;
        copy.set(set.markup)?;
        Ok(match asked(set.copy, &copy) {
            Some(asked) => {
                waiting.1 = Some(copy);
                Next::ToSet(asked)
            }
            None => Next::Whole(Box::new(copy)),
        })
    }

    fn waiting(&self) -> MutexGuard<'_, (u32, Option<ToSet>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a copy goes on.
pub(crate) enum Next {
    ToSet(wire::ToSet),
    Whole(Box<ToSet>),
}

fn asked(number: u32, copy: &ToSet) -> Option<wire::ToSet> {
    let texts = copy.texts()?;
    Some(wire::ToSet {
        copy: number,
        texts,
    })
}
