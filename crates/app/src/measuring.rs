//! A machine that was measured while others computed is measured again by itself: some time after the
//! start, and after a reply. Before a survey that comes by itself (`Look::Measure`).
//!
//! Each is one moment and no timer that asks again: where others are still at work then, the next one
//! serves. A question that comes meanwhile ends it. Not here: how it is measured and what is believed
//! (`machine`, `knowledge`).

use std::sync::PoisonError;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::engine_room::EngineRoom;
use crate::machine::{Look, see};
use crate::stop::stop;

/// The time after the start until the window is drawn and whatever else starts with the session is
/// likely to be done.
const AFTER_THE_START: Duration = Duration::from_secs(30);

impl EngineRoom {
    /// Measures again some time after the start, where that is due and nobody uses the engine.
    pub(crate) fn measure_after_the_start(&self) {
        let room = self.downgrade();
        self.look_after(async move {
            sleep(AFTER_THE_START).await;
            let Some(room) = room.upgrade() else { return };
            let is_free = room.resident().try_lock().is_ok();
            if is_free && room.is_to_measure().await {
                room.measure_again().await;
            }
        });
    }

    /// Whether what is known of this machine is doubted. What was never measured waits until somebody
    /// wants to know it.
    async fn is_to_measure(&self) -> bool {
        let Ok(Ok(machine)) = spawn_blocking(machine::look).await else {
            return false;
        };
        self.outfit().doubts(&machine).await
    }

    /// Measures the machine again if it is quiet; what is found is kept.
    pub(crate) async fn measure_again(&self) {
        let (stopper, stop) = stop();
        let slot = || {
            let measuring = self.measuring().lock();
            measuring.unwrap_or_else(PoisonError::into_inner)
        };
        *slot() = Some(stopper);
        let outfit = self.outfit().clone();
        let work = move || see(&outfit.home, &outfit.knowledge, Look::Measure, &stop);
        // What failed is told to whoever asks for the machine.
        let _ = spawn_blocking(work).await;
        slot().take();
    }

    /// Ends a measurement that runs by itself: somebody needs the cores.
    pub(crate) fn give_up_measuring(&self) {
        let measuring = self.measuring().lock();
        let stopper = measuring.unwrap_or_else(PoisonError::into_inner).take();
        if let Some(stopper) = stopper {
            stopper.stop();
        }
    }
}
