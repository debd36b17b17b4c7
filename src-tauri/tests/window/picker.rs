//! The first run on three machines, and the picker's promises.

use std::path::Path;

use crate::window::{Opening, Window};

/// The rows of the picker as `id: verdict`.
async fn verdicts(window: &Window) -> Vec<String> {
    let told = window
        .script(
            "return [...document.querySelectorAll('[data-testid=candidate]')].map((row) =>
                 row.dataset.id + ': ' + row.querySelector('[data-testid=verdict]').textContent)",
        )
        .await;
    serde_json::from_value(told).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_run_tells_each_machine_its_own() {
    for (machine, best, one, other) in [
        (
            "01-netbook-4gb-without-avx2",
            "R1 Distill Qwen 1.5B",
            "r1-distill-qwen-1.5b: Fits, but slow",
            "r1-distill-qwen-7b: Too big",
        ),
        (
            "05-desktop-32gb-8gb-gpu",
            "R1-0528 Distill Qwen3 8B",
            "r1-distill-qwen-32b: Fits, but slow",
            "r1-0528-671b: Too big",
        ),
        (
            "09-server-512gb",
            "R1-0528 671B",
            "r1-0528-671b: Fits easily",
            "r1-distill-qwen-1.5b: Fits easily",
        ),
    ] {
        let mut opening = Opening::new();
        opening.machine = Some(machine);
        let window = opening.open().await;
        window.says("first-best", best).await;
        window.says("first-look", "An answer takes").await;
        window.click("first-pick").await;
        window.says("best", best).await;
        let there = async || (window.all("candidate").await.len() == 9).then_some(());
        window.until("nine models", there).await;
        let told = verdicts(&window).await;
        for expect in [one, other] {
            assert!(told.iter().any(|row| row == expect), "{machine}: {told:?}");
        }
        // What is not on this machine can be downloaded, and nothing pretends to load it.
        window.says("get", "Download").await;
        assert!(window.all("use").await.is_empty());
        window.click("picker-close").await;
        window.ask_to_the_end("What is 47 + 38?").await;
        assert_eq!(window.words("answer").await, "47 + 38 = 85.");
        window.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bar_answers_while_the_knobs_are_turned() {
    let window = Opening::new().open().await;
    window.says("first-best", "Qwen 1.5B").await;
    window.click("first-pick").await;
    window.click("details-open").await;
    window.says("details", "32,768 of").await;
    let turn = async |knob: &str, value: &str| {
        window
            .script(&format!(
                "const field = [...document.querySelectorAll('[data-testid={knob}]')].at(-1);
                 field.value = '{value}';
                 for (const name of ['input', 'change'])
                     field.dispatchEvent(new Event(name, {{ bubbles: true }}));"
            ))
            .await;
    };
    turn("context", "0").await;
    window.says("details", "2,048 of").await;
    window.says("plan", "cache 56 MiB").await;
    turn("quant", "Q8_0").await;
    window.says("plan", "weights 1.8 GiB").await;
    turn("context", "10").await;
    window.says("plan", "The cache is kept in q8_0").await;
    turn("cache", "f16").await;
    window.becomes("plan", "data-verdict", "too_big").await;
    turn("context", "4").await;
    window.becomes("plan", "data-verdict", "comfortable").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_file_is_opened_switched_and_given_back() {
    let opening = Opening::new();
    let mine = opening.home.path().join("mine.gguf");
    let sprout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sprout/sprout.gguf");
    std::fs::copy(sprout, &mine).unwrap();
    let window = opening.open().await;
    window.open_model(&mine).await;
    window.click("model-button").await;
    window.click("model-pick").await;
    let there = async || (window.all("candidate").await.len() == 10).then_some(());
    window.until("nine models and one's own", there).await;
    let told = verdicts(&window).await;
    let row = format!("{}: Fits easily", mine.display());
    assert_eq!(told.last(), Some(&row));
    window
        .script("[...document.querySelectorAll('[data-testid=candidate-toggle]')].at(-1).click()")
        .await;
    window.click("unload").await;
    window.becomes("model-button", "data-engine", "off").await;
    let free = async || {
        window
            .one("use")
            .await
            .is_enabled()
            .await
            .unwrap()
            .then_some(())
    };
    window.until("the button", free).await;
    window.click("use").await;
    window.becomes("model-button", "data-engine", "ready").await;
    window.ask_to_the_end("What is 47 + 38?").await;
    assert_eq!(window.words("answer").await, "47 + 38 = 85.");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_machine_is_measured_and_told() {
    let mut opening = Opening::new();
    opening.machine = None;
    let window = opening.open().await;
    window.says("first-look", "of memory free").await;
    window.click("first-pick").await;
    window.says("machine-words", "of memory free").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_patience_changes_the_advice() {
    let mut opening = Opening::new();
    opening.machine = Some("07-workstation-64gb");
    let window = opening.open().await;
    window.says("first-best", "Qwen3 8B").await;
    window.click("first-pick").await;
    window.says("best", "Qwen3 8B").await;
    window
        .script(
            "const field = document.querySelector('[data-testid=patience]');
             field.value = '1800000';
             field.dispatchEvent(new Event('change', { bubbles: true }));",
        )
        .await;
    window.says("best", "Llama 70B").await;
    window.close().await;
    let window = opening.open().await;
    window.says("first-best", "Llama 70B").await;
    window.close().await;
}
