//! The one reader of Markdown, which the window's page runs too (`ui/src/reader/reader.ts`), run by `QuickJS` where
//! there is no web view: what `spud chats export` writes as HTML is what the window shows.
//!
//! The script is ours, the texts are hostile: memory, depth and work are bounded, and a text that the reader cannot set
//! within that stands as it was written and costs itself alone. Where the script is not there, all do.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use app::Markup;
use rquickjs::prelude::Func;
use rquickjs::{Context, Ctx, Function, Object, Runtime};
use url::{Url, quirks};

use crate::console::complain;

/// Bytes that a text may take while it is set: some hundred times the largest that a model writes.
const MEMORY: usize = 1 << 30;
/// Bytes of stack for what the script calls, some twenty thousand calls deep. It is the most: rquickjs takes more for
/// no limit at all.
const DEPTH: usize = 16 << 20;
/// Bytes for what is below that on its thread, and above: `QuickJS` looks at its depth in calls of the script alone.
const AROUND: usize = 8 << 20;

/// How often `QuickJS` may ask whether it shall go on, which it does every ten thousand steps: counted rather than
/// timed, so that a text is set alike on any machine. Some seconds for any text; for each byte, twice what the worst
/// takes that was tried, two million of them on one line. Most take a fiftieth of it.
const LEAST_ROUNDS: u64 = 10_000;
const BYTES_PER_ROUND: u64 = 10;

/// Sets texts; says where that cannot be done, and leaves them as they were written.
pub(crate) fn markup() -> Markup {
    let Some(path) = app::reader_script() else {
        let hint = "`./run` builds it with the page, once; the window saves such a copy too.";
        let message =
            "what models wrote stands as it was written: `reader.js`, which sets it, is missing";
        complain(message, Some(hint));
        return app::as_written();
    };
    let started = std::fs::read_to_string(&path).and_then(Reader::start);
    let reader = match started {
        Ok(reader) => reader,
        Err(error) => {
            complain(&unusable(&path.display(), &error), None);
            return app::as_written();
        }
    };
    let mut is_told = false;
    Box::new(move |text| {
        let why = match reader.set(text) {
            Set::Markup(markup) => return Some(markup),
            Set::TooMuch => {
                "a text that is too large or too deep to be set stands as it was written".to_owned()
            }
            Set::Broken => unusable(&path.display(), &"it does not run"),
        };
        if !is_told {
            is_told = true;
            complain(&why, None);
        }
        None
    })
}

fn unusable(path: &dyn std::fmt::Display, why: &dyn std::fmt::Display) -> String {
    format!("what models wrote stands as it was written: `{path}` cannot be used: {why}")
}

/// What became of a text.
enum Set {
    Markup(String),
    TooMuch,
    /// The script itself does not run.
    Broken,
}

/// The thread that reads: `QuickJS` wants much stack, and all of its work on one thread.
struct Reader {
    texts: Sender<String>,
    sets: Receiver<Set>,
}

impl Reader {
    fn start(script: String) -> std::io::Result<Self> {
        let (texts, asked) = channel::<String>();
        let (told, sets) = channel();
        let work = move || {
            let mut room = None;
            for text in asked {
                let set = match room.take().map_or_else(|| Room::new(&script), Ok) {
                    Err(_) => Set::Broken,
                    Ok(ready) => match ready.set(&text) {
                        Ok(markup) => {
                            room = Some(ready);
                            Set::Markup(markup)
                        }
                        // What is left of it is not used again.
                        Err(_) => Set::TooMuch,
                    },
                };
                if told.send(set).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new()
            .stack_size(DEPTH + AROUND)
            .spawn(work)?;
        Ok(Self { texts, sets })
    }

    fn set(&self, text: &str) -> Set {
        let asked = self.texts.send(text.to_owned());
        asked
            .ok()
            .and_then(|()| self.sets.recv().ok())
            .unwrap_or(Set::Broken)
    }
}

/// `QuickJS` with the script in it.
struct Room {
    context: Context,
    rounds_left: Rc<Cell<u64>>,
}

impl Room {
    fn new(script: &str) -> rquickjs::Result<Self> {
        let runtime = Runtime::new()?;
        runtime.set_memory_limit(MEMORY);
        runtime.set_max_stack_size(DEPTH);
        let rounds_left = Rc::new(Cell::new(LEAST_ROUNDS));
        let left = Rc::clone(&rounds_left);
        runtime.set_interrupt_handler(Some(Box::new(move || {
            left.set(left.get().saturating_sub(1));
            left.get() == 0
        })));
        let context = Context::full(&runtime)?;
        context.with(|js| {
            js.globals().set("partsOfAddress", Func::from(parts))?;
            js.eval::<(), _>(script)?;
            html(&js).map(drop)
        })?;
        // What sets formulas is loaded behind a promise.
        while runtime.execute_pending_job().is_ok_and(|went_on| went_on) {}
        Ok(Self {
            context,
            rounds_left,
        })
    }

    fn set(&self, text: &str) -> rquickjs::Result<String> {
        let rounds = LEAST_ROUNDS + text.len() as u64 / BYTES_PER_ROUND;
        self.rounds_left.set(rounds);
        self.context.with(|js| html(&js)?.call((text,)))
    }
}

/// What the script offers.
fn html<'js>(js: &Ctx<'js>) -> rquickjs::Result<Function<'js>> {
    let reader: Object<'_> = js.globals().get("reader")?;
    reader.get("html")
}

/// An address in the parts that a web view gives; none where it is no address.
#[expect(
    clippy::needless_pass_by_value,
    reason = "so arguments come from a script"
)]
fn parts(js: Ctx<'_>, href: String) -> rquickjs::Result<Option<Object<'_>>> {
    let Ok(url) = Url::parse(&href) else {
        return Ok(None);
    };
    let parts = Object::new(js)?;
    parts.set("href", quirks::href(&url))?;
    parts.set("protocol", quirks::protocol(&url))?;
    parts.set("username", quirks::username(&url))?;
    parts.set("password", quirks::password(&url))?;
    parts.set("host", quirks::host(&url))?;
    parts.set("pathname", quirks::pathname(&url))?;
    Ok(Some(parts))
}
