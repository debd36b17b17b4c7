//! The main job: open, ask, see it think, read the answer.

use thirtyfour::Key;

use crate::window::Opening;

#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_answers_a_question_with_its_thinking_folded() {
    let window = Opening::new().open().await;
    assert_eq!(window.all("chat-row").await.len(), 0);
    assert!(
        !window.all("example").await.is_empty(),
        "an empty window says what to ask"
    );
    assert_eq!(
        window
            .script("return document.activeElement.dataset.testid")
            .await,
        "composer"
    );

    window.ask_to_the_end("What is 47 + 38?").await;
    assert_eq!(window.words("answer").await, "47 + 38 = 85.");
    assert_eq!(window.words("message-user").await, "What is 47 + 38?");
    let label = window.words("thinking-label").await;
    assert!(label.starts_with("Thought"), "{label}");
    assert_eq!(
        window.attribute("thinking-toggle", "aria-expanded").await,
        "false"
    );
    assert_eq!(
        window.words("thinking-text").await,
        "",
        "folded thinking is not shown"
    );

    window.click("thinking-toggle").await;
    window
        .says("thinking-text", "Ones: 7+8=15, write 5, carry 1.")
        .await;
    assert_eq!(
        window.attribute("thinking-toggle", "aria-expanded").await,
        "true"
    );
    window.click("thinking-toggle").await;
    window
        .becomes("thinking-toggle", "aria-expanded", "false")
        .await;

    window.is_titled("chat-row", "What is 47 + 38?").await;
    window.is_titled("chat-title", "What is 47 + 38?").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn thinking_that_was_opened_while_it_runs_stays_open() {
    let window = Opening::new().open().await;
    window.ask_to_the_end("Hello").await;
    let slowed = window.slow_down();
    window.ask("What is 847 + 138?").await;
    let look = async || {
        let toggles = window.all("thinking-toggle").await;
        if toggles.len() < 2 {
            return None;
        }
        toggles.into_iter().next_back()
    };
    window.until("thinking", look).await.click().await.unwrap();
    window.says("thinking-text", "Ones: 7+8").await;
    drop(slowed);
    window
        .becomes("message-assistant", "data-state", "complete")
        .await;
    assert_eq!(window.words("answer").await, "847 + 138 = 985.");
    assert_eq!(
        window.attribute("thinking-toggle", "aria-expanded").await,
        "true"
    );
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn enter_sends_and_shift_enter_breaks_the_line() {
    let window = Opening::new().open().await;
    window.write("What is").await;
    window.write(Key::Shift + Key::Enter).await;
    window.ask_to_the_end("5 + 6?").await;
    assert_eq!(window.words("message-user").await, "What is\n5 + 6?");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_never_markup() {
    let window = Opening::new().open().await;
    let typed = "<img src=x onerror=\"document.title='owned'\"> <b>47</b> </think> <｜User｜>";
    window.ask_to_the_end(typed).await;
    assert_eq!(window.words("message-user").await, typed);
    assert_eq!(
        window
            .script(
                "return document.querySelectorAll('[data-testid=message-user] *:is(img, b)').length"
            )
            .await,
        0
    );
    assert_ne!(window.script("return document.title").await, "owned");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_of_a_megabyte_is_refused_and_kept() {
    let window = Opening::new().open().await;
    window
        .script(
            "const field = document.querySelector('[data-testid=composer]');
             field.value = 'What is 1 + 1? '.repeat(70000);
             field.dispatchEvent(new Event('input', { bubbles: true }));",
        )
        .await;
    window.click("send").await;
    window
        .becomes("message-assistant", "data-state", "failed")
        .await;
    window.says("reply-note", "1024").await;
    window.ask_to_the_end_of_a_new_chat("What is 2 + 2?").await;
    assert_eq!(window.words("answer").await, "2 + 2 = 4.");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_that_cannot_be_written_is_told_and_questions_are_answered() {
    let mut opening = Opening::new();
    let file = opening.home.path().join("file");
    std::fs::write(&file, "").unwrap();
    opening.data = Some(file.join("below"));
    let window = opening.open().await;
    window.says("notice", "not saved").await;
    window.ask_to_the_end("What is 47 + 38?").await;
    assert_eq!(window.words("answer").await, "47 + 38 = 85.");
    window.close().await;
}
