//! Whatever is written, changed and taken away, a search finds what a scan of all words by another route
//! finds: other tables of Unicode, and no index.

use std::collections::{BTreeMap, BTreeSet};

use chats::{Body, ChatId, Chats, Counts, End, Finish, Growth, MessageId, Question, TextFile};
use unicode_normalization::UnicodeNormalization;

use crate::folder::{PATIENCE, empty, is_sound, open};

/// What texts are made of: letters of many scripts, in several spellings, and what is between them.
const PARTS: [&str; 56] = [
    "a",
    "A",
    "e",
    "\u{e9}",
    "e\u{301}",
    "\u{301}",
    "\u{323}",
    "\u{302}",
    "\u{1ebf}",
    "i",
    "I",
    "\u{130}",
    "\u{131}",
    "s",
    "\u{df}",
    "SS",
    "\u{1e9e}",
    "\u{3c3}",
    "\u{3c2}",
    "\u{3a3}",
    "\u{fb01}",
    "да",
    "Д",
    "ё",
    "Е\u{308}",
    "감",
    "\u{1100}\u{1161}",
    "\u{11b7}",
    "자",
    "テ",
    "ﾃ",
    "ｶﾞ",
    "カ\u{3099}",
    "か",
    "豆",
    "𠮷",
    "Ａ",
    "１",
    "1",
    "\u{ad}",
    "\u{200d}",
    "🥔",
    "👩",
    "\u{fe0f}",
    "\u{643}\u{650}",
    "\u{643}",
    "\u{5e9}\u{5b8}",
    "\u{0e31}",
    "\u{0e1f}",
    " ",
    " ",
    " ",
    "\n",
    "-",
    "\"",
    "\u{3000}",
];

/// By Unicode's own description of caseless matching, with what Spud adds to it.
fn naive(text: &str) -> String {
    let mut cased = String::new();
    for part in text.nfkd() {
        let aid = ['\u{ad}', '\u{200d}', '\u{fe0f}', '\u{650}', '\u{5b8}'];
        if aid.contains(&part) {
            continue;
        }
        for letter in part.to_lowercase() {
            let folded = match letter {
                'ß' => "ss".to_owned(),
                'ς' => "σ".to_owned(),
                'ı' => "i".to_owned(),
                '\u{307}' if cased.ends_with('i') => String::new(),
                other => other.to_string(),
            };
            cased += &folded;
        }
    }
    cased.nfkc().collect()
}

/// A row of numbers that look like chance, the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(most).unwrap()).unwrap()
    }

    fn text(&mut self, most: usize) -> String {
        let parts = self.below(most);
        (0..parts).map(|_| PARTS[self.below(PARTS.len())]).collect()
    }
}

/// The texts of a message, each of which is looked through by itself.
fn texts(chats: &Chats, id: MessageId) -> Vec<String> {
    let message = chats.message(id).unwrap();
    let own = match &message.body {
        Body::Question(text) => text.clone(),
        Body::Reply(reply) => match reply.state {
            chats::State::Streaming => return Vec::new(),
            _ => format!("{}\n{}", reply.answer, reply.thinking),
        },
    };
    let files = chats.files(id).unwrap().into_iter();
    let files = files.map(|file| format!("{}\n{}", file.name, file.text));
    [own].into_iter().chain(files).collect()
}

/// By chat, the messages that have all words.
fn scan(chats: &Chats, query: &str, all: &BTreeSet<MessageId>) -> BTreeMap<i64, (usize, i64)> {
    let words: Vec<String> = query.split_whitespace().map(naive).collect();
    let words: Vec<&String> = words.iter().filter(|word| !word.is_empty()).collect();
    let mut found = BTreeMap::new();
    for id in all {
        let Ok(message) = chats.message(*id) else {
            continue;
        };
        let has_all = |text: &String| {
            let text = naive(text);
            !words.is_empty() && words.iter().all(|word| text.contains(*word))
        };
        if chats.row(message.chat).is_ok() && texts(chats, *id).iter().any(has_all) {
            let entry = found.entry(message.chat.0).or_insert((0, 0));
            *entry = (entry.0 + 1, id.0);
        }
    }
    found
}

fn finish(chats: &Chats, id: MessageId, chance: &mut Chance) {
    let (thinking, answer) = (chance.text(60), chance.text(60));
    let whole = Growth {
        thinking: &thinking,
        answer: &answer,
        counts: Counts::default(),
    };
    let finish = Finish {
        end: End::Complete,
        whole,
        statistics: None,
    };
    chats.finish_reply(id, &finish, 5).unwrap();
}

/// Does one thing that somebody could do.
fn act(chats: &Chats, chance: &mut Chance, all: &mut BTreeSet<MessageId>) {
    let rows = chats.rows().unwrap();
    let chat = (!rows.is_empty()).then(|| rows[chance.below(rows.len())].id);
    let message = (!all.is_empty()).then(|| *all.iter().nth(chance.below(all.len())).unwrap());
    match chance.below(12) {
        0..=4 => {
            let text = chance.text(40) + "?";
            let into = chat.filter(|_| chance.below(3) > 0);
            let mut files = Vec::new();
            if chance.below(4) == 0 {
                let file = TextFile {
                    name: chance.text(6),
                    bytes: 1,
                    text: chance.text(600),
                    ..TextFile::default()
                };
                files.push(chats.attach(into, &file).unwrap().id);
            }
            let question = Question {
                text: &text,
                files: &files,
            };
            let asked = chats.ask(into, question, "m", 1).unwrap();
            let (question, reply) = (asked[asked.len() - 2].id, asked[asked.len() - 1].id);
            all.extend([question, reply]);
            finish(chats, reply, chance);
        }
        5 => {
            if let Some(id) = message
                && chats.resume_reply(id, "m", 2).is_ok()
            {
                finish(chats, id, chance);
            }
        }
        6 => drop(message.map(|id| chats.remove_message(id, 3))),
        7 => drop(message.map(|id| chats.restore_message(id))),
        8 => drop(chat.map(|id| chats.delete(id, 4))),
        9 => {
            let gone: Vec<ChatId> = chats.deleted().unwrap().iter().map(|row| row.id).collect();
            if let Some(id) = gone.first() {
                chats.restore(*id).unwrap();
            }
        }
        10 if chance.below(3) == 0 => drop(chat.map(|id| chats.erase(&[id]))),
        _ => {}
    }
}

#[test]
fn a_search_finds_what_a_scan_finds() {
    let folder = empty();
    let chats = open(folder.path());
    let chance = &mut Chance(0x5eed_0f5b_0d15_1234);
    let mut all = BTreeSet::new();
    for round in 0..60 {
        for _ in 0..3 {
            act(&chats, chance, &mut all);
        }
        if round % 10 == 9 {
            assert!(chats.is_indexed(PATIENCE));
        }
        for _ in 0..6 {
            let query = chance.text(5);
            let hits = chats.search(&query, usize::MAX).unwrap();
            let hits = hits.iter().filter_map(|hit| {
                // By its title alone it may be found too.
                let best = hit.best.as_ref()?.message.0;
                Some((hit.chat.0, (hit.count, best)))
            });
            let hits: BTreeMap<_, _> = hits.collect();
            let words: Vec<String> = query.split_whitespace().map(naive).collect();
            assert_eq!(
                hits,
                scan(&chats, &query, &all),
                "{query:?} {words:?} {round}"
            );
        }
    }
    is_sound(&chats, folder.path());
}
