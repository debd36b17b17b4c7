//! How much of a model's context a question takes with its files, told before it is asked: what does
//! not fit is refused in words, never cut.
//!
//! Tokens are counted by the model itself while it is in memory and free; else they are estimated,
//! and said to be. What may leave a full context (`engine::context`) is not counted: the first
//! exchange and the question stay, whatever happens.

use chats::{Attachment, AttachmentId, ChatId, Chats, Message, MessageId};
use engine::prompt::{Segment, Turn};
use fit::words::thousands;

use crate::asking::{Asked, How, files, turns};
use crate::failure::{Cause, Code, Failure};
use crate::model::{Model, Wish, preflight};
use crate::open::{App, blocking};
use crate::presets;
use crate::reading;
use crate::stop::stop;

/// Special tokens around a few turns.
const AROUND: u32 = 8;

/// What the engine keeps at least for a reply, a quarter of a small context instead (`reply` of
/// `engine-llama`). An estimate refuses what it would refuse, and no more.
const LEAST_ROOM: u32 = 256;

/// Bytes of text that are counted; no context of R1 holds more, and counting takes about a second
/// for it.
const MOST_COUNTED: usize = 1 << 20;

/// Vocabularies smaller than this have little more than letters: Sprout's is one, none that people
/// use is.
const LETTERS: u32 = 4096;

/// Where a question shall stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Behind the last message of a chat, or first in a new one.
    End(Option<ChatId>),
    /// In the place of another question.
    Instead(MessageId),
}

/// What a question takes of a context. All numbers are tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weight {
    /// Of each file, in their order.
    pub files: Vec<(AttachmentId, u32)>,
    /// Of everything that must be shown to the model.
    pub total: u32,
    /// Kept for thinking and answer.
    pub room: u32,
    /// Of the whole context; 0 where that cannot be told.
    pub context: u32,
    /// False where the numbers are estimates.
    pub exact: bool,
}

impl Weight {
    /// Whether it can be asked.
    pub fn fits(&self) -> bool {
        self.context == 0 || self.total.saturating_add(self.room) <= self.context
    }

    /// Refuses what does not fit.
    pub fn check(&self) -> Result<(), Failure> {
        if self.fits() {
            return Ok(());
        }
        let about = if self.exact { "" } else { "about " };
        let message = format!(
            "the question is {about}{} tokens long with its files; this model's context holds {}, \
             of which {} are kept for the reply",
            thousands(self.total),
            thousands(self.context),
            thousands(self.room),
        );
        Err(Failure::new(Code::PromptTooLong, message)
            .hint("Choose a larger context or another model, or attach a part of the file.")
            .cause(Cause::LongQuestion {
                total: self.total.into(),
                context: self.context.into(),
                room: self.room.into(),
            }))
    }
}

/// A text whose tokens count.
struct Piece {
    /// The file that it is, if it is one.
    file: Option<AttachmentId>,
    text: String,
}

impl App {
    /// Tells how much of the context a question would take.
    pub async fn weigh(
        &self,
        place: Place,
        asked: Asked,
        how: Option<How>,
    ) -> Result<Weight, Failure> {
        let wanted = asked.files.clone();
        let (how, pieces) = self
            .on_disk(move |app, chats| {
                let chat = match place {
                    Place::End(chat) => chat,
                    Place::Instead(of) => Some(chats.message(of)?.chat),
                };
                let (how, _) = app.how(chats, chat, how)?;
                Ok((how, pieces(chats, place, &asked)?))
            })
            .await?;
        let model = &how.model;
        let counted = self.counted(model, &pieces).await;
        let (counts, context, room, exact) = if let Some((counts, context)) = counted {
            let room = how.settings.room.min(context / 2);
            (counts, context, room, true)
        } else {
            let (context, vocabulary) = self.planned(&how).await.unwrap_or_default();
            let estimates = pieces.iter().map(|piece| {
                let known = piece.file.and_then(|file| self.remembered(model, file));
                known.unwrap_or_else(|| estimate(&piece.text, vocabulary))
            });
            let room = LEAST_ROOM.min(context / 4);
            (estimates.collect(), context, room, false)
        };
        let tokens_of = |id| {
            let of_file = pieces.iter().zip(&counts);
            let found = of_file.filter(|(piece, _)| piece.file == Some(id));
            found.map(|(_, tokens)| *tokens).next().unwrap_or_default()
        };
        Ok(Weight {
            files: wanted.into_iter().map(|id| (id, tokens_of(id))).collect(),
            total: counts
                .iter()
                .fold(AROUND, |total: u32, tokens| total.saturating_add(*tokens)),
            room,
            context,
            exact,
        })
    }

    /// Tokens of each piece by the model's own count, and its context. Files are counted once.
    async fn counted(&self, model: &Model, pieces: &[Piece]) -> Option<(Vec<u32>, u32)> {
        let known: Vec<Option<u32>> = pieces
            .iter()
            .map(|piece| piece.file.and_then(|file| self.remembered(model, file)))
            .collect();
        let unknown = || {
            let all = pieces.iter().zip(&known);
            all.filter(|(_, known)| known.is_none())
                .map(|(piece, _)| piece)
        };
        if unknown().map(|piece| piece.text.len()).sum::<usize>() > MOST_COUNTED {
            return None;
        }
        let texts = unknown().map(|piece| Segment::Text(piece.text.clone()));
        let (fresh, context) = self.inner.room.count(model, texts.collect()).await?;
        {
            let mut state = self.state();
            for (piece, tokens) in unknown().zip(&fresh) {
                if let Some(file) = piece.file {
                    state.counted.insert((model.clone(), file), *tokens);
                }
            }
        }
        let mut fresh = fresh.into_iter();
        let counts = known.iter().map(|known| known.or_else(|| fresh.next()));
        Some((counts.collect::<Option<_>>()?, context))
    }

    fn remembered(&self, model: &Model, file: AttachmentId) -> Option<u32> {
        let key = (model.clone(), file);
        self.state().counted.get(&key).copied()
    }

    /// The context with which a model would be loaded, and how many tokens it knows.
    async fn planned(&self, how: &How) -> Option<(u32, u32)> {
        let outfit = self.inner.room.outfit().clone();
        let wish = Wish {
            context: how.settings.context,
            cache: how.settings.cache,
            given_back: self.inner.room.held_bytes(),
            processor: how.settings.processor,
        };
        let model = how.model.clone();
        let found = blocking(move || {
            let (_stopper, stop) = stop();
            preflight(&model, wish, None, &outfit, &stop)
        });
        // What is wrong with the model is told when it is asked.
        let found = found.await.ok()?;
        Some((found.plan.context, found.geometry.vocabulary))
    }
}

/// What the model must be shown: the instructions, the first exchange, and the question with its files.
fn pieces(chats: &Chats, place: Place, asked: &Asked) -> Result<Vec<Piece>, Failure> {
    let before = match place {
        Place::End(None) => Vec::new(),
        Place::End(Some(chat)) => chats.conversation(chat)?,
        Place::Instead(of) => before(chats, of)?,
    };
    let mut pieces = Vec::new();
    let instructions = match place {
        Place::End(None) => presets::instructions(chats)?,
        Place::End(Some(chat)) => chats.instructions(chat)?,
        Place::Instead(of) => chats.instructions(chats.message(of)?.chat)?,
    };
    let first = first_exchange(&before);
    let with_files = first.iter().flat_map(|message| &message.files);
    let ids = with_files
        .map(|Attachment { id, .. }| id)
        .chain(&asked.files);
    for id in ids {
        let file = chats.attached(*id)?;
        pieces.push(Piece {
            file: Some(*id),
            text: reading::shown(&[file], ""),
        });
    }
    // Their files are among the pieces already.
    let (turns, _) = turns(first, &files(chats, &[])?);
    let words = turns.into_iter().map(|turn| match turn {
        Turn::User(text) | Turn::Assistant { answer: text, .. } => text,
    });
    pieces.extend(
        words
            .chain([instructions, asked.text.clone()])
            .map(|text| Piece { file: None, text }),
    );
    Ok(pieces)
}

/// The messages above a question, on its own branch.
fn before(chats: &Chats, question: MessageId) -> Result<Vec<Message>, Failure> {
    let mut before = Vec::new();
    let mut at = chats.message(question)?.parent;
    while let Some(id) = at {
        let message = chats.message(id)?;
        at = message.parent;
        before.push(message);
    }
    before.reverse();
    Ok(before)
}

/// The messages up to the first answer; all where there is none.
fn first_exchange(messages: &[Message]) -> &[Message] {
    let is_answer = |message: &Message| match &message.body {
        chats::Body::Reply(reply) => !reply.answer.is_empty(),
        chats::Body::Question(_) => false,
    };
    match messages.iter().position(is_answer) {
        Some(at) => &messages[..=at],
        None => messages,
    }
}

/// About how many tokens a text has. The rules of thumb are those of vocabularies of some hundred
/// thousand tokens: a word is one, a long one two, three digits are one or three, a Chinese
/// character is less than one.
fn estimate(text: &str, vocabulary: u32) -> u32 {
    if vocabulary < LETTERS && vocabulary > 0 {
        // Little but letters, and some words: four characters are three tokens.
        let letters = text.chars().count() as u64;
        return u32::try_from(letters * 3 / 4).unwrap_or(u32::MAX);
    }
    let tenths: u64 = text.chars().map(tenths).sum();
    u32::try_from(tenths / 10).unwrap_or(u32::MAX).max(1)
}

/// Tenths of a token for each character of its kind.
fn tenths(letter: char) -> u64 {
    match letter {
        ' ' => 1,
        'a'..='z' | 'A'..='Z' => 2,
        '0'..='9' => 6,
        '\u{3040}'..='\u{30ff}' | '\u{ac00}'..='\u{d7af}' => 9,
        '\u{3000}'..='\u{303f}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}' => 8,
        '\0'..='\u{2fff}' => 5,
        _ => 20,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_is_near_what_vocabularies_of_r1_count() {
        // Counted with the tokenizer of DeepSeek-R1's makers' own page ("1 English character ≈ 0.3
        // token, 1 Chinese character ≈ 0.6 token", api-docs.deepseek.com, token usage), which is
        // below what the distilled models' vocabularies take.
        let english = "The quick brown fox jumps over the lazy dog. ".repeat(100);
        let letters = 4500;
        let counted = estimate(&english, 150_000);
        assert!(
            (letters / 6..letters * 3 / 10).contains(&counted),
            "{counted}"
        );
        let chinese = "敏捷的棕色狐狸跳过了懒狗".repeat(100);
        let counted = estimate(&chinese, 150_000);
        assert!((720..1200).contains(&counted), "{counted}");
        assert_eq!(estimate(&english, 300), letters * 3 / 4);
        assert_eq!(estimate("", 150_000), 1);
    }

    #[test]
    fn what_fits_is_what_leaves_the_room() {
        let weight = |total| Weight {
            files: Vec::new(),
            total,
            room: 1000,
            context: 4096,
            exact: true,
        };
        weight(3096).check().unwrap();
        let failure = weight(12_400).check().unwrap_err();
        assert_eq!(failure.code, Code::PromptTooLong);
        assert!(
            failure.message.contains("is 12,400 tokens long"),
            "{failure}"
        );
        let unknown = Weight {
            context: 0,
            ..weight(u32::MAX)
        };
        assert!(unknown.fits());
    }
}
