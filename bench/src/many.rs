//! A home with many chats, one of which has many messages.

use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use chats::{Body, Chats, Counts, End, Entry, Reply, State, Transcript};

use crate::prose;

/// Chats that are written in one transaction.
const AT_ONCE: usize = 500;
/// Milliseconds between two chats: a year and a half for ten thousand.
const APART_MS: i64 = 4_800_000;

/// Writes so many chats, each with a question and its reply, and a last one of so many messages.
pub fn write(home: &Path, chats: usize, messages: usize) -> io::Result<()> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_err(io::Error::other)?;
    let now = i64::try_from(now.as_millis()).map_err(io::Error::other)?;
    let opened = Chats::open(home, now).map_err(io::Error::other)?;
    let thoughts: Vec<String> = prose::thoughts().collect();
    let parts: Vec<String> = prose::parts().collect();
    let text = |all: &[String], from: usize, count: usize| -> String {
        all.iter()
            .cycle()
            .skip(from % all.len())
            .take(count)
            .map(String::as_str)
            .collect()
    };
    let exchange = |n: usize, at: i64, before: Option<usize>| {
        let question = format!(
            "Question {n}: how many potatoes are in {} boxes of {}?",
            n % 97,
            n % 13
        );
        let answer = text(&parts, n, 3);
        [
            (before, Body::Question(question)),
            (
                Some(before.map_or(0, |place| place + 1)),
                reply(text(&thoughts, n, 2), answer),
            ),
        ]
        .map(|(parent, body)| Entry {
            parent,
            created_ms: at,
            body,
            files: Vec::new(),
            origin: None,
        })
    };
    let one = |n: usize| {
        let at = now - APART_MS * i64::try_from(chats - n).unwrap_or_default();
        transcript(
            format!("Chat number {n} about potatoes"),
            at,
            exchange(n, at, None).into(),
        )
    };
    for first in (0..chats.saturating_sub(1)).step_by(AT_ONCE) {
        let last = (first + AT_ONCE).min(chats.saturating_sub(1));
        let some: Vec<Transcript> = (first..last).map(one).collect();
        opened
            .chats
            .add_transcripts(&some)
            .map_err(io::Error::other)?;
    }
    let mut entries: Vec<Entry> = Vec::new();
    for n in 0..messages / 2 {
        entries.extend(exchange(n, now, entries.len().checked_sub(1)));
    }
    if let Some(Entry {
        body: Body::Question(text),
        ..
    }) = entries.first_mut()
    {
        "These are the very first words of it.".clone_into(text);
    }
    if let Some(Entry {
        body: Body::Reply(reply),
        ..
    }) = entries.last_mut()
    {
        reply.answer += "The last words of it.";
    }
    let long = transcript("The long chat".to_owned(), now, entries);
    opened
        .chats
        .add_transcripts(&[long])
        .map_err(io::Error::other)?;
    Ok(())
}

fn transcript(title: String, at: i64, entries: Vec<Entry>) -> Transcript {
    Transcript {
        title,
        title_given: true,
        created_ms: at,
        changed_ms: at,
        pinned: false,
        manner: None,
        folder: None,
        instructions: String::new(),
        shown: None,
        origin: None,
        entries,
    }
}

fn reply(thinking: String, answer: String) -> Body {
    Body::Reply(Reply {
        model: "Nobody".to_owned(),
        state: State::Ended(End::Complete),
        thinking,
        answer,
        counts: Counts {
            thinking_tokens: 200,
            answer_tokens: 300,
            thinking_ms: 4000,
            answer_ms: 6000,
        },
        statistics: None,
        ended_ms: None,
    })
}
