//! What is done to the product to see whether it holds: its program killed at any moment, its disk
//! full, its files damaged, its day long. Each part tries faults on the real files with the real
//! engine and Sprout answering, and counts what survived and what was lost.
//!
//! A process of ours plays the product's user through `app` ([`player`]) and says what the product
//! acknowledged; whoever drives it looks at the files afterwards ([`found`]) and holds them to that
//! ([`promises`]).

pub mod drowned;
pub mod faults;
pub mod found;
pub mod growing;
pub mod kills;
pub mod long;
pub mod player;
pub mod processes;
pub mod promises;
pub mod together;

use std::fmt::Write;
use std::io;

use app::Failure;
use serde_json::json;

/// A failure of the product as an error of a part.
fn told(failure: Failure) -> io::Error {
    let more = failure.detail.unwrap_or_default();
    io::Error::other(format!("{} ({more})", failure.message))
}

/// Faults of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What was done.
    pub name: String,
    /// How often.
    pub tried: usize,
    /// What was lost, each in a sentence; of one try there may be several.
    pub lost: Vec<String>,
    /// How many tries lost something.
    pub failed: usize,
    /// What else was measured on the way.
    pub note: String,
}

impl Fault {
    /// A kind of fault that was not tried yet.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            tried: 0,
            lost: Vec::new(),
            failed: 0,
            note: String::new(),
        }
    }

    /// Counts one try and what it lost.
    pub fn count(&mut self, lost: Vec<String>) {
        self.tried += 1;
        self.failed += usize::from(!lost.is_empty());
        self.lost.extend(lost);
    }

    /// A fault that was tried once.
    pub fn once(name: impl Into<String>, lost: Vec<String>) -> Self {
        let mut fault = Self::new(name);
        fault.count(lost);
        fault
    }

    /// The same with what else was measured.
    #[must_use]
    pub fn noting(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// All faults as a table for people, with what was lost below it, or one JSON object a line.
pub fn text(faults: &[Fault], json: bool) -> String {
    let mut text = String::new();
    if json {
        for fault in faults {
            let survived = fault.tried - fault.failed;
            let line = json!({"name": fault.name, "tried": fault.tried, "survived": survived,
                              "lost": fault.lost, "note": fault.note});
            let _ = writeln!(text, "{line}");
        }
        return text;
    }
    let longest = faults.iter().map(|fault| fault.name.chars().count());
    let width = longest.max().unwrap_or(0);
    let _ = writeln!(text, "{:width$}  tried  survived  lost", "");
    for fault in faults {
        let (tried, survived) = (fault.tried, fault.tried - fault.failed);
        let row = format!(
            "{:width$}  {tried:>5}  {survived:>8}  {:>4}  {}",
            fault.name, fault.failed, fault.note
        );
        let _ = writeln!(text, "{}", row.trim_end());
    }
    for fault in faults.iter().filter(|fault| fault.failed > 0) {
        for lost in &fault.lost {
            let _ = writeln!(text, "LOST ({}): {lost}", fault.name);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_try_is_lost_once_however_much_it_lost() {
        let mut fault = Fault::new("kill");
        fault.count(Vec::new());
        fault.count(vec!["a word".to_owned(), "a chat".to_owned()]);
        let told = text(&[fault.clone()], false);
        assert!(told.contains("kill      2         1     1\n"), "{told}");
        assert!(told.ends_with("LOST (kill): a chat\n"), "{told}");
        let line: serde_json::Value = serde_json::from_str(&text(&[fault], true)).expect("JSON");
        assert_eq!((&line["tried"], &line["survived"]), (&json!(2), &json!(1)));
    }
}
