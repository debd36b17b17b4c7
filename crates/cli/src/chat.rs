//! `spud chat`: a conversation that is kept like those of the window, read line by line.

use std::collections::VecDeque;
use std::io::{self, BufRead, IsTerminal};
use std::process::ExitCode;

use app::chats::{self, Body, Counts, End, Message, State};
use app::{
    App, AppEvent, ChatEvent, ChatId, Closer, Ending, Home, How, Outcome, Phase, Progress, SoFar,
    Statistics,
};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::ask::Printer;
use crate::command::Chat;
use crate::console::{self, Console, To, complain_of};
use crate::files::{Files, attaches};
use crate::interrupt;

/// What a person is told first.
const WELCOME: &str = "\
Ask, and press Enter. A line that ends in \\ goes on; `/file PATH` attaches a file to the next question.
While it thinks, Enter asks for the answer now.
Ctrl-C stops a reply; Ctrl-D ends the chat.
";

/// Talks until the input ends.
pub(crate) async fn run(chat: Chat) -> ExitCode {
    let opened = async { App::open(&Home::find()?).await };
    let app = match opened.await {
        Ok(app) => app,
        Err(failure) => return complain_of(&failure),
    };
    app.keep_awake();
    let (stopper, _) = app::stop::stop();
    let console = Console::new(stopper);
    let prompts = io::stdin().is_terminal();
    if prompts {
        console.aside(&format!("spud, with {}. {WELCOME}", chat.how.model));
    }
    let status = match talk(&app, &chat, &console, prompts).await {
        Ok(status) => status,
        Err(failure) => complain_of(&failure),
    };
    app.close().await;
    status
}

/// Question after question. A reply that fails is told and the next question is awaited; where no
/// person is there to ask on, the status says that one failed.
async fn talk(
    app: &App,
    chat: &Chat,
    console: &Console,
    prompts: bool,
) -> Result<ExitCode, app::Failure> {
    let home = Home::find()?;
    let model = app::survey::named(&home, &chat.how.model)?;
    for notice in notices(app).await? {
        complain_of(&notice);
    }
    let mut questions = questions();
    // Typed while a reply came.
    let mut early = VecDeque::new();
    let mut at: Option<Open> = None;
    let mut status = ExitCode::SUCCESS;
    let mut files = match Files::first(app, &chat.files, chat.letters.encoding, console).await {
        Ok(files) => files,
        Err(failed) => return Ok(failed),
    };
    loop {
        if prompts {
            console.write(To::Error, "\n> ");
        }
        let next = match early.pop_front() {
            Some(question) => Some(question),
            None => next_question(&mut questions, console).await,
        };
        let Some(question) = next else {
            break;
        };
        if question.trim().is_empty() {
            continue;
        }
        let to = at.as_ref().map(|open| open.id);
        if let Some(attached) = attaches(&question) {
            let failed = files.attach_typed(app, to, attached, console).await;
            status = failed.err().unwrap_or(status);
            continue;
        }
        let settings = chat.how.settings(&home);
        let seed = settings.sampling.seed;
        let how = How {
            model: model.clone(),
            settings,
        };
        let (stopper, mut stop) = app::stop::stop();
        interrupt::stops(stopper.clone());
        let sent = app.send(to, files.with(question), Some(how)).await;
        let id = match sent {
            Ok(id) => id,
            Err(failure) => {
                status = complain_of(&failure);
                continue;
            }
        };
        files.are_asked_with();
        let open = match at.take() {
            Some(open) => at.insert(open),
            None => at.insert(Open {
                id,
                events: app.watch_chat(id).await?,
            }),
        };
        let mut printer = Printer::new(Console::new(stopper), false, true);
        let outcome = loop {
            let event = tokio::select! {
                event = open.events.recv() => event,
                () = stop.asked() => {
                    app.stop(id);
                    open.events.recv().await
                }
                Some(line) = questions.recv(), if prompts => {
                    if line.trim().is_empty() {
                        app.answer_now(id);
                    } else {
                        early.push_back(line);
                    }
                    continue;
                }
            };
            let Some(event) = event else {
                return Ok(status);
            };
            if let Some(ended) = show(event, &mut printer) {
                break outcome_of(ended);
            }
        };
        let ended = printer.end(&outcome, seed);
        // A stopped reply is what the person wanted, not an exit status.
        if matches!(outcome.ending, Ending::Failed(_)) {
            status = ended;
        }
        // Nobody would read the next one.
        if console::is_lost() {
            break;
        }
    }
    files.leave(app).await;
    if prompts {
        console.write(To::Error, "\n");
    }
    Ok(status)
}

/// The chat that goes on.
struct Open {
    id: ChatId,
    events: UnboundedReceiver<ChatEvent>,
}

/// What must be known about the chats before the first question.
async fn notices(app: &App) -> Result<Vec<app::Failure>, app::Failure> {
    match app.watch().await?.recv().await {
        Some(AppEvent::Snapshot(snapshot)) => Ok(snapshot.notices),
        _ => Ok(Vec::new()),
    }
}

/// What is typed next; `None` at the end of the input, and on a second Ctrl-C in a row.
async fn next_question(
    questions: &mut UnboundedReceiver<String>,
    console: &Console,
) -> Option<String> {
    for words in ["\nOnce more ends the chat; so does Ctrl-D.\n> ", "\n"] {
        let (stopper, mut stop) = app::stop::stop();
        interrupt::stops(stopper);
        tokio::select! {
            question = questions.recv() => return question,
            () = stop.asked() => console.aside(words),
        }
    }
    None
}

/// Reads questions on a thread of its own, which ends with the program: a line that ends in a
/// backslash goes on with the next one.
fn questions() -> UnboundedReceiver<String> {
    let (sender, receiver) = unbounded_channel();
    std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        let mut question = String::new();
        let mut bytes = Vec::new();
        // A terminal that cannot be read any more is at its end too.
        while input
            .read_until(b'\n', &mut bytes)
            .is_ok_and(|length| length > 0)
        {
            let line = String::from_utf8_lossy(&bytes).into_owned();
            bytes.clear();
            let line = line.trim_end_matches(['\r', '\n']);
            if let Some(begun) = line.strip_suffix('\\') {
                question += begun;
                question.push('\n');
                continue;
            }
            question += line;
            if sender.send(std::mem::take(&mut question)).is_err() {
                return;
            }
        }
        if !question.is_empty() {
            let _ = sender.send(question);
        }
    });
    receiver
}

/// How a reply ended, as far as its message tells.
fn outcome_of(message: Message) -> Outcome {
    let Body::Reply(reply) = message.body else {
        unreachable!("BUG: a question does not end");
    };
    let ending = match reply.state {
        State::Ended(End::Complete) => Ending::Complete,
        State::Ended(End::Length) => Ending::Length,
        State::Ended(End::Failed(failure)) => Ending::Failed(failure.into()),
        State::Ended(End::Stopped) | State::Interrupted | State::Streaming => Ending::Stopped,
    };
    Outcome {
        ending,
        statistics: Statistics {
            so_far: so_far(reply.counts),
            decode_per_second: reply.statistics.map_or(0.0, |cost| cost.decode_per_second),
            drafted_tokens: reply.statistics.map_or(0, |cost| cost.drafted_tokens),
            accepted_tokens: reply.statistics.map_or(0, |cost| cost.accepted_tokens),
            closed_by: reply.statistics.and_then(|cost| cost.closed_by).map(closer),
            ..Statistics::default()
        },
        load_ms: 0,
    }
}

fn closer(kept: chats::Closer) -> Closer {
    match kept {
        chats::Closer::Budget => Closer::Budget,
        chats::Closer::Asked => Closer::Asked,
        chats::Closer::Loop => Closer::Loop,
    }
}

fn so_far(counts: Counts) -> SoFar {
    SoFar {
        thinking_tokens: counts.thinking_tokens,
        answer_tokens: counts.answer_tokens,
        thinking_ms: counts.thinking_ms,
        answer_ms: counts.answer_ms,
    }
}

/// Prints what happens; gives the reply once it has ended.
fn show(event: ChatEvent, printer: &mut Printer) -> Option<Message> {
    match event {
        ChatEvent::Phase { phase, .. } => show_phase(phase, printer),
        ChatEvent::Growth {
            rethought,
            thinking,
            answer,
            so_far,
            ..
        } => {
            printer.tell(&Progress::Words {
                rethought,
                thinking,
                answer,
                so_far,
            });
        }
        ChatEvent::Snapshot {
            messages, phase, ..
        } => {
            // A quick reply may be further than its first word when it is first looked at.
            if let Some(Message {
                body: Body::Reply(reply),
                ..
            }) = messages.last()
            {
                let (thinking, answer) = (reply.thinking.clone(), reply.answer.clone());
                if !thinking.is_empty() || !answer.is_empty() {
                    let so_far = so_far(reply.counts);
                    printer.tell(&Progress::Words {
                        rethought: false,
                        thinking,
                        answer,
                        so_far,
                    });
                }
            }
            match phase {
                Some(phase) => show_phase(phase, printer),
                None => return messages.into_iter().next_back(),
            }
        }
        ChatEvent::End(message) => return Some(message),
        ChatEvent::Looping { .. } => printer.tell(&Progress::Looping),
        ChatEvent::Message(_)
        | ChatEvent::Branch(_)
        | ChatEvent::Earlier(_)
        | ChatEvent::Manner(_)
        | ChatEvent::Files(_)
        | ChatEvent::Instructions(_)
        | ChatEvent::Gone => {}
    }
    None
}

fn show_phase(phase: Phase, printer: &mut Printer) {
    match phase {
        Phase::Waiting => printer.tell(&Progress::Waiting),
        Phase::Loading(part) => printer.tell(&Progress::Loading(part)),
        Phase::Reading(done, total) => printer.tell(&Progress::Reading(done, total)),
        Phase::Thinking | Phase::Answering => {}
    }
}
