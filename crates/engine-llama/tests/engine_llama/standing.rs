//! Where the process stands among others, and the pages that it computes with.

use std::fs;

use crate::asking::{CONTEXT, ask, greedy, prompt, ready};

/// Nice value of a process or one of its threads, the 19th field of proc(5)'s `stat`.
fn nice(task: &str) -> i32 {
    let stat = fs::read_to_string(format!("/proc/{task}/stat")).unwrap();
    // The name before them is in brackets and may hold anything.
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let nice = fields.split_whitespace().nth(16).unwrap();
    nice.parse().unwrap()
}

#[test]
fn every_thread_stands_behind_the_program_that_started_it() {
    let engine = ready(CONTEXT);
    ask(&engine, greedy(prompt("Hi")));
    let process = engine.process_id();
    let expect = (nice("thread-self") + 5).min(19);
    for task in fs::read_dir(format!("/proc/{process}/task")).unwrap() {
        let task = task.unwrap().file_name();
        let task = format!("{process}/task/{}", task.to_string_lossy());
        assert_eq!(nice(&task), expect, "{task}");
    }
}

#[test]
fn what_it_allocates_may_lie_on_large_pages() {
    let switch = fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled");
    if !switch.is_ok_and(|switch| switch.contains("[madvise]")) || cfg!(not(target_env = "gnu")) {
        return;
    }
    let engine = ready(CONTEXT);
    let maps = fs::read_to_string(format!("/proc/{}/smaps", engine.process_id())).unwrap();
    let mut flags = maps
        .lines()
        .filter_map(|line| line.strip_prefix("VmFlags:"));
    // proc(5): the mapping was advised so.
    assert!(flags.any(|flags| flags.split_whitespace().any(|flag| flag == "hg")));
}
