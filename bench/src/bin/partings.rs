//! `bench/partings`: whether what makes Spud faster changes what a model writes.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures on standard output, every parting on standard error"
)]

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use bench::figures::{self, Figure, Target};
use bench::mutations::sprout;
use bench::ours::{self, Ours, Setup};
use bench::synthetic::{self, Model};
use bench::transcripts::{self, Transcript};
use clap::Parser;
use engine::message::{Choice, Drafts};
use gguf::Header;

/// Dictates a reply to each kind of model and compares, place by place, the token that it would have
/// written: plainly computed, and then with smaller batches, with every draft taken, and with plain
/// attention. Kernels differ by the width of a batch, so that where two tokens are as likely, either
/// may be first; every such place is told. Takes some minutes.
#[derive(Parser)]
struct Arguments {
    /// GGUF files; without any, Sprout, the 1.5B's shape and one of 64 experts with random weights.
    models: Vec<PathBuf>,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

/// Where the first of two tokens is ahead by no more than so many times of what it usually is, rounding
/// may put the other first. Told, and not judged, of models with experts: where two experts are as good
/// for a token, rounding chooses between them, and then everything behind it differs (Sprout with all of
/// its experts at every token parts by 0.34 at most, and by 3.18 as it is).
const NEAR: f64 = 2.0;

/// A reply that says again what was said, so that drafts come true.
const SAID: &Transcript = &transcripts::ALL[1];

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    bench::finish(measure(&arguments).map(|figures| {
        print!("{}", figures::text(&figures, arguments.json));
    }))
}

fn measure(arguments: &Arguments) -> io::Result<Vec<Figure>> {
    let models = if arguments.models.is_empty() {
        vec![
            sprout(),
            synthetic::home(&Model::QWEN2)?,
            synthetic::home(&Model::DEEPSEEK2)?,
        ]
    } else {
        arguments.models.clone()
    };
    let mut all = Vec::new();
    for model in models {
        let stem = model.file_stem().unwrap_or_default().to_string_lossy();
        let stem = stem.into_owned();
        let header = Header::read_file(&model).map_err(io::Error::other)?;
        let geometry = header.runnable().map_err(io::Error::other)?;
        let setup = Setup {
            model,
            context: 2048,
            threads: ours::all_cores(),
            plain: None,
        };
        eprintln!("bench: {stem}, plainly computed");
        let before = choices(&Ours::start(&setup)?, Drafts::Never)?;
        let ahead = before.iter().map(|choice| f64::from(choice.ahead));
        let ahead = Figure::new(
            format!("{stem}, the first word ahead by"),
            "logits",
            ahead.collect(),
        );
        let near = match geometry.experts {
            None => Some(NEAR * ahead.value()),
            Some(_) => None,
        };
        all.push(ahead);
        all.extend(compared(
            &format!("{stem}, the same again"),
            Some(0.0),
            &before,
            &choices(&Ours::start(&setup)?, Drafts::Never)?,
        )?);
        all.extend(compared(
            &format!("{stem}, read by 64"),
            near,
            &before,
            &choices(&Ours::reading_by(&setup, 64)?, Drafts::Never)?,
        )?);
        all.extend(compared(
            &format!("{stem}, every draft taken"),
            near,
            &before,
            &choices(&Ours::start(&setup)?, Drafts::Always)?,
        )?);
        if let Some(batch) = setup.plain_batch()? {
            let plain = Setup {
                plain: Some(batch),
                ..setup.clone()
            };
            all.extend(compared(
                &format!("{stem}, plain attention"),
                near,
                &before,
                &choices(&Ours::start(&plain)?, Drafts::Never)?,
            )?);
        }
    }
    Ok(all)
}

/// What a model would have written in place of each token.
fn choices(ours: &Ours, drafts: Drafts) -> io::Result<Vec<Choice>> {
    let told = ours.dictate(SAID, drafts);
    match ours::failure(&told) {
        Some(failure) => Err(io::Error::other(failure.message.clone())),
        None if told.choices.is_empty() => Err(io::Error::other("nothing was chosen")),
        None => Ok(told.choices),
    }
}

/// Places where they part, each told, and how far ahead the first choice was at the widest.
fn compared(
    name: &str,
    near: Option<f64>,
    before: &[Choice],
    after: &[Choice],
) -> io::Result<[Figure; 2]> {
    if before.len() != after.len() {
        let (before, after) = (before.len(), after.len());
        return Err(io::Error::other(format!(
            "{name}: {after} tokens for {before}"
        )));
    }
    let mut widest = 0.0_f32;
    let mut count = 0.0;
    for (place, (one, other)) in before.iter().zip(after).enumerate() {
        if one.token != other.token {
            eprintln!(
                "  {name}: token {place} of {}: {} was ahead by {:.5}, then {} by {:.5}",
                before.len(),
                one.token,
                one.ahead,
                other.token,
                other.ahead
            );
            widest = widest.max(one.ahead).max(other.ahead);
            count += 1.0;
        }
    }
    let widest = Figure::new(
        format!("{name}: widest parting"),
        "logits",
        vec![f64::from(widest)],
    );
    let widest = match near {
        Some(near) => widest.with(Target::AtMost(near)),
        None => widest,
    };
    let count = Figure::new(format!("{name}: partings"), "", vec![count]);
    Ok([count, widest])
}
