//! A person's token: sent to the Hub alone, over TLS, for a repository that it does not give to everybody, once
//! that was agreed; and never to anybody else, nor written anywhere.
//!
//! The Hub is one on loopback: `spud` reaches it by a proxy that the environment names, and trusts its
//! certificate since the environment names that too. Nothing in the product knows of either.

#[cfg(target_os = "linux")]
use std::ffi::OsStr;
#[cfg(target_os = "linux")]
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
#[cfg(target_os = "linux")]
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::hub::{Reply, Request, Server};
use crate::odd_hub::Hub;
use crate::proxies::through;
use crate::pull::sprout;
use crate::spud::{Home, Ran};

const TOKEN: &str = "hf_aVerySecretToken";

/// The certificate's names.
const HOSTS: [&str; 5] = [
    "huggingface.co",
    "cdn.example",
    "hf-mirror.com",
    "own.example",
    "modelscope.cn",
];

fn tls(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cli/tls")
        .join(file)
}

/// A proxy whose tunnels end at servers of ours, each for a host of the certificate.
pub(crate) struct World {
    proxy: SocketAddr,
    servers: Vec<Server>,
    _runtime: tokio::runtime::Runtime,
}

impl World {
    /// A hub of these repositories that lets in whom `lets` does, with its bytes on another host; the same
    /// one behind each host that is no such. The mirror has nothing.
    fn new(hub: &Hub, lets: impl Fn(&Request) -> Option<Reply> + Send + Sync + 'static) -> Self {
        Self::with_mirror(hub, &Hub::default(), lets)
    }

    /// The same with what the mirror has.
    pub(crate) fn with_mirror(
        hub: &Hub,
        mirror: &Hub,
        lets: impl Fn(&Request) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        let lets = Arc::new(lets);
        let servers: Vec<Server> = HOSTS
            .iter()
            .map(|host| {
                let (hub, lets, is_cdn) = (hub.clone(), lets.clone(), *host == "cdn.example");
                let mirror = (*host == "modelscope.cn").then(|| mirror.clone());
                Server::new(move |request| {
                    if let Some(mirror) = &mirror {
                        return mirror.answer_as_mirror(request);
                    }
                    if let Some(refused) = lets(request).filter(|_| !is_cdn) {
                        return refused;
                    }
                    let mut reply = hub.answer(request);
                    for (name, value) in &mut reply.headers {
                        if name == "Location" && value.starts_with("/cdn/") {
                            *value = format!("https://cdn.example{value}");
                        }
                    }
                    reply
                })
            })
            .collect();
        let routes: Vec<SocketAddr> = servers.iter().map(|server| server.address).collect();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let chain = CertificateDer::pem_file_iter(tls("leaf.pem")).unwrap();
        let chain = chain.map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_file(tls("leaf.key")).unwrap();
        let config = rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let proxy = listener.local_addr().unwrap();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, routes) = (acceptor.clone(), routes.clone());
                // A client that goes away is no failure of the proxy.
                tokio::spawn(async move { drop(tunnel(stream, &acceptor, &routes).await) });
            }
        });
        Self {
            proxy,
            servers,
            _runtime: runtime,
        }
    }

    /// Requests that this host got.
    pub(crate) fn asked(&self, host: &str) -> Vec<Request> {
        let place = HOSTS.iter().position(|known| *known == host).unwrap();
        self.servers[place].requests()
    }

    pub(crate) fn spud(&self, home: &Home, arguments: &[&str], set: &[(&str, &str)]) -> Ran {
        let ran = Ran::of(self.command(home, arguments, set).output().unwrap());
        no_token_in(home, &format!("{ran:?}"));
        ran
    }

    fn command(&self, home: &Home, arguments: &[&str], set: &[(&str, &str)]) -> Command {
        let proxy = format!("http://{}", self.proxy);
        let mut command = through(home, arguments, &[("https_proxy", &proxy)]);
        for name in [
            "HF_TOKEN",
            "HUGGING_FACE_HUB_TOKEN",
            "HF_TOKEN_PATH",
            "HF_ENDPOINT",
        ] {
            command.env_remove(name);
        }
        command
            .env("SSL_CERT_FILE", tls("ca.pem"))
            .env("HF_HOME", home.path().join("hf"))
            .envs(set.iter().copied());
        command
    }

    /// The same at a terminal, where somebody answers the question with this. All that is shown.
    #[cfg(target_os = "linux")]
    fn at_terminal(&self, home: &Home, arguments: &[&str], answer: &str) -> (Option<i32>, String) {
        let asked = self.command(home, arguments, &[("HF_TOKEN", TOKEN)]);
        let quoted = |word: &OsStr| format!("'{}'", word.to_str().unwrap());
        let words = std::iter::once(asked.get_program()).chain(asked.get_args());
        let line: Vec<String> = words.map(quoted).collect();
        let mut script = Command::new("script");
        script.args(["-q", "-e", "-c", &line.join(" "), "/dev/null"]);
        for (name, value) in asked.get_envs() {
            match value {
                Some(value) => script.env(name, value),
                None => script.env_remove(name),
            };
        }
        let piped = script.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let mut keys = child.stdin.take().unwrap();
        let mut screen = child.stdout.take().unwrap();
        let mut shown = Vec::new();
        let mut piece = [0; 1024];
        let mut answered = false;
        loop {
            let read = screen.read(&mut piece).unwrap();
            if read == 0 {
                break;
            }
            shown.extend_from_slice(&piece[..read]);
            if !answered && shown.windows(5).any(|part| part == b"[y/N]") {
                keys.write_all(answer.as_bytes()).unwrap();
                answered = true;
            }
        }
        let status = child.wait().unwrap();
        let shown = String::from_utf8_lossy(&shown).into_owned();
        no_token_in(home, &shown);
        (status.code(), shown)
    }

    /// Which paths of which hosts a token came with.
    fn shown(&self) -> Vec<(&'static str, String)> {
        let with = HOSTS.iter().zip(&self.servers).flat_map(|(host, server)| {
            let requests = server.requests().into_iter();
            let keyed = requests.filter(|request| request.headers.contains_key("authorization"));
            keyed.map(|request| {
                assert_eq!(request.headers["authorization"], format!("Bearer {TOKEN}"));
                (*host, request.path)
            })
        });
        with.collect()
    }
}

/// It is neither shown nor kept, whatever happened.
fn no_token_in(home: &Home, shown: &str) {
    assert!(!shown.contains(TOKEN), "{shown}");
    for path in files(home.path()) {
        let is_the_hubs_own = path.starts_with(home.path().join("hf"));
        let text = std::fs::read(&path).unwrap();
        let kept = text
            .windows(TOKEN.len())
            .any(|part| part == TOKEN.as_bytes());
        assert!(!kept || is_the_hubs_own, "{}", path.display());
    }
}

async fn tunnel(
    stream: TcpStream,
    acceptor: &TlsAcceptor,
    routes: &[SocketAddr],
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut asked = String::new();
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 2 {
        if asked.is_empty() {
            asked.clone_from(&line);
        }
        line.clear();
    }
    let host = asked
        .trim_start_matches("CONNECT ")
        .split(':')
        .next()
        .unwrap_or_default();
    let Some(place) = HOSTS.iter().position(|known| *known == host) else {
        return stream.write_all(b"HTTP/1.1 502 Unknown\r\n\r\n").await;
    };
    stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await?;
    let mut client = acceptor.accept(stream).await?;
    let mut server = TcpStream::connect(routes[place]).await?;
    copy_bidirectional(&mut client, &mut server).await.map(drop)
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn hub() -> Hub {
    let sprout = sprout();
    Hub::default()
        .with("meta/gated", &["R1-Q4_K_M.gguf"], &sprout)
        .with("meta/other", &["R1-Q4_K_M.gguf"], &sprout)
}

/// As the Hub does with a repository whose publisher lets people in: everybody sees its list.
fn gated(request: &Request) -> Option<Reply> {
    let known = request.headers.contains_key("authorization");
    let closed = request.path.contains("/resolve/") && !known;
    closed.then(|| Reply::status(401).header("X-Error-Code", "GatedRepo"))
}

const GATED: [&str; 2] = ["pull", "meta/gated"];

#[test]
fn a_gated_repository_is_told_as_such_and_no_token_leaves_unasked() {
    let world = World::new(&hub(), gated);
    let home = Home::new();
    let ran = world.spud(&home, &GATED, &[("HF_TOKEN", TOKEN)]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    let told = ran.errors.lines().last().unwrap();
    assert!(
        told.contains("`huggingface.co` gives `meta/gated` only to people its publisher let in")
            && told.contains("https://huggingface.co/meta/gated")
            && told.contains("--use-token"),
        "{told}"
    );
    // Nor where there is none to be sent.
    let ran = world.spud(&home, &["pull", "meta/gated", "--use-token"], &[]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert_eq!(world.shown(), []);
    assert!(!home.path().join("models/meta").exists());
}

#[test]
fn a_token_goes_to_its_repository_of_the_hub_and_to_nobody_else() {
    let world = World::new(&hub(), gated);
    let home = Home::new();
    let set = [("HF_TOKEN", TOKEN)];
    let ran = world.spud(&home, &["pull", "meta/gated", "--use-token"], &set);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let shown = world.shown();
    assert!(!shown.is_empty());
    for (host, path) in &shown {
        assert_eq!(*host, "huggingface.co");
        assert!(
            path.starts_with("/meta/gated/") || path.starts_with("/api/models/meta/gated/"),
            "{path}"
        );
    }
    // The host that has the bytes was asked, and saw none.
    assert!(!world.servers[1].requests().is_empty());
    // First nobody is told who asks.
    let first = &world.servers[0].requests()[0];
    assert!(!first.headers.contains_key("authorization"));
    // It was agreed for this repository, and stays so; for no other.
    std::fs::remove_dir_all(home.path().join("models")).unwrap();
    assert_eq!(world.spud(&home, &GATED, &set).status, Some(0));
    let before = world.shown().len();
    let ran = world.spud(&home, &["pull", "meta/other"], &set);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert_eq!(world.shown().len(), before);
}

/// By whoever sits there, once for each repository; anything but a yes is a no.
#[cfg(target_os = "linux")]
#[test]
fn somebody_at_a_terminal_is_asked_once() {
    for (answer, agrees) in [
        ("y\n", true),
        ("YES\n", true),
        ("n\n", false),
        ("\n", false),
        ("yellow\n", false),
        // The end of the input.
        ("\u{4}", false),
        // Ctrl-C.
        ("\u{3}", false),
    ] {
        let world = World::new(&hub(), gated);
        let home = Home::new();
        let (status, shown) = world.at_terminal(&home, &GATED, answer);
        let question = "Show huggingface.co your token (from HF_TOKEN) for `meta/gated`";
        assert_eq!(shown.matches(question).count(), 1, "{answer:?}: {shown}");
        assert_eq!(status == Some(0), agrees, "{answer:?}: {shown}");
        assert_eq!(world.shown().is_empty(), !agrees, "{answer:?}");
        if agrees {
            std::fs::remove_dir_all(home.path().join("models")).unwrap();
            let (status, shown) = world.at_terminal(&home, &GATED, "");
            assert_eq!(
                (status, shown.contains("[y/N]")),
                (Some(0), false),
                "{shown}"
            );
        }
    }
}

#[test]
fn it_is_found_where_the_hub_keeps_it() {
    let plain = format!("{TOKEN}\n").into_bytes();
    let wide: Vec<u16> = format!("\u{feff}{TOKEN}\r\n").encode_utf16().collect();
    let wide: Vec<u8> = wide.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    for (path, set, text) in [
        ("hf/token", vec![], plain.clone()),
        (
            "hf/elsewhere",
            vec![("HF_TOKEN_PATH", "hf/elsewhere")],
            plain,
        ),
        // As PowerShell writes it, as an editor does, and as it stood in a line of a shell.
        ("hf/token", vec![], wide),
        ("hf/token", vec![], format!("\u{feff}{TOKEN}").into_bytes()),
        ("hf/token", vec![], format!("\"{TOKEN}\"\n").into_bytes()),
    ] {
        let world = World::new(&hub(), gated);
        let home = Home::new();
        let file = home.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
        let set: Vec<(&str, String)> = set
            .into_iter()
            .map(|(name, path)| (name, home.path().join(path).display().to_string()))
            .collect();
        let set: Vec<(&str, &str)> = set
            .iter()
            .map(|(name, path)| (*name, path.as_str()))
            .collect();
        let ran = world.spud(&home, &["pull", "meta/gated", "--use-token"], &set);
        assert_eq!(ran.status, Some(0), "{ran:?}");
    }
}

#[test]
fn one_that_is_refused_is_not_shown_again_and_again() {
    let world = World::new(&hub(), |request| {
        let closed = request.path.contains("/resolve/");
        let known = request.headers.contains_key("authorization");
        let status = if known { 403 } else { 401 };
        closed.then(|| Reply::status(status).header("X-Error-Code", "GatedRepo"))
    });
    let home = Home::new();
    let ran = world.spud(
        &home,
        &["pull", "meta/gated", "--use-token"],
        &[("HF_TOKEN", TOKEN)],
    );
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(ran.errors.contains("is of nobody who was"), "{ran:?}");
    // The list, and what was refused.
    assert_eq!(world.shown().len(), 2, "{:?}", world.shown());
}

#[test]
fn mirrors_never_see_it_and_another_hub_only_where_it_was_named() {
    let set = |endpoint| vec![("HF_TOKEN", TOKEN), ("HF_ENDPOINT", endpoint)];
    let mirror = "https://hf-mirror.com/meta/gated";
    for (arguments, set, shown) in [
        // A mirror that a person named, however much they insist.
        (
            vec!["pull", mirror, "--use-token=hf-mirror.com"],
            vec![("HF_TOKEN", TOKEN)],
            None,
        ),
        (
            vec!["pull", mirror, "--use-token"],
            vec![("HF_TOKEN", TOKEN)],
            None,
        ),
        // What the variable names is asked, and is not the Hub.
        (
            vec!["pull", "meta/gated", "--use-token"],
            set("https://own.example"),
            None,
        ),
        (
            vec!["pull", "meta/gated", "--use-token=own.example"],
            set("https://own.example"),
            Some("own.example"),
        ),
        (
            vec!["pull", "meta/gated", "--use-token=huggingface.co"],
            set("https://own.example"),
            None,
        ),
    ] {
        let world = World::new(&hub(), gated);
        let home = Home::new();
        let ran = world.spud(&home, &arguments, &set);
        let hosts: Vec<&str> = world.shown().into_iter().map(|(host, _)| host).collect();
        match shown {
            None => assert_eq!(
                (ran.status, &hosts[..]),
                (Some(1), &[][..]),
                "{arguments:?}: {ran:?}"
            ),
            Some(host) => {
                assert_eq!(ran.status, Some(0), "{ran:?}");
                assert!(
                    hosts.iter().all(|shown| *shown == host) && !hosts.is_empty(),
                    "{hosts:?}"
                );
            }
        }
    }
    // Without TLS nobody sees it, be it the hub that was named.
    let plain = Server::new(|request| {
        assert!(!request.headers.contains_key("authorization"));
        Reply::status(401).header("X-Error-Code", "GatedRepo")
    });
    let home = Home::new();
    let endpoint = plain.url("/").to_string();
    let host = format!("--use-token={}", plain.address);
    let mut command = through(&home, &["pull", "meta/gated", &host], &[]);
    let ran = Ran::of(
        command
            .env("HF_TOKEN", TOKEN)
            .env("HF_ENDPOINT", endpoint)
            .output()
            .unwrap(),
    );
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(
        ran.errors.contains("only to people its publisher let in"),
        "{ran:?}"
    );
}

/// A redirect from the Hub to a stranger, which asks for a token: it gets none.
#[test]
fn whoever_the_hub_leads_to_gets_none() {
    let seen = Arc::new(Mutex::new(false));
    let world = World::new(&hub(), move |request| {
        if let Some(refused) = gated(request) {
            return Some(refused);
        }
        let away =
            request.path.contains("/resolve/") && request.headers["host"] == "huggingface.co";
        *seen.lock().unwrap() |= away;
        away.then(|| Reply::to("https://own.example/meta/gated/resolve/main/R1-Q4_K_M.gguf"))
    });
    let home = Home::new();
    let ran = world.spud(
        &home,
        &["pull", "meta/gated", "--use-token"],
        &[("HF_TOKEN", TOKEN)],
    );
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(
        world
            .shown()
            .iter()
            .all(|(host, _)| *host == "huggingface.co")
    );
    assert!(!world.servers[3].requests().is_empty());
}
