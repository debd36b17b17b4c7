//! Every file of the catalogue on thirteen machines: what a person is told there, kept beside the
//! machines and read line by line when it changes.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use fit::bytes::human;
use fit::catalogue::Catalogue;
use fit::words::{about, thousands};
use fit::{Anatomy, Ask, Choice, Correction, Machine, PATIENCE_MS, Plan, Verdict, advise, plan};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fit/machines")
}

/// All machines, by the names of their files.
pub(crate) fn machines() -> Vec<(String, Machine)> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = fs::read_to_string(path).unwrap();
            (name, Machine::from_json(&text).unwrap())
        })
        .collect()
}

/// The whole of what is told on one machine.
fn told(name: &str, machine: &Machine) -> String {
    let catalogue = Catalogue::built_in();
    let mut out = format!("== {name}: {} free\n", human(machine.available_bytes));
    let mut firsts: Vec<(&str, f64, Plan)> = Vec::new();
    for model in &catalogue.models {
        for file in &model.files {
            let (geometry, weights) = (model.geometry(file), model.weights(file));
            let anatomy = Anatomy {
                geometry: &geometry,
                weights: &weights,
            };
            let plan = plan(
                anatomy,
                machine,
                Ask::default(),
                &Correction::assuming(model.reply),
            );
            let head = format!("{} {}", model.id, file.quant);
            writeln!(out, "{head:<34} {}", line(&plan, machine)).unwrap();
            if std::ptr::eq(file, model.default_file()) {
                firsts.push((&model.name, model.benchmarks.gpqa_diamond, plan));
            }
        }
    }
    let choices: Vec<Choice<'_>> = firsts
        .iter()
        .map(|(name, score, plan)| Choice {
            name,
            score: *score,
            plan,
        })
        .collect();
    let advice = advise(&choices, PATIENCE_MS);
    let name = |place: Option<usize>| place.map_or("none", |place| choices[place].name);
    writeln!(out, "-> {}: {}", name(advice.best), advice.why).unwrap();
    writeln!(out, "   {}: {}", name(advice.faster), advice.faster_why).unwrap();
    writeln!(out, "   {}: {}", name(advice.smarter), advice.smarter_why).unwrap();
    out
}

fn line(plan: &Plan, machine: &Machine) -> String {
    let mut out = format!("{:<11}", plan.verdict.to_string());
    if plan.verdict != Verdict::TooBig {
        let estimate = plan.estimate.map_or("?".to_owned(), |estimate| {
            format!(
                "{:.1} tok/s, {}",
                estimate.decode_per_second,
                about(estimate.answer_ms)
            )
        });
        write!(
            out,
            " {:>6} {} {estimate};",
            thousands(plan.context),
            plan.kv
        )
        .unwrap();
    }
    write!(out, " {}", plan.sentence(machine)).unwrap();
    for reason in &plan.reasons {
        write!(out, "; {reason}").unwrap();
    }
    out
}

/// `UPDATE=1 cargo test -p fit verdicts` writes the file anew, to be read before it is kept.
#[test]
fn what_each_machine_is_told() {
    let all: Vec<String> = machines()
        .iter()
        .map(|(name, machine)| told(name, machine))
        .collect();
    assert!(all.len() >= 12);
    let found = all.join("\n");
    let kept = folder().join("verdicts.txt");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&kept, &found).unwrap();
    }
    let expected = fs::read_to_string(&kept).unwrap();
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.lines().count(), expected.lines().count());
}
