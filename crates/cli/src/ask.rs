//! `spud ask`: one question, one reply, nothing kept.

use std::io::{IsTerminal, Read};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use app::chats::TextFile;
use app::reading::{self, Encoding, Limits, remarks, shown};
use app::stop::Stop;
use app::{
    Closer, Code, Conversation, Ending, EngineRoom, Home, Opening, Outcome, Preferences, Progress,
};

use crate::command::Ask;
use crate::console::{self, Console, STOPPED, To, complain_of, tame};
use crate::files::told;
use crate::held::{Held, Printed};
use crate::interrupt;
use crate::lines::{Done, Line};

/// Asks, prints the reply as it comes, and says how it ended.
pub(crate) async fn run(ask: Ask) -> ExitCode {
    let question = match question(&ask.prompt) {
        Ok(question) => question,
        Err(error) => {
            return console::complain(&format!("cannot read the question: {error}"), None);
        }
    };
    let (stopper, stop) = app::stop::stop();
    interrupt::stops(stopper.clone());
    let home = match Home::find() {
        Ok(home) => home,
        Err(failure) => return complain_of(&failure),
    };
    if let Some(unread) = Preferences::unread(&home) {
        complain_of(&unread);
    }
    let settings = ask.how.settings(&home);
    let mut printer = Printer::new(Console::new(stopper), ask.json, !ask.no_think_output);
    if settings.quick && (ask.json || !std::io::stdout().is_terminal()) {
        printer.held = Held::new(true);
    }
    let outcome = if question.trim().is_empty() {
        Outcome::refused(app::Failure::prompt_empty())
    } else {
        let room = EngineRoom::new(&home);
        let model = match app::survey::named(&home, &ask.how.model) {
            Ok(model) => model,
            Err(failure) => return printer.end(&Outcome::refused(failure), settings.sampling.seed),
        };
        let files = match read(&ask.files, ask.letters.encoding, &stop) {
            Ok(files) => files,
            Err(refused) => return printer.end(&refused, settings.sampling.seed),
        };
        for file in &files {
            printer.tell_file(file);
        }
        let conversation = Conversation {
            opening: Opening::new(settings.quick),
            ..Conversation::of(shown(&files, &question))
        };
        room.reply(&model, &conversation, &settings, stop, &mut |progress| {
            printer.tell(&progress);
        })
        .await
    };
    printer.end(&outcome, settings.sampling.seed)
}

/// The files as text, or the end of the reply that never began.
fn read(
    paths: &[PathBuf],
    encoding: Option<Encoding>,
    stop: &Stop,
) -> Result<Vec<TextFile>, Box<Outcome>> {
    let files = paths.iter().map(|path| {
        reading::read_in(encoding, path, Limits::default(), stop).map_err(|failure| {
            let stopped = failure.code == Code::Stopped;
            let mut refused = Outcome::refused(failure);
            if stopped {
                refused.ending = Ending::Stopped;
            }
            Box::new(refused)
        })
    });
    files.collect()
}

fn question(typed: &str) -> std::io::Result<String> {
    if typed != "-" {
        return Ok(typed.to_owned());
    }
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Prints a reply: for a program as JSON lines, for a person the answer on standard output and
/// everything else on standard error, so that a redirected answer is the answer alone.
pub(crate) struct Printer {
    console: Console,
    json: bool,
    thinking: bool,
    held: Held,
    /// What stands at the cursor.
    last: Last,
}

#[derive(PartialEq, Eq)]
enum Last {
    Nothing,
    Status,
    Thinking,
    Answer,
}

impl Printer {
    pub(crate) fn new(console: Console, json: bool, thinking: bool) -> Self {
        Self {
            console,
            json,
            thinking,
            held: Held::new(false),
            last: Last::Nothing,
        }
    }

    pub(crate) fn tell(&mut self, progress: &Progress) {
        if let Progress::Words {
            rethought,
            thinking,
            answer,
            so_far,
        } = progress
        {
            let tokens = so_far.answer_tokens;
            let printed = self.held.take(*rethought, thinking, answer, tokens);
            self.print(&printed, so_far.thinking_tokens);
        } else if self.json {
            self.tell_a_program(progress);
        } else {
            self.tell_a_person(progress);
        }
    }

    /// What a person should know of a file that was read.
    fn tell_file(&mut self, file: &TextFile) {
        let remarks = remarks(&file.remarks);
        if remarks.is_empty() {
            return;
        }
        if self.json {
            let name = &file.name;
            self.line(&Line::File {
                name,
                remarks: &remarks,
            });
        } else {
            self.note(&told(&file.name, &remarks));
        }
    }

    fn tell_a_program(&self, progress: &Progress) {
        match progress {
            // The words are printed elsewhere.
            Progress::Waiting | Progress::Note(_) | Progress::NoR1(_) | Progress::Words { .. } => {}
            Progress::Looping => self.line(&Line::Looping),
            Progress::Loading(progress) => self.line(&Line::Loading {
                progress: *progress,
            }),
            Progress::Reading(done, total) => {
                self.line(&Line::Prompt {
                    done: *done,
                    total: *total,
                });
            }
        }
    }

    fn tell_a_person(&mut self, progress: &Progress) {
        match progress {
            Progress::Waiting => self.status("Waiting for another reply"),
            Progress::Note(note) => self.note(&note.message),
            Progress::NoR1(told) => {
                let what = told.hint.as_deref().unwrap_or_default();
                self.note(&format!("{}. {what}", told.message));
            }
            // Whoever let it go on is told; else the last line says what was done about it.
            Progress::Looping => self.remark("It goes round in circles."),
            Progress::Loading(part) => {
                self.status(&format!("Loading the model {:.0} %", part * 100.0));
            }
            Progress::Reading(done, total) => {
                self.status(&format!("Reading the question, {done} of {total} tokens"));
            }
            Progress::Words { .. } => {}
        }
    }

    fn print(&mut self, words: &Printed, thinking_tokens: u32) {
        let Printed {
            rethought,
            thinking,
            answer,
        } = words;
        if self.json {
            if *rethought {
                self.line(&Line::Rethought);
            }
            if self.thinking && !thinking.is_empty() {
                self.line(&Line::Thinking { text: thinking });
            }
            if !answer.is_empty() {
                self.line(&Line::Answer { text: answer });
            }
            return;
        }
        if *rethought {
            self.remark("That was its thinking.");
        }
        if !thinking.is_empty() && self.thinking {
            self.leave_status();
            self.last = Last::Thinking;
            self.console.aside(&tame(thinking));
        } else if !thinking.is_empty() {
            self.status(&format!("Thinking, {thinking_tokens} tokens"));
        }
        if !answer.is_empty() {
            self.leave_status();
            if self.last == Last::Thinking {
                self.console.aside("\n\n");
            }
            self.last = Last::Answer;
            self.console.write(To::Output, &tame(answer));
        }
    }

    fn status(&mut self, text: &str) {
        if matches!(self.last, Last::Nothing | Last::Status) {
            self.last = Last::Status;
            self.console.status(text);
        }
    }

    /// A line of its own that stays.
    fn note(&mut self, text: &str) {
        self.leave_status();
        self.console.aside(&format!("{}\n", tame(text)));
        self.last = Last::Nothing;
    }

    /// A line between words that come.
    fn remark(&mut self, text: &str) {
        self.leave_status();
        self.console.aside(&format!("\n[{text}]\n"));
    }

    fn leave_status(&mut self) {
        if self.last == Last::Status {
            self.console.status("");
            self.last = Last::Nothing;
        }
    }

    fn line(&self, line: &Line<'_>) {
        self.console.write(To::Output, &line.print());
    }

    /// Prints how the reply ended and gives the exit status for it.
    pub(crate) fn end(&mut self, outcome: &Outcome, seed: u32) -> ExitCode {
        let printed = Printed {
            answer: self.held.rest(),
            ..Printed::default()
        };
        self.print(&printed, 0);
        if self.json {
            self.line(&Line::Done(Done::new(outcome, seed)));
        } else {
            self.leave_status();
            match self.last {
                Last::Answer => self.console.write(To::Output, "\n"),
                Last::Thinking => self.console.aside("\n"),
                Last::Nothing | Last::Status => {}
            }
            self.last = Last::Nothing;
            if let Some(summary) = summary(outcome, seed) {
                self.console.aside(&summary);
            }
        }
        match &outcome.ending {
            Ending::Complete | Ending::Length => ExitCode::SUCCESS,
            Ending::Stopped => ExitCode::from(STOPPED),
            Ending::Failed(failure) => complain_of(failure),
        }
    }
}

/// One line of statistics; none where nothing was written.
fn summary(outcome: &Outcome, seed: u32) -> Option<String> {
    let so_far = &outcome.statistics.so_far;
    let how = match outcome.ending {
        Ending::Complete => "",
        Ending::Stopped => "stopped; ",
        Ending::Length if so_far.answer_tokens == 0 => "cut at its limit while still thinking; ",
        Ending::Length => "cut at its limit; ",
        Ending::Failed(_) if so_far.thinking_tokens + so_far.answer_tokens == 0 => return None,
        Ending::Failed(_) => "failed; ",
    };
    let closed = match outcome.statistics.closed_by {
        None => "",
        Some(Closer::Budget) => "thinking closed by its budget; ",
        Some(Closer::Asked) => "thinking closed as you asked; ",
        Some(Closer::Loop) => "thinking closed, it went round in circles; ",
    };
    let first = match outcome.statistics.first_token_ms {
        0 => String::new(),
        first => {
            let wait = Duration::from_millis(first + outcome.load_ms);
            format!("{:.1} s to the first, ", wait.as_secs_f64())
        }
    };
    Some(format!(
        "[{how}{closed}{} thinking + {} answer tokens, {first}{:.1} tokens/s, seed {seed}]\n",
        so_far.thinking_tokens, so_far.answer_tokens, outcome.statistics.decode_per_second,
    ))
}
