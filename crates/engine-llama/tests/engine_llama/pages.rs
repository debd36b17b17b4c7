//! The pages that the process computes with.

use std::fs;

use crate::asking::{CONTEXT, ready};
use crate::skips::skip;

#[test]
fn what_it_allocates_may_lie_on_large_pages() {
    let switch = fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled");
    if !switch.is_ok_and(|switch| switch.contains("[madvise]")) || cfg!(not(target_env = "gnu")) {
        skip("this system leaves no large pages to programs");
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
