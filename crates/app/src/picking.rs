//! What the window's picker asks: the survey, one plan while somebody turns its knobs, and what is
//! set there.

use std::collections::HashMap;
use std::path::PathBuf;

use chats::Chats;
use fit::{Ask, KvType, Machine, PATIENCE_MS};

use crate::engine_room::{Settings, fresh_seed};
use crate::failure::Failure;
use crate::list::key;
use crate::machine::{Look, Seen, see};
use crate::manner::Manner;
use crate::model::{Model, SPROUT};
use crate::open::{App, blocking};
use crate::preferences::Preferences;
use crate::stop::stop;
use crate::survey::{Candidate, Question, Survey, fit_one, survey_on};

/// How a person wants a model to be held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    /// Tokens of context; by the plan where none are asked for.
    pub context: Option<u32>,
    /// How the cache is stored; by the plan where nothing is asked for.
    pub cache: Option<KvType>,
}

/// What was set in the picker.
#[derive(Debug, Clone)]
pub(crate) struct Wishes {
    /// By the model's id.
    pub(crate) held: HashMap<String, Held>,
    /// How replies of new chats think, by the model's id.
    pub(crate) manners: HashMap<String, Manner>,
    /// The time for an answer that the person accepts.
    pub(crate) patience_ms: u64,
}

impl Wishes {
    /// What the last session left.
    pub(crate) fn remembered(chats: &Chats) -> Result<Self, Failure> {
        let patience = chats
            .setting(key::PATIENCE)?
            .and_then(|text| text.parse().ok());
        // Only we write it; whoever edits it by hand and errs gets the plan's own choice.
        let held = chats.setting(key::HELD)?.unwrap_or_default();
        let held: HashMap<String, (Option<u32>, bool, bool)> =
            serde_json::from_str(&held).unwrap_or_default();
        let held = held.into_iter().map(|(id, (context, chosen, quantised))| {
            let kind = if quantised { KvType::Q8_0 } else { KvType::F16 };
            let cache = chosen.then_some(kind);
            (id, Held { context, cache })
        });
        let manners = chats.setting(key::MANNERS)?.unwrap_or_default();
        Ok(Self {
            held: held.collect(),
            manners: serde_json::from_str(&manners).unwrap_or_default(),
            patience_ms: patience.unwrap_or(PATIENCE_MS),
        })
    }

    /// The form that [`Wishes::remembered`] reads: context, whether a type was chosen, whether it
    /// is the quantised one.
    pub(crate) fn text(&self) -> String {
        let held: HashMap<&String, (Option<u32>, bool, bool)> = self
            .held
            .iter()
            .map(|(id, held)| {
                let quantised = held.cache == Some(KvType::Q8_0);
                (id, (held.context, held.cache.is_some(), quantised))
            })
            .collect();
        serde_json::to_string(&held).expect("BUG: numbers and text are JSON")
    }

    /// The form in which the manners are remembered.
    pub(crate) fn manners_text(&self) -> String {
        serde_json::to_string(&self.manners).expect("BUG: numbers and text are JSON")
    }

    /// How replies of a model think where the chat says nothing else.
    pub(crate) fn manner(&self, model: &Model) -> Manner {
        let manner = self.manners.get(&model.to_string());
        manner.copied().unwrap_or_default()
    }

    /// As the person set it for this model and for all.
    pub(crate) fn settings(&self, model: &Model, manner: Manner, all: &Preferences) -> Settings {
        let held = self
            .held
            .get(&model.to_string())
            .copied()
            .unwrap_or_default();
        Settings {
            context: held.context,
            cache: held.cache,
            threads: all.threads,
            sampling: manner.taste.sampling(fresh_seed()),
            quick: manner.quick,
            governor: manner.governor(),
            room: manner.room(),
            ..Settings::of_r1(0)
        }
    }
}

impl App {
    /// Which R1 runs here. The first time it measures the machine, for a few seconds; `again` does
    /// that anew. Memory that the model in use would give back counts as free.
    pub async fn survey(&self, again: bool) -> Result<Survey, Failure> {
        let look = if again { Look::Again } else { Look::Measure };
        let seen = self.seen(look).await?;
        let (own, patience_ms) = {
            let state = self.state();
            let files = state.models.iter().filter(|row| row.id != SPROUT);
            let own: Vec<PathBuf> = files.map(|row| PathBuf::from(&row.id)).collect();
            (own, state.wishes.patience_ms)
        };
        let outfit = self.inner.room.outfit().clone();
        blocking(move || {
            Ok(survey_on(
                &outfit.home,
                &outfit.knowledge,
                seen,
                &own,
                patience_ms,
            ))
        })
        .await
    }

    /// The plan of one model as it is asked for, and the machine that it is for.
    pub async fn fit_model(
        &self,
        id: &str,
        quant: Option<String>,
        held: Held,
    ) -> Result<(Candidate, Machine), Failure> {
        let last = self.state().seen.clone();
        let seen = match last {
            Some(seen) => seen,
            None => self.seen(Look::Glance).await?,
        };
        let (outfit, id) = (self.inner.room.outfit().clone(), id.to_owned());
        let question = Question {
            quant,
            ask: Ask {
                context: held.context,
                kv: held.cache,
            },
        };
        blocking(move || {
            let machine = seen.machine;
            let found = fit_one(&outfit.home, &outfit.knowledge, &machine, &id, &question)?;
            Ok((found, machine))
        })
        .await
    }

    /// The time for an answer that the person accepts, in milliseconds.
    pub fn patience_ms(&self) -> u64 {
        self.state().wishes.patience_ms
    }

    /// The time for an answer that the person accepts, for the next survey and for good.
    pub async fn set_patience(&self, patience_ms: u64) -> Result<(), Failure> {
        self.at_the_gate(move |app, chats| {
            app.state().wishes.patience_ms = patience_ms;
            Ok(chats.set_setting(key::PATIENCE, &patience_ms.to_string())?)
        })
        .await
    }

    /// Gives the memory of the model in use back, once no reply is being written.
    pub async fn unload_model(&self) {
        self.inner.room.clear().await;
    }

    /// The machine, kept for the plans that follow.
    pub(crate) async fn seen(&self, look: Look) -> Result<Seen, Failure> {
        let outfit = self.inner.room.outfit().clone();
        let given_back = self.inner.room.held_bytes();
        let (_stopper, stop) = stop();
        let mut seen = blocking(move || see(&outfit.home, &outfit.knowledge, look, &stop)).await?;
        if !seen.described {
            let machine = &mut seen.machine;
            let free = machine.available_bytes.saturating_add(given_back);
            machine.available_bytes = free.min(machine.total_bytes);
        }
        self.state().seen = Some(seen.clone());
        Ok(seen)
    }
}
