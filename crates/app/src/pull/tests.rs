//! Nothing of a download holds what goes on beside it.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{RecvTimeoutError, TryRecvError, channel};

use super::*;

/// Opens a pipe for writing, where somebody reads it.
fn writer(pipe: &Path) -> std::io::Result<File> {
    /// `O_NONBLOCK`: an error where nobody does.
    const NOW: i32 = 0o4000;
    File::options().write(true).custom_flags(NOW).open(pipe)
}

/// A catalogue that does not answer, as on a disk that sleeps: a pipe that nobody writes to. This
/// test has one thread for all its tasks.
#[tokio::test]
async fn a_disk_that_does_not_answer_holds_no_other_task() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("models.toml");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    std::fs::write(folder.path().join("network.json"), r#"{"offline": true}"#).unwrap();
    // Lets a test that fails end.
    let (done, is_done) = channel::<()>();
    let late = pipe.clone();
    let watch = std::thread::spawn(move || {
        let waited = is_done.recv_timeout(Duration::from_secs(30));
        let held = waited == Err(RecvTimeoutError::Timeout);
        while held && is_done.try_recv() != Err(TryRecvError::Disconnected) {
            drop(writer(&late));
        }
        held
    });
    let home = Home::at(folder.path());
    let pulling = crate::task::caught(async move {
        let ask = Pull {
            id: "r1-distill-qwen-1.5b".to_owned(),
            ..Pull::default()
        };
        let (_stopper, stop) = crate::stop::stop();
        pull(&home, &ask, stop, |_| ()).await
    });
    // Whoever reads it is answered by another task, each time.
    let other = async {
        loop {
            tokio::task::yield_now().await;
            drop(writer(&pipe));
        }
    };
    let pulled: Result<_, Failure> = tokio::select! {
        pulled = pulling => pulled,
        _ = other => unreachable!("it answers for ever"),
    };
    drop(done);
    assert!(!watch.join().unwrap(), "the other task was held");
    let failure = pulled.unwrap().unwrap_err();
    assert!(failure.message.contains("offline"), "{failure}");
}
