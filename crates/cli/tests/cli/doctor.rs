//! `spud doctor`: what is well, and what is not with what to do.

use serde_json::Value;

use crate::spud::Home;

#[test]
fn a_machine_that_is_well() {
    let home = Home::new();
    let ran = home.run(&["doctor", "--json"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let checks = ran.lines().0;
    let names: Vec<_> = checks
        .iter()
        .map(|check| check["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "machine",
            "GPU",
            "data folder",
            "engine",
            "practice model",
            "cage"
        ]
    );
    assert!(checks.iter().all(|check| check["ok"] == true), "{ran:?}");
    assert!(
        checks[4]["found"].as_str().unwrap().contains("85"),
        "{ran:?}"
    );

    let person = home.run(&["doctor"]);
    assert_eq!(person.output.lines().count(), 6, "{person:?}");
}

#[test]
fn a_data_folder_that_cannot_be_written() {
    let home = Home::new();
    let file = home.path().join("file");
    std::fs::write(&file, "").unwrap();
    let ran = home
        .command(&["doctor", "--json"])
        .env("SPUD_HOME", &file)
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(1));
    let output = String::from_utf8(ran.stdout).unwrap();
    let checks: Vec<Value> = output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(checks[2]["ok"], false, "{output}");
    assert!(!checks[2]["hint"].as_str().unwrap().is_empty(), "{output}");
    assert_eq!(
        checks[4]["ok"], true,
        "the rest is looked at all the same: {output}"
    );
}

#[test]
fn chats_that_were_damaged_are_told_of() {
    let home = Home::new();
    assert_eq!(home.run(&["doctor"]).status, Some(0));
    let database = home.path().join("chats.db");
    assert!(database.exists());
    std::fs::write(&database, "no database any more").unwrap();
    let ran = home.run(&["doctor", "--json"]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    let folder = &ran.lines().0[2];
    assert_eq!(folder["ok"], false, "{ran:?}");
    let hint = folder["hint"].as_str().unwrap();
    assert!(hint.contains("chats.db.damaged-"), "{ran:?}");
}

#[test]
fn a_window_in_safe_mode_is_told_with_its_way_back() {
    let home = Home::new();
    let safe = serde_json::json!({
        "reason": "the page was loaded and not painted",
        "webkit": "2.50.1",
        "driver": "nvidia 550.54.14, Linux 6.1",
        "painted": true,
    });
    std::fs::write(home.path().join("safe-mode.json"), safe.to_string()).unwrap();
    let ran = home.run(&["doctor", "--json"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let lines = ran.lines();
    let window = lines.check("window");
    assert_eq!(window["ok"], true);
    let found = window["found"].as_str().unwrap();
    assert!(found.contains("not painted"), "{found}");
    assert!(found.contains("nvidia 550.54.14"), "{found}");
    let hint = window["hint"].as_str().unwrap();
    assert!(hint.contains("SPUD_SAFE_MODE=off"), "{hint}");
}

#[test]
fn a_safe_mode_that_somebody_chose_is_no_trouble() {
    let home = Home::new();
    let safe = serde_json::json!({
        "reason": "somebody chose it in the settings",
        "webkit": "2.50.1",
        "driver": "Linux 6.1",
        "painted": false,
        "chosen": true,
    });
    std::fs::write(home.path().join("safe-mode.json"), safe.to_string()).unwrap();
    let ran = home.run(&["doctor", "--json"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let lines = ran.lines();
    let window = lines.check("window");
    assert_eq!(window["ok"], true);
    let hint = window["hint"].as_str().unwrap();
    assert!(hint.contains("settings"), "{hint}");
}

#[test]
fn what_others_made_is_printed_with_its_licences() {
    let ran = Home::new().run(&["licences"]);
    assert_eq!(ran.status, Some(0));
    for name in ["llama.cpp/LICENSE", "\n* tauri ", "### katex ", "SQLite"] {
        assert!(ran.output.contains(name), "{name}");
    }
}
