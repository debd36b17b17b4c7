//! Work on its own: every task is watched to its end, so that one that panics ends what it was for, by
//! whoever began it, and is told. Nobody else calls the runtime's `spawn` (`crates/cli/tests/tidy`).

use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

use tokio::task::JoinHandle;

use crate::failure::{Code, Failure};
use crate::open::App;

/// Does work to its end; a panic in it is a failure.
pub async fn caught<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let mut work = Box::pin(work);
    poll_fn(
        // What it had in hand is dropped with it; what it shares is whole after each step.
        move |context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(done)) => Poll::Ready(Ok(done)),
            Err(panic) => Poll::Ready(Err(broke(&*panic))),
        },
    )
    .await
}

/// Begins work of its own. Where it panics, `broken` hears why, and ends what the work was for.
pub fn spawn<Ends: Future<Output = ()> + Send + 'static>(
    work: impl Future<Output = ()> + Send + 'static,
    broken: impl FnOnce(Failure) -> Ends + Send + 'static,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        if let Err(failure) = caught(work).await {
            // There is nobody left to hear of a second one; the runtime prints it.
            let _ = caught(broken(failure)).await;
        }
    })
}

impl App {
    /// Tells everybody what went wrong, and keeps it for windows that open later.
    pub fn notice(&self, failure: Failure) {
        self.state().notice(failure);
    }

    /// Begins work of its own; where it panics, that is a notice. Must be called within a tokio runtime.
    pub fn look_after(&self, work: impl Future<Output = ()> + Send + 'static) {
        let product = self.downgrade();
        spawn(work, move |failure| async move {
            if let Some(app) = product.upgrade() {
                app.state().notice(failure);
            }
        });
    }
}

/// What a panic said, as a failure.
pub(crate) fn broke(panic: &(dyn Any + Send)) -> Failure {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let said = text.or(panic.downcast_ref::<&str>().copied());
    let said = said.unwrap_or("nobody knows why");
    Failure::new(Code::Bug, format!("a piece of Spud broke: {said}"))
        .hint("Try it again. If it breaks again, close Spud and open it anew; your chats are on disk.")
        .detail(said)
}

/// Faults that tests inject.
#[cfg(test)]
pub(crate) mod faults {
    use std::path::{Path, PathBuf};
    use std::sync::{Mutex, PoisonError};

    static ARMED: Mutex<Vec<(PathBuf, &str)>> = Mutex::new(Vec::new());

    /// The next time that this place is passed in this home, it panics.
    pub(crate) fn arm(home: &Path, place: &'static str) {
        let mut armed = ARMED.lock().unwrap_or_else(PoisonError::into_inner);
        armed.push((home.to_owned(), place));
    }

    /// Panics where that was armed.
    pub(crate) fn pass(home: &Path, place: &str) {
        let mut armed = ARMED.lock().unwrap_or_else(PoisonError::into_inner);
        let found = armed
            .iter()
            .position(|(there, what)| there == home && *what == place);
        if let Some(found) = found {
            armed.remove(found);
            drop(armed);
            panic!("a fault in the {place}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_failure_whenever_it_comes() {
        assert_eq!(caught(async { 7 }).await, Ok(7));
        let late = caught(async {
            tokio::task::yield_now().await;
            let place = 2;
            assert_eq!(place, 3, "at {place}");
        });
        let failure = late.await.unwrap_err();
        assert_eq!(failure.code, Code::Bug);
        assert!(failure.message.contains("at 2"), "{failure}");
        let (tell, told) = tokio::sync::oneshot::channel();
        spawn(async { panic!("alone") }, move |failure| async move {
            let _ = tell.send(failure.message);
        });
        assert!(told.await.unwrap().contains("alone"));
    }
}
