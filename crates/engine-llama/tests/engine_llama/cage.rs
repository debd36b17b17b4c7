//! The engine's cage: what is tried from inside does not succeed, on this kernel and with what an
//! older one has, and an engine with a model is in it with all of its threads, answers and keeps.

use std::fs;
use std::path::Path;

use engine::cage::{Finding, LANDLOCK, WITH_GPUS, WITHOUT_CALLS, Wall, check};
use engine::message::{End, Kept, Reply};
use engine::prompt::{Conversation, Template};
use landlock::{AccessFs, LandlockStatus, Ruleset, RulesetAttr};

use crate::asking::{PROGRAM, Told, ask, greedy, keeping, prompt};
use crate::skips::skip;

/// What only Landlock forbids.
const FILES: [Wall; 3] = [Wall::Reading, Wall::Listing, Wall::Writing];

/// What only the filter of calls forbids.
const CALLS: [Wall; 4] = [Wall::Sockets, Wall::Rights, Wall::Others, Wall::Numbers];

/// Whether the kernel that runs these tests has both walls. Where it has not, nobody promised them.
fn kernel_has_walls() -> bool {
    let has = looks_walled();
    if !has {
        skip("this kernel has not both walls");
    }
    has
}

fn looks_walled() -> bool {
    // A thread of its own, which takes its walls along.
    let status = std::thread::spawn(|| {
        let rules = Ruleset::default().handle_access(AccessFs::Execute).unwrap();
        rules.create().unwrap().restrict_self().unwrap().landlock
    });
    let landlock = matches!(status.join().unwrap(), LandlockStatus::Available { .. });
    let filters = Path::new("/proc/sys/kernel/seccomp").exists();
    landlock && filters
}

fn tried(more: &[&str]) -> Vec<Finding> {
    let folder = tempfile::tempdir().unwrap();
    let findings = check(Path::new(PROGRAM), &folder.path().join("contexts"), more).unwrap();
    let all = findings.iter().map(|finding| finding.wall);
    assert_eq!(all.collect::<std::collections::BTreeSet<_>>().len(), 15);
    findings
}

fn open(findings: &[Finding]) -> Vec<Wall> {
    let open = findings.iter().filter(|finding| !finding.holds);
    open.map(|finding| finding.wall).collect()
}

#[test]
fn nothing_gets_out_with_a_model_on_the_processor_or_on_a_gpu() {
    if !kernel_has_walls() {
        return;
    }
    for more in [&[][..], &[WITH_GPUS]] {
        let findings = tried(more);
        assert_eq!(open(&findings), [], "{findings:?}");
    }
}

#[test]
fn each_wall_stands_alone_where_a_kernel_has_not_all() {
    if !kernel_has_walls() {
        return;
    }
    for form in 1..=6 {
        let findings = tried(&[LANDLOCK, &form.to_string()]);
        assert_eq!(open(&findings), [], "form {form}: {findings:?}");
    }
    assert_eq!(open(&tried(&[LANDLOCK, "0"])), FILES);
    assert_eq!(open(&tried(&[WITHOUT_CALLS])), CALLS);
    // And with neither everything is open, so that what is tried above is worth something.
    let findings = tried(&[LANDLOCK, "0", WITHOUT_CALLS]);
    let mut held: Vec<_> = findings.iter().filter(|found| found.holds).collect();
    held.sort_by_key(|found| found.wall);
    let held: Vec<_> = held.iter().map(|found| found.wall).collect();
    assert_eq!(held, [Wall::Memory, Wall::Parent, Wall::Kept]);
}

#[test]
fn an_engine_with_a_model_has_all_of_its_threads_in_the_cage() {
    if !kernel_has_walls() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let engine = keeping(folder.path());
    let told = ask(
        &engine,
        Reply {
            threads: Some(2),
            ..greedy(prompt("What is 47 + 38?"))
        },
    );
    assert!(told.answer.contains("85"), "{told:?}");
    let tasks = format!("/proc/{}/task", engine.process_id());
    let tasks: Vec<_> = fs::read_dir(tasks).unwrap().map(Result::unwrap).collect();
    // The one that listens, the one that began, and one more that computes.
    assert!(tasks.len() >= 3, "{tasks:?}");
    for task in tasks {
        let status = fs::read_to_string(task.path().join("status")).unwrap();
        for line in ["NoNewPrivs:\t1", "Seccomp:\t2"] {
            assert!(status.lines().any(|told| told == line), "{line}: {status}");
        }
    }
}

/// What an engine in the cage of another folder makes of a conversation that is kept elsewhere.
#[test]
fn what_lies_outside_of_its_folder_is_neither_read_nor_written_nor_removed() {
    if !kernel_has_walls() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (inside, outside) = (folder.path().join("inside"), folder.path().join("outside"));
    fs::create_dir(&outside).unwrap();
    let long = Template::R1.render(&Conversation::of("What is 47 + 38? ".repeat(30)));
    let asked = |engine: &engine::Engine, path: &Path| -> Told {
        let kept = Some(Kept {
            path: path.to_owned(),
            most_bytes: 1 << 30,
        });
        let told = ask(
            engine,
            Reply {
                kept,
                ..greedy(long.clone())
            },
        );
        assert!(matches!(told.end, End::Complete | End::Length), "{told:?}");
        // Another conversation takes its place, so that it is kept now.
        ask(engine, greedy(prompt("Hi")));
        told
    };
    // Kept by an engine that may, and read by another one.
    let path = outside.join("1-a.kept");
    let first = asked(&keeping(&outside), &path);
    let again = asked(&keeping(&outside), &path);
    assert!(again.statistics.cached_tokens > 300, "{again:?}");
    assert_eq!(again.text(), first.text());
    let whole = fs::read(&path).unwrap();
    // One that may not writes the same answer without it, and leaves it as it is.
    let apart = asked(&keeping(&inside), &path);
    assert_eq!(apart.statistics.cached_tokens, 0, "{apart:?}");
    assert_eq!(apart.text(), first.text());
    assert_eq!(fs::read(&path).unwrap(), whole);
    asked(&keeping(&inside), &outside.join("2-a.kept"));
    assert!(!outside.join("2-a.kept").exists());
    // It may within its own.
    asked(&keeping(&inside), &inside.join("2-a.kept"));
    assert!(inside.join("2-a.kept").exists());
}
