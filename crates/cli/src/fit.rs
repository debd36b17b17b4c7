//! `spud fit`: the plan of one model.

use std::process::ExitCode;

use app::fit::bytes::human;
use app::fit::words::{about, thousands};
use app::fit::{Ask, Device, Machine, Verdict};
use app::stop::Stop;
use app::survey::{Candidate, Question, fit_one};
use app::{AtHub, Failure, Found, Home, Inquiry, Judged, Look, Offered, Pulling};
use serde_json::{Value, json};

use crate::command::Fit;
use crate::console::{Console, STOPPED, To, complain_of, tame};
use crate::interrupt;
use crate::machine::seen;
use crate::token;
use tokio::runtime::Runtime;

/// Plans a model and prints the plan.
pub(crate) fn run(wish: &Fit, runtime: &Runtime) -> ExitCode {
    let (stopper, stop) = app::stop::stop();
    interrupt::stops(stopper.clone());
    let console = Console::new(stopper);
    if Inquiry::is_one(&wish.model) {
        return of_hub(wish, runtime, &stop, &console);
    }
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

/// Plans a model of a hub by its own header, or lists what of its repository runs here.
fn of_hub(wish: &Fit, runtime: &Runtime, stop: &Stop, console: &Console) -> ExitCode {
    let inquiry = Inquiry {
        typed: wish.model.clone(),
        quant: wish.quant.clone(),
        endpoint: wish.endpoint.clone(),
        use_token: wish.use_token.clone(),
        ask: Ask {
            context: wish.context,
            kv: wish.kv.map(Into::into),
        },
    };
    let asked = Home::find().and_then(|home| {
        let (seen, _) = seen(wish.machine.as_deref(), Look::Measure, stop, console)?;
        let ask = || {
            let tell = |news| tell(&news, console);
            runtime.block_on(inquiry.ask(&home, &seen.machine, false, stop.clone(), tell))
        };
        let agrees = |failure: &Failure| {
            !wish.json && runtime.block_on(token::is_agreed(&home, failure, console, stop.clone()))
        };
        let found = match ask() {
            Err(failure) if agrees(&failure) => ask(),
            found => found,
        };
        console.status("");
        Ok((found?, seen.machine))
    });
    if stop.is_asked() {
        return ExitCode::from(STOPPED);
    }
    let text = match asked {
        Err(failure) => return complain_of(&failure),
        Ok((Found::Model(candidate), machine)) if wish.json => {
            of_candidate(&candidate, &machine).to_string()
        }
        Ok((Found::Model(candidate), machine)) => words(&candidate, &machine),
        Ok((Found::Repository(found), machine)) if wish.json => {
            let lines = found
                .offers
                .iter()
                .map(|offer| of_offer(offer, &machine).to_string());
            lines.collect::<Vec<_>>().join("\n")
        }
        Ok((Found::Repository(found), machine)) => table(&found, &machine),
    };
    console.write(To::Output, &(text + "\n"));
    ExitCode::SUCCESS
}

fn tell(news: &Pulling, console: &Console) {
    match news {
        Pulling::Asking { host } => console.status(&tame(&format!("Asking {host}"))),
        Pulling::Waiting(pause) => console.status(&tame(&pause.why.to_string())),
        Pulling::Renamed { from, to } => {
            console.status("");
            console.aside(&tame(&format!("`{from}` is called `{to}` now\n")));
        }
        _ => {}
    }
}

/// One line of JSON for a model of a repository.
fn of_offer(offer: &Offered, machine: &Machine) -> Value {
    let plan = match &offer.judged {
        Judged::Runs(plan) => Some(plan),
        _ => None,
    };
    let failure = match &offer.judged {
        Judged::Cannot(failure) => Some(&failure.message),
        _ => None,
    };
    json!({
        "type": "offer",
        "id": offer.id,
        "quant": offer.quant,
        "path": offer.path,
        "bytes": offer.bytes,
        "verdict": plan.map(|plan| plan.verdict),
        "reason": plan.map(|plan| plan.sentence(machine)),
        "answer_ms": plan.and_then(|plan| plan.estimate).map(|estimate| estimate.answer_ms),
        "cannot": failure,
    })
}

/// A repository's models in lines: what each is, how large, what it would be here.
fn table(found: &AtHub, machine: &Machine) -> String {
    let width = found.offers.iter().map(|offer| offer.quant.chars().count());
    let width = width.max().unwrap_or(0).min(24);
    let mut lines = vec![format!("{} at {}", found.repository, found.host)];
    for (place, offer) in found.offers.iter().enumerate() {
        let mark = if found.meant == Some(place) { '*' } else { ' ' };
        let told = match &offer.judged {
            Judged::Runs(plan) => {
                let time = plan
                    .estimate
                    .map(|estimate| format!(", an answer takes {}", about(estimate.answer_ms)));
                let (verdict, why) = (plan.verdict, plan.sentence(machine));
                format!("{verdict}: {why}{}", time.unwrap_or_default())
            }
            Judged::Cannot(failure) => failure.message.clone(),
            Judged::Unknown => "not looked at".to_owned(),
        };
        let size = human(offer.bytes);
        lines.push(format!("{mark} {:<width$}  {size:>9}  {told}", offer.quant));
        // By the quantisation alone it would not be told from others.
        if offer.id.ends_with(&offer.path) {
            lines.push(format!("  {:<width$}  {:>9}  {}", "", "", offer.path));
        }
    }
    if let Some(offer) = found.meant.and_then(|place| found.offers.get(place)) {
        lines.push(format!("* is what `spud pull {}` takes", found.repository));
        lines.push(format!(
            "any other by its name, such as `spud pull {}`",
            offer.id
        ));
    } else if let Some(offer) = found.offers.first() {
        lines.push(format!(
            "one of them by its name, such as `spud pull {}`",
            offer.id
        ));
    }
    tame(&lines.join("\n"))
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
        "is_r1": candidate.stranger.is_none(),
        "kin": candidate.stranger.and_then(|told| told.kin),
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
    if let Some(stranger) = candidate.stranger {
        lines.push(format!("not an R1. {}", stranger.sentence()));
    }
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
