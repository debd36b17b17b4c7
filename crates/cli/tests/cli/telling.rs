//! `spud machine`, `models` and `fit`: what is told before anything is loaded.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::spud::{Home, Ran, machine};

fn sprout() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sprout/sprout.gguf");
    path.to_str().unwrap().to_owned()
}

fn json(ran: &Ran) -> Value {
    assert_eq!(ran.status, Some(0), "{ran:?}");
    serde_json::from_str(&ran.output).unwrap()
}

/// Programs that take all of the processor until they are dropped.
struct Others(Vec<std::process::Child>);

impl Others {
    fn begin() -> Self {
        let cores = std::thread::available_parallelism().unwrap().get();
        let turning = |_| {
            let mut shell = std::process::Command::new("sh");
            shell.args(["-c", "while :; do :; done"]);
            shell.spawn().unwrap()
        };
        Self((0..cores).map(turning).collect())
    }
}

impl Drop for Others {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[test]
fn a_machine_is_measured_once_and_again_when_asked() {
    let home = Home::new();
    // So that nobody finds a quiet moment to measure it again.
    let others = Others::begin();
    let first = json(&home.run(&["machine", "--json"]));
    assert!(first["total_bytes"].as_u64().unwrap() > 64 << 20, "{first}");
    let speed = &first["speed"];
    let rates = [
        "memory_bytes_per_second",
        "weight_bytes_per_second",
        "operations_per_second",
    ];
    for rate in rates {
        assert!(
            speed[rate].as_u64().unwrap() > 10_000_000,
            "{rate}: {first}"
        );
    }
    assert!(first["gpus"].is_array(), "{first}");
    assert_eq!(speed["beside_others"], true, "{first}");
    let second = json(&home.run(&["machine", "--json"]));
    assert_eq!(second["speed"], first["speed"], "it was kept");
    for told in [&["machine"][..], &["models"]] {
        let people = home.run(told);
        let said = "measured while the computer was busy";
        assert!(people.output.contains(said), "{people:?}");
    }
    // Asked for beside others it is measured, and the better of each figure is believed.
    let again = json(&home.run(&["machine", "--again", "--json"]));
    for rate in rates {
        let known = |told: &Value| told["speed"][rate].as_u64().unwrap();
        assert!(known(&again) >= known(&first), "{rate}: {again} {first}");
    }
    drop(others);
    // A broken file is no error: it is measured again.
    fs::write(home.path().join("machine.json"), "{\"machines\": 7").unwrap();
    let third = json(&home.run(&["machine", "--json"]));
    assert!(
        third["speed"]["memory_bytes_per_second"].is_u64(),
        "{third}"
    );
    let people = home.run(&["machine"]);
    assert!(people.output.contains("threads compute"), "{people:?}");
}

#[test]
fn one_account_of_memory_names_the_card_and_slow_ones_are_told_so() {
    let home = Home::new();
    let file = machine("05-desktop-32gb-8gb-gpu");
    let people = home.run(&["models", "--machine", &file]);
    let mut lines = people.output.lines();
    assert_eq!(
        lines.next(),
        Some("26.5 GiB free + 7.20 GiB on the NVIDIA GeForce RTX 3070")
    );
    let rows: Vec<&str> = lines
        .filter(|line| line.contains("Distill "))
        .take(7)
        .collect();
    for row in &rows {
        assert!(row.contains("of 26.5 + 7.20 GiB"), "{row}");
    }
    let slow = rows.iter().find(|row| row.contains("Qwen 32B")).unwrap();
    assert!(slow.contains("fits, but slow"), "{slow}");
    let ran = home.run(&["models", "--json", "--machine", &file]);
    let lines = ran.lines().0;
    let of = |id: &str| lines.iter().find(|line| line["id"] == id).unwrap();
    let (quick, slow) = (of("r1-0528-qwen3-8b"), of("r1-distill-qwen-32b"));
    assert_eq!(
        (&quick["in_time"], &slow["in_time"]),
        (&true.into(), &false.into())
    );
    assert_eq!(slow["verdict"], "comfortable", "scripts go by four values");
    assert_eq!(of("r1-0528-671b")["in_time"], Value::Null);
    let good_for = quick["good_for"].as_str().unwrap();
    assert!(good_for.contains("mathematics"), "{good_for}");
    // What learned from R1-0528 is assumed to think as long.
    assert_eq!(
        (&quick["thinking_tokens"], &slow["thinking_tokens"]),
        (&1350.into(), &700.into())
    );
    let times = ["least_ms", "answer_ms", "most_ms"].map(|name| slow[name].as_u64().unwrap());
    assert!(times[0] < times[1] && times[1] < times[2], "{slow}");
    assert_eq!(lines.last().unwrap()["best"], "r1-0528-qwen3-8b");
}

#[test]
fn what_was_printed_is_a_machine_and_nonsense_is_not() {
    let home = Home::new();
    let file = machine("02-laptop-8gb");
    let told = json(&home.run(&["machine", "--json", "--machine", &file]));
    assert_eq!(told["cores"]["usable"], 8);
    let copy = home.path().join("mine.json");
    fs::write(&copy, told.to_string()).unwrap();
    let copy = copy.to_str().unwrap();
    let again = json(&home.run(&["machine", "--json", "--machine", copy]));
    assert_eq!(again, told);
    for (bad, reason) in [
        (
            told.to_string()
                .replace("\"total_bytes\":", "\"total_bytes\":0,\"x\":"),
            "`total_bytes` is zero",
        ),
        ("[]".to_owned(), "not a machine"),
    ] {
        fs::write(copy, bad).unwrap();
        let ran = home.run(&["models", "--machine", copy]);
        let complaint = ran.complaint();
        assert!(
            complaint.contains(reason) && complaint.contains("mine.json"),
            "{complaint}"
        );
    }
    let ran = home.run(&["fit", "r1-distill-qwen-7b", "--machine", "/nowhere.json"]);
    assert!(ran.complaint().contains("/nowhere.json"), "{ran:?}");
}

#[test]
fn the_family_is_told_with_verdicts_and_advice() {
    let home = Home::new();
    let file = machine("02-laptop-8gb");
    let ran = home.run(&["models", "--json", "--machine", &file]);
    let lines = ran.lines().0;
    let (advice, models) = lines.split_last().unwrap();
    assert_eq!(models.len(), 9);
    assert_eq!(advice["type"], "advice");
    assert_eq!(advice["best"], "r1-distill-qwen-1.5b");
    let best = models
        .iter()
        .find(|model| model["id"] == advice["best"])
        .unwrap();
    assert_eq!(best["verdict"], "comfortable");
    assert_eq!(best["installed"], false);
    assert!(best["needed_bytes"].as_u64().unwrap() < best["available_bytes"].as_u64().unwrap());
    let minute = 60_000;
    assert!(
        (minute / 2..2 * minute).contains(&best["answer_ms"].as_u64().unwrap()),
        "{best}"
    );
    let whole = models
        .iter()
        .find(|model| model["id"] == "r1-0528-671b")
        .unwrap();
    assert_eq!(whole["verdict"], "too_big");
    assert_eq!(whole["answer_ms"], Value::Null);
    assert!(
        whole["disk_short"]
            .as_str()
            .unwrap()
            .contains("48.0 GiB are free"),
        "{whole}"
    );
    let people = home.run(&["models", "--machine", &file]);
    assert!(
        people.output.contains("->  R1 Distill Qwen 1.5B Q4_K_M"),
        "{people:?}"
    );
    // With more patience a smarter one is the best.
    let server = machine("09-server-512gb");
    let ran = home.run(&["models", "--json", "--patience", "60", "--machine", &server]);
    assert_eq!(ran.lines().0.last().unwrap()["best"], "r1-0528-671b");
}

#[test]
fn one_model_is_planned_as_it_is_asked_for() {
    let home = Home::new();
    let file = machine("05-desktop-32gb-8gb-gpu");
    let fit = |more: &[&str]| {
        let head = ["fit", "r1-distill-qwen-14b", "--json", "--machine", &file];
        json(&home.run(&[&head[..], more].concat()))
    };
    let plan = fit(&[]);
    let on_gpu = plan["gpu_layers"].as_u64().unwrap();
    assert!((1..48).contains(&on_gpu), "{plan}");
    let devices = plan["devices"].as_array().unwrap();
    assert_eq!(
        (devices.len(), &devices[0]["device"]),
        (2, &Value::from("memory"))
    );
    for device in devices {
        let part = |name: &str| device[name].as_u64().unwrap();
        let sum = part("weights_bytes")
            + part("cache_bytes")
            + part("compute_bytes")
            + part("other_bytes");
        assert_eq!(sum, part("needed_bytes"));
    }
    let asked = fit(&["--context", "4096", "--kv", "q8_0", "--quant", "q8_0"]);
    assert_eq!(
        (&asked["context"], &asked["kv"]),
        (&Value::from(4096), &Value::from("q8_0"))
    );
    assert_eq!(asked["quant"], "Q8_0");
    let ran = home.run(&[
        "fit",
        "r1-distill-qwen-14b",
        "--quant",
        "Q9",
        "--machine",
        &file,
    ]);
    assert!(ran.complaint().contains("no quantisation `Q9`"), "{ran:?}");
    let own = json(&home.run(&["fit", &sprout(), "--json", "--machine", &file]));
    assert_eq!(
        (&own["context"], &own["gpu_layers"]),
        (&Value::from(1024), &Value::from(0))
    );
    let ran = home.run(&["fit", "no-such-model", "--machine", &file]);
    assert!(ran.complaint().contains("no-such-model"), "{ran:?}");
}

#[test]
fn a_catalogue_of_one_s_own_adds_and_a_broken_one_is_told() {
    let home = Home::new();
    let built_in = include_str!("../../../../models.toml");
    let start = built_in.find("\n[[model]]").unwrap() + 1;
    let end = start + built_in[start + 1..].find("\n[[model]]").unwrap();
    let own = built_in[start..end].replace("id = \"r1-distill-qwen-1.5b\"", "id = \"mine\"");
    let file = machine("02-laptop-8gb");
    fs::write(home.path().join("models.toml"), &own).unwrap();
    let lines = home
        .run(&["models", "--json", "--machine", &file])
        .lines()
        .0;
    assert!(lines.iter().any(|line| line["id"] == "mine"));
    fs::write(
        home.path().join("models.toml"),
        own.replace("layers = 28", "layers = 0"),
    )
    .unwrap();
    let lines = home
        .run(&["models", "--json", "--machine", &file])
        .lines()
        .0;
    assert_eq!(lines.len(), 10);
    let note = lines.last().unwrap()["notes"][0].as_str().unwrap();
    assert!(
        note.contains("models.toml") && note.contains("line ") && note.contains("shape.layers"),
        "{note}"
    );
}

#[test]
fn a_model_of_the_catalogue_is_asked_by_its_id_once_its_file_is_there() {
    let home = Home::new();
    let ask = || home.run(&["ask", "--model", "r1-distill-qwen-1.5b", "What is 47 + 38?"]);
    let before = ask();
    let complaint = before.complaint();
    assert!(
        complaint.contains("huggingface.co") && complaint.contains("models"),
        "{complaint}"
    );
    let folder = home.path().join("models");
    fs::create_dir(&folder).unwrap();
    // Under its name; what is in it is told by its header and not by the catalogue.
    let file = folder.join("DeepSeek-R1-Distill-Qwen-1.5B-Q4_K_M.gguf");
    fs::copy(sprout(), file).unwrap();
    let after = ask();
    assert_eq!(after.status, Some(0), "{after:?}");
    let lines = home.run(&["models", "--json"]).lines().0;
    let small = lines
        .iter()
        .find(|line| line["id"] == "r1-distill-qwen-1.5b")
        .unwrap();
    assert_eq!(
        (&small["installed"], &small["context"]),
        (&Value::from(true), &Value::from(1024))
    );
}

/// A driver that takes its process along as soon as it is loaded, where `./test` built the library
/// that drives GPUs.
#[cfg(target_os = "linux")]
#[test]
fn a_driver_that_crashes_costs_no_figure_of_the_processor_and_is_left_alone() {
    if std::env::var_os("SPUD_TEST_VULKAN").is_none() {
        crate::skips::skip("no Vulkan library was built, or there is no llvmpipe");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("crash.c");
    let library = folder.path().join("crash.so");
    let driver = folder.path().join("crash.json");
    let code =
        "#include <stdlib.h>\n__attribute__((constructor)) static void crash(void) { abort(); }\n";
    fs::write(&source, code).unwrap();
    let built = std::process::Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .status()
        .unwrap();
    assert!(built.success());
    let told = serde_json::json!({
        "file_format_version": "1.0.0",
        "ICD": { "library_path": library, "api_version": "1.3.0" }
    });
    fs::write(&driver, told.to_string()).unwrap();
    let home = Home::new();
    let ask = |arguments: &[&str], driver: &Path| {
        let mut command = home.command(arguments);
        command.env("VK_DRIVER_FILES", driver);
        command.env("VK_ICD_FILENAMES", driver);
        Ran::of(command.output().unwrap())
    };
    let first = json(&ask(&["machine", "--json"], &driver));
    assert!(
        first["speed"]["weight_bytes_per_second"].is_u64(),
        "{first}"
    );
    assert_eq!(first["gpus"], serde_json::json!([]), "{first}");
    // Asked a second time it is told why, and nothing crashes any more: the driver may even be gone.
    let people = ask(&["machine"], Path::new("/nowhere.json"));
    assert!(
        people.output.contains("GPUs are left alone") && people.output.contains("--again"),
        "{people:?}"
    );
    let again = ask(&["machine", "--again"], Path::new("/nowhere.json"));
    assert!(!again.output.contains("left alone"), "{again:?}");
    let after = ask(&["machine"], Path::new("/nowhere.json"));
    assert!(!after.output.contains("left alone"), "{after:?}");
}
