//! `bench/real`: fetches the smallest R1 that its makers published and asks it one question: the
//! proof that cannot be had without the network.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures on standard output, progress and the reply on standard error"
)]

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use bench::figures::{self, Figure};
use bench::ours::{self, Ours, Setup};
use clap::Parser;
use engine::message::{End, Sampling};
use sha2::{Digest, Sha256};

/// DeepSeek-R1-Distill-Qwen-1.5B at `Q4_K_M`, as `models-facts.toml` has it.
const REPOSITORY: &str = "bartowski/DeepSeek-R1-Distill-Qwen-1.5B-GGUF";
const FILE: &str = "DeepSeek-R1-Distill-Qwen-1.5B-Q4_K_M.gguf";
const BYTES: u64 = 1_117_320_800;
const SHA256: &str = "1741e5b2d062b07acf048bf0d2c514dadf2a48f94e2b4aa0cfe069af3838ee2f";

/// Downloads DeepSeek-R1-Distill-Qwen-1.5B at `Q4_K_M` (1.1 GB) from the hub, checks its hash, and
/// asks it a question. A download that breaks goes on where it was.
#[derive(Parser)]
struct Arguments {
    /// What to ask.
    #[arg(default_value = "What is 47 + 38?")]
    question: String,
    /// Fetch 1.1 GB without asking first.
    #[arg(long)]
    yes: bool,
    /// Tokens of context.
    #[arg(long, default_value_t = 4096)]
    context: u32,
    /// Where models come from.
    #[arg(long, env = "HF_ENDPOINT", default_value = "https://huggingface.co")]
    endpoint: String,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    bench::finish(fetch(&arguments).and_then(|model| {
        let figures = ask(&arguments, model)?;
        print!("{}", figures::text(&figures, arguments.json));
        Ok(())
    }))
}

/// The model on disk, its hash checked.
fn fetch(arguments: &Arguments) -> io::Result<PathBuf> {
    let folder = bench::folder()?;
    let (path, part) = (folder.join(FILE), folder.join(format!("{FILE}.part")));
    if path.exists() {
        return Ok(path);
    }
    let endpoint = arguments.endpoint.trim_end_matches('/');
    let address = format!("{endpoint}/{REPOSITORY}/resolve/main/{FILE}");
    if !arguments.yes {
        return Err(io::Error::other(format!(
            "this fetches 1.1 GB from {address} to {}; say --yes to do it",
            path.display()
        )));
    }
    fs_err::create_dir_all(&folder)?;
    // The product's own downloader takes this over when it is there (`crates/library`).
    let fetched = Command::new("curl")
        .args(["-fL", "--retry", "5", "-C", "-", "-o"])
        .arg(&part)
        .arg(&address)
        .status()?;
    if !fetched.success() {
        let why = format!("{address} could not be fetched whole; start again to go on");
        return Err(io::Error::other(why));
    }
    if let Err(error) = check(&part) {
        fs_err::remove_file(&part)?;
        return Err(error);
    }
    fs_err::rename(&part, &path)?;
    Ok(path)
}

fn check(path: &Path) -> io::Result<()> {
    let found = fs_err::metadata(path)?.len();
    if found != BYTES {
        let why = format!("what came is not the model: {found} bytes instead of {BYTES}");
        return Err(io::Error::other(why));
    }
    let mut file = fs_err::File::open(path)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 20];
    loop {
        match file.read(&mut piece)? {
            0 => break,
            count => hash.update(&piece[..count]),
        }
    }
    let found = format!("{:x}", hash.finalize());
    if found == SHA256 {
        return Ok(());
    }
    let why = format!("what came is not the model: its sha256 is {found} instead of {SHA256}");
    Err(io::Error::other(why))
}

fn ask(arguments: &Arguments, model: PathBuf) -> io::Result<Vec<Figure>> {
    let setup = Setup {
        model,
        context: arguments.context,
        threads: ours::all_cores(),
        plain: None,
    };
    let engine = Ours::start(&setup)?;
    let told = engine.ask(&arguments.question, Sampling::of_r1(1), arguments.context);
    eprintln!("{}", told.text);
    if told.end != End::Complete {
        eprintln!("bench: it ended with {:?}", told.end);
    }
    let statistics = told.statistics;
    let tokens = statistics.so_far.thinking_tokens + statistics.so_far.answer_tokens;
    let first_token = f64::from(u32::try_from(statistics.first_token_ms).unwrap_or(u32::MAX));
    Ok(vec![
        Figure::new("load", "s", vec![engine.load.as_secs_f64()]),
        Figure::new("first token", "s", vec![first_token / 1000.0]),
        Figure::new("prompt", "tok/s", vec![statistics.prompt_per_second]),
        Figure::new("decode", "tok/s", vec![statistics.decode_per_second]),
        Figure::new("reply", "tok", vec![f64::from(tokens)]),
    ])
}
