//! Reports on engines that ended by themselves: a small text each, in a folder beside the chats. They
//! are never sent; who wants to show one to somebody copies it.
//!
//! A report has no word of a conversation in it, and no path: a file is named without its folder, and
//! the log's paths lose the user's own folder.

use std::fmt::Write as _;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::Death;
use engine::message::Loaded;
use fit::bytes::human;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::failure::{Code, Failure};
use crate::home::Home;
use crate::model::Preflight;
use crate::open::{App, blocking};
use crate::written::whole;

/// Below the data folder.
const FOLDER: &str = "crashes";

/// Reports that are kept; the oldest go first.
const KEPT: usize = 10;

/// The largest report, in bytes. The log's oldest lines are left out of a longer one.
const REPORT_BYTES: usize = 16 * 1024;

/// Under which a report's line says how the engine ended.
const WHAT: &str = "what";

/// A report that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrashReport {
    /// Its file name, by which it is deleted.
    pub name: String,
    /// When it was written, in milliseconds since 1970, UTC.
    pub at_ms: i64,
    /// How the engine ended, in a sentence.
    pub what: String,
    /// All of it.
    pub text: String,
}

/// What is known of an engine that ended by itself.
pub(crate) struct Crash {
    pub(crate) death: Death,
    /// The model that it held, or was to hold.
    pub(crate) found: Preflight,
    /// What became of the load; none where it died before it was over.
    pub(crate) loaded: Option<Loaded>,
}

impl Home {
    /// Where reports on engines that ended by themselves are.
    pub fn crashes(&self) -> PathBuf {
        self.data().join(FOLDER)
    }
}

/// Writes a report, readable by the user alone, and forgets the oldest of many. Nobody is told where
/// that fails: what happened is said without it.
pub(crate) fn report(home: &Home, crash: &Crash) {
    let folder = home.crashes();
    let when = stamp(OffsetDateTime::now_utc());
    let name = format!("engine-{}.txt", when.replace(':', "-"));
    let mut text = crash.text(&when);
    if let Some(user) = directories::BaseDirs::new() {
        text = text.replace(&*user.home_dir().to_string_lossy(), "~");
    }
    let kept = || -> io::Result<()> {
        fs_err::create_dir_all(&folder)?;
        whole(&folder.join(name), text.as_bytes())?;
        for old in names(&folder).iter().skip(KEPT) {
            fs_err::remove_file(folder.join(old))?;
        }
        Ok(())
    };
    let _ = kept();
}

/// The reports of a home, the newest first.
pub(crate) fn reports(home: &Home) -> Vec<CrashReport> {
    let folder = home.crashes();
    let names = names(&folder).into_iter();
    names
        .take(KEPT)
        .filter_map(|name| {
            let at_ms = at_ms(&name)?;
            let text = short_text(&folder.join(&name)).ok()?;
            let says = |line: &str| Some(line.strip_prefix(WHAT)?.trim().to_owned());
            let what = text.lines().find_map(says).unwrap_or_default();
            Some(CrashReport {
                name,
                at_ms,
                what,
                text,
            })
        })
        .collect()
}

impl App {
    /// What is kept of engines that ended by themselves, the newest first.
    pub async fn crash_reports(&self) -> Result<Vec<CrashReport>, Failure> {
        let home = self.inner.room.outfit().home.clone();
        blocking(move || Ok(reports(&home))).await
    }

    /// Deletes a report; one that is gone already is no failure.
    pub async fn delete_crash_report(&self, name: &str) -> Result<(), Failure> {
        let home = self.inner.room.outfit().home.clone();
        let name = name.to_owned();
        blocking(move || {
            let folder = home.crashes();
            // Names come from a page: nothing but a report is deleted.
            if !names(&folder).contains(&name) {
                return Ok(());
            }
            fs_err::remove_file(folder.join(name)).map_err(|error| {
                Failure::new(Code::Storage, error.to_string())
                    .hint("Check the folder's rights and its disk.")
                    .detail(error)
            })
        })
        .await
    }
}

/// As RFC 3339 has it, always of the same length: names are sorted by it. To a millisecond, since
/// several may die in a second.
fn stamp(when: OffsetDateTime) -> String {
    let (day, month) = (when.day(), u8::from(when.month()));
    let (hour, minute, second) = when.to_hms();
    format!(
        "{:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z",
        when.year(),
        when.millisecond()
    )
}

/// Names of the reports in a folder, the newest first.
fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| at_ms(name).is_some())
        .collect();
    names.sort_unstable_by(|one, other| other.cmp(one));
    names
}

/// When a report was written, by its name; none of what is no report.
fn at_ms(name: &str) -> Option<i64> {
    let when = name.strip_prefix("engine-")?.strip_suffix(".txt")?;
    let (day, time) = when.split_once('T')?;
    let when = format!("{day}T{}", time.replace('-', ":"));
    let when = OffsetDateTime::parse(&when, &Rfc3339).ok()?;
    i64::try_from(when.unix_timestamp_nanos() / 1_000_000).ok()
}

fn short_text(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    let most = u64::try_from(REPORT_BYTES).unwrap_or(u64::MAX);
    fs_err::File::open(path)?
        .take(most)
        .read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

impl Crash {
    fn text(&self, when: &str) -> String {
        let (death, found) = (&self.death, &self.found);
        let (plan, machine) = (&found.plan, &found.machine);
        let doing = match death.doing.as_slice() {
            [] => "nothing in particular".to_owned(),
            jobs => jobs.join(", "),
        };
        let file = found.path.file_name().unwrap_or_default().to_string_lossy();
        let gpus = plan.placement.gpus.join(", ");
        let place = if gpus.is_empty() {
            "on the processor".to_owned()
        } else {
            let layers = plan.placement.gpu_layers;
            format!("{layers} of {} layers on {gpus}", plan.layers)
        };
        let mapped = if plan.mapped { ", mapped" } else { "" };
        let device = self
            .loaded
            .as_ref()
            .map_or("not known", |loaded| loaded.device.as_str());
        let facts = [
            ("when", when.to_owned()),
            (WHAT, death.why.clone()),
            ("doing", doing),
            ("ran for", ran(death.ran)),
            // Quoted as Rust does, so that a name with odd characters shows them.
            (
                "model",
                format!(
                    "{file:?}, {} of weights, {} layers",
                    human(found.anatomy().weights_bytes()),
                    plan.layers
                ),
            ),
            (
                "plan",
                format!(
                    "{} tokens of context, cache {}, {} threads, {} tokens at once, {place}{mapped}, \
                     {} of memory",
                    plan.context,
                    plan.kv,
                    found.threads(),
                    plan.batch,
                    human(plan.memory_bytes()),
                ),
            ),
            ("device", device.to_owned()),
            (
                "machine",
                format!(
                    "{}, {} cores, {} of memory, {} were free",
                    machine.cpu,
                    machine.cores.physical,
                    human(machine.total_bytes),
                    human(machine.available_bytes),
                ),
            ),
            (
                "system",
                format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH),
            ),
        ];
        let mut text = format!(
            "Spud {}: an engine ended by itself. This report is kept here alone and never sent.\n\n",
            env!("CARGO_PKG_VERSION")
        );
        for (name, fact) in facts {
            let _ = writeln!(text, "{name:<9} {fact}");
        }
        text += "\nThe engine's last words, the newest at the end:\n";
        let room = REPORT_BYTES.saturating_sub(text.len());
        let mut taken = 0;
        let newest = death.log.iter().rev();
        let fitting = newest.take_while(|line| {
            taken += line.len() + 1;
            taken <= room
        });
        let lines: Vec<&str> = fitting.map(String::as_str).collect();
        for line in lines.iter().rev() {
            text += line;
            text.push('\n');
        }
        text
    }
}

fn ran(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reports_are_taken_for_reports_and_the_newest_come_first() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        assert_eq!(reports(&home), []);
        std::fs::create_dir(home.crashes()).unwrap();
        let put = |name: &str, text: &str| {
            std::fs::write(home.crashes().join(name), text).unwrap();
        };
        put("engine-2026-11-28T10-27-19.001Z.txt", "what      first\n");
        put("engine-2026-11-28T10-27-19.002Z.txt", "no such line");
        put("engine-.txt", "");
        put("engine-yesterday.txt", "");
        put("notes.txt", "");
        let found = reports(&home);
        let times: Vec<i64> = found.iter().map(|report| report.at_ms).collect();
        assert_eq!(times, [1_795_861_639_002, 1_795_861_639_001]);
        assert_eq!([&*found[0].what, &*found[1].what], ["", "first"]);
    }
}
