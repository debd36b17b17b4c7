//! Proxies: which one is asked, who resolves names, and whose failure it is that nothing comes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

use crate::hub::{Reply, Server};
use crate::odd_hub::Hub;
use crate::pull::sprout;
use crate::spud::{Home, Ran};

/// A host that no resolver knows.
const HUB: &str = "http://models.invalid";

const VARIABLES: [&str; 8] = [
    "http_proxy",
    "HTTP_PROXY",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
];

/// `spud` with these variables about proxies and no others.
pub(crate) fn through(home: &Home, arguments: &[&str], set: &[(&str, &str)]) -> Command {
    let mut command = home.command(arguments);
    for name in VARIABLES {
        command.env_remove(name);
    }
    command.envs(set.iter().copied());
    command
}

fn pull(home: &Home, hub: &str, set: &[(&str, &str)]) -> Ran {
    let arguments = ["pull", "me/sprout", "--endpoint", hub];
    Ran::of(through(home, &arguments, set).output().unwrap())
}

fn hub() -> Hub {
    Hub::default().with("me/sprout", &["sprout-Q4_K_M.gguf"], &sprout())
}

/// What a proxy was asked for, one after the other: the kind of an address, and the address.
type AskedFor = Arc<Mutex<Vec<(u8, String)>>>;

/// A SOCKS proxy that leads everything to one server. It tells whom it was asked for: the kind of the
/// address, 3 for a name, and the name.
fn socks(to: SocketAddr, login: Option<&'static [u8]>) -> (SocketAddr, AskedFor) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let told = asked.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let asked = asked.clone();
            thread::spawn(move || drop(serve_socks(stream, to, login, &asked)));
        }
    });
    (address, told)
}

fn serve_socks(
    mut stream: TcpStream,
    to: SocketAddr,
    login: Option<&[u8]>,
    asked: &Mutex<Vec<(u8, String)>>,
) -> std::io::Result<()> {
    let byte = |stream: &mut TcpStream| -> std::io::Result<u8> {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        Ok(byte[0])
    };
    let some = |stream: &mut TcpStream, length: u8| -> std::io::Result<Vec<u8>> {
        let mut bytes = vec![0; length.into()];
        stream.read_exact(&mut bytes)?;
        Ok(bytes)
    };
    let (_version, count) = (byte(&mut stream)?, byte(&mut stream)?);
    let methods = some(&mut stream, count)?;
    match login {
        None => stream.write_all(&[5, 0])?,
        Some(_) if !methods.contains(&2) => return stream.write_all(&[5, 0xff]),
        Some(login) => {
            stream.write_all(&[5, 2])?;
            byte(&mut stream)?;
            let length = byte(&mut stream)?;
            let mut found = some(&mut stream, length)?;
            let length = byte(&mut stream)?;
            found.push(b':');
            found.extend(some(&mut stream, length)?);
            let right = found == login;
            stream.write_all(&[1, u8::from(!right)])?;
            if !right {
                return Ok(());
            }
        }
    }
    let head = some(&mut stream, 4)?;
    let name = match head[3] {
        1 => some(&mut stream, 4)?,
        3 => {
            let length = byte(&mut stream)?;
            some(&mut stream, length)?
        }
        _ => some(&mut stream, 16)?,
    };
    some(&mut stream, 2)?;
    let name = String::from_utf8_lossy(&name).into_owned();
    let unknown = name.starts_with("unreachable");
    asked.lock().unwrap().push((head[3], name));
    if unknown {
        return stream.write_all(&[5, 4, 0, 1, 0, 0, 0, 0, 0, 0]);
    }
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
    let mut there = TcpStream::connect(to)?;
    let (mut back, mut from) = (stream.try_clone()?, there.try_clone()?);
    let pump = thread::spawn(move || drop(std::io::copy(&mut from, &mut back)));
    std::io::copy(&mut stream, &mut there)?;
    there.shutdown(std::net::Shutdown::Both)?;
    drop(pump.join());
    Ok(())
}

#[test]
fn a_socks_proxy_resolves_the_names() {
    let server = hub().start();
    // As desktops write it too, and in capitals.
    for scheme in ["socks5", "socks5h", "socks", "SOCKS5", "Socks"] {
        let (proxy, asked) = socks(server.address, None);
        let home = Home::new();
        let ran = pull(&home, HUB, &[("all_proxy", &format!("{scheme}://{proxy}"))]);
        assert_eq!(ran.status, Some(0), "{scheme}: {ran:?}");
        let asked = asked.lock().unwrap().clone();
        assert!(!asked.is_empty());
        assert!(
            asked
                .iter()
                .all(|asked| *asked == (3, "models.invalid".to_owned())),
            "{asked:?}"
        );
    }
    // A host that is named is asked without it.
    let (proxy, asked) = socks(server.address, None);
    let home = Home::new();
    let here = server.url("/").to_string();
    let set = [
        ("ALL_PROXY", &*format!("socks5://{proxy}")),
        ("NO_PROXY", "127.0.0.1"),
    ];
    assert_eq!(pull(&home, &here, &set).status, Some(0));
    assert!(asked.lock().unwrap().is_empty());
}

#[test]
fn a_password_that_is_wanted_or_wrong_is_told_as_the_proxys() {
    let server = hub().start();
    let (proxy, _) = socks(server.address, Some(b"me:s@cret"));
    let right = format!("socks5h://me:s%40cret@{proxy}");
    let wrong = format!("socks5h://me:wr0ng@{proxy}");
    let none = format!("socks5h://{proxy}");
    assert_eq!(
        pull(&Home::new(), HUB, &[("all_proxy", &right)]).status,
        Some(0)
    );
    // The same of one that speaks HTTP.
    let plain = Server::new(|request| match request.headers.get("proxy-authorization") {
        Some(_) => Reply::status(407),
        None => Reply::status(407).header("Proxy-Authenticate", "Basic realm=\"x\""),
    });
    let (http, authority) = (plain.url("/").to_string(), plain.address);
    let http_wrong = format!("http://me:wr0ng@{authority}/");
    let wants = "wants a name and a password";
    let takes = "does not take the name and the password";
    for (variable, url, hub, words, proxy) in [
        ("all_proxy", &none, HUB, wants, proxy),
        ("all_proxy", &wrong, HUB, takes, proxy),
        ("http_proxy", &http, HUB, wants, authority),
        ("http_proxy", &http_wrong, HUB, takes, authority),
        (
            "https_proxy",
            &http,
            "https://models.invalid",
            wants,
            authority,
        ),
        (
            "https_proxy",
            &http_wrong,
            "https://models.invalid",
            takes,
            authority,
        ),
    ] {
        let home = Home::new();
        let ran = pull(&home, hub, &[(variable, url)]);
        assert_eq!(ran.status, Some(1), "{url}: {ran:?}");
        let complaint = ran.errors.lines().last().unwrap();
        let named = format!("the proxy `{proxy}` on the way to `models.invalid` {words}");
        assert!(complaint.contains(&named), "{url}: {complaint}");
        assert!(complaint.contains("NAME:PASSWORD"), "{complaint}");
        let everything = format!(
            "{ran:?}{}",
            std::fs::read_to_string(home.path().join("connections.jsonl")).unwrap()
        );
        assert!(!everything.contains("wr0ng"), "{everything}");
    }
}

/// What is waited for first, before anybody gives up.
fn first_wait(hub: &str, set: &[(&str, &str)]) -> String {
    let home = Home::new();
    let arguments = ["pull", "me/sprout", "--endpoint", hub, "--json"];
    let mut command = through(&home, &arguments, set);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let told = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut lines = told.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    let why = lines.find_map(|line| line["why"].as_str().map(str::to_owned));
    child.kill().unwrap();
    child.wait().unwrap();
    why.unwrap()
}

#[test]
fn a_proxy_that_fails_is_named_and_not_the_hub() {
    // Nobody listens there any more.
    let gone = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let server = hub().start();
    let (socks, _) = socks(server.address, None);
    let refuses = Server::new(|_| Reply::status(502));
    let tunnel = refuses.address;
    for (variable, url, hub, proxy, words) in [
        (
            "http_proxy",
            format!("http://{gone}"),
            HUB,
            gone,
            "cannot be reached",
        ),
        (
            "https_proxy",
            format!("http://{gone}"),
            "https://models.invalid",
            gone,
            "cannot be reached",
        ),
        (
            "all_proxy",
            format!("socks5h://{gone}"),
            HUB,
            gone,
            "cannot be reached",
        ),
        (
            "all_proxy",
            format!("socks5h://{socks}"),
            "http://unreachable.invalid",
            socks,
            "let nothing through",
        ),
        (
            "https_proxy",
            format!("http://{tunnel}"),
            "https://models.invalid",
            tunnel,
            "let nothing through",
        ),
    ] {
        let why = first_wait(hub, &[(variable, &url)]);
        assert!(
            why.contains(&format!("the proxy `{proxy}`")) && why.contains(words),
            "{url}: {why}"
        );
    }
    // Without one it is the hub.
    let why = first_wait(&format!("http://{gone}"), &[]);
    assert!(why.contains(&format!("no connection to `{gone}`")), "{why}");
}
