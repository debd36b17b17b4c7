//! Subscriptions of the page: each forwards the app's events into one channel until the page takes
//! it back or goes away.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use tauri::async_runtime::JoinHandle;
use tauri::ipc::{Channel, IpcResponse};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::tasks;
use crate::window::complain;

/// The subscriptions at hand, by their numbers.
#[derive(Default)]
pub(crate) struct Streams(Mutex<Table>);

#[derive(Default)]
struct Table {
    last: u32,
    open: HashMap<u32, JoinHandle<()>>,
}

impl Streams {
    /// Forwards events until there are no more or nobody takes them; gives the number that ends it.
    pub(crate) fn forward<Event, Shown>(
        &self,
        mut events: UnboundedReceiver<Event>,
        channel: Channel<Shown>,
    ) -> u32
    where
        Event: Send + 'static,
        Shown: From<Event> + Serialize + IpcResponse + Send + 'static,
    {
        let forwarding = async move {
            while let Some(event) = events.recv().await {
                if channel.send(event.into()).is_err() {
                    break;
                }
            }
        };
        let task = tasks::begin_or(forwarding, |failure| complain(&failure.message));
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        table.open.retain(|_, task| !task.inner().is_finished());
        table.last += 1;
        let number = table.last;
        table.open.insert(number, task);
        number
    }

    /// Ends a subscription; ending it twice is the same.
    pub(crate) fn end(&self, number: u32) {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = table.open.remove(&number) {
            task.abort();
        }
    }
}
