//! Work of the shell's own, watched to its end: what panics is told as a notice, or on standard error
//! where there is no product to tell it. Nobody else calls the runtime's `spawn` (`crates/cli/tests/tidy`).

use app::{App, Failure};
use tauri::async_runtime::{JoinHandle, spawn};
use tauri::{AppHandle, Manager, Runtime};

use crate::window::complain;

/// Begins work.
pub(crate) fn begin<R: Runtime>(
    shell: &AppHandle<R>,
    work: impl Future<Output = ()> + Send + 'static,
) -> JoinHandle<()> {
    let shell = shell.clone();
    begin_or(work, move |failure| match shell.try_state::<App>() {
        Some(product) => product.notice(failure),
        None => complain(&failure.message),
    })
}

/// The same with an end of its own.
pub(crate) fn begin_or(
    work: impl Future<Output = ()> + Send + 'static,
    broken: impl FnOnce(Failure) + Send + 'static,
) -> JoinHandle<()> {
    spawn(async move {
        if let Err(failure) = app::task::caught(work).await {
            broken(failure);
        }
    })
}
