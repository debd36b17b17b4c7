//! What a person says once for many questions: instructions of a chat, or of the chats to come, and
//! presets, which are instructions and a manner under a name.
//!
//! Where instructions stand in the prompt is the template's matter (`engine::prompt`).

use chats::{ChatId, Chats};
use serde::{Deserialize, Serialize};

use crate::events::{AppEvent, ChatEvent};
use crate::failure::{Cause, Code, Failure};
use crate::list::key;
use crate::manner::Manner;
use crate::open::App;

/// Bytes of instructions; more belongs into a file that is attached.
pub(crate) const MOST_BYTES: usize = 32 << 10;
/// Characters of a preset's name.
const MOST_NAME: usize = 60;
/// Presets that are kept.
const MOST_PRESETS: usize = 100;

/// Instructions and a manner under a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preset {
    /// One line; no two have the same.
    pub name: String,
    /// What is said to the model with every reply.
    #[serde(default)]
    pub instructions: String,
    /// How replies think and are chosen.
    #[serde(default)]
    pub manner: Manner,
}

impl App {
    /// Sets what is said to the model with every reply of a chat, or of the chats to come.
    pub async fn set_instructions(&self, chat: Option<ChatId>, text: &str) -> Result<(), Failure> {
        let text = checked(text)?;
        self.at_the_gate(move |app, chats| {
            if let Some(chat) = chat {
                chats.set_instructions(chat, &text)?;
                let event = ChatEvent::Instructions(text);
                app.state().tell_chat(chat, &event);
                return Ok(());
            }
            chats.set_setting(key::INSTRUCTIONS, &text)?;
            let event = AppEvent::Instructions(text);
            app.state().app_watchers.tell(&event);
            Ok(())
        })
        .await
    }

    /// Keeps a preset, in the place of one of the same name.
    pub async fn save_preset(&self, preset: Preset) -> Result<(), Failure> {
        let preset = Preset {
            name: name(&preset.name)?,
            instructions: checked(&preset.instructions)?,
            manner: preset.manner.sane(),
        };
        self.change_presets(move |presets| {
            match presets.iter().position(|known| known.name == preset.name) {
                Some(known) => presets[known] = preset,
                None if presets.len() < MOST_PRESETS => presets.push(preset),
                None => {
                    return Err(Failure::new(
                        Code::Storage,
                        format!("there are {MOST_PRESETS} presets already"),
                    )
                    .hint("Remove one that you no longer use.")
                    .cause(Cause::ManyPresets {
                        most: MOST_PRESETS as u64,
                    }));
                }
            }
            Ok(())
        })
        .await
    }

    /// Forgets a preset; chats that it was used in keep what it said.
    pub async fn remove_preset(&self, name: &str) -> Result<(), Failure> {
        let name = name.to_owned();
        self.change_presets(move |presets| {
            presets.retain(|preset| preset.name != name);
            Ok(())
        })
        .await
    }

    async fn change_presets(
        &self,
        change: impl FnOnce(&mut Vec<Preset>) -> Result<(), Failure> + Send + 'static,
    ) -> Result<(), Failure> {
        self.at_the_gate(move |app, chats| {
            let mut presets = presets(chats)?;
            change(&mut presets)?;
            let text = serde_json::to_string(&presets).expect("BUG: text and numbers are JSON");
            chats.set_setting(key::PRESETS, &text)?;
            let event = AppEvent::Presets(presets);
            app.state().app_watchers.tell(&event);
            Ok(())
        })
        .await
    }
}

/// Those that are kept, in the order in which they came.
pub(crate) fn presets(chats: &Chats) -> Result<Vec<Preset>, Failure> {
    // Only we write it; whoever edits it by hand and errs loses it.
    let text = chats.setting(key::PRESETS)?.unwrap_or_default();
    Ok(serde_json::from_str(&text).unwrap_or_default())
}

/// What is said to the model in chats to come.
pub(crate) fn instructions(chats: &Chats) -> Result<String, Failure> {
    Ok(chats.setting(key::INSTRUCTIONS)?.unwrap_or_default())
}

fn checked(text: &str) -> Result<String, Failure> {
    let text = text.trim();
    if text.len() > MOST_BYTES {
        let kib = MOST_BYTES >> 10;
        return Err(Failure::new(
            Code::PromptTooLong,
            format!("the instructions are longer than {kib} KiB"),
        )
        .hint("Say it more briefly, or attach a file to the question.")
        .cause(Cause::LongInstructions { kib: kib as u64 }));
    }
    Ok(text.to_owned())
}

fn name(text: &str) -> Result<String, Failure> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let name: String = words.join(" ").chars().take(MOST_NAME).collect();
    if name.is_empty() {
        return Err(Failure::new(Code::NotFound, "the preset has no name")
            .hint("Give it one.")
            .cause(Cause::Nameless));
    }
    Ok(name)
}
