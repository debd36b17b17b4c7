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
    let mut lines = Vec::new();
    let mut line = |name: &str, text: String| lines.push(format!("{name:<13}{text}"));
    line(
        "name",
        found.name.clone().unwrap_or_else(|| "none".to_owned()),
    );
    line("architecture", found.architecture.to_owned());
    let billions = found.parameters / 10_000_000;
    line(
        "parameters",
        format!("{}.{:02} billion", billions / 100, billions % 100),
    );
    line("files", found.files.len().to_string());
    let mtp = match found.mtp_layers {
        0 => String::new(),
        layers => format!(", and {layers} that predicts further tokens"),
    };
    line("layers", format!("{}{mtp}", found.layers));
    line(
        "attention",
        format!(
            "{}, {} heads, {} of keys and values",
            found.attention.to_uppercase(),
            found.heads,
            found.kv_heads
        ),
    );
    let q8 = found.cache_bytes_per_token_q8_0.map_or_else(
        || "not in q8_0".to_owned(),
        |bytes| format!("{} in q8_0", human(bytes)),
    );
    line(
        "cache",
        format!(
            "{} a token in f16, {q8}",
            human(found.cache_bytes_per_token_f16)
        ),
    );
    line(
        "context",
        format!("{} tokens trained", thousands(found.context_trained)),
    );
    if let Some(experts) = found.experts {
        line(
            "experts",
            format!(
                "{} routed, {} active, {} shared; the first {} layers are dense",
                experts.routed, experts.active, experts.shared, found.dense_layers
            ),
        );
    }
    line(
        "weights",
        format!(
            "{}: embedding {}, output {}, layers {}, experts {}",
            human(found.weights_bytes),
            human(found.embedding_bytes),
            human(found.output_bytes),
            human(found.dense_bytes),
            human(found.expert_bytes)
        ),
    );
    for share in &found.mix {
        line(
            "",
            format!(
                "{:<8} {:>10} in {} tensors",
                share.name,
                human(share.bytes),
                share.tensors
            ),
        );
    }
    let token = |token: &Option<String>| token.clone().unwrap_or_else(|| "none".to_owned());
    line(
        "tokens",
        format!(
            "{}, begins with {}, ends with {}",
            thousands(found.vocabulary),
            token(&found.bos),
            token(&found.eos)
        ),
    );
    line("template", found.template.to_owned());
    lines.extend(
        found
            .notes
            .iter()
            .map(|note| format!("note         {note}")),
    );
    tame(&lines.join("\n"))
}
