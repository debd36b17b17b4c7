//! `spud chat`: a conversation through pipes and on disk.

use app::chats::{Body, End, State};
use app::{App, AppEvent, ChatEvent};

use crate::spud::Home;

#[test]
fn a_conversation_goes_on_and_is_kept() {
    let home = Home::new();
    let questions = "What is 3 + 4?\n\nAnd 9 - 5?\n";
    let ran = home.run_with_input(&["chat", "--temperature", "0"], questions.as_bytes());
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(ran.output, "3 + 4 = 7.\n9 - 5 = 4.\n", "{ran:?}");

    let (rows, messages) = on_disk(&home);
    assert_eq!(rows, ["What is 3 + 4?"]);
    assert_eq!(messages.len(), 4);
    for message in messages.iter().skip(1).step_by(2) {
        let Body::Reply(reply) = &message.body else {
            panic!("{message:?}")
        };
        assert_eq!(reply.state, State::Ended(End::Complete), "{message:?}");
        assert!(
            !reply.thinking.is_empty() && reply.counts.thinking_tokens > 0,
            "{message:?}"
        );
        assert!(
            reply.answer.ends_with('.') && reply.statistics.is_some(),
            "{message:?}"
        );
    }
}

#[test]
fn a_question_of_many_lines_ends_its_lines_with_a_backslash() {
    let home = Home::new();
    home.run_with_input(&["chat"], b"What is \\\n3 + 4?");
    let (_, messages) = on_disk(&home);
    assert_eq!(
        messages[0].body,
        Body::Question("What is \n3 + 4?".to_owned())
    );
}

#[test]
fn a_question_that_fails_does_not_end_the_chat() {
    let home = Home::new();
    let long = "47 + 38 ".repeat(600);
    let input = format!("{long}\nWhat is 3 + 4?\n");
    let ran = home.run_with_input(&["chat", "--temperature", "0"], input.as_bytes());
    assert_eq!(
        ran.status,
        Some(1),
        "a script learns that one failed: {ran:?}"
    );
    assert!(
        ran.errors.contains("spud: ") && ran.errors.contains("1024"),
        "{ran:?}"
    );
    let (_, messages) = on_disk(&home);
    assert_eq!(messages.len(), 4, "{messages:?}");
}

#[test]
fn a_folder_that_cannot_be_written_is_told_and_the_chat_goes_on() {
    let home = Home::new();
    let file = home.path().join("file");
    std::fs::write(&file, "").unwrap();
    let mut command = home.command(&["chat", "--temperature", "0"]);
    command.env("SPUD_HOME", file.join("below"));
    let questions = home.path().join("questions");
    std::fs::write(&questions, "What is 3 + 4?\n").unwrap();
    command.stdin(std::fs::File::open(questions).unwrap());
    let ran = command.output().unwrap();
    let errors = String::from_utf8(ran.stderr).unwrap();
    assert!(
        errors.contains("not kept") && errors.contains("below"),
        "{errors}"
    );
    assert_eq!(
        String::from_utf8(ran.stdout).unwrap(),
        "3 + 4 = 7.\n",
        "{errors}"
    );
}

/// The titles of the chats and the messages of the last one, as the next program finds them.
pub(crate) fn on_disk(home: &Home) -> (Vec<String>, Vec<app::chats::Message>) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let app = App::open(&app::Home::at(home.path())).await.unwrap();
        let Some(AppEvent::Snapshot(all)) = app.watch().await.unwrap().recv().await else {
            panic!("a subscription begins with a snapshot");
        };
        assert_eq!(all.notices, [], "opened in order");
        let mut messages = Vec::new();
        if let Some(last) = all.chats.first() {
            let mut chat = app.watch_chat(last.id).await.unwrap();
            if let Some(ChatEvent::Snapshot {
                messages: found, ..
            }) = chat.recv().await
            {
                messages = found;
            }
        }
        app.close().await;
        (
            all.chats.into_iter().map(|row| row.title).collect(),
            messages,
        )
    })
}
