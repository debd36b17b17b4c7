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

/// Also of what comes again and of what is odd.
#[test]
fn what_became_of_each_chat_that_is_brought_is_told() {
    let export = serde_json::json!([
        {"title": "Old", "id": "old", "mapping": {"a": {"parent": null, "message": {"author": {"role": "user"}, "content": {"parts": ["Q"]}}}}},
        {"title": "Drawing", "id": "none", "mapping": {}},
    ]);
    let brought = Home::new();
    let odd = brought.path().join("conversations.json");
    std::fs::write(&odd, export.to_string()).unwrap();
    let odd = odd.to_str().unwrap();
    let told = json(&brought.run(&["chats", "import", odd, "--json"]));
    assert_eq!(
        (&told[0]["type"], &told[0]["added"], &told[0]["left"]),
        (&"imported".into(), &1.into(), &1.into())
    );
    assert_eq!(
        (&told[1]["fate"], &told[1]["program"], &told[1]["id"]),
        (&"added".into(), &"chatgpt".into(), &told[0]["ids"][0])
    );
    assert_eq!(
        (&told[2]["fate"], &told[2]["why"], &told[2]["title"]),
        (&"refused".into(), &"empty".into(), &"Drawing".into())
    );
    let again = brought.run(&["chats", "import", odd]);
    assert_eq!(
        again.output,
        "0 chats imported, 1 here already, 1 not taken\n     1  Old (ChatGPT): here already, nothing new\n     \
         -  Drawing (ChatGPT): not taken: it has no words in it\n"
    );
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

/// Output that cannot be written whole is told once and is a failure, whatever the command is.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_by_every_command() {
    let home = Home::new();
    let asked = home.run_with_input(&["chat", "--temperature", "0"], b"What is 47 + 38?\n");
    assert_eq!(asked.status, Some(0), "{asked:?}");
    let sprout = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sprout/sprout.gguf");
    for call in [
        &["chats", "list"][..],
        &["chats", "list", "--json"],
        &["chats", "search", "47"],
        &["chats", "export"],
        &["chats", "export", "--form", "json"],
        &["chats", "export", "--form", "html"],
        &["models"],
        &["models", "--json"],
        &["machine", "--json"],
        &["inspect", sprout],
        &["fit", sprout],
        &["licences"],
        &["doctor"],
        &["help"],
        &["--version"],
        &["help", "ask"],
        &["ask", "--temperature", "0", "What is 2 + 2?"],
        &["ask", "--json", "--temperature", "0", "What is 2 + 2?"],
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full");
        let output = home.command(call).stdout(full.unwrap()).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        let told: Vec<&str> = errors
            .lines()
            .filter(|line| line.starts_with("spud:"))
            .collect();
        assert_eq!(output.status.code(), Some(1), "{call:?}: {errors}");
        assert_eq!(told.len(), 1, "{call:?}: {errors}");
        assert!(
            told[0].contains("could not be written whole"),
            "{call:?}: {errors}"
        );
    }
    let input = home.run_to_full(
        &["chat", "--temperature", "0"],
        b"What is 2 + 2?\nWhat is 3 + 3?\n",
    );
    assert_eq!(input.status, Some(1), "{input:?}");
    assert_eq!(
        input.errors.matches("could not be written whole").count(),
        1,
        "{input:?}"
    );
}

/// A reader that left has read enough.
#[cfg(unix)]
#[test]
fn a_reader_that_left_is_no_error() {
    let home = Home::new();
    let asked = home.run_with_input(&["chat", "--temperature", "0"], b"What is 47 + 38?\n");
    assert_eq!(asked.status, Some(0), "{asked:?}");
    for call in [
        &["chats", "list"][..],
        &["chats", "export", "--form", "json"],
        &["models"],
        &["machine"],
        &["licences"],
        &["help"],
        &["ask", "--temperature", "0", "What is 2 + 2?"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = home.command(call).stdout(writer).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{call:?}: {errors}");
        assert!(!errors.contains("spud:"), "{call:?}: {errors}");
    }
}

#[cfg(unix)]
#[test]
fn a_copy_goes_where_a_link_leads_and_never_takes_the_place_of_a_device() {
    use std::os::unix::fs::{FileTypeExt, symlink};

    let home = Home::new();
    let asked = home.run_with_input(&["chat", "--temperature", "0"], b"What is 47 + 38?\n");
    assert_eq!(asked.status, Some(0), "{asked:?}");
    let at = |name: &str| home.path().join(name);
    std::fs::create_dir(at("far")).unwrap();
    symlink("far/copy.md", at("link.md")).unwrap();
    let out = |name: &str| {
        let path = at(name);
        home.run(&["chats", "export", "--out", path.to_str().unwrap()])
    };
    for _ in 0..2 {
        assert_eq!(out("link.md").status, Some(0));
        assert!(at("link.md").is_symlink());
        let copy = std::fs::read_to_string(at("far/copy.md")).unwrap();
        assert!(copy.contains("47 + 38 = 85."), "{copy}");
    }
    rustix::fs::mkfifoat(rustix::fs::CWD, at("pipe"), rustix::fs::Mode::RUSR).unwrap();
    symlink("/dev/null", at("null")).unwrap();
    for name in ["pipe", "null"] {
        let ran = out(name);
        assert_eq!(ran.status, Some(1), "{ran:?}");
        assert!(
            ran.errors.contains(name) && ran.errors.contains("not a file"),
            "{ran:?}"
        );
    }
    assert!(std::fs::metadata(at("pipe")).unwrap().file_type().is_fifo());
    assert!(at("null").is_symlink());
}
