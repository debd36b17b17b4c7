//! Chats as files: what goes out comes back the same, and what is wrong comes in not at all.

use std::fs;
use std::path::Path;

use app::{App, ChatId, Form, Tongue, as_written};
use serde_json::{Value, json};

use crate::world::{World, surely};

async fn talk(world: &World) -> ChatId {
    let (chat, _) = world.ask(None, "What is <b>2 + 2</b>?").await;
    world.ask(Some(chat), "What is 47 + 38?").await;
    chat
}

async fn json_of(app: &App, chat: Option<ChatId>) -> Value {
    let text = app
        .copy_of(chat, Form::Json, true, Tongue::English, as_written())
        .await
        .unwrap();
    let mut value: Value = serde_json::from_str(&text).unwrap();
    value["written_ms"] = Value::Null;
    value
}

async fn take_in(world: &World, text: &str) -> Result<usize, app::Failure> {
    let path = world.home.path().join("in.json");
    fs::write(&path, text).unwrap();
    let taken = world.app.take_in(vec![path]).await?;
    Ok(taken.ids().len())
}

#[tokio::test(flavor = "multi_thread")]
async fn json_comes_back_whole() {
    let world = World::new().await;
    let chat = talk(&world).await;
    let (_, more) = world.ask(None, "Who are you?").await;
    world.app.pin(more.chat, true).await.unwrap();
    let file = world.home.path().join("all.json");
    world
        .app
        .export(None, &file, true, Tongue::English, as_written())
        .await
        .unwrap();
    let all = json_of(&world.app, None).await;
    assert_eq!(all["chats"].as_array().unwrap().len(), 2);

    let other = World::new().await;
    let added = other.app.take_in(vec![file]).await.unwrap().ids();
    assert_eq!(added.len(), 2);
    assert_eq!(json_of(&other.app, None).await, all);
    // One alone, and a chat that came back goes on.
    let one = json_of(&world.app, Some(chat)).await;
    assert_eq!(one["chats"].as_array().unwrap().len(), 1);
    let going = other
        .app
        .send(Some(added[1]), "What is 1 + 1?", Some(surely()))
        .await;
    going.unwrap();
    world.app.close().await;
    other.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_has_thoughts_only_where_they_are_wanted_and_no_tags() {
    let world = World::new().await;
    let chat = talk(&world).await;
    let with = world
        .app
        .copy_of(
            Some(chat),
            Form::Markdown,
            true,
            Tongue::English,
            as_written(),
        )
        .await
        .unwrap();
    let without = world
        .app
        .copy_of(
            Some(chat),
            Form::Markdown,
            false,
            Tongue::English,
            as_written(),
        )
        .await
        .unwrap();
    assert!(
        with.starts_with(
            "# What is <b>2 + 2</b>?\n\n## You\n\nWhat is <b>2 + 2</b>?\n\n## Sprout\n"
        )
    );
    assert!(with.contains("\n> ") && !without.contains("\n> "));
    assert!(
        without.ends_with("## Sprout\n\n47 + 38 = 85.\n"),
        "{without}"
    );

    let page = world
        .app
        .copy_of(Some(chat), Form::Html, true, Tongue::English, as_written())
        .await
        .unwrap();
    assert!(page.contains("default-src 'none'") && page.contains("<details>"));
    assert!(page.contains("What is &lt;b&gt;2 + 2&lt;/b&gt;?") && !page.contains("<b>"));
    let page = world
        .app
        .copy_of(Some(chat), Form::Html, false, Tongue::English, as_written())
        .await
        .unwrap();
    assert!(!page.contains("<details>"));
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"));
    for form in [Form::Markdown, Form::Html] {
        let copy = world
            .app
            .copy_of(Some(chat), form, true, Tongue::of("zh-Hans"), as_written());
        let copy = copy.await.unwrap();
        for words in ["You", "Thinking", "lang=\"en\""] {
            assert!(!copy.contains(words), "{form:?} says {words}: {copy}");
        }
        assert!(copy.contains("你"), "{form:?}");
    }
    for (name, begin) in [
        ("a.md", "# "),
        ("a.HTML", "<!doctype"),
        ("a.json", "{"),
        ("a", "# "),
    ] {
        let path = world.home.path().join(name);
        world
            .app
            .export(Some(chat), &path, true, Tongue::English, as_written())
            .await
            .unwrap();
        assert!(
            fs::read_to_string(&path).unwrap().starts_with(begin),
            "{name}"
        );
    }
    let nowhere = Path::new("/nowhere/at/all/x.md");
    let failure = world
        .app
        .export(Some(chat), nowhere, true, Tongue::English, as_written())
        .await
        .unwrap_err();
    assert!(
        failure.message.contains("/nowhere/at/all/x.md"),
        "{failure}"
    );
    world
        .app
        .export(
            Some(ChatId(99)),
            nowhere,
            true,
            Tongue::English,
            as_written(),
        )
        .await
        .unwrap_err();
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_hostile_words_can_do_nothing() {
    let world = World::new().await;
    let words = "<script>alert(1)</script> <img src=x onerror=alert(1)>\n\n<style>*{}</style>\n\n\
                 ![x](https://evil.example/x.png) [j](javascript:alert(1)) [d](data:text/html,x)\n\n\
                 <iframe src=\"https://evil.example\"></iframe>\n\n[ok](https://example.org \"onclick\")\n\n\
                 `<base href=x>` [v](JaVaScRiPt:x) <a href='x'>x</a> &lt;form&gt;";
    let file = json!([{"title": "</title><script>1</script>", "mapping": {
        "a": {"parent": null, "message": {"author": {"role": "user"}, "content": {"parts": [words]}}},
        "b": {"parent": "a", "message": {"author": {"role": "assistant"}, "content": {"parts": [words]},
              "metadata": {"model_slug": "<u>m</u>"}}},
    }}]);
    assert_eq!(take_in(&world, &file.to_string()).await.unwrap(), 1);
    let page = world
        .app
        .copy_of(None, Form::Html, true, Tongue::English, as_written())
        .await
        .unwrap();
    let body = page.split_once("</style>").unwrap().1.to_lowercase();
    for tag in [
        "<script",
        "<img",
        "<style",
        "<iframe",
        "<base",
        "<form",
        "<u>",
        "<a href='",
    ] {
        assert!(!body.contains(tag), "{tag} in {body}");
    }
    assert!(
        !body.contains("\"javascript:") && !body.contains("\"data:"),
        "{body}"
    );
    // As it was written: the one reader of Markdown is the window's page.
    assert!(body.contains("[ok](https://example.org &quot;onclick&quot;)"));
    world.app.close().await;
}

/// A chat of these messages, a question first.
fn foreign(messages: &[&str]) -> Value {
    let nodes = messages.iter().enumerate().map(|(at, words)| {
        let role = if at % 2 == 0 { "user" } else { "assistant" };
        let parent = at.checked_sub(1).map(|before| format!("n{before}"));
        let node = json!({"parent": parent, "message": {"author": {"role": role},
            "create_time": 1.0, "content": {"content_type": "text", "parts": [words]}}});
        (format!("n{at}"), node)
    });
    let mapping: serde_json::Map<String, Value> = nodes.collect();
    json!({"title": "Foreign", "mapping": mapping})
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_message_leaves_open_never_swallows_the_next() {
    let world = World::new().await;
    let chat = foreign(&[
        "Write a script",
        "Here:\n\n```python\nprint(1)",
        "Thanks. <!-- And",
        "It is **4**.",
    ]);
    take_in(&world, &json!([chat]).to_string()).await.unwrap();
    let copy = world
        .app
        .copy_of(None, Form::Markdown, true, Tongue::English, as_written())
        .await
        .unwrap();
    assert!(
        copy.contains("print(1)\n```\n\n## You\n\nThanks. <!-- And\n\n## "),
        "{copy}"
    );
    assert!(copy.ends_with("It is **4**.\n"), "{copy}");
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_formula_stands_in_a_page_as_it_was_written_or_as_it_was_set() {
    let world = World::new().await;
    let formula = "So \\(x_1 * y_2\\) and $a_i * b_i$\n\n\\[\nA = 1 \\\\ 2 < 3\n\\]";
    let chats = json!([
        foreign(&["Solve it", formula, "More", "2*3*4"]),
        foreign(&["Hi", "Ho"])
    ]);
    take_in(&world, &chats.to_string()).await.unwrap();
    let page = world
        .app
        .copy_of(None, Form::Html, true, Tongue::English, as_written())
        .await
        .unwrap();
    let written = "<div class=\"written\" dir=\"auto\">So \\(x_1 * y_2\\) and $a_i * b_i$\n\n\\[\nA = 1 \\\\ 2 &lt; 3\n\\]</div>";
    assert!(page.contains(written), "{page}");

    // In the window: the words of each chat go out, and come back as markup.
    let path = world.home.path().join("set.html");
    let export = world.app.export_set(None, &path, true, Tongue::English);
    let mut copy = export.await.unwrap().expect("HTML waits");
    let mut asked = Vec::new();
    while let Some(texts) = copy.texts() {
        let markup = texts.iter().map(|text| format!("<i>{}</i>", text.len()));
        copy.set(markup.collect()).unwrap();
        asked.push(texts);
    }
    assert_eq!(asked.concat().len(), 3);
    assert!(asked.concat().contains(&formula.to_owned()));
    copy.write().await.unwrap();
    let page = fs::read_to_string(&path).unwrap();
    assert!(
        page.contains(&format!("<div><i>{}</i></div>", formula.len())),
        "{page}"
    );
    assert!(page.contains("<div><i>5</i></div>") && page.contains("<div><i>2</i></div>"));

    let export = world.app.export_set(None, &path, true, Tongue::English);
    let mut copy = export.await.unwrap().expect("HTML waits");
    copy.set(vec![String::new(); 9]).unwrap_err();
    for name in ["a.md", "a.json"] {
        let path = world.home.path().join(name);
        let export = world.app.export_set(None, &path, true, Tongue::English);
        assert!(export.await.unwrap().is_none() && path.is_file(), "{name}");
    }
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chats_of_other_programs_come_with_branches_and_thoughts() {
    let world = World::new().await;
    let message = |role: &str, text: &str| json!({"author": {"role": role}, "create_time": 1.5, "content": {"content_type": "text", "parts": [text]}});
    let chatgpt = json!([{
        "title": "Potatoes", "create_time": 1_700_000_000.25, "update_time": 1_700_000_100.0,
        "current_node": "e",
        "mapping": {
            "root": {"parent": null, "message": null},
            "s": {"parent": "root", "message": message("system", "be nice")},
            "a": {"parent": "s", "message": message("user", "土豆?")},
            "t": {"parent": "a", "message": {"author": {"role": "assistant"}, "content":
                  {"content_type": "thoughts", "thoughts": [{"summary": "x", "content": "Let me see."}]}}},
            "d": {"parent": "t", "message": message("assistant", "Yes.")},
            "e": {"parent": "a", "message": message("assistant", "No.")},
            "i": {"parent": "a", "message": {"author": {"role": "tool"}, "content": {"parts": [{"asset": 1}]}}},
        },
    }, {"title": "Empty", "mapping": {"r": {"parent": null, "message": null}}}]);
    assert_eq!(take_in(&world, &chatgpt.to_string()).await.unwrap(), 1);
    let open_webui = json!([{"title": "Sums", "created_at": 1_700_000_000, "updated_at": 1_700_000_009,
        "pinned": true, "chat": {"history": {"currentId": "y", "messages": {
            "x": {"parentId": null, "role": "user", "content": "1 + 1?", "timestamp": 1_700_000_001},
            "y": {"parentId": "x", "role": "assistant", "model": "r1",
                  "content": "<details type=\"reasoning\" done=\"true\">\n<summary>Thought</summary>\n> So\n> 2\n</details>\n2."},
    }}}}]);
    assert_eq!(take_in(&world, &open_webui.to_string()).await.unwrap(), 1);

    let all = json_of(&world.app, None).await;
    let [sums, potatoes] = all["chats"].as_array().unwrap().as_slice() else {
        panic!("{all}");
    };
    assert_eq!(sums["pinned"], true);
    assert_eq!(sums["messages"][1]["thinking"], "So\n2");
    assert_eq!(sums["messages"][1]["text"], "2.");
    assert_eq!(sums["messages"][1]["model"], "r1");
    assert_eq!(potatoes["created_ms"], 1_700_000_000_250_i64);
    let texts: Vec<&str> = potatoes["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts.len(), 3);
    let shown = usize::try_from(potatoes["shown"].as_u64().unwrap()).unwrap();
    assert_eq!(texts[shown], "No.");
    let yes = texts.iter().position(|text| *text == "Yes.").unwrap();
    assert_eq!(
        potatoes["messages"][yes]["thinking"],
        "**x**\n\nLet me see."
    );
    assert_eq!(world.app.search("土豆").await.unwrap().len(), 1);
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_which_nothing_can_be_taken_is_refused_with_its_reason() {
    let world = World::new().await;
    let chat = talk(&world).await;
    let good = json_of(&world.app, Some(chat)).await;
    let broken = |change: &dyn Fn(&mut Value)| {
        let mut value = good.clone();
        value["written_ms"] = json!(1);
        change(&mut value);
        value.to_string()
    };
    let circle = json!([{"title": "x", "mapping": {
        "a": {"parent": "b", "message": null}, "b": {"parent": "a", "message": null}}}]);
    let deep = "[".repeat(100_000);
    for (text, reason) in [
        (String::new(), "no chats"),
        ("not json".to_owned(), "no JSON"),
        (good.to_string()[..500].to_owned(), "in the middle"),
        (deep, "in the middle"),
        ("[]".to_owned(), "no chats"),
        ("{}".to_owned(), "no form"),
        ("[1, null]".to_owned(), "no chats"),
        (circle.to_string(), "circle"),
        (broken(&|value| value["form"] = json!("word")), "no form"),
        (broken(&|value| value["version"] = json!(3)), "newer"),
        (broken(&|value| value["chats"] = json!([])), "no chats"),
        (
            broken(&|value| value["chats"][0]["shown"] = json!(99)),
            "shows message 99",
        ),
        (
            broken(&|value| value["chats"][0]["messages"][1]["follows"] = json!(1)),
            "message 1",
        ),
        (
            broken(&|value| value["chats"][0]["messages"][1]["role"] = json!("root")),
            "damaged",
        ),
        (
            broken(&|value| value["chats"][0]["messages"][1]["thinking_tokens"] = json!(-1)),
            "damaged",
        ),
        (
            broken(&|value| value["chats"][0]["title"] = json!(7)),
            "damaged",
        ),
    ] {
        let failure = take_in(&world, &text).await.unwrap_err();
        assert!(failure.message.contains(reason), "{reason}: {failure}");
        assert!(failure.message.contains("in.json"), "{failure}");
    }
    assert_eq!(
        json_of(&world.app, None).await["chats"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    // Odd, but sound: times of the future, words that turn around, a title of many lines.
    let odd = broken(&|value| {
        value["chats"][0]["title"] = json!("a\nb\u{202e}c");
        value["chats"][0]["created_ms"] = json!(i64::MAX);
        value["chats"][0]["messages"][0]["text"] = json!("\u{0}");
    });
    assert_eq!(take_in(&world, &odd).await.unwrap(), 1);
    let world = world.again().await;
    world.app.close().await;
}

/// Times and durations that no calendar and no sum has: they broke the search in a debug build, and every
/// date of the page.
#[tokio::test(flavor = "multi_thread")]
async fn times_from_anywhere_are_put_where_a_calendar_has_them() {
    let world = World::new().await;
    let chats: Vec<Value> = [i64::MIN, i64::MAX, -1, 0]
        .iter()
        .map(|ms| {
            json!({"title": format!("at {ms}"), "created_ms": ms, "changed_ms": ms, "messages": [
                {"role": "user", "created_ms": ms, "text": "findme"},
                {"role": "assistant", "follows": 0, "created_ms": ms, "ended_ms": ms,
                 "model": "R1", "state": "stopped", "thinking": "", "text": "findme too",
                 "thinking_tokens": u32::MAX, "answer_tokens": u32::MAX,
                 "thinking_ms": u64::MAX, "answer_ms": u64::MAX},
            ]})
        })
        .collect();
    let file = json!({"form": "spud-chats", "version": 2, "written_ms": 0, "chats": chats});
    assert_eq!(take_in(&world, &file.to_string()).await.unwrap(), 4);
    let found = world.app.search("findme").await.unwrap();
    assert_eq!(found.len(), 4, "{found:?}");
    let all = json_of(&world.app, None).await;
    let last = 253_402_300_799_999_i64;
    for chat in all["chats"].as_array().unwrap() {
        for ms in [
            &chat["created_ms"],
            &chat["changed_ms"],
            &chat["messages"][1]["ended_ms"],
        ] {
            assert!((0..=last).contains(&ms.as_i64().unwrap()), "{chat}");
        }
    }
    world.app.close().await;
}
