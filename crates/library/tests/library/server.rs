//! A server of our own on loopback that does to each request what a script says.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use url::Url;

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    /// First and last byte that were asked for.
    pub(crate) range: Option<(u64, u64)>,
    /// How many came before, to this server.
    pub(crate) number: usize,
}

impl Request {
    /// Whether it only asks where the bytes are.
    pub(crate) fn is_probe(&self) -> bool {
        self.range == Some((0, 0))
    }
}

/// What is done in the middle of a body.
#[derive(Clone)]
pub(crate) struct Midway {
    after: usize,
    deed: Arc<dyn Fn() + Send + Sync>,
}

impl std::fmt::Debug for Midway {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "something after {} bytes", self.after)
    }
}

/// What is done with a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Arc<Vec<u8>>,
    /// The part of the body that is sent.
    pub(crate) part: std::ops::Range<usize>,
    /// Whether the length is left out: then the end of the connection is that of the body.
    pub(crate) endless: bool,
    /// Nothing is sent, and the connection is closed.
    pub(crate) mute: bool,
    /// After so many bytes the connection is closed.
    pub(crate) cut: Option<usize>,
    /// After so many bytes nothing more is sent, and the connection stays open.
    pub(crate) hang: Option<usize>,
    /// Bytes per second.
    pub(crate) rate: Option<u64>,
    /// What comes behind the body.
    pub(crate) more: Vec<u8>,
    /// What is done once so many bytes are sent.
    pub(crate) midway: Option<Midway>,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn to(address: &str) -> Self {
        Self::status(302).header("Location", address)
    }

    pub(crate) fn midway(self, after: usize, deed: impl Fn() + Send + Sync + 'static) -> Self {
        let deed = Arc::new(deed);
        Self {
            midway: Some(Midway { after, deed }),
            ..self
        }
    }

    pub(crate) fn body(self, body: &[u8]) -> Self {
        Self {
            part: 0..body.len(),
            body: Arc::new(body.to_vec()),
            ..self
        }
    }

    /// The whole, as a server without ranges gives it.
    pub(crate) fn whole(content: &Arc<Vec<u8>>) -> Self {
        Self {
            body: content.clone(),
            part: 0..content.len(),
            ..Self::status(200)
        }
    }

    /// What was asked for, as a good server gives it.
    pub(crate) fn good(content: &Arc<Vec<u8>>, request: &Request) -> Self {
        let Some((first, last)) = request.range else {
            return Self::whole(content);
        };
        let length = content.len() as u64;
        if first >= length {
            return Self::status(416).header("Content-Range", &format!("bytes */{length}"));
        }
        let last = last.min(length - 1);
        Self {
            body: content.clone(),
            part: usize::try_from(first).unwrap()..usize::try_from(last + 1).unwrap(),
            ..Self::status(206).header("Content-Range", &format!("bytes {first}-{last}/{length}"))
        }
    }
}

type Script = dyn Fn(&Request) -> Reply + Send + Sync;

/// The server; it ends with the test.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// Requests as they came.
    pub(crate) requests: Arc<Mutex<Vec<Request>>>,
    /// Bytes of bodies that were sent.
    pub(crate) sent: Arc<AtomicU64>,
    /// Connections that have not ended.
    open: Arc<AtomicU64>,
}

impl Server {
    pub(crate) fn new(script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let sent = Arc::new(AtomicU64::new(0));
        let open = Arc::new(AtomicU64::new(0));
        let script: Arc<Script> = Arc::new(script);
        {
            let (requests, sent, open) = (requests.clone(), sent.clone(), open.clone());
            thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    let (script, requests, sent) = (script.clone(), requests.clone(), sent.clone());
                    let open = open.clone();
                    open.fetch_add(1, Ordering::SeqCst);
                    thread::spawn(move || {
                        // A client that goes away is no failure of the server.
                        serve(&stream, &*script, &requests, &sent);
                        open.fetch_sub(1, Ordering::SeqCst);
                    });
                }
            });
        }
        Self {
            address,
            requests,
            sent,
            open,
        }
    }

    /// A server that does everything right.
    pub(crate) fn good(content: &Arc<Vec<u8>>) -> Self {
        let content = content.clone();
        Self::new(move |request| Reply::good(&content, request))
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Connections that have not ended.
    pub(crate) fn open(&self) -> u64 {
        self.open.load(Ordering::SeqCst)
    }

    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}

fn serve(
    stream: &TcpStream,
    script: &Script,
    requests: &Mutex<Vec<Request>>,
    sent: &AtomicU64,
) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if line.trim().is_empty() {
                break;
            }
            lines.push(line.trim().to_owned());
        }
        let path = lines.first()?.split(' ').nth(1)?.to_owned();
        let headers: BTreeMap<String, String> = lines[1..]
            .iter()
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let range = headers.get("range").and_then(|range| {
            let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
            Some((first.parse().ok()?, last.parse().ok()?))
        });
        let request = {
            let mut requests = requests.lock().unwrap();
            let number = requests.len();
            let request = Request {
                path,
                headers,
                range,
                number,
            };
            requests.push(request.clone());
            request
        };
        send(stream, &script(&request), sent)?;
    }
}

fn send(mut stream: &TcpStream, reply: &Reply, sent: &AtomicU64) -> Option<()> {
    if reply.mute {
        let _ = stream.shutdown(std::net::Shutdown::Both);
        return None;
    }
    let mut head = format!("HTTP/1.1 {} Scripted\r\n", reply.status);
    for (name, value) in &reply.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    if reply.endless {
        head += "Connection: close\r\n";
    } else {
        let _ = write!(head, "Content-Length: {}\r\n", reply.part.len());
    }
    head += "\r\n";
    stream.write_all(head.as_bytes()).ok()?;
    let body = reply.body.get(reply.part.clone()).unwrap_or_default();
    let stop = reply
        .cut
        .or(reply.hang)
        .unwrap_or(body.len())
        .min(body.len());
    let mut midway = reply.midway.as_ref();
    let mut gone = 0;
    for piece in body[..stop].chunks(64 << 10) {
        stream.write_all(piece).ok()?;
        gone += piece.len();
        if let Some(midway) = midway.take_if(|midway| gone >= midway.after) {
            (midway.deed)();
        }
        sent.fetch_add(piece.len() as u64, Ordering::Relaxed);
        if let Some(rate) = reply.rate {
            thread::sleep(Duration::from_micros(piece.len() as u64 * 1_000_000 / rate));
        }
    }
    if reply.hang.is_some() {
        thread::sleep(Duration::from_mins(1));
    }
    stream.write_all(&reply.more).ok()?;
    if reply.cut.is_some() || reply.endless {
        let _ = stream.shutdown(std::net::Shutdown::Both);
        return None;
    }
    Some(())
}
