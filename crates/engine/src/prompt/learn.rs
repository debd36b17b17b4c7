//! The form of a model's own template: the template is run on conversations whose texts are marks, and what
//! stands between the marks is the form ([`Form`]).
//!
//! A template is a stranger's program: its steps are counted, and with them what it builds in memory.
//!
//! Templates are written for Hugging Face's Jinja, so they find here what they find there ("Chat templates" in
//! the documentation of Transformers): Python's methods, `raise_exception`, `strftime_now`, blocks that eat
//! the line ends behind them.

use std::fmt::Write;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{Environment, ErrorKind, context};
use time::OffsetDateTime;
use time::format_description::parse_strftime_owned;

use super::{Form, GAP, THINK_CLOSE, THINK_OPEN};

/// Steps of one run, with about 64 bytes for each. The longest templates that are known take some thousands for
/// these conversations.
const STEPS: u64 = 200_000;

/// Bytes of a form. The longest that are known, with everything about tools, have some ten thousand.
const LONGEST: usize = 256 << 10;

/// The template that a model's file carries, and what it asks of the file.
#[derive(Debug, Clone, Copy)]
pub struct OwnTemplate<'a> {
    /// The template, a Jinja program.
    pub jinja: &'a str,
    /// The text of the token that begins a conversation; empty where the file names none.
    pub bos: &'a str,
    /// The text of the token that ends a text; empty where the file names none.
    pub eos: &'a str,
    /// The moment, for templates that tell the model the day.
    pub now: OffsetDateTime,
}

/// Why a template is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It cannot be run, or gave up.
    #[error("its chat template does not run: {0}")]
    Fails(String),
    /// It leaves texts out, or changes them or their order.
    #[error("its chat template does not write what was said as it was said")]
    Alters,
    /// What it puts between two texts depends on where they are.
    #[error("its chat template writes later turns in another way than earlier ones")]
    Unsteady,
    /// It writes far too much.
    #[error("its chat template writes {0} bytes for three questions")]
    TooLong(usize),
}

/// One turn of a conversation of marks: who speaks, and the number of the mark.
type Said = (Role, usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    System,
    User,
    Assistant,
}

use Role::{Assistant, System, User};

/// What stands behind the last question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// The beginning of a reply that may think.
    Thought,
    /// The beginning of an answer.
    Answer,
    /// No beginning of a reply.
    Nothing,
}

/// The form of a template. Takes some milliseconds at most.
pub fn learn(template: OwnTemplate<'_>) -> Result<Form, Unfit> {
    let jinja = for_us(template.jinja);
    let now = template.now;
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    environment.set_syntax(syntax.expect("BUG: these are Jinja's own marks"));
    environment.set_fuel(Some(STEPS));
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment.add_function("raise_exception", |why: String| -> Result<Value, _> {
        Err(minijinja::Error::new(ErrorKind::InvalidOperation, why))
    });
    environment.add_function("strftime_now", move |format: String| day(now, &format));
    environment
        .add_template("it", &jinja)
        .map_err(|error| Unfit::Fails(said(&error)))?;
    // Those for models that see pictures want texts in a list.
    let plain = Runs::new(&environment, template, false).form();
    match plain {
        Ok(form) => Ok(form),
        Err(why) => Runs::new(&environment, template, true)
            .form()
            .map_err(|_| why),
    }
}

/// One template, run again and again.
struct Runs<'a> {
    environment: &'a Environment<'a>,
    template: OwnTemplate<'a>,
    in_lists: bool,
}

impl<'a> Runs<'a> {
    fn new(environment: &'a Environment<'a>, template: OwnTemplate<'a>, in_lists: bool) -> Self {
        Self {
            environment,
            template,
            in_lists,
        }
    }

    fn form(&self) -> Result<Form, Unfit> {
        let first = self.pieces(&[(User, 1)], Wanted::Thought)?;
        let [head, thinking] = &first[..] else {
            return Err(Unfit::Alters);
        };
        let talk = [
            (User, 1),
            (Assistant, 2),
            (User, 3),
            (Assistant, 4),
            (User, 5),
        ];
        let later = self.pieces(&talk, Wanted::Thought)?;
        let [
            begin,
            to_answer,
            to_question,
            answer_again,
            question_again,
            end,
        ] = &later[..]
        else {
            return Err(Unfit::Alters);
        };
        let is_steady = begin == head
            && end == thinking
            && answer_again == to_answer
            && question_again == to_question;
        if !is_steady {
            return Err(Unfit::Unsteady);
        }
        let quick = self.pieces(&[(User, 1)], Wanted::Answer)?;
        let quick = match &quick[..] {
            [begin, quick] if begin == head => quick,
            // A switch that stands before the first question is left on.
            _ => thinking,
        };
        // One that knows nothing of how a reply is begun: as its answers begin.
        let bare = self.pieces(&[(User, 1)], Wanted::Nothing)?;
        let begins_none = bare.last() == Some(thinking) && begins_more(to_answer, thinking);
        let (thinking, quick) = if begins_none {
            (to_answer, to_answer)
        } else {
            (thinking, quick)
        };
        let knows = |tag: &str| self.template.jinja.contains(tag);
        let has_tags = knows(THINK_OPEN) || knows(THINK_CLOSE);
        Ok(Form {
            head: head.clone(),
            system: self.system(to_answer, to_question, end),
            to_answer: to_answer.clone(),
            to_question: to_question.clone(),
            thinking: thinking.clone(),
            quick: closed(quick, has_tags),
            has_tags,
        })
    }

    /// What stands around a system text; none where the template knows none, or turns are others then.
    fn system(&self, answer: &str, question: &str, end: &str) -> Option<(String, String)> {
        let talk = [(System, 0), (User, 1), (Assistant, 2), (User, 3)];
        let pieces = self.pieces(&talk, Wanted::Thought).ok()?;
        let [before, after, to_answer, to_question, thinking] = &pieces[..] else {
            return None;
        };
        let is_steady = to_answer == answer && to_question == question && thinking == end;
        is_steady.then(|| (before.clone(), after.clone()))
    }

    /// What the template writes around these marks, in their order.
    fn pieces(&self, talk: &[Said], wanted: Wanted) -> Result<Vec<String>, Unfit> {
        let messages: Vec<Value> = talk.iter().map(|said| self.message(*said)).collect();
        let none = Value::from(());
        let thinks = wanted != Wanted::Answer;
        let it = self.environment.get_template("it");
        let written = it.and_then(|it| {
            it.render(context! {
                messages,
                bos_token => self.template.bos,
                eos_token => self.template.eos,
                add_generation_prompt => wanted != Wanted::Nothing,
                tools => none.clone(),
                documents => none,
                // The names of the switch in Qwen3 and those after it, and in DeepSeek V3.1 and others.
                enable_thinking => thinks,
                thinking => thinks,
            })
        });
        let written = written.map_err(|error| Unfit::Fails(said(&error)))?;
        if written.len() > LONGEST {
            return Err(Unfit::TooLong(written.len()));
        }
        let mut pieces = Vec::new();
        let mut rest = written.as_str();
        for (_, number) in talk {
            let (before, after) = rest.split_once(&mark(*number)).ok_or(Unfit::Alters)?;
            pieces.push(before.to_owned());
            rest = after;
        }
        pieces.push(rest.to_owned());
        // A text that stands there twice.
        if pieces.iter().any(|piece| piece.contains(MARK)) {
            return Err(Unfit::Alters);
        }
        Ok(pieces)
    }

    fn message(&self, (role, number): Said) -> Value {
        let role = match role {
            System => "system",
            User => "user",
            Assistant => "assistant",
        };
        let text = mark(number);
        if self.in_lists {
            let part = context! { type => "text", text };
            context! { role, content => vec![part] }
        } else {
            context! { role, content => text }
        }
    }
}

/// No template has it: of the characters that Unicode leaves to nobody.
const MARK: char = '\u{10fffd}';

/// Stands for a text. It has no space at its ends, and no other letters that a template could look for.
fn mark(number: usize) -> String {
    format!("{MARK}{number}{MARK}")
}

/// Whether an answer's head says more than this.
fn begins_more(head: &str, than: &str) -> bool {
    let more = head.strip_prefix(than);
    more.is_some_and(|more| !more.trim().is_empty())
}

/// What makes a model answer at once: what the template writes for it, or a thought that is closed already.
fn closed(quick: &str, has_tags: bool) -> String {
    let end = quick.trim_end();
    let mut quick = quick.to_owned();
    if end.ends_with(THINK_OPEN) {
        if quick.len() == end.len() {
            quick.push('\n');
        }
        let _ = write!(quick, "\n{THINK_CLOSE}{GAP}");
    } else if has_tags && !end.ends_with(THINK_CLOSE) {
        let _ = write!(quick, "{THINK_OPEN}\n\n{THINK_CLOSE}{GAP}");
    }
    quick
}

/// A template without the one block that Transformers added for training, and which says nothing here.
fn for_us(jinja: &str) -> String {
    let mut out = String::with_capacity(jinja.len());
    let mut rest = jinja;
    while let Some(at) = rest.find("{%") {
        let Some(end) = rest[at..].find("%}").map(|end| at + end + 2) else {
            break;
        };
        let block = &rest[at..end];
        let word = block.trim_matches(['{', '}', '%', '-', '+', ' ', '\t', '\n', '\r']);
        out.push_str(&rest[..at]);
        out.push_str(&match word {
            "generation" => block.replace(word, "if true"),
            "endgeneration" => block.replace(word, "endif"),
            _ => block.to_owned(),
        });
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// The moment in a form of C's `strftime`.
fn day(now: OffsetDateTime, format: &str) -> Result<String, minijinja::Error> {
    let told = parse_strftime_owned(format)
        .map_err(|error| error.to_string())
        .and_then(|form| now.format(&form).map_err(|error| error.to_string()));
    told.map_err(|why| minijinja::Error::new(ErrorKind::InvalidOperation, why))
}

/// What an error says, on one line, and not where: nobody here can mend the template.
fn said(error: &minijinja::Error) -> String {
    let what = error
        .detail()
        .map_or_else(|| error.kind().to_string(), str::to_owned);
    let line: String = what.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(200).collect()
}
