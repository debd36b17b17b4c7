//! `spud chats`, and how replies think from the terminal.

use crate::scripted::{ASSISTANT, END, THINK_CLOSE, THINK_OPEN, model};
use crate::spud::{Home, Ran};

fn json(ran: &Ran) -> Vec<serde_json::Value> {
    assert_eq!(ran.status, Some(0), "{ran:?}");
    ran.output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn chats_are_listed_found_and_go_from_one_home_to_another() {
    let home = Home::new();
    for question in [b"What is 47 + 38?\n".as_slice(), b"Who are you?\n"] {
        let ran = home.run_with_input(&["chat", "--temperature", "0"], question);
        assert_eq!(ran.status, Some(0), "{ran:?}");
    }
    let list = json(&home.run(&["chats", "list", "--json"]));
    assert_eq!(list.len(), 2);
    assert_eq!(list[1]["title"], "What is 47 + 38?");
    let hits = json(&home.run(&["chats", "search", "--json", "7+8=15"]));
    assert_eq!(hits.len(), 1);
    assert_eq!(
        (&hits[0]["id"], &hits[0]["in_thinking"]),
        (&list[1]["id"], &true.into())
    );

    let id = list[1]["id"].to_string();
    let text = home.run(&["chats", "export", &id, "--no-thoughts"]);
    assert_eq!(text.status, Some(0), "{text:?}");
    assert!(text.output.contains("47 + 38 = 85.") && !text.output.contains("\n> "));
    let file = home.path().join("all.json");
    let path = file.to_str().unwrap();
    let ran = home.run(&["chats", "export", "--out", path]);
    assert_eq!((ran.status, ran.output.as_str()), (Some(0), ""), "{ran:?}");

    let other = Home::new();
    let ids = &json(&other.run(&["chats", "import", path, "--json"]))[0]["ids"];
    assert_eq!(ids.as_array().unwrap().len(), 2);
    let found = other.run(&["chats", "search", "47"]);
    assert!(found.output.contains("What is 47 + 38?"), "{found:?}");
    // However many there are.
    let mut many: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let chats = many["chats"].as_array_mut().unwrap();
    *chats = chats.iter().cycle().take(250).cloned().collect();
    std::fs::write(&file, many.to_string()).unwrap();
    json(&other.run(&["chats", "import", path, "--json"]));
    let all = json(&other.run(&["chats", "list", "--json"]));
    assert_eq!(all.len(), 252);
    std::fs::write(&file, "{}").unwrap();
    let refused = other.run(&["chats", "import", path]);
    assert_eq!(refused.status, Some(1), "{refused:?}");
    assert!(refused.errors.contains("all.json"), "{refused:?}");
    let nobody = other.run(&["chats", "export", "999"]);
    assert_eq!(nobody.status, Some(1), "{nobody:?}");
}

#[test]
fn thinking_is_quick_timed_or_closed_where_it_goes_in_circles() {
    let home = Home::new();
    let quick = home.run(&["ask", "--json", "--quick", "Who are you?"]);
    let lines = quick.lines();
    assert_eq!(lines.text("thinking"), "", "{quick:?}");
    assert_eq!(lines.done()["thinking_tokens"], 0);
    assert!(!lines.text("answer").is_empty());

    let thinks = [ASSISTANT, THINK_OPEN, "abcdfghijklmn", "a"];
    let endless = model("cli-endless", &[&thinks, &[THINK_CLOSE, "\nyes!", END]]);
    let ask = |options: &[&str]| {
        let model = endless.to_str().unwrap();
        let ran = home.run(&[&["ask", "--json", "--model", model], options, &["Hi"]].concat());
        assert_eq!(ran.status, Some(0), "{ran:?}");
        let lines = ran.lines();
        assert_eq!(lines.text("answer"), "yes!", "{ran:?}");
        lines.done()["closed_by"].clone()
    };
    assert_eq!(ask(&[]), "loop");
    assert_eq!(ask(&["--keep-loops", "--think-budget", "300"]), "budget");
    assert_eq!(ask(&["--keep-loops", "--think-time", "1"]), "budget");
    let both = home.run(&["ask", "--quick", "--think-budget", "3", "Hi"]);
    assert_eq!(both.status, Some(2), "{both:?}");
}
