//! Files that go with questions: what the model is shown of them, what becomes of them, and what
//! does not fit.

use std::path::PathBuf;

use app::chats::{Message, TextFile};
use app::reading::{Encoding, Remark, remarks, shown};
use app::{
    AppEvent, Asked, AttachmentId, ChatEvent, ChatId, Code, DraftFiles, Form, Place, Tongue,
    Weight, as_written,
};

use crate::world::{World, end, next, reply, surely};

fn put(world: &World, name: &str, text: &str) -> PathBuf {
    let path = world.home.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

async fn attach(world: &World, chat: Option<ChatId>, files: &[(&str, &str)]) {
    let paths = files.iter().map(|(name, text)| put(world, name, text));
    world.app.attach(chat, paths.collect()).await.unwrap();
}

/// The files of a draft as a watcher finds them.
async fn drafted(world: &World, chat: Option<ChatId>) -> DraftFiles {
    if let Some(chat) = chat {
        let mut events = world.app.watch_chat(chat).await.unwrap();
        match next(&mut events).await {
            ChatEvent::Snapshot { files, .. } => files,
            other => panic!("no snapshot: {other:?}"),
        }
    } else {
        let mut events = world.app.watch().await.unwrap();
        match events.recv().await.unwrap() {
            AppEvent::Snapshot(snapshot) => snapshot.files,
            other => panic!("no snapshot: {other:?}"),
        }
    }
}

fn ids(files: &DraftFiles) -> Vec<AttachmentId> {
    files.files.iter().map(|file| file.id).collect()
}

fn names(message: &Message) -> Vec<&str> {
    message.files.iter().map(|file| &*file.name).collect()
}

fn asked(text: &str, files: Vec<AttachmentId>) -> Asked {
    Asked {
        text: text.to_owned(),
        files,
    }
}

async fn ask(world: &World, chat: Option<ChatId>, asked: Asked) -> (ChatId, Vec<Message>) {
    let id = world.app.send(chat, asked, Some(surely())).await.unwrap();
    let mut events = world.app.watch_chat(id).await.unwrap();
    end(&mut events).await;
    let mut events = world.app.watch_chat(id).await.unwrap();
    match next(&mut events).await {
        ChatEvent::Snapshot { messages, .. } => (id, messages),
        other => panic!("no snapshot: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_wait_over_a_restart_and_stand_before_the_question() {
    let world = World::new().await;
    attach(
        &world,
        None,
        &[("a.txt", "one\r\n"), ("b.txt", "two"), ("c.txt", "three")],
    )
    .await;
    let world = world.again().await;
    let waiting = drafted(&world, None).await;
    assert_eq!(waiting.reading, []);
    world.app.detach(ids(&waiting)[1]).await.unwrap();
    let files = ids(&drafted(&world, None).await);
    let (chat, messages) = ask(&world, None, asked("What is 2 + 2?", files)).await;
    assert_eq!(names(&messages[0]), ["a.txt", "c.txt"]);
    assert_eq!(drafted(&world, None).await, DraftFiles::default());
    assert_eq!(drafted(&world, Some(chat)).await, DraftFiles::default());
    let kept = world.app.attached(messages[0].files[0].id).await.unwrap();
    assert_eq!((&*kept.text, kept.bytes), ("one\n", 5));

    // Typed as the makers write it, it is the same prompt: all but its last token are in the cache.
    let file = |name: &str, text: &str| TextFile {
        name: name.to_owned(),
        bytes: 0,
        text: text.to_owned(),
        ..TextFile::default()
    };
    let files = [file("a.txt", "one\n"), file("c.txt", "three")];
    let (_, typed) = ask(&world, None, shown(&files, "What is 2 + 2?").into()).await;
    let (first, typed) = (reply(&messages[1]), reply(&typed[1]));
    let cost = typed.statistics.unwrap();
    assert_eq!(cost.prompt_tokens, first.statistics.unwrap().prompt_tokens);
    assert_eq!(cost.cached_tokens, cost.prompt_tokens - 1);
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_wording_keeps_the_files_that_it_names() {
    let world = World::new().await;
    attach(&world, None, &[("a.txt", "one"), ("b.txt", "two")]).await;
    let files = ids(&drafted(&world, None).await);
    let (chat, messages) = ask(&world, None, asked("What is 2 + 2?", files.clone())).await;
    let of = messages[0].id;
    let instead = asked("What is 3 + 4?", vec![files[1]]);
    let mut events = world.app.watch_chat(chat).await.unwrap();
    world.app.ask_instead(of, instead).await.unwrap();
    let branch = loop {
        if let ChatEvent::Branch(branch) = next(&mut events).await {
            break branch;
        }
    };
    assert_eq!(names(&branch[0]), ["b.txt"]);
    end(&mut events).await;
    let missing = world
        .app
        .ask_instead(of, asked("x", vec![AttachmentId(99)]));
    assert_eq!(missing.await.unwrap_err().code, Code::NotFound);
    // The next question of the chat waits in the chat's own draft.
    attach(&world, Some(chat), &[("c.txt", "three")]).await;
    assert_eq!(drafted(&world, None).await.files, []);
    let files = ids(&drafted(&world, Some(chat)).await);
    let (_, messages) = ask(&world, Some(chat), asked("What is 5 + 1?", files)).await;
    assert_eq!(names(&messages[2]), ["c.txt"]);
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn those_that_can_be_read_come_and_the_first_that_cannot_is_told() {
    let world = World::new().await;
    let good = put(&world, "good.txt", "words");
    let empty = put(&world, "empty.txt", "");
    let missing = world.home.path().join("missing.txt");
    let paths = vec![empty, good, missing];
    let failure = world.app.attach(None, paths).await.unwrap_err();
    assert_eq!(failure.code, Code::FileRefused);
    assert!(
        failure.message.starts_with("`empty.txt` has no words"),
        "{failure}"
    );
    assert!(failure.message.ends_with("(and 1 more)"), "{failure}");
    let waiting = drafted(&world, None).await;
    assert_eq!(waiting.files[0].name, "good.txt");
    assert_eq!(waiting.reading, []);
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_told_before_and_refused() {
    let world = World::new().await;
    let long = "a word, ".repeat(400);
    attach(&world, None, &[("long.txt", &long), ("short.txt", "hm")]).await;
    let files = ids(&drafted(&world, None).await);
    let weigh = async |files: &[AttachmentId]| -> Weight {
        let asked = asked("What is 2 + 2?", files.to_vec());
        let weighed = world.app.weigh(Place::End(None), asked, Some(surely()));
        weighed.await.unwrap()
    };
    let about = weigh(&files).await;
    assert!(
        !about.exact && !about.fits() && about.context == 1024,
        "{about:?}"
    );
    let refused = world
        .app
        .send(None, asked("What?", files.clone()), Some(surely()));
    let failure = refused.await.unwrap_err();
    assert_eq!(failure.code, Code::PromptTooLong);
    let told = failure.message;
    assert!(
        told.contains("about 2,") && told.contains("holds 1,024"),
        "{told}"
    );
    assert_eq!(
        drafted(&world, None).await.files.len(),
        2,
        "nothing is lost"
    );

    // Counted by the model itself once it is there.
    let (_, messages) = ask(&world, None, asked("What is 2 + 2?", vec![files[1]])).await;
    let cost = reply(&messages[1]).statistics.unwrap();
    attach(&world, None, &[("short.txt", "hm")]).await;
    let short = ids(&drafted(&world, None).await)[1];
    let exact = weigh(&[short]).await;
    assert!(exact.exact && exact.fits(), "{exact:?}");
    let off = exact.total.abs_diff(cost.prompt_tokens);
    assert!(off <= 8, "{} is not {}", exact.total, cost.prompt_tokens);
    let exact = weigh(&[files[0]]).await;
    assert!(
        exact.exact && !exact.fits() && exact.files[0].1 > 1024,
        "{exact:?}"
    );
    assert_eq!(exact.room, 512, "half of a small context");
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_name_the_files_and_json_brings_them_back() {
    let world = World::new().await;
    let text = "<b>bold</b>\n```\ncode\n````";
    attach(&world, None, &[("a<i>.txt", text)]).await;
    let files = ids(&drafted(&world, None).await);
    let (chat, _) = ask(&world, None, asked("What is 2 + 2?", files)).await;
    let copy = async |form| {
        world
            .app
            .copy_of(Some(chat), form, true, Tongue::English, as_written())
            .await
            .unwrap()
    };
    let markdown = copy(Form::Markdown).await;
    let folded = "<details><summary>a&lt;i&gt;.txt</summary>\n\n`````text\n<b>bold</b>\n```\ncode\n````\n`````\n\n</details>\n\nWhat is";
    assert!(markdown.contains(folded), "{markdown}");
    let page = copy(Form::Html).await;
    assert!(
        page.contains("<summary dir=\"auto\">a&lt;i&gt;.txt</summary><pre"),
        "{page}"
    );
    assert!(!page.contains("<b>"), "{page}");

    let json = world.home.path().join("all.json");
    world
        .app
        .export(Some(chat), &json, true, Tongue::English, as_written())
        .await
        .unwrap();
    let other = World::new().await;
    let chat = other.app.take_in(vec![json.clone()]).await.unwrap().ids()[0];
    let mut events = other.app.watch_chat(chat).await.unwrap();
    let ChatEvent::Snapshot { messages, .. } = next(&mut events).await else {
        panic!("no snapshot");
    };
    let came = other.app.attached(messages[0].files[0].id).await.unwrap();
    assert_eq!((&*came.name, &*came.text), ("a<i>.txt", text));
    let hits = other.app.search("bold").await.unwrap();
    assert_eq!(
        hits[0].best.as_ref().unwrap().in_file.as_deref(),
        Some("a<i>.txt")
    );

    let damaged = std::fs::read_to_string(&json).unwrap();
    let damaged = damaged.replace("\"bytes\"", "\"size\"");
    std::fs::write(&json, damaged).unwrap();
    let refused = other.app.take_in(vec![json]).await.unwrap_err();
    assert!(refused.message.contains("damaged"), "{refused}");
    world.app.close().await;
    other.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_that_are_a_guess_are_told_and_others_can_be_chosen() {
    let world = World::new().await;
    let path = world.home.path().join("письмо.txt");
    let koi8: Vec<u8> = [0xcd, 0xc9, 0xd2, 0xd9].into();
    std::fs::write(&path, [&koi8[..], b"\n"].concat()).unwrap();
    attach(&world, None, &[("plain.txt", "one")]).await;
    world.app.attach(None, vec![path]).await.unwrap();
    let before = drafted(&world, None).await;
    let [plain, guessed] = &before.files[..] else {
        panic!("{before:?}");
    };
    assert_eq!(plain.remarks, "");
    let told = remarks(&guessed.remarks);
    assert!(matches!(told[..], [Remark::Guessed { .. }]), "{told:?}");
    assert_eq!(before.rereadable, [guessed.id]);

    let koi8 = Encoding::named("KOI8-R").unwrap();
    let id = world.app.read_anew(guessed.id, koi8).await.unwrap();
    assert_eq!(world.app.attached(id).await.unwrap().text, "миры\n");
    let after = drafted(&world, None).await;
    assert_eq!(ids(&after), [plain.id, id], "in its place");
    let told = remarks(&after.files[1].remarks);
    assert_eq!(told, [Remark::Chosen { encoding: koi8 }]);
    assert_eq!(after.rereadable, [id], "and once more");
    let gone = world.app.read_anew(guessed.id, koi8).await.unwrap_err();
    assert_eq!(gone.code, Code::NotFound);

    // What is known of a text stays with it; where the file lies does not.
    let world = world.again().await;
    let again = drafted(&world, None).await;
    assert_eq!(again.files, after.files);
    assert_eq!(again.rereadable, []);
    let (chat, messages) = ask(&world, None, asked("What is 2 + 2?", ids(&again))).await;
    assert_eq!(messages[0].files[1].remarks, after.files[1].remarks);
    let json = world
        .app
        .copy_of(Some(chat), Form::Json, true, Tongue::English, as_written());
    let json = json.await.unwrap();
    assert!(json.contains("\"encoding\": \"KOI8-R\""), "{json}");
    world.app.close().await;
}
