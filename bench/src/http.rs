//! As much of HTTP as a server on loopback needs to be asked: one request a connection, and an
//! answer that is read while it comes.
//!
//! Not here: names, encryption, redirects, connections that are kept.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};

/// The longest line of an answer's head that is read, in bytes.
const LONGEST_LINE: u64 = 64 << 10;

/// An answer whose body is still to be read.
#[derive(Debug)]
pub struct Answer {
    /// Status, such as 200.
    pub status: u16,
    body: Body,
}

#[derive(Debug)]
enum Body {
    /// So many bytes; without a length, all until the connection ends.
    Plain(io::Take<BufReader<TcpStream>>),
    Chunked(Chunks<BufReader<TcpStream>>),
}

/// Asks a server on this machine; with a body the method is POST, else GET. Dropping the answer
/// closes the connection.
pub fn ask(port: u16, path: &str, body: Option<&str>) -> io::Result<Answer> {
    let mut reader = BufReader::new(send(port, path, body)?);
    let first = line(&mut reader)?;
    let status = first.split(' ').nth(1).and_then(|code| code.parse().ok());
    let status = status.ok_or_else(|| broken(&format!("an answer that begins with {first:?}")))?;
    let (mut length, mut chunked) = (u64::MAX, false);
    loop {
        let header = line(&mut reader)?;
        let Some((name, value)) = header.split_once(':') else {
            break;
        };
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            let number = value.parse();
            length = number.map_err(|_| broken(&format!("a length of {value:?}")))?;
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            chunked = value.eq_ignore_ascii_case("chunked");
        }
    }
    let body = if chunked {
        Body::Chunked(Chunks::new(reader))
    } else {
        Body::Plain(reader.take(length))
    };
    Ok(Answer { status, body })
}

/// Sends the same and leaves the answer to whoever reads the connection.
pub fn send(port: u16, path: &str, body: Option<&str>) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_nodelay(true)?;
    let method = if body.is_some() { "POST" } else { "GET" };
    let body = body.unwrap_or_default();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len(),
    );
    stream.write_all(request.as_bytes())?;
    Ok(stream)
}

impl Answer {
    /// The rest of the body, as text.
    pub fn text(self) -> io::Result<String> {
        io::read_to_string(self)
    }
}

impl Read for Answer {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match &mut self.body {
            Body::Plain(body) => body.read(into),
            Body::Chunked(body) => body.read(into),
        }
    }
}

/// The bytes inside a chunked body.
#[derive(Debug)]
struct Chunks<R> {
    inner: R,
    /// Bytes of the chunk at hand that are still to come; none where the next one begins.
    left: Option<u64>,
    over: bool,
}

impl<R: BufRead> Chunks<R> {
    fn new(inner: R) -> Self {
        Self {
            inner,
            left: None,
            over: false,
        }
    }
}

impl<R: BufRead> Read for Chunks<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.over || into.is_empty() {
            return Ok(0);
        }
        let left = if let Some(left) = self.left {
            left
        } else {
            let size = line(&mut self.inner)?;
            let digits = size.split(';').next().unwrap_or_default().trim();
            u64::from_str_radix(digits, 16)
                .map_err(|_| broken(&format!("a chunk of {size:?} bytes")))?
        };
        if left == 0 {
            self.over = true;
            return Ok(0);
        }
        let read = (&mut self.inner).take(left).read(into)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left = Some(left - read as u64).filter(|left| *left > 0);
        if self.left.is_none() {
            line(&mut self.inner)?;
        }
        Ok(read)
    }
}

/// One line without its end.
fn line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut bytes = Vec::new();
    reader.take(LONGEST_LINE).read_until(b'\n', &mut bytes)?;
    if bytes.pop() != Some(b'\n') {
        return Err(broken("a line without an end"));
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    String::from_utf8(bytes).map_err(|_| broken("a line that is no text"))
}

fn broken(what: &str) -> io::Error {
    io::Error::other(format!("the server sent {what}"))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn unchunked(bytes: &str) -> io::Result<String> {
        io::read_to_string(Chunks::new(bytes.as_bytes()))
    }

    #[test]
    fn chunks_become_what_was_sent_and_half_of_it_is_an_error() {
        let whole = "4\r\ndata\r\n3;note=1\r\n: 1\r\n0\r\n\r\n";
        assert_eq!(unchunked(whole).expect("it is whole"), "data: 1");
        for broken in ["", "4\r\nda", "4\r\ndata\r\n", "x\r\n", "4\r\ndata"] {
            assert!(unchunked(broken).is_err(), "{broken:?}");
        }
    }

    /// What a server says to whoever asks it first.
    fn answered(said: &'static str) -> io::Result<(u16, String)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let server = std::thread::spawn(move || -> io::Result<String> {
            let (mut stream, _) = listener.accept()?;
            let mut asked = [0; 1024];
            let read = stream.read(&mut asked)?;
            stream.write_all(said.as_bytes())?;
            Ok(String::from_utf8_lossy(&asked[..read]).into_owned())
        });
        let answer = ask(port, "/x", Some("{}")).and_then(|answer| {
            let status = answer.status;
            Ok((status, answer.text()?))
        });
        let asked = server.join().expect("it ends")?;
        assert!(asked.starts_with("POST /x HTTP/1.1\r\n"), "{asked}");
        assert!(asked.ends_with("Content-Length: 2\r\n\r\n{}"), "{asked}");
        answer
    }

    #[test]
    fn an_answer_ends_with_its_length_its_last_chunk_or_the_connection() {
        for (said, status, text) in [
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello",
                200,
                "he",
            ),
            ("HTTP/1.1 503 No\r\n\r\nhello", 503, "hello"),
            (
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhe\r\n0\r\n\r\n",
                200,
                "he",
            ),
        ] {
            assert_eq!(answered(said).expect(said), (status, text.to_owned()));
        }
        for said in ["", "220 mail\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9"] {
            assert!(answered(said).is_err(), "{said:?}");
        }
    }
}
