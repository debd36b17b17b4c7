//! `bench/download`: `spud pull` beside curl and aria2, from a server on loopback.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures on standard output, progress on standard error"
)]

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bench::figures::{self, Figure, Target};
use bench::memory;
use clap::Parser;
use fs_err as fs;
use sha2::{Digest, Sha256};

/// Fetches one file with `spud pull`, with `curl` followed by `sha256sum`, and with aria2 that
/// checks the hash, in turns: as fast as it comes, and with each connection limited. Needs curl and
/// aria2 (`apt-get install curl aria2`) and `cargo build --release -p cli`.
#[derive(Parser)]
struct Arguments {
    /// Rounds; the first warms the page cache and is not counted.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// MiB of the file.
    #[arg(long, default_value_t = 1024)]
    mib: u64,
    /// MiB per second of each connection in the second half.
    #[arg(long, default_value_t = 32)]
    limit: u64,
    /// Where files are written [default: beside what cargo built].
    #[arg(long)]
    folder: Option<PathBuf>,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

/// Connections of Spud and of aria2.
const CONNECTIONS: &str = "4";

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    bench::finish(run(&arguments))
}

/// What one job cost.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    seconds: f64,
    cpu_seconds: f64,
    peak_mib: f64,
}

#[derive(Debug, Clone, Copy)]
enum Who {
    Spud,
    Curl,
    Aria2,
}

const ALL: [(Who, &str); 3] = [
    (Who::Spud, "spud"),
    (Who::Curl, "curl, sha256sum"),
    (Who::Aria2, "aria2"),
];

fn run(arguments: &Arguments) -> io::Result<()> {
    let folder = match &arguments.folder {
        Some(folder) => folder.clone(),
        None => bench::folder()?.join("download"),
    };
    let spud = bench::folder()?.with_file_name("release").join("spud");
    if !spud.is_file() {
        let what = format!(
            "{} is not there: cargo build --release -p cli",
            spud.display()
        );
        return Err(io::Error::other(what));
    }
    fs::create_dir_all(&folder)?;
    let job = Job::new(spud, folder, arguments.mib)?;
    let mut all = Vec::new();
    for (title, limit) in [
        ("as fast as it comes", 0),
        ("limited", arguments.limit << 20),
    ] {
        job.limit.store(limit, Ordering::Relaxed);
        let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); ALL.len()];
        for round in 0..=arguments.rounds {
            for ((who, name), costs) in ALL.iter().zip(&mut costs) {
                let cost = job.time(*who)?;
                eprintln!("{title}, {name}: {:.2} s", cost.seconds);
                if round > 0 {
                    costs.push(cost);
                }
            }
        }
        all.extend(judged(title, &costs));
    }
    print!("{}", figures::text(&all, arguments.json));
    Ok(())
}

fn judged(title: &str, costs: &[Vec<Cost>]) -> Vec<Figure> {
    let of = |costs: &[Cost], what: fn(&Cost) -> f64| costs.iter().map(what).collect::<Vec<f64>>();
    let mut all = Vec::new();
    for ((_, name), costs) in ALL.iter().zip(costs) {
        let named = |what: &str| format!("{title}: {name}, {what}");
        all.push(Figure::new(
            named("time"),
            "s",
            of(costs, |cost| cost.seconds),
        ));
        all.push(Figure::new(
            named("processor"),
            "s",
            of(costs, |cost| cost.cpu_seconds),
        ));
        all.push(Figure::new(
            named("memory"),
            "MiB",
            of(costs, |cost| cost.peak_mib),
        ));
    }
    let times: Vec<Vec<f64>> = costs
        .iter()
        .map(|one| of(one, |cost| cost.seconds))
        .collect();
    for (other, least) in [(1, 0.9), (2, 0.95)] {
        let name = format!("{title}: spud's speed, of {}'s", ALL[other].1);
        let ratio = Figure::ratio(name, &times[other], &times[0]);
        all.push(ratio.with(Target::AtLeast(least)));
    }
    all
}

/// What is fetched, and from where.
struct Job {
    spud: PathBuf,
    folder: PathBuf,
    address: String,
    bytes: u64,
    sha256: String,
    /// Bytes per second of each connection; 0 is no limit.
    limit: Arc<AtomicU64>,
}

impl Job {
    fn new(spud: PathBuf, folder: PathBuf, mib: u64) -> io::Result<Self> {
        let source = folder.join("source.bin");
        let mut random = fastrand::Rng::with_seed(1);
        let mut file = io::BufWriter::new(fs::File::create(&source)?);
        let mut hasher = Sha256::new();
        // What no model's header begins is not fetched.
        let sprout = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../sprout/sprout.gguf"))?;
        let mut piece = vec![0; 1 << 20];
        for number in 0..mib {
            random.fill(&mut piece);
            let head = usize::try_from(number << 20)
                .ok()
                .and_then(|at| sprout.get(at..));
            let head = head.unwrap_or_default();
            let length = head.len().min(piece.len());
            piece[..length].copy_from_slice(&head[..length]);
            hasher.update(&piece);
            file.write_all(&piece)?;
        }
        file.flush()?;
        let digest = hasher.finalize();
        let hex = digest.iter().map(|byte| format!("{byte:02x}"));
        let limit = Arc::new(AtomicU64::new(0));
        Ok(Self {
            address: serve(source, limit.clone())?,
            spud,
            folder,
            bytes: mib << 20,
            sha256: hex.collect(),
            limit,
        })
    }

    /// Does the job once, from nothing.
    fn time(&self, who: Who) -> io::Result<Cost> {
        let work = self.folder.join("work");
        if work.exists() {
            fs::remove_dir_all(&work)?;
        }
        fs::create_dir_all(&work)?;
        // What the last one left to be written is not this one's to write.
        let _ = Command::new("sync").status();
        let url = format!("{}/me/file/resolve/main/file.gguf", self.address);
        match who {
            Who::Spud => {
                fs::write(work.join("models.toml"), self.catalogue())?;
                let mut spud = Command::new(&self.spud);
                spud.args(["pull", "r1-distill-qwen-1.5b", "--anyway", "--json"]);
                spud.args(["--endpoint", &self.address])
                    .env("SPUD_HOME", &work);
                spud.env("SPUD_MACHINE", machine());
                measured(&mut spud)
            }
            Who::Curl => {
                let file = work.join("file");
                let mut curl = Command::new("curl");
                curl.args(["-sSf", "-L", "-o"]).arg(&file).arg(&url);
                let first = measured(&mut curl)?;
                let then = measured(Command::new("sha256sum").arg(&file))?;
                Ok(Cost {
                    seconds: first.seconds + then.seconds,
                    cpu_seconds: first.cpu_seconds + then.cpu_seconds,
                    peak_mib: first.peak_mib.max(then.peak_mib),
                })
            }
            Who::Aria2 => {
                let mut aria2 = Command::new("aria2c");
                aria2.args(["-q", "-x", CONNECTIONS, "-s", CONNECTIONS, "-k", "16M"]);
                aria2.args(["--file-allocation=falloc", "-o", "file"]);
                aria2.arg(format!("--checksum=sha-256={}", self.sha256));
                aria2.arg("-d").arg(&work).arg(&url);
                measured(&mut aria2)
            }
        }
    }

    /// A catalogue whose smallest model is the file.
    fn catalogue(&self) -> String {
        let built_in = include_str!("../../../models.toml");
        let start = built_in.find("\n[[model]]\n").unwrap_or(0);
        let end = built_in[start..].find("[[model.file]]").unwrap_or(0);
        format!(
            "{}[[model.file]]\nquant = \"Q4_K_M\"\nrepo = \"me/file\"\npath = \"file.gguf\"\n\
             bytes = {}\nsha256 = [\"{}\"]\n",
            &built_in[start..start + end],
            self.bytes,
            self.sha256
        )
    }
}

/// A machine that need not be looked at.
fn machine() -> String {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    format!("{root}/crates/fit/tests/fit/machines/02-laptop-8gb.json")
}

/// Runs a program to its end, and tells what it took.
fn measured(command: &mut Command) -> io::Result<Cost> {
    for proxy in [
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "HTTP_PROXY",
        "ALL_PROXY",
    ] {
        command.env_remove(proxy);
    }
    let begun = Instant::now();
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()?;
    let mut cost = Cost::default();
    let status = loop {
        if let Some(seconds) = cpu_seconds(child.id()) {
            cost.cpu_seconds = seconds;
        }
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        cost.peak_mib = memory::peak(child.id()).map_or(cost.peak_mib, mib);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        thread::sleep(Duration::from_millis(5));
    };
    cost.seconds = begun.elapsed().as_secs_f64();
    if status.success() {
        return Ok(cost);
    }
    let program = Path::new(command.get_program()).display();
    Err(io::Error::other(format!("{program} failed: {status}")))
}

/// What a process has computed so far, by Linux's own count of hundredths of a second.
fn cpu_seconds(process: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

/// Serves one file, with ranges, for as long as the program runs.
fn serve(source: PathBuf, limit: Arc<AtomicU64>) -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (source, limit) = (source.clone(), limit.clone());
            // A client that goes away is no failure of the server.
            thread::spawn(move || answer(&stream, &source, &limit));
        }
    });
    Ok(address)
}

fn answer(stream: &TcpStream, source: &Path, limit: &AtomicU64) -> io::Result<()> {
    let mut lines = BufReader::new(stream);
    loop {
        let mut range = None;
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim().to_ascii_lowercase();
            if let Some((first, last)) = line
                .strip_prefix("range: bytes=")
                .and_then(|range| range.split_once('-'))
            {
                range = Some((first.parse::<u64>().ok(), last.parse::<u64>().ok()));
            }
            if line.is_empty() {
                break;
            }
        }
        send(stream, source, range, limit.load(Ordering::Relaxed))?;
    }
}

fn send(
    mut stream: &TcpStream,
    source: &Path,
    range: Option<(Option<u64>, Option<u64>)>,
    limit: u64,
) -> io::Result<()> {
    let mut file = std::fs::File::open(source)?;
    let bytes = file.metadata()?.len();
    let (first, last) = range.unwrap_or_default();
    let first = first.unwrap_or(0);
    let last = last.unwrap_or(bytes - 1).min(bytes - 1);
    let head = match range {
        None => {
            format!("HTTP/1.1 200 OK\r\nAccept-Ranges: bytes\r\nContent-Length: {bytes}\r\n\r\n")
        }
        Some(_) => format!(
            "HTTP/1.1 206 Partial\r\nContent-Range: bytes {first}-{last}/{bytes}\r\nContent-Length: {}\r\n\r\n",
            last + 1 - first
        ),
    };
    stream.write_all(head.as_bytes())?;
    file.seek(SeekFrom::Start(first))?;
    let mut left = last + 1 - first;
    let begun = Instant::now();
    let mut sent = 0;
    while left > 0 {
        let piece = if limit == 0 { left } else { left.min(64 << 10) };
        // Between a file and a socket the system copies by itself: the server costs little.
        let went = io::copy(&mut (&mut file).take(piece), &mut stream)?;
        left -= went;
        sent += went;
        if let Some(due) = (sent * 1_000_000).checked_div(limit) {
            thread::sleep(Duration::from_micros(due).saturating_sub(begun.elapsed()));
        }
        if went == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(())
}
