//! Nothing leaves the machine: `spud` in a network namespace of its own, by the kernel's own count of
//! what was to be sent from there. (`bench/offline` does the same with the window.)
#![cfg(target_os = "linux")]

use std::process::Command;

use crate::spud::{Home, Ran, sprout};

/// What the kernel counts of packets and connections that somebody wanted, sent or not.
const COUNTS: [&str; 7] = [
    "Ip OutRequests",
    "Ip OutNoRoutes",
    "Tcp ActiveOpens",
    "Udp OutDatagrams",
    "Ip6OutRequests",
    "Ip6OutNoRoutes",
    "Udp6OutDatagrams",
];

/// Words before the words of a command; none where the kernel lets nobody have such a namespace.
fn way_in() -> Option<Vec<&'static str>> {
    let ways = [
        vec!["unshare", "--net"],
        vec!["unshare", "--net", "--user", "--map-root-user"],
    ];
    ways.into_iter().find(|way| {
        let tried = Command::new(way[0]).args(&way[1..]).arg("true").output();
        tried.is_ok_and(|tried| tried.status.success())
    })
}

/// Runs a command in there, and gives what it printed and what was counted meanwhile.
fn alone(way: &[&str], home: &Home, command: &[&str]) -> (Ran, u64) {
    let read = r#"cat /proc/net/snmp /proc/net/snmp6 >"$SPUD_HOME/counts"; exit $status"#;
    let script = format!("\"$@\"; status=$?; {read}");
    let ran = Command::new(way[0])
        .args(&way[1..])
        .args(["bash", "-c", &script, "bash"])
        .args(command)
        .env("SPUD_HOME", home.path())
        .output()
        .unwrap();
    let counts = std::fs::read_to_string(home.path().join("counts")).unwrap();
    (
        Ran::of(ran),
        COUNTS.iter().map(|name| count(&counts, name)).sum(),
    )
}

/// A count by its name. Those of the older protocol stand in two lines, of names and of numbers.
fn count(counts: &str, name: &str) -> u64 {
    let Some((table, name)) = name.split_once(' ') else {
        let line = counts.lines().find_map(|line| line.strip_prefix(name));
        // A kernel without IPv6 counts none of it.
        return line.map_or(0, |count| count.trim().parse().unwrap());
    };
    let table = format!("{table}: ");
    let mut lines = counts.lines().filter_map(|line| line.strip_prefix(&table));
    let names = lines.next().unwrap().split(' ');
    let mut both = names.zip(lines.next().unwrap().split(' '));
    let (_, count) = both.find(|(there, _)| *there == name).unwrap();
    count.parse().unwrap()
}

#[test]
fn nothing_is_sent_or_wanted_to_be() {
    let Some(way) = way_in() else {
        crate::skips::skip("this kernel lets nobody have a network of their own");
        return;
    };
    let home = Home::new();
    let model = home.path().join("own.gguf");
    std::fs::copy(sprout(), &model).unwrap();
    let (spud, model) = (env!("CARGO_BIN_EXE_spud"), model.to_str().unwrap());
    let (ran, wanted) = alone(
        &way,
        &home,
        &[spud, "ask", "--model", model, "What is 20 + 22?"],
    );
    assert!(ran.output.contains("42"), "{ran:?}");
    assert_eq!(wanted, 0, "{ran:?}");
    for command in [
        &["models"][..],
        &["doctor"],
        &["chats", "list"],
        &["import", model],
    ] {
        let (ran, wanted) = alone(&way, &home, &[&[spud], command].concat());
        assert_eq!((ran.status, wanted), (Some(0), 0), "{command:?}: {ran:?}");
    }
    // The count counts.
    let connects = ["bash", "-c", "exec 3<>/dev/tcp/192.0.2.1/80"];
    assert!(alone(&way, &home, &connects).1 > 0);
}
