//! A request to stop that can be made once, from anywhere, and awaited.

use tokio::sync::watch;

/// Asks for the stop.
#[derive(Debug, Clone)]
pub struct Stopper(watch::Sender<bool>);

/// Hears of it.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

/// A stop that nobody asked for yet.
pub fn stop() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Asks; asking twice is the same.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// True once somebody asked.
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Ends when somebody asks; never, when nobody can any more.
    pub async fn asked(&mut self) {
        if self.0.wait_for(|asked| *asked).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
