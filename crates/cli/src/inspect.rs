//! `spud inspect`: a GGUF's anatomy.

use std::process::ExitCode;

use app::Inspection;
use app::fit::bytes::human;
use app::fit::words::thousands;

use crate::command::Inspect;
use crate::console::{Console, To, complain_of, tame};

/// Reads a header and prints what it tells.
pub(crate) fn run(wish: &Inspect) -> ExitCode {
    let (stopper, _) = app::stop::stop();
    let console = Console::new(stopper);
    match app::inspect(&wish.path) {
        Ok(found) => {
            let text = if wish.json {
                serde_json::to_string(&found).expect("BUG: numbers and text are JSON")
            } else {
                words(&found)
            };
            console.write(To::Output, &(text + "\n"));
            ExitCode::SUCCESS
        }
        Err(failure) => complain_of(&failure),
    }
}

fn words(found: &Inspection) -> String {
    let mut lines = model(found);
    lines.extend(memory(found));
    lines.extend(text(found));
    let notes = found.notes.iter().map(|note| line("note", note));
    lines.extend(notes);
    tame(&lines.join("\n"))
}

/// What it is.
fn model(found: &Inspection) -> Vec<String> {
    let mut lines = vec![line("name", &said(found.name.as_deref()))];
    let label = found.file_type.map(|label| format!(", labelled {label}"));
    let kind = format!(
        "{}, {}{}",
        found.architecture,
        count_of_parameters(found.parameters),
        label.unwrap_or_default()
    );
    lines.push(line("model", &kind));
    for (number, file) in (1..).zip(&found.files) {
        let file = one_line(file);
        lines.push(match found.files.len() {
            1 => line("file", &file),
            parts => line("part", &format!("{number} of {parts}: {file}")),
        });
    }
    let mtp = match found.mtp_layers {
        0 => String::new(),
        1 => ", and 1 that predicts a further token".to_owned(),
        layers => format!(", and {layers} that predict further tokens"),
    };
    lines.push(line(
        "layers",
        &format!("{}{mtp}, {} wide", found.layers, found.embedding),
    ));
    if let Some(experts) = found.experts {
        let dense = match found.dense_layers {
            0 => "in every layer".to_owned(),
            1 => "the first layer has none".to_owned(),
            layers => format!("the first {layers} layers have none"),
        };
        lines.push(line(
            "experts",
            &format!(
                "{} routed, {} active, {} shared; {dense}",
                experts.routed, experts.active, experts.shared
            ),
        ));
    }
    lines
}

/// What it costs.
fn memory(found: &Inspection) -> Vec<String> {
    let mut lines = vec![line(
        "attention",
        &format!(
            "{}, {} heads, {} of keys and values",
            found.attention.to_uppercase(),
            found.heads,
            found.kv_heads
        ),
    )];
    let q8 = found.cache_bytes_per_token_q8_0.map_or_else(
        || "not possible in q8_0".to_owned(),
        |bytes| format!("{} in q8_0", human(bytes)),
    );
    let f16 = human(found.cache_bytes_per_token_f16);
    lines.push(line("cache", &format!("{f16} a token in f16, {q8}")));
    lines.push(line(
        "context",
        &format!("{} tokens trained", thousands(found.context_trained)),
    ));
    let tied = if found.output_tied {
        " (the embedding is the output too)"
    } else {
        ""
    };
    let experts = match found.expert_bytes {
        0 => String::new(),
        bytes => format!(", routed experts {}", human(bytes)),
    };
    lines.push(line(
        "weights",
        &format!(
            "{}: embedding {}{tied}, output {}, layers {}{experts}",
            human(found.weights_bytes),
            human(found.embedding_bytes),
            human(found.output_bytes),
            human(found.dense_bytes),
        ),
    ));
    lines.extend(found.mix.iter().map(|share| {
        let tensors = match share.tensors {
            1 => "1 tensor".to_owned(),
            tensors => format!("{tensors} tensors"),
        };
        let bytes = human(share.bytes);
        line("", &format!("{:<8}{bytes:>10} in {tensors}", share.name))
    }));
    lines
}

/// How it reads and writes.
fn text(found: &Inspection) -> Vec<String> {
    let tokens = format!(
        "{}, begins with {}, ends with {}",
        thousands(found.vocabulary),
        said(found.bos.as_deref()),
        said(found.eos.as_deref())
    );
    let tokenizer = format!(
        "{}, words cut by {}",
        said(found.tokenizer.as_deref()),
        said(found.tokenizer_pre.as_deref())
    );
    vec![
        line("tokens", &tokens),
        line("tokenizer", &tokenizer),
        line("template", template(found.template)),
    ]
}

fn template(kind: &str) -> &str {
    match kind {
        "r1" => "R1's: the prompt opens the thinking",
        "r1_january" => "R1's of January 2025: the model opens the thinking, or leaves it out",
        "r1_0528" => "R1-0528's: the model opens the thinking",
        "other" => "another than R1's",
        _ => "none",
    }
}

fn line(name: &str, text: &str) -> String {
    format!("{name:<11}{text}")
}

/// A text of the file's, fit to stand in a line of ours.
fn said(text: Option<&str>) -> String {
    text.map_or_else(|| "none".to_owned(), one_line)
}

/// Without line breaks, which would let a file write lines of its own, without marks that turn the
/// direction of what follows, and cut where nobody reads on.
fn one_line(text: &str) -> String {
    const MOST_CHARACTERS: usize = 200;
    let mut letters = text
        .chars()
        .map(|letter| match letter {
            '\n' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
            other => other,
        })
        .filter(|&letter| !letter.is_control() && !turns(letter));
    let mut line: String = letters.by_ref().take(MOST_CHARACTERS).collect();
    if letters.next().is_some() {
        line.push('…');
    }
    line
}

/// Marks of Unicode that set the direction of what follows.
fn turns(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}')
        || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// To two digits behind the point: `7.62 billion parameters`.
fn count_of_parameters(parameters: u64) -> String {
    let (unit, word) = if parameters < 1_000_000_000 {
        (1_000_000, "million")
    } else {
        (1_000_000_000, "billion")
    };
    let hundredths = parameters / (unit / 100);
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    format!("{whole}.{rest:02} {word} parameters")
}
