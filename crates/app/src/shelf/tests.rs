//! Faults in the middle of a download and at its end.

use super::*;
use crate::home::Home;

/// Two downloads of a home whose one hub is no address, so that each ends soon.
async fn with_two(place: &'static str) -> (tempfile::TempDir, Vec<DownloadState>, App) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("network.json"),
        r#"{"hubs": ["no hub"]}"#,
    )
    .unwrap();
    faults::arm(folder.path(), place);
    let app = App::open(&Home::at(folder.path())).await.unwrap();
    let mut events = app.watch().await.unwrap();
    for quant in ["Q4_K_M", "Q8_0"] {
        app.download("r1-distill-qwen-1.5b", quant).await.unwrap();
    }
    app.run_downloads();
    let ended = |state: &DownloadState| matches!(state, DownloadState::Failed(_));
    let states = loop {
        match events.recv().await.unwrap() {
            AppEvent::Downloads(rows) if rows.iter().all(|row| ended(&row.state)) => {
                break rows.into_iter().map(|row| row.state).collect();
            }
            _ => {}
        }
    };
    (folder, states, app)
}

fn failed(state: &DownloadState) -> &Failure {
    match state {
        DownloadState::Failed(failure) => failure,
        other => panic!("{other:?}"),
    }
}

/// The queue stood still for ever, with a row that went on "downloading".
#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_panics_ends_as_failed_and_the_next_one_begins() {
    let (_folder, states, app) = with_two("download").await;
    assert_eq!(failed(&states[0]).code, Code::Bug);
    assert!(
        failed(&states[0])
            .message
            .contains("a fault in the download")
    );
    assert!(failed(&states[1]).message.contains("no address of a hub"));
    assert!(!app.is_downloading());
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_does_one_whose_end_panics() {
    let (_folder, states, app) = with_two("end of a download").await;
    assert!(
        states
            .iter()
            .all(|state| failed(state).code == Code::Download)
    );
    let told = app.state().notices.clone();
    assert!(told.iter().any(|told| told.code == Code::Bug), "{told:?}");
    app.close().await;
}
