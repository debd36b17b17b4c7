//! This test's own program as a child that downloads: it is told what in its environment, and can be
//! killed.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use fit::catalogue::Sha256;
use library::{Ledger, Net, Place, Wanted};

use crate::waiting::{download, manner};

const TASK: &str = "SPUD_TEST_DOWNLOAD";

/// Starts a child that downloads this into the models folder.
pub(crate) fn start(models: &Path, wanted: &Wanted, proxy: Option<&str>) -> Child {
    let task = [
        models.to_str().unwrap(),
        &wanted.bytes.to_string(),
        &wanted.sha256.to_string(),
        wanted.sources[0].as_str(),
    ]
    .join("\n");
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "--exact",
            "child::is_the_child",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(TASK, task)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit());
    if let Some(proxy) = proxy {
        command
            .env("http_proxy", proxy)
            .env_remove("no_proxy")
            .env_remove("NO_PROXY");
    }
    command.spawn().unwrap()
}

/// Does what a parent asks for; nothing, when it runs among the other tests.
#[test]
fn is_the_child() {
    let Ok(task) = std::env::var(TASK) else {
        return;
    };
    let [models, bytes, sha256, source] = task.split('\n').collect::<Vec<_>>()[..] else {
        panic!("{task}");
    };
    let wanted = Wanted {
        place: Place::new("unsloth/R1-GGUF", "R1-Q4_K_M.gguf").unwrap(),
        bytes: bytes.parse().unwrap(),
        sha256: Sha256::from_hex(sha256).unwrap(),
        sources: vec![source.parse().unwrap()],
    };
    let models = Path::new(models);
    let net = Net::new(Ledger::at(&models.with_extension("jsonl"))).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (fetched, _) = runtime.block_on(download(&net, models, &wanted, &manner()));
    fetched.unwrap();
}
