//! The product's user: a process of our own that opens the product, does what people do, and says on
//! its standard output, a JSON object a line, what it is about to do and what the product
//! acknowledged. It is this process that is killed, so it keeps nothing to itself.
//!
//! Not here: what must be on disk for it (`promises`).

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use app::chats::{Body, End, Message, State};
use app::{App, AppEvent, ChatEvent, ChatId, Home, MessageId, Preferences, Preset};
use fastrand::Rng;
use serde_json::{Value, json};

use crate::soak::told;

/// Words of a reply that are seen before it is stopped.
const SEEN: usize = 3;

/// Says one thing; a reader that is gone ends us.
fn say(told: &Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{told}")?;
    out.flush()
}

/// Plays a session of so many steps at a home, and leaves in order. One `among` others keeps to the chats
/// that it began itself.
pub fn play(home: &Path, seed: u64, steps: usize, among: bool) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        say(&json!({"begin": "open"}))?;
        let app = App::open(&Home::at(home)).await.map_err(told)?;
        let mut player = Player {
            app,
            rng: Rng::with_seed(seed),
            home: home.to_owned(),
            words: 0,
            seed,
            own: among.then(Vec::new),
        };
        let notices = player.snapshot().await?.1;
        say(&json!({"done": "open", "notices": notices}))?;
        for _ in 0..steps {
            player.step().await?;
        }
        say(&json!({"begin": "close"}))?;
        player.app.close().await;
        say(&json!({"done": "close"}))
    })
}

struct Player {
    app: App,
    rng: Rng,
    home: PathBuf,
    words: usize,
    seed: u64,
    /// The chats that it began, where it keeps to them.
    own: Option<Vec<ChatId>>,
}

impl Player {
    /// Does one thing.
    async fn step(&mut self) -> io::Result<()> {
        let chats = match &self.own {
            Some(own) => own.clone(),
            None => self.snapshot().await?.0,
        };
        let Some(chat) = self.rng.choice(&chats).copied() else {
            return self.ask(None).await;
        };
        match self.rng.u8(..16) {
            0 | 1 => self.ask(None).await,
            2..=4 => self.ask(Some(chat)).await,
            5 | 6 => self.branch(chat).await,
            7 => self.go_on(chat).await,
            8..=12 if self.own.is_some() => self.ask(Some(chat)).await,
            8 => self.delete(chat).await,
            9 => self.undo().await,
            10 => self.erase().await,
            11 => self.remove(chat).await,
            12 => self.take_in().await,
            13 => self.back_up().await,
            _ => self.arrange(chat).await,
        }
    }

    /// A word that nothing else has.
    fn word(&mut self) -> String {
        self.words += 1;
        format!("zz{:08x}q{:04}", self.seed, self.words)
    }

    /// The numbers of the chats in the list, and what the user was told.
    async fn snapshot(&self) -> io::Result<(Vec<ChatId>, Vec<String>)> {
        let mut events = self.app.watch().await.map_err(told)?;
        match events.recv().await {
            Some(AppEvent::Snapshot(snapshot)) => Ok((
                snapshot.chats.iter().map(|row| row.id).collect(),
                snapshot
                    .notices
                    .into_iter()
                    .map(|one| one.message)
                    .collect(),
            )),
            other => Err(io::Error::other(format!("no snapshot but {other:?}"))),
        }
    }

    async fn messages(&self, chat: ChatId) -> io::Result<Vec<Message>> {
        let mut events = self.app.watch_chat(chat).await.map_err(told)?;
        match events.recv().await {
            Some(ChatEvent::Snapshot { messages, .. }) => Ok(messages),
            other => Err(io::Error::other(format!("no snapshot but {other:?}"))),
        }
    }

    /// Asks something: in a chat of its own by a word that is new, in an old one for something long.
    async fn ask(&mut self, chat: Option<ChatId>) -> io::Result<()> {
        let word = self.word();
        let text = match chat {
            None => format!("What is {} + 17? {word}", self.rng.u16(1..900)),
            Some(_) => format!("Count from 1 to {}", self.rng.u16(50..200)),
        };
        let asked = json!({"chat": chat.map(|chat| chat.0), "text": text});
        say(&json!({"begin": "ask", "what": asked}))?;
        let chat = self
            .app
            .send(chat, text.as_str(), None)
            .await
            .map_err(told)?;
        say(&json!({"done": "ask", "chat": chat.0, "text": text}))?;
        self.own.as_mut().into_iter().for_each(|own| own.push(chat));
        self.follow(chat).await
    }

    /// Hears a reply to its end, or stops it, or turns to something else.
    async fn follow(&mut self, chat: ChatId) -> io::Result<()> {
        let stops = self.rng.u8(..5) == 0;
        let mut seen = 0;
        let mut lengths = (0, 0);
        let mut events = self.app.watch_chat(chat).await.map_err(told)?;
        loop {
            match events.recv().await {
                Some(ChatEvent::Snapshot {
                    mut messages,
                    phase,
                    ..
                }) => {
                    let last = messages.pop().ok_or(io::ErrorKind::UnexpectedEof)?;
                    if phase.is_none() {
                        return ended(&last);
                    }
                    if let Body::Reply(reply) = &last.body {
                        lengths = (reply.thinking.len(), reply.answer.len());
                        grown(last.id, lengths)?;
                    }
                }
                Some(ChatEvent::Growth {
                    message,
                    thinking,
                    answer,
                    ..
                }) => {
                    lengths = (lengths.0 + thinking.len(), lengths.1 + answer.len());
                    grown(message, lengths)?;
                    seen += 1;
                    if stops && seen == SEEN {
                        self.app.stop(chat);
                    }
                }
                Some(ChatEvent::End(last)) => return ended(&last),
                Some(_) => {}
                None => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
    }

    /// Asks something else in the place of a question, or once more.
    async fn branch(&mut self, chat: ChatId) -> io::Result<()> {
        let messages = self.messages(chat).await?;
        let Some(message) = self.rng.choice(&messages) else {
            return Ok(());
        };
        if matches!(message.body, Body::Question(_)) {
            let text = format!("Count from 1 to {}", self.rng.u16(20..90));
            say(&json!({"begin": "edit", "chat": chat.0, "text": text}))?;
            let asked = self.app.ask_instead(message.id, text.as_str()).await;
            asked.map_err(told)?;
            say(&json!({"done": "edit", "chat": chat.0, "text": text}))?;
        } else {
            say(&json!({"begin": "again", "chat": chat.0}))?;
            self.app.ask_again(message.id).await.map_err(told)?;
            say(&json!({"done": "again", "chat": chat.0}))?;
        }
        self.follow(chat).await
    }

    /// Goes on with a reply that was cut.
    async fn go_on(&mut self, chat: ChatId) -> io::Result<()> {
        let messages = self.messages(chat).await?;
        let cut = messages.iter().rev().find(|message| match &message.body {
            Body::Reply(reply) => reply.state != State::Ended(End::Complete),
            Body::Question(_) => false,
        });
        let Some(cut) = cut else { return Ok(()) };
        say(&json!({"begin": "go_on", "message": cut.id.0}))?;
        self.app.go_on(cut.id).await.map_err(told)?;
        say(&json!({"done": "go_on", "message": cut.id.0}))?;
        self.follow(chat).await
    }

    async fn delete(&mut self, chat: ChatId) -> io::Result<()> {
        say(&json!({"begin": "delete", "chat": chat.0}))?;
        self.app.delete(chat).await.map_err(told)?;
        say(&json!({"done": "delete", "chat": chat.0}))
    }

    async fn undo(&mut self) -> io::Result<()> {
        let deleted = self.app.deleted().await.map_err(told)?;
        let Some(row) = self.rng.choice(&deleted) else {
            return Ok(());
        };
        say(&json!({"begin": "restore", "chat": row.id.0}))?;
        self.app.restore(row.id).await.map_err(told)?;
        say(&json!({"done": "restore", "chat": row.id.0}))
    }

    /// Erases the chat that was deleted first; a word of it must be nowhere then.
    async fn erase(&mut self) -> io::Result<()> {
        let deleted = self.app.deleted().await.map_err(told)?;
        let Some(row) = deleted.last() else {
            return Ok(());
        };
        say(&json!({"begin": "erase", "chat": row.id.0}))?;
        self.app.erase(vec![row.id]).await.map_err(told)?;
        say(&json!({"done": "erase", "chat": row.id.0}))
    }

    /// Takes a message out of its chat, and half of the times brings it back.
    async fn remove(&mut self, chat: ChatId) -> io::Result<()> {
        let messages = self.messages(chat).await?;
        // The first question has the word by which its chat is found.
        let Some(last) = messages.into_iter().skip(1).next_back() else {
            return Ok(());
        };
        let id = last.id;
        say(&json!({"begin": "remove", "chat": chat.0, "message": id.0}))?;
        self.app.remove_message(id).await.map_err(told)?;
        say(&json!({"done": "remove", "chat": chat.0, "message": id.0}))?;
        if self.rng.bool() {
            say(&json!({"begin": "bring_back", "chat": chat.0, "message": id.0}))?;
            self.app.restore_message(id).await.map_err(told)?;
            say(&json!({"done": "bring_back", "chat": chat.0, "message": id.0}))?;
        }
        Ok(())
    }

    /// Takes in a file of chats: all of them, or none.
    async fn take_in(&mut self) -> io::Result<()> {
        let words: Vec<String> = (0..20).map(|_| self.word()).collect();
        let path = self.home.with_extension("import.json");
        write_chats(&path, &words)?;
        say(&json!({"begin": "import", "words": words}))?;
        let taken = self.app.take_in(vec![path]).await.map_err(told)?;
        let ids: Vec<i64> = taken.ids().iter().map(|id| id.0).collect();
        say(&json!({"done": "import", "words": words, "chats": ids}))
    }

    async fn back_up(&mut self) -> io::Result<()> {
        say(&json!({"begin": "back_up"}))?;
        self.app.back_up_now().await.map_err(told)?;
        say(&json!({"done": "back_up"}))
    }

    /// One of the small things that are kept too.
    async fn arrange(&mut self, chat: ChatId) -> io::Result<()> {
        let mut word = self.word();
        let key = [
            "title",
            "folder",
            "draft",
            "instructions",
            "next_draft",
            "presets",
            "settings",
        ];
        // The last three are not of one chat.
        let choice = if self.own.is_some() { 4 } else { key.len() };
        let key = key[self.rng.usize(..choice)];
        let trash_days = u32::try_from(self.words).unwrap_or(1) + 30;
        if key == "settings" {
            word = format!("\"trash_days\": {trash_days}");
        }
        let what = json!({"key": key, "chat": chat.0, "word": word});
        say(&json!({"begin": "arrange", "what": what}))?;
        let app = &self.app;
        match key {
            "title" => app.rename(chat, &word).await,
            "folder" => app.set_folder(chat, Some(word)).await,
            "draft" => app.save_draft(Some(chat), &word).await,
            "next_draft" => app.save_draft(None, &word).await,
            "instructions" => app.set_instructions(Some(chat), &word).await,
            "presets" => {
                let preset = Preset {
                    name: "soak".to_owned(),
                    instructions: word,
                    manner: app::Manner::default(),
                };
                app.save_preset(preset).await
            }
            _ => {
                let wanted = Preferences {
                    trash_days,
                    ..app.preferences()
                };
                app.set_preferences(wanted).await
            }
        }
        .map_err(told)?;
        say(&json!({"done": "arrange", "what": what}))
    }
}

fn grown(message: MessageId, (thinking, answer): (usize, usize)) -> io::Result<()> {
    say(&json!({"grown": message.0, "thinking": thinking, "answer": answer}))
}

fn ended(message: &Message) -> io::Result<()> {
    let Body::Reply(reply) = &message.body else {
        return Ok(());
    };
    let state = match &reply.state {
        State::Streaming => "streaming",
        State::Interrupted => "interrupted",
        State::Ended(End::Complete) => "complete",
        State::Ended(End::Stopped) => "stopped",
        State::Ended(End::Length) => "length",
        // A chat may have become too long for Sprout.
        State::Ended(End::Failed(_)) => "failed",
    };
    say(
        &json!({"ended": message.id.0, "chat": message.chat.0, "state": state,
                "thinking": reply.thinking, "answer": reply.answer}),
    )
}

/// A file of chats in our own form, each of one question that has the word and its answer.
pub fn write_chats(path: &Path, words: &[String]) -> io::Result<()> {
    let chats = words.iter().map(|word| {
        let question = json!({"role": "user", "follows": null, "created_ms": 1, "text": format!("Where is {word}?")});
        let answer = json!({"role": "assistant", "follows": 0, "created_ms": 2, "text": format!("{word} is here."),
            "thinking": format!("Hm, {word}."), "model": "Sprout", "state": "complete", "ended_ms": 3,
            "thinking_tokens": 1, "answer_tokens": 1, "thinking_ms": 1, "answer_ms": 1});
        json!({"title": word, "title_given": true, "created_ms": 1, "changed_ms": 3, "shown": 1,
               "messages": [question, answer]})
    });
    let chats: Vec<Value> = chats.collect();
    let form = json!({"form": "spud-chats", "version": 1, "written_ms": 1, "chats": chats});
    fs_err::write(path, form.to_string())
}
