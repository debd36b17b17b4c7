//! `spud pull`: a model on its way, as a line that changes in a terminal, as plain lines elsewhere,
//! as JSON for a program.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use app::fit::bytes::human;
use app::fit::words::about;
use app::{Agreement, Awake, Code, Doing, Far, Home, Limit, Network, Pause, Pulling};
use serde_json::{Value, json};

use crate::command::Pull;
use crate::console::{Console, STOPPED, To, complain_of, tame};
use crate::{interrupt, token};

/// Between two lines where no line can be replaced.
const LINE_TIME: Duration = Duration::from_secs(10);

/// Between two JSON objects of the same kind.
const JSON_TIME: Duration = Duration::from_millis(500);

/// Fetches a model.
pub(crate) async fn run(wish: Pull) -> ExitCode {
    let (stopper, stop) = app::stop::stop();
    interrupt::stops(stopper.clone());
    let console = Console::new(stopper);
    let home = match Home::find() {
        Ok(home) => home,
        Err(failure) => return complain_of(&failure),
    };
    let _awake = tokio::task::spawn_blocking(|| Awake::hold("A model is being downloaded")).await;
    let limit = Limit::default();
    let kib = wish.limit.map(|limit| limit.saturating_mul(1 << 10));
    limit.set(kib.unwrap_or(Network::of(&home).limit));
    let ask = app::Pull {
        id: wish.model,
        quant: wish.quant,
        endpoint: wish.endpoint,
        anyway: wish.anyway,
        use_token: wish.use_token,
        limit,
        models: None,
    };
    let mut screen = Screen {
        console: &console,
        json: wish.json,
        last: None,
    };
    let mut pulled = app::pull(&home, &ask, stop.clone(), |news| screen.show(&news)).await;
    if let Err(failure) = &pulled
        && !wish.json
        && token::is_agreed(&home, failure, &console, stop.clone()).await
    {
        pulled = app::pull(&home, &ask, stop.clone(), |news| screen.show(&news)).await;
    }
    // What the catalogue does not know would be found by nobody again.
    if let Ok(path) = &pulled
        && ask.id.contains('/')
        && let Err(failure) = app::import(&home, path, false, &stop, |_, _| ()).await
    {
        pulled = Err(failure);
    }
    let json = screen.json;
    screen.clear();
    match pulled {
        Ok(path) if json => {
            let line = json!({"type": "done", "path": path.display().to_string()});
            console.write(To::Output, &format!("{line}\n"));
            ExitCode::SUCCESS
        }
        Ok(path) => {
            console.write(To::Output, &format!("{}\n", path.display()));
            ExitCode::SUCCESS
        }
        Err(failure) => {
            let status = complain_of(&failure);
            if json {
                let line = json!({
                    "type": "failed",
                    "code": failure.code,
                    "message": failure.message,
                    "hint": failure.hint,
                });
                console.write(To::Output, &format!("{line}\n"));
            }
            match failure.code {
                Code::Stopped => ExitCode::from(STOPPED),
                _ => status,
            }
        }
    }
}

/// What is shown of a download.
struct Screen<'a> {
    console: &'a Console,
    json: bool,
    /// When something was shown that must not come too often, and what kind it was.
    last: Option<(Instant, &'static str)>,
}

impl Screen<'_> {
    fn show(&mut self, news: &Pulling) {
        match news {
            Pulling::Note(note) if self.json => {
                self.line(&json!({"type": "note", "note": note.to_string()}));
            }
            Pulling::Note(note) => self.aside(&note.to_string()),
            Pulling::Chosen { candidate, why } if self.json => self.line(&json!({
                "type": "chosen",
                "id": candidate.id,
                "quant": candidate.quant,
                "bytes": candidate.bytes,
                "verdict": candidate.plan.verdict,
                "reason": why,
                "is_r1": candidate.stranger.is_none(),
                "kin": candidate.stranger.and_then(|told| told.kin),
            })),
            Pulling::Chosen { candidate, why } => {
                self.aside(&format!(
                    "{}, {}, {}: {}, {}",
                    candidate.name,
                    candidate.quant,
                    human(candidate.bytes),
                    candidate.plan.verdict,
                    why
                ));
                if let Some(stranger) = candidate.stranger {
                    self.aside(&format!("It is not an R1. {}", stranger.sentence()));
                }
            }
            Pulling::Renamed { from, to } if self.json => {
                self.line(&json!({"type": "renamed", "from": from, "to": to}));
            }
            Pulling::Renamed { from, to } => self.aside(&format!("`{from}` is called `{to}` now")),
            Pulling::ShowsToken(Agreement { host, repository }) if self.json => {
                self.line(&json!({"type": "shows_token", "host": host, "repository": repository}));
            }
            Pulling::ShowsToken(Agreement { host, repository }) => {
                self.aside(&format!("showing {host} your token for `{repository}`"));
            }
            Pulling::Asking { host } if self.json => {
                self.line(&json!({"type": "asking", "host": host}));
            }
            Pulling::Asking { host } => {
                self.aside(&format!("asking {host} for sizes and hashes"));
            }
            Pulling::Waiting(pause) if self.json => self.line(&json!({
                "type": "waiting",
                "part": null,
                "parts": null,
                "here": null,
                "bytes": null,
                "per_second": null,
                "left_ms": null,
                "why": pause.why.to_string(),
            })),
            Pulling::Waiting(pause) => self.aside(&waits(pause, Instant::now())),
            Pulling::Parts { .. } => {}
            Pulling::Far(far) => self.far(far),
        }
    }

    fn far(&mut self, far: &Far) {
        let kind = kind(&far.doing);
        let now = Instant::now();
        if !self.json {
            self.console.status(&words(far, now));
        }
        let pause = if self.json { JSON_TIME } else { LINE_TIME };
        let told = self
            .last
            .is_some_and(|(when, last)| last == kind && now - when < pause);
        if told {
            return;
        }
        self.last = Some((now, kind));
        if self.json {
            self.line(&json!({
                "type": kind,
                "part": far.part,
                "parts": far.parts,
                "here": far.here,
                "bytes": far.bytes,
                "per_second": far.rate,
                "left_ms": far.left.map(|left| left.as_millis()),
                "why": why(&far.doing),
            }));
        } else if !self.console.replaces() {
            self.aside(&words(far, now));
        }
    }

    fn line(&self, value: &Value) {
        self.console.write(To::Output, &format!("{value}\n"));
    }

    fn aside(&self, text: &str) {
        self.console.aside(&(tame(text) + "\n"));
    }

    /// Leaves an empty line for what follows.
    fn clear(&self) {
        if !self.json {
            self.console.status("");
        }
    }
}

fn kind(doing: &Doing) -> &'static str {
    match doing {
        Doing::Connecting { .. } => "connecting",
        Doing::Downloading { .. } => "downloading",
        Doing::Checking { .. } => "checking",
        Doing::Waiting { .. } => "waiting",
        Doing::Elsewhere => "elsewhere",
    }
}

fn why(doing: &Doing) -> Option<String> {
    match doing {
        Doing::Waiting { why, .. } => Some(why.to_string()),
        _ => None,
    }
}

/// What is waited for, and how long.
fn waits(Pause { until, why }: &Pause, now: Instant) -> String {
    let seconds = until.saturating_duration_since(now).as_secs_f64().ceil();
    format!("waiting {seconds} s: {why}")
}

/// One line for a person.
fn words(far: &Far, now: Instant) -> String {
    let percent = far.here.saturating_mul(100) / far.bytes.max(1);
    let part = match far.parts {
        1 => String::new(),
        parts => format!(", part {} of {parts}", far.part),
    };
    let amount = format!(
        "{percent:>3} %  {} of {}{part}",
        human(far.here),
        human(far.bytes)
    );
    match &far.doing {
        Doing::Connecting { host } => format!("{amount}, asking {host}"),
        Doing::Downloading { .. } => {
            let rate = far.rate.map(|rate| format!(", {}/s", human(rate)));
            let left = far.left.map(|left| {
                let left = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
                format!(", {} left", about(left))
            });
            amount + &rate.unwrap_or_default() + &left.unwrap_or_default()
        }
        Doing::Checking { checked, bytes } => {
            let percent = checked.saturating_mul(100) / (*bytes).max(1);
            format!("{amount}, checking: {percent} %")
        }
        Doing::Waiting { until, why } => {
            let (until, why) = (*until, why.clone());
            format!("{amount}, {}", waits(&Pause { until, why }, now))
        }
        Doing::Elsewhere => format!("{amount}, another Spud is downloading it"),
    }
}
