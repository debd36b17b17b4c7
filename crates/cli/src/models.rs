//! `spud models`: which R1 runs here.

use std::process::ExitCode;

use app::fit::bytes::human;
use app::fit::words::{about, thousands};
use app::survey::{Candidate, Survey, survey_on};
use app::{Home, Look};
use serde_json::json;

use crate::command::Models;
use crate::console::{Console, STOPPED, To, complain_of, tame};
use crate::fit::of_candidate;
use crate::interrupt;
use crate::machine::seen;

/// What stands behind the times.
const ASSUMED: &str = "\
The times are of a typical question; easy ones take less, hard ones more (`spud fit ID` tells). How many
tokens these are is assumed of each model until its own replies here say otherwise.";

/// Surveys the family and prints it.
pub(crate) fn run(wish: &Models) -> ExitCode {
    let (stopper, stop) = app::stop::stop();
    interrupt::stops(stopper.clone());
    let console = Console::new(stopper);
    let surveyed = Home::find().and_then(|home| {
        let (seen, knowledge) = seen(wish.machine.as_deref(), Look::Measure, &stop, &console)?;
        let patience_ms = u64::from(wish.patience) * 60_000;
        Ok(survey_on(&home, &knowledge, seen, &[], patience_ms))
    });
    if stop.is_asked() {
        return ExitCode::from(STOPPED);
    }
    match surveyed {
        Ok(survey) => {
            let text = if wish.json {
                lines(&survey)
            } else {
                words(&survey)
            };
            console.write(To::Output, &text);
            ExitCode::SUCCESS
        }
        Err(failure) => complain_of(&failure),
    }
}

fn lines(survey: &Survey) -> String {
    let mut text = Vec::new();
    for candidate in &survey.candidates {
        let mut line = of_candidate(candidate, &survey.machine);
        let in_time = candidate
            .plan
            .estimate
            .map(|_| !candidate.plan.exceeds(survey.patience_ms));
        line["in_time"] = json!(in_time);
        let member = candidate.member.as_ref();
        line["good_for"] = json!(member.and_then(|member| member.good_for.get("en")));
        text.push(line.to_string());
    }
    let advice = &survey.advice;
    let id = |place: Option<usize>| place.map(|place| survey.candidates[place].id.as_str());
    let line = json!({
        "type": "advice",
        "best": id(advice.best),
        "why": advice.why,
        "faster": id(advice.faster),
        "faster_why": advice.faster_why,
        "smarter": id(advice.smarter),
        "smarter_why": advice.smarter_why,
        "notes": survey.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    text.push(line.to_string());
    text.join("\n") + "\n"
}

fn words(survey: &Survey) -> String {
    let head = [
        "",
        "model",
        "verdict",
        "memory",
        "context",
        "an answer",
        "GPQA",
        "download",
    ];
    let mut rows = vec![head.map(str::to_owned)];
    for (place, candidate) in survey.candidates.iter().enumerate() {
        let mark = if survey.advice.best == Some(place) {
            "->"
        } else {
            ""
        };
        rows.push(row(mark, candidate, survey));
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..head.len())
        .map(|column| width(column).unwrap_or(0))
        .collect();
    let mut text = vec![survey.machine.account(), String::new()];
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, &width)| format!("{cell:width$}"))
            .collect();
        text.push(cells.join("  ").trim_end().to_owned());
    }
    text.push(String::new());
    let advice = &survey.advice;
    for (label, place, why) in [
        ("best", advice.best, &advice.why),
        ("or", advice.faster, &advice.faster_why),
        ("or", advice.smarter, &advice.smarter_why),
    ] {
        if let Some(place) = place {
            text.push(format!("{label}: {}, {why}", survey.candidates[place].name));
        } else if label == "best" {
            text.push(why.clone());
        }
    }
    for candidate in survey
        .candidates
        .iter()
        .filter(|candidate| candidate.path.is_none())
    {
        if let Some(short) = candidate.disk_short(&survey.machine, &candidate.quant) {
            text.push(format!("note: {} {short}", candidate.name));
        }
    }
    for note in &survey.notes {
        text.push(format!("note: {note}"));
    }
    text.push(ASSUMED.to_owned());
    tame(&text.join("\n")) + "\n"
}

fn row(mark: &str, candidate: &Candidate, survey: &Survey) -> [String; 8] {
    let plan = &candidate.plan;
    let score = candidate
        .member
        .as_ref()
        .map(|member| member.benchmarks.gpqa_diamond);
    let runs = plan.verdict != app::fit::Verdict::TooBig;
    [
        mark.to_owned(),
        format!("{} {}", candidate.name, candidate.quant),
        plan.verdict_for(survey.patience_ms),
        format!(
            "{} of {}",
            human(plan.needed_bytes()),
            survey.machine.account_in_short()
        ),
        if runs {
            thousands(plan.context)
        } else {
            "-".to_owned()
        },
        plan.estimate
            .map_or_else(|| "-".to_owned(), |estimate| about(estimate.answer_ms)),
        score.map_or_else(|| "-".to_owned(), |score| format!("{score:.1}")),
        if candidate.path.is_some() {
            "here".to_owned()
        } else {
            human(candidate.bytes)
        },
    ]
}
