//! `spud fit`: the plan of one model.

use std::process::ExitCode;

use app::fit::bytes::human;
use app::fit::words::{about, thousands};
use app::fit::{Ask, Device, Machine, Verdict};
use app::survey::{Candidate, Question, fit_one};
use app::{Home, Look};
use serde_json::{Value, json};

use crate::command::Fit;
use crate::console::{Console, STOPPED, To, complain_of, tame};
use crate::interrupt;
use crate::machine::seen;

/// Plans a model and prints the plan.
pub(crate) fn run(wish: &Fit) -> ExitCode {
    let (stopper, stop) = app::stop::stop();
    interrupt::stops(stopper.clone());
    let console = Console::new(stopper);
    let planned = Home::find().and_then(|home| {
        let (seen, knowledge) = seen(wish.machine.as_deref(), Look::Measure, &stop, &console)?;
        let question = Question {
            quant: wish.quant.clone(),
            ask: Ask {
                context: wish.context,
                kv: wish.kv.map(Into::into),
            },
        };
        let candidate = fit_one(&home, &knowledge, &seen.machine, &wish.model, &question)?;
        Ok((candidate, seen.machine))
    });
    if stop.is_asked() {
        return ExitCode::from(STOPPED);
    }
    match planned {
        Ok((candidate, machine)) => {
            let text = if wish.json {
                of_candidate(&candidate, &machine).to_string()
            } else {
                words(&candidate, &machine)
            };
            console.write(To::Output, &(text + "\n"));
            ExitCode::SUCCESS
        }
        Err(failure) => complain_of(&failure),
    }
}

/// One line of JSON for a planned model.
pub(crate) fn of_candidate(candidate: &Candidate, machine: &Machine) -> Value {
    let plan = &candidate.plan;
    let estimate = plan.estimate;
    let devices: Vec<Value> = plan
        .shares
        .iter()
        .map(|share| {
            json!({
                "device": match &share.device {
                    Device::Memory => "memory",
                    Device::Gpu(name) => name,
                },
                "weights_bytes": share.weights_bytes,
                "cache_bytes": share.cache_bytes,
                "compute_bytes": share.compute_bytes,
                "other_bytes": share.other_bytes,
                "needed_bytes": share.needed_bytes(),
                "available_bytes": share.available_bytes,
                "layers": share.layers,
            })
        })
        .collect();
    let notes: Vec<String> = plan.reasons.iter().map(ToString::to_string).collect();
    let path = candidate
        .path
        .as_ref()
        .map(|path| path.display().to_string());
    json!({
        "type": "model",
        "id": candidate.id,
        "name": candidate.name,
        "quant": candidate.quant,
        "bytes": candidate.bytes,
        "installed": path.is_some(),
        "path": path,
        "holder": candidate.holder.map(|holder| holder.to_string()),
        "gpqa_diamond": candidate.member.as_ref().map(|member| member.benchmarks.gpqa_diamond),
        "verdict": plan.verdict,
        "reason": plan.sentence(machine),
        "notes": notes,
        "context": plan.context,
        "kv": plan.kv.to_string(),
        "needed_bytes": plan.needed_bytes(),
        "available_bytes": plan.available_bytes(),
        "layers": plan.layers,
        "gpu_layers": plan.placement.gpu_layers,
        "expert_layers_in_memory": plan.placement.expert_layers_in_memory,
        "mapped": plan.mapped,
        "threads": plan.threads,
        "devices": devices,
        "decode_per_second": estimate.map(|estimate| estimate.decode_per_second),
        "prompt_per_second": estimate.map(|estimate| estimate.prompt_per_second),
        "answer_ms": estimate.map(|estimate| estimate.answer_ms),
        "least_ms": estimate.map(|estimate| estimate.least_ms),
        "most_ms": estimate.map(|estimate| estimate.most_ms),
        "thinking_tokens": estimate.map(|estimate| estimate.typical.thinking_tokens),
        "answer_tokens": estimate.map(|estimate| estimate.typical.answer_tokens),
        "replies": estimate.map_or(0, |estimate| estimate.replies),
        "disk_short": candidate.disk_short(machine, &candidate.quant).map(|short| short.to_string()),
    })
}

fn words(candidate: &Candidate, machine: &Machine) -> String {
    let plan = &candidate.plan;
    let mut lines = vec![format!("{} {}", candidate.name, candidate.quant)];
    lines.push(format!("{}: {}", plan.verdict, plan.sentence(machine)));
    for reason in &plan.reasons {
        lines.push(format!("  {reason}"));
    }
    lines.push(format!(
        "context   {} tokens of {}, cache in {}",
        thousands(plan.context),
        thousands(plan.context_trained),
        plan.kv
    ));
    for share in &plan.shares {
        let device = match &share.device {
            Device::Memory => "memory",
            Device::Gpu(name) => name,
        };
        lines.push(format!(
            "{device:<9} {} of {}: weights {}, cache {}, compute {}, other {}; {} of {} layers",
            human(share.needed_bytes()),
            human(share.available_bytes),
            human(share.weights_bytes),
            human(share.cache_bytes),
            human(share.compute_bytes),
            human(share.other_bytes),
            share.layers,
            plan.layers,
        ));
    }
    if let Some(estimate) = plan.estimate {
        let typical = estimate.typical;
        lines.push(format!(
            "speed     {:.1} tokens/s, a prompt at {:.0}; an answer takes {}",
            estimate.decode_per_second,
            estimate.prompt_per_second,
            estimate.span()
        ));
        let basis = match estimate.replies {
            0 => "assumed".to_owned(),
            replies => format!("learned from {replies} replies"),
        };
        lines.push(format!(
            "          ({basis}: {} tokens of prompt, {} of thinking, {} of answer: {})",
            typical.prompt_tokens,
            typical.thinking_tokens,
            typical.answer_tokens,
            about(estimate.answer_ms)
        ));
    } else if plan.verdict != Verdict::TooBig {
        lines.push("speed     not measured".to_owned());
    }
    tame(&lines.join("\n"))
}
