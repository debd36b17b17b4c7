//! The thread that listens: it passes on at once that something shall stop or be answered, queues
//! every other request, and ends the process when the other side goes away.

use std::fs::File;
use std::io::BufReader;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, channel};
use std::thread;
use std::time::Duration;

use engine::frame;
use engine::message::{Hello, Request};

use crate::brake::Brake;
use crate::leave;

/// What was asked and not yet begun.
pub(crate) struct Inbox {
    requests: Receiver<Request>,
    brake: &'static Brake,
}

/// What came in.
pub(crate) enum Heard {
    Request(Request),
    /// Nobody asked for anything in that time.
    Nothing,
    /// Nobody will ask for anything any more.
    Over,
}

/// A pipe on which the other side has greeted.
pub(crate) struct Greeted(BufReader<File>);

impl Greeted {
    /// Waits for the greeting of the other side, and checks it.
    pub(crate) fn on(pipe: File) -> Result<Self, String> {
        let mut pipe = BufReader::new(pipe);
        match frame::read::<Hello>(&mut pipe) {
            Ok(Some(hello)) if hello == Hello::of_this_build() => Ok(Self(pipe)),
            Ok(Some(hello)) => Err(format!("started by another build: {hello:?}")),
            Ok(None) => leave::now(),
            Err(error) => Err(format!("started by something else than Spud: {error}")),
        }
    }

    /// Waits for the first request, on the one thread that there is.
    pub(crate) fn first(&mut self) -> Request {
        loop {
            match frame::read::<Request>(&mut self.0) {
                // There is nothing yet that could be stopped.
                Ok(Some(Request::Stop { .. } | Request::AnswerNow { .. })) => {}
                Ok(Some(request)) => return request,
                // Nobody waits for us, or nobody who could be understood.
                Ok(None) | Err(_) => leave::now(),
            }
        }
    }
}

impl Inbox {
    /// Listens from now on; the first request has come already.
    pub(crate) fn open(greeted: Greeted, first: Request) -> Result<Self, String> {
        let mut pipe = greeted.0;
        // Once per process, and llama.cpp keeps its address.
        let brake: &'static Brake = Box::leak(Box::default());
        let (sender, requests) = channel();
        brake.ask(first.job());
        sender.send(first).expect("BUG: the receiver is here");
        thread::Builder::new()
            .name("inbox".to_owned())
            .spawn(move || {
                while let Ok(Some(request)) = frame::read::<Request>(&mut pipe) {
                    match request {
                        Request::Stop { job } => brake.pull(job),
                        Request::AnswerNow { job } => brake.want_answer(job),
                        other => {
                            brake.ask(other.job());
                            if sender.send(other).is_err() {
                                break;
                            }
                        }
                    }
                }
                // The window or terminal is gone, or speaks nonsense: nobody waits for us.
                leave::now();
            })
            .map_err(|error| format!("cannot start the thread that listens: {error}"))?;
        Ok(Self { requests, brake })
    }

    /// The next request, for which is waited as long as `quiet`, or for ever; marks it as the one that
    /// a stop would mean.
    pub(crate) fn next(&mut self, quiet: Option<Duration>) -> Heard {
        let request = match quiet {
            None => self.requests.recv().map_err(|_| Heard::Over),
            Some(quiet) => self
                .requests
                .recv_timeout(quiet)
                .map_err(|none| match none {
                    RecvTimeoutError::Timeout => Heard::Nothing,
                    RecvTimeoutError::Disconnected => Heard::Over,
                }),
        };
        request.map_or_else(|none| none, |request| self.mark(request))
    }

    /// The next request if it is there already.
    pub(crate) fn look(&mut self) -> Heard {
        match self.requests.try_recv() {
            Ok(request) => self.mark(request),
            Err(TryRecvError::Empty) => Heard::Nothing,
            Err(TryRecvError::Disconnected) => Heard::Over,
        }
    }

    fn mark(&self, request: Request) -> Heard {
        self.brake.run(request.job());
        Heard::Request(request)
    }

    /// What stops the computation.
    pub(crate) fn brake(&self) -> &'static Brake {
        self.brake
    }
}
