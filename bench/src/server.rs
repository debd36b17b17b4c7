//! `llama-server`, asked over loopback as any program asks it.
//!
//! One slot, so that its whole context belongs to the one conversation as ours does; everything
//! else is as it comes unless a row says so. It streams, as every window that shows a reply has it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http;
use crate::ours::Setup;
use crate::peers::Peers;

/// How long a load may take.
const LOAD_LIMIT: Duration = Duration::from_mins(2);
/// How often a server that loads is asked whether it is ready. Half of this is what the time of a
/// start says too much, on average.
const ASK_EVERY: Duration = Duration::from_millis(4);

/// A server that has loaded a model.
pub struct Server {
    child: Child,
    port: u16,
}

/// A completion as it was received.
#[derive(Debug, Default)]
pub struct Completion {
    /// From the request until the first token was here, by our clock.
    pub first: Duration,
    /// The ids of what was written.
    pub tokens: Vec<u32>,
    /// Tokens of the prompt that were computed.
    pub read: u32,
    /// Tokens of the prompt that were in the cache already.
    pub cached: u32,
    /// Tokens written per second after the first, by the server's clock.
    pub decode_per_second: f64,
}

impl Server {
    /// Starts a server with these further arguments and waits until it answers.
    pub fn start(peers: &Peers, setup: &Setup, more: &[&str]) -> io::Result<Self> {
        let threads = setup.threads.to_string();
        // Free a moment ago; a server that does not get it ends at once and says so.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let mut log = tempfile::tempfile()?;
        let mut command = Command::new(peers.program("llama-server"));
        // Somebody's own settings are not what comes by default.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("LLAMA_ARG_") {
                command.env_remove(name);
            }
        }
        let child = command
            .arg("-m")
            .arg(&setup.model)
            .args(["-c", &setup.context.to_string(), "-np", "1"])
            .args(["-t", &threads, "-tb", &threads, "-ngl", "0"])
            .args(["--host", "127.0.0.1", "--port", &port.to_string()])
            .args(more)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log.try_clone()?)
            .spawn()?;
        let mut server = Self { child, port };
        let begun = Instant::now();
        while begun.elapsed() < LOAD_LIMIT {
            if let Ok(answer) = http::ask(port, "/health", None)
                && answer.status == 200
            {
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                return Err(ended(status, &mut log));
            }
            std::thread::sleep(ASK_EVERY);
        }
        Err(io::Error::other("llama-server was never ready"))
    }

    /// The ids of a text in which special tokens are written out.
    pub fn tokens(&self, text: &str) -> io::Result<Vec<u32>> {
        let asked = json!({ "content": text, "add_special": false, "parse_special": true });
        let answer = http::ask(self.port, "/tokenize", Some(&asked.to_string()))?;
        let answer: Value = serde_json::from_str(&answer.text()?)?;
        ids(&answer["tokens"]).ok_or_else(|| odd(&answer))
    }

    /// Lets it write exactly so many tokens after these, the likeliest always.
    pub fn complete(&self, prompt: &[u32], tokens: u32) -> io::Result<Completion> {
        let begun = Instant::now();
        let answer = self.begin(prompt, tokens)?;
        let mut completion = Completion::default();
        for line in BufReader::new(answer).lines() {
            let line = line?;
            let Some(data) = line.strip_prefix("data: ") else {
                continue;
            };
            let event: Value = serde_json::from_str(data)?;
            if event["error"].is_object() {
                return Err(odd(&event));
            }
            if completion.first.is_zero() {
                completion.first = begun.elapsed();
            }
            completion
                .tokens
                .extend(ids(&event["tokens"]).unwrap_or_default());
            if event["stop"] == true {
                let timings = &event["timings"];
                let count = |name: &str| timings[name].as_u64().and_then(|n| n.try_into().ok());
                completion.read = count("prompt_n").ok_or_else(|| odd(&event))?;
                completion.cached = count("cache_n").ok_or_else(|| odd(&event))?;
                let rate = timings["predicted_per_second"].as_f64();
                completion.decode_per_second = rate.ok_or_else(|| odd(&event))?;
                if completion.tokens.len() != tokens as usize {
                    return Err(odd(&event));
                }
                return Ok(completion);
            }
        }
        Err(io::Error::other(
            "llama-server: a completion without an end",
        ))
    }

    /// Lets it read a prompt, closes the connection after this time, and gives the time from then
    /// until it computed no more.
    pub fn stop_after(&self, prompt: &[u32], after: Duration) -> io::Result<Duration> {
        let begun = Instant::now();
        let mut stream = http::send(self.port, "/completion", Some(&completion(prompt, 16)))?;
        std::thread::sleep(after.saturating_sub(begun.elapsed()));
        stream.set_nonblocking(true)?;
        let mut said = Vec::new();
        // Ends with "nothing there yet" where the prompt is being read.
        let _ = stream.read_to_end(&mut said);
        if said.windows(5).any(|five| five == b"data:") {
            let message = format!("llama-server had read its prompt in {after:?}");
            return Err(io::Error::other(message));
        }
        let stopped = Instant::now();
        drop(stream);
        crate::idle::since(stopped, self.child.id())
    }

    /// The most memory that the process held, in bytes.
    pub fn peak(&self) -> Option<u64> {
        crate::memory::peak(self.child.id())
    }

    fn begin(&self, prompt: &[u32], tokens: u32) -> io::Result<http::Answer> {
        let answer = http::ask(self.port, "/completion", Some(&completion(prompt, tokens)))?;
        if answer.status == 200 {
            return Ok(answer);
        }
        let (status, said) = (answer.status, answer.text()?);
        Err(io::Error::other(format!("llama-server: {status} {said}")))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        // Its memory is to be free before anything else is measured.
        let _ = self.child.wait();
    }
}

/// The request for a completion of which only the likeliest token is ever wanted: the cheapest
/// chain of samplers that does it, as ours is.
fn completion(prompt: &[u32], tokens: u32) -> String {
    json!({
        "prompt": prompt,
        "n_predict": tokens,
        "ignore_eos": true,
        "cache_prompt": true,
        "stream": true,
        "temperature": 0,
        "top_k": 1,
        "samplers": ["top_k"],
    })
    .to_string()
}

fn ids(value: &Value) -> Option<Vec<u32>> {
    let ids = value.as_array()?.iter();
    ids.map(|id| id.as_u64().and_then(|id| id.try_into().ok()))
        .collect()
}

fn odd(answer: &Value) -> io::Error {
    io::Error::other(format!("llama-server answered {answer}"))
}

fn ended(status: std::process::ExitStatus, log: &mut File) -> io::Error {
    let mut said = String::new();
    let read = log.rewind().and_then(|()| log.read_to_string(&mut said));
    let last = said.lines().last().filter(|_| read.is_ok());
    io::Error::other(format!(
        "llama-server ended with {status}: {}",
        last.unwrap_or_default()
    ))
}
