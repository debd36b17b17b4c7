//! What became of the chats that were brought, chat by chat.

use std::fmt::Write;

use app::chats::Merged;
use app::{Arrival, Fate, TakenIn};
use serde_json::{Map, Value, json};

use crate::console::tame;

/// One JSON object a line: all of it in numbers, then each chat, then each file that gave nothing.
pub(super) fn lines(taken: &TakenIn) -> String {
    let ids: Vec<i64> = taken.ids().iter().map(|chat| chat.0).collect();
    let mut all = vec![json!({
        "type": "imported",
        "ids": ids,
        "added": taken.added,
        "grown": taken.grown,
        "known": taken.known,
        "left": taken.left,
        "stopped": taken.stopped,
        "more": taken.more,
    })];
    all.extend(taken.chats.iter().map(|arrival| {
        let (fate, id, new) = fate(arrival);
        let why = match &arrival.fate {
            Fate::Refused(why) => Some(why),
            Fate::Met(_) => None,
        };
        let left = arrival.left.kinds();
        let left: Map<String, Value> = left
            .map(|(kind, count)| (kind.to_owned(), count.into()))
            .collect();
        json!({
            "type": "arrival",
            "fate": fate,
            "id": id,
            "title": arrival.title,
            "program": arrival.program.map(app::Program::key),
            "file": arrival.file,
            "messages": arrival.messages,
            "new": new,
            "left_out": left,
            "why": why.map(app::Refusal::key),
            "said": why.map(ToString::to_string),
        })
    }));
    all.extend(taken.passed_over.iter().map(|file| {
        json!({
            "type": "passed_over",
            "file": file.file,
            "why": file.why.key(),
            "said": file.why.to_string(),
        })
    }));
    all.iter().map(super::line).collect()
}

/// Its word, the chat, and how many messages are new.
fn fate(arrival: &Arrival) -> (&'static str, Option<i64>, usize) {
    match arrival.fate {
        Fate::Met(Merged::Added(chat)) => ("added", Some(chat.0), arrival.messages),
        Fate::Met(Merged::Grown(chat, new)) => ("grown", Some(chat.0), new),
        Fate::Met(Merged::Known(chat)) => ("known", Some(chat.0), 0),
        Fate::Met(Merged::InTrash(chat)) => ("in_trash", Some(chat.0), 0),
        Fate::Met(Merged::Busy(chat)) => ("busy", Some(chat.0), 0),
        Fate::Refused(_) => ("refused", None, 0),
    }
}

pub(super) fn text(taken: &TakenIn) -> String {
    let mut text = summary(taken) + "\n";
    for arrival in &taken.chats {
        let id = fate(arrival).1.map_or("-".to_owned(), |id| id.to_string());
        let title = match tame(&arrival.title) {
            title if title.is_empty() => "(no title)".to_owned(),
            title => title,
        };
        let _ = write!(text, "{id:>6}  {title}");
        if let Some(program) = arrival.program {
            let _ = write!(text, " ({program})");
        }
        let _ = write!(text, ": {}", said(arrival));
        if arrival.left.kinds().next().is_some() {
            let _ = write!(text, "; left out: {}", arrival.left);
        }
        text.push('\n');
    }
    for file in &taken.passed_over {
        let _ = writeln!(
            text,
            "`{}` {}",
            tame(&file.file),
            tame(&file.why.to_string())
        );
    }
    if taken.more > 0 {
        let _ = writeln!(text, "and {} more that are not told one by one", taken.more);
    }
    text
}

fn summary(taken: &TakenIn) -> String {
    let chats = |count: usize| if count == 1 { "chat" } else { "chats" };
    let mut summary = format!("{} {} imported", taken.added, chats(taken.added));
    for (count, words) in [
        (taken.grown, "grew"),
        (taken.known, "here already"),
        (taken.left, "not taken"),
    ] {
        if count > 0 {
            let _ = write!(summary, ", {count} {words}");
        }
    }
    if taken.stopped {
        summary += "; stopped before the end: import the same once more for the rest";
    }
    summary
}

fn said(arrival: &Arrival) -> String {
    let messages = |count: usize| match count {
        1 => "1 message".to_owned(),
        count => format!("{count} messages"),
    };
    match &arrival.fate {
        Fate::Met(Merged::Added(_)) => messages(arrival.messages),
        Fate::Met(Merged::Grown(_, new)) => format!("{} new", messages(*new)),
        Fate::Met(Merged::Known(_)) => "here already, nothing new".to_owned(),
        Fate::Met(Merged::InTrash(_)) => "lies in the trash, and was left there".to_owned(),
        Fate::Met(Merged::Busy(_)) => {
            "a reply is being written in it; import it again afterwards".to_owned()
        }
        Fate::Refused(why) => format!("not taken: it {}", tame(&why.to_string())),
    }
}
