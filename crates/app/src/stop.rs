//! What somebody wants of a reply while it is written: that its thought be closed, or that it stop.
//! Each can be asked for once, from anywhere, and awaited.

use tokio::sync::watch;

/// The later ones are stronger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Wish {
    #[default]
    GoOn,
    AnswerNow,
    Stop,
}

/// Asks for the stop, or for the answer.
#[derive(Debug, Clone)]
pub struct Stopper(watch::Sender<Wish>);

/// Hears of it.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<Wish>);

/// A stop that nobody asked for yet.
pub fn stop() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(Wish::GoOn);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Asks; asking twice is the same.
    pub fn stop(&self) {
        self.0.send_replace(Wish::Stop);
    }

    /// Wants the thought closed and the answer begun; a stop is not taken back by it.
    pub fn answer_now(&self) {
        self.0
            .send_modify(|wish| *wish = (*wish).max(Wish::AnswerNow));
    }
}

impl Stop {
    /// True once somebody asked.
    pub fn is_asked(&self) -> bool {
        *self.0.borrow() == Wish::Stop
    }

    /// Ends when somebody asks; never, when nobody can any more.
    pub async fn asked(&mut self) {
        self.at_least(Wish::Stop).await;
    }

    /// Ends when somebody wants the answer, or the stop.
    pub(crate) async fn answer_wanted(&mut self) {
        self.at_least(Wish::AnswerNow).await;
    }

    async fn at_least(&mut self, wish: Wish) {
        if self.0.wait_for(|asked| *asked >= wish).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
