//! The product on its way: it is opened on a thread of its own, since its disk may be slow, a file may
//! need repair, and none of that may hold the window. What the page calls meanwhile waits; where the
//! product does not come, each call is answered with why, which the page shows.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tauri::Runtime;
use tauri::ipc::Invoke;

use crate::wire;

/// What needs no product: that the page was painted.
const ALWAYS: &str = "painted";

type Answer<R> = dyn Fn(Invoke<R>) -> bool + Send + Sync;

/// The calls, and whether they can be answered. Clones are the same.
pub(crate) struct Coming<R: Runtime> {
    answer: Arc<Answer<R>>,
    stage: Arc<Mutex<Stage<R>>>,
}

enum Stage<R: Runtime> {
    /// It comes; these wait for it.
    Coming(Vec<Invoke<R>>),
    Here,
    Failed(wire::Failure),
}

impl<R: Runtime> Clone for Coming<R> {
    fn clone(&self) -> Self {
        Self {
            answer: self.answer.clone(),
            stage: self.stage.clone(),
        }
    }
}

impl<R: Runtime> Coming<R> {
    /// What answers once the product is there.
    pub(crate) fn new(answer: impl Fn(Invoke<R>) -> bool + Send + Sync + 'static) -> Self {
        Self {
            answer: Arc::new(answer),
            stage: Arc::new(Mutex::new(Stage::Coming(Vec::new()))),
        }
    }

    /// Answers a call, now or later.
    pub(crate) fn call(&self, call: Invoke<R>) -> bool {
        if call.message.command() == ALWAYS {
            return (self.answer)(call);
        }
        match &mut *self.stage() {
            Stage::Coming(waiting) => {
                waiting.push(call);
                return true;
            }
            Stage::Failed(why) => {
                call.resolver.reject(why.clone());
                return true;
            }
            Stage::Here => {}
        }
        (self.answer)(call)
    }

    /// It is there: what waited is answered, in its order.
    pub(crate) fn came(&self) {
        for call in self.take(Stage::Here) {
            (self.answer)(call);
        }
    }

    /// It does not come.
    pub(crate) fn failed(&self, why: app::Failure) {
        let why = wire::Failure::from(why);
        for call in self.take(Stage::Failed(why.clone())) {
            call.resolver.reject(why.clone());
        }
    }

    fn take(&self, next: Stage<R>) -> Vec<Invoke<R>> {
        match std::mem::replace(&mut *self.stage(), next) {
            Stage::Coming(waiting) => waiting,
            Stage::Here | Stage::Failed(_) => Vec::new(),
        }
    }

    fn stage(&self) -> MutexGuard<'_, Stage<R>> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
