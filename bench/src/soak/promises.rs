//! What the product acknowledged, and whether it is on disk. What was begun and not acknowledged may
//! have happened or not, but nothing in between.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::soak::found::{self, Found, Message, Words};

/// Values that something may have.
type May<T> = Vec<T>;

/// A reply as it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ended {
    chat: i64,
    state: String,
    thinking: String,
    answer: String,
}

/// What must be there.
#[derive(Debug, Default)]
pub struct Promises {
    /// How often a question was asked in a chat, by its words.
    asked: BTreeMap<(i64, String), usize>,
    /// Replies that ended.
    ended: BTreeMap<i64, Ended>,
    /// The reply that was to go on.
    going_on: Option<i64>,
    /// All that ever were to.
    went_on: BTreeSet<i64>,
    deleted: BTreeMap<i64, May<bool>>,
    /// By chat and message.
    removed: BTreeMap<(i64, i64), May<bool>>,
    /// Chats that may be erased by now, and whether they must.
    erased: BTreeMap<i64, bool>,
    /// Small things that were set: by what and where.
    arranged: BTreeMap<(String, i64), May<String>>,
    /// Files of chats: the words of their titles, and whether they were taken in.
    imported: Vec<(Vec<String>, May<bool>)>,
    /// Questions that the newest backup must have.
    backed_up: Option<BTreeSet<(i64, String)>>,
    /// What was told of the reply that grows, and when.
    grown: Vec<(i64, usize, usize, Instant)>,
    /// What there was before.
    before: Found,
}

impl Promises {
    /// Takes note of what the player said at this time.
    pub fn hear(&mut self, said: &Value, now: Instant) {
        let id = |key: &str| said[key].as_i64().unwrap_or_default();
        let text = |key: &str| said[key].as_str().unwrap_or_default().to_owned();
        if said["grown"].is_i64() {
            let length = |key: &str| usize::try_from(id(key)).unwrap_or_default();
            let lengths = (length("thinking"), length("answer"));
            self.grown.push((id("grown"), lengths.0, lengths.1, now));
            return;
        }
        if said["ended"].is_i64() {
            let ended = Ended {
                chat: id("chat"),
                state: text("state"),
                thinking: text("thinking"),
                answer: text("answer"),
            };
            self.ended.insert(id("ended"), ended);
            self.going_on = None;
            self.grown.clear();
            return;
        }
        let of_chat = (id("chat"), id("message"));
        let is_done = said["done"].is_string();
        let what = said[if is_done { "done" } else { "begin" }].as_str();
        match what.unwrap_or_default() {
            "ask" | "edit" if is_done => {
                *self.asked.entry((id("chat"), text("text"))).or_default() += 1;
            }
            "go_on" => {
                self.going_on = Some(id("message"));
                self.went_on.insert(id("message"));
            }
            "delete" => may(&mut self.deleted, id("chat"), true, is_done),
            "restore" => may(&mut self.deleted, id("chat"), false, is_done),
            "remove" => may(&mut self.removed, of_chat, true, is_done),
            "bring_back" => may(&mut self.removed, of_chat, false, is_done),
            "erase" => {
                self.erased.insert(id("chat"), is_done);
            }
            "arrange" => {
                let what = &said["what"];
                let word = what["word"].as_str().unwrap_or_default().to_owned();
                let key = what["key"].as_str().unwrap_or_default().to_owned();
                let chat = what["chat"].as_i64().unwrap_or_default();
                let is_of_chat = matches!(&*key, "title" | "folder" | "draft" | "instructions");
                let place = (key, if is_of_chat { chat } else { 0 });
                may(&mut self.arranged, place, word, is_done);
            }
            "import" => {
                let words = said["words"].as_array().into_iter().flatten();
                let words = words.filter_map(|word| Some(word.as_str()?.to_owned()));
                if is_done && let Some(last) = self.imported.last_mut() {
                    last.1 = vec![true];
                } else {
                    self.imported.push((words.collect(), vec![true, false]));
                }
            }
            "back_up" => {
                let there = self.asked.keys().cloned().collect();
                self.backed_up = is_done.then_some(there).or(self.backed_up.take());
            }
            _ => {}
        }
    }

    /// Whether this message may have gone or grown by now.
    pub fn may_differ(&self, words: &Words) -> bool {
        self.erased.contains_key(&words.chat) || self.went_on.contains(&words.id)
    }

    /// What of it is not on disk. `killed` is when the player was, if it was.
    pub fn lost(
        &self,
        home: &Path,
        found: &Found,
        killed: Option<Instant>,
    ) -> (Vec<String>, Duration) {
        let mut lost = Vec::new();
        let gone = self.gone(home, found, &mut lost);
        self.lost_words(found, &gone, &mut lost);
        self.lost_rest(found, &gone, &mut lost);
        self.lost_in_backups(home, &mut lost);
        let late = killed.map_or(Duration::ZERO, |killed| self.late(found, killed));
        (lost, late)
    }

    /// The chats that were erased; of each nothing may be left.
    fn gone(&self, home: &Path, found: &Found, lost: &mut Vec<String>) -> BTreeSet<i64> {
        let mut gone = BTreeSet::new();
        for (&chat, &must) in &self.erased {
            if found.chats.contains_key(&chat) {
                if must {
                    lost.push(format!("chat {chat} was erased and is there"));
                }
                continue;
            }
            gone.insert(chat);
            for word in self.words_of(chat) {
                for file in found::files_with(home, &word).unwrap_or_default() {
                    lost.push(format!(
                        "{word} of the erased chat {chat} is in {}",
                        file.display()
                    ));
                }
            }
        }
        gone
    }

    /// The words that only this chat has: those of its questions.
    fn words_of(&self, chat: i64) -> Vec<String> {
        let asked = self.asked.keys().filter(|(there, _)| *there == chat);
        let before = self.before.messages.values();
        let before = before.filter(|message| message.chat == chat && message.is_question);
        let texts = asked
            .map(|(_, text)| text)
            .chain(before.map(|message| &message.text));
        texts
            .flat_map(|text| text.split_whitespace())
            .map(|word| word.trim_end_matches('?'))
            .filter(|word| is_own(word))
            .map(str::to_owned)
            .collect()
    }

    fn lost_words(&self, found: &Found, gone: &BTreeSet<i64>, lost: &mut Vec<String>) {
        let mut there: BTreeMap<(i64, &str), usize> = BTreeMap::new();
        for message in found.messages.values().filter(|one| one.is_question) {
            *there.entry((message.chat, &message.text)).or_default() += 1;
        }
        for ((chat, text), &times) in &self.asked {
            let is_there = there.get(&(*chat, text)).copied().unwrap_or_default();
            if is_there < times && !gone.contains(chat) {
                lost.push(format!(
                    "{text:?} of chat {chat} was asked {times} times and is there {is_there} times"
                ));
            }
        }
        for (&id, ended) in &self.ended {
            match found.messages.get(&id) {
                None if gone.contains(&ended.chat) => {}
                None => lost.push(format!("reply {id} is gone")),
                Some(message) => lost.extend(self.changed(id, ended, message)),
            }
        }
        for (id, message) in &found.messages {
            if message.state == "streaming" {
                lost.push(format!("reply {id} is still marked as being written"));
            }
        }
    }

    /// How a reply differs from how it ended.
    fn changed(&self, id: i64, ended: &Ended, is: &Message) -> Option<String> {
        let as_ended =
            ended.state == is.state && ended.thinking == is.thinking && ended.answer == is.text;
        let went_on = self.going_on == Some(id)
            && is.thinking.starts_with(&ended.thinking)
            && is.text.starts_with(&ended.answer);
        (!as_ended && !went_on).then(|| format!("reply {id} ended as {ended:?} and is {is:?}"))
    }

    fn lost_rest(&self, found: &Found, gone: &BTreeSet<i64>, lost: &mut Vec<String>) {
        for (chat, may) in &self.deleted {
            let is = found.chats.get(chat).map(|chat| chat.is_deleted);
            if !gone.contains(chat) && !is.is_some_and(|is| may.contains(&is)) {
                lost.push(format!("chat {chat} deleted: {is:?}, may be {may:?}"));
            }
        }
        for ((chat, id), may) in &self.removed {
            let is = found.messages.get(id).map(|message| message.is_removed);
            if !gone.contains(chat) && !is.is_some_and(|is| may.contains(&is)) {
                lost.push(format!("message {id} removed: {is:?}, may be {may:?}"));
            }
        }
        for ((key, chat), may) in &self.arranged {
            if *chat != 0 && gone.contains(chat) {
                continue;
            }
            let is = arranged(found, key, *chat);
            if !may.iter().any(|may| is.contains(may.as_str())) {
                lost.push(format!("{key} of {chat}: {is:?}, may be {may:?}"));
            }
        }
        for (words, may) in &self.imported {
            let is_there = |word: &&String| {
                let mut questions = found.messages.values().filter(|one| one.is_question);
                questions.any(|one| one.text.contains(word.as_str()))
            };
            let there = words.iter().filter(is_there).count();
            let whole = there == words.len() && may.contains(&true);
            let none = there == 0 && may.contains(&false);
            // One of them may have been erased since.
            if !whole && !none && there + gone.len() < words.len() {
                lost.push(format!(
                    "of {} chats that were taken in {there} are there",
                    words.len()
                ));
            }
        }
    }

    fn lost_in_backups(&self, home: &Path, lost: &mut Vec<String>) {
        let folder = home.join("backups");
        let all = found::files(&folder).unwrap_or_default();
        let mut daily = None;
        for path in &all {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.extension().is_some_and(|kind| kind == "db") {
                lost.extend(found::complaints(path, false));
                if name.len() == "chats-2026-01-31.db".len() {
                    daily = Some(path.clone()).max(daily);
                }
            }
        }
        let Some(promised) = &self.backed_up else {
            return;
        };
        let Some(daily) = daily else {
            lost.push("the backup is gone".to_owned());
            return;
        };
        let words: BTreeSet<String> = match found::words(&daily) {
            Ok(words) => words.into_iter().map(|words| words.text).collect(),
            Err(error) => {
                lost.push(format!("the backup cannot be read: {error}"));
                return;
            }
        };
        for (chat, text) in promised {
            // Erasing goes through the backups first, so one that was cut off may have got there.
            if !self.erased.contains_key(chat) && !words.contains(text) {
                lost.push(format!("{text:?} is not in the backup"));
            }
        }
    }

    /// For how long words had been told, at most, that the kill took.
    fn late(&self, found: &Found, killed: Instant) -> Duration {
        let taken = self.grown.iter().filter(|(id, thinking, answer, _)| {
            found.messages.get(id).is_none_or(|message| {
                message.thinking.len() < *thinking || message.text.len() < *answer
            })
        });
        taken
            .map(|(.., told)| killed.saturating_duration_since(*told))
            .max()
            .unwrap_or_default()
    }

    /// From now on what is there is what was promised, so that later faults must keep it too.
    pub fn rebase(&mut self, found: Found) {
        *self = Self {
            backed_up: None,
            ..Self::default()
        };
        for (&id, message) in &found.messages {
            if message.is_question {
                let asked = (message.chat, message.text.clone());
                *self.asked.entry(asked).or_default() += 1;
            } else {
                let ended = Ended {
                    chat: message.chat,
                    state: message.state.clone(),
                    thinking: message.thinking.clone(),
                    answer: message.text.clone(),
                };
                self.ended.insert(id, ended);
            }
            let place = (message.chat, id);
            self.removed.insert(place, vec![message.is_removed]);
        }
        for (&id, chat) in &found.chats {
            self.deleted.insert(id, vec![chat.is_deleted]);
        }
        self.before = found;
    }
}

/// Something is about to have a value besides what it had (if nothing is known of that, what it has by
/// default), or has it.
fn may<Key: Ord, T: Default>(all: &mut BTreeMap<Key, May<T>>, key: Key, value: T, is_done: bool) {
    let may = all.entry(key).or_default();
    if is_done {
        may.clear();
    } else if may.is_empty() {
        may.push(T::default());
    }
    may.push(value);
}

/// A word that the player made up.
fn is_own(word: &str) -> bool {
    word.starts_with("zz") && word.contains('q')
}

/// What is there of something small that was set.
fn arranged<'a>(found: &'a Found, key: &str, chat: i64) -> &'a str {
    let setting = |key| found.settings.get(key).map_or("", String::as_str);
    let chat = found.chats.get(&chat);
    match key {
        "title" => chat.map_or("", |chat| &chat.title),
        "folder" => chat.map_or("", |chat| &chat.folder),
        "draft" => chat.map_or("", |chat| &chat.draft),
        "instructions" => chat.map_or("", |chat| &chat.instructions),
        "next_draft" => setting("chats.draft_of_next_chat"),
        "presets" => setting("app.presets"),
        _ => &found.preferences,
    }
}
