//! How a message becomes bytes on a pipe: its length as four bytes, little-endian, then JSON.
//!
//! JSON because a message from another build must still be readable enough to tell which build it
//! is from; at some hundred messages a second its cost does not show.

use std::io::{self, Read, Write};

use serde::{Serialize, de::DeserializeOwned};

/// The largest message, in bytes. A prompt of a megabyte in the worst JSON escaping (six bytes for
/// one) stays below it; a length above it is a broken stream.
pub const MAX_BYTES: u32 = 64 << 20;

/// Writes one message and flushes it.
///
/// # Errors
/// When the pipe is closed, or the message is larger than [`MAX_BYTES`].
pub fn write<M: Serialize>(pipe: &mut impl Write, message: &M) -> io::Result<()> {
    let body = serde_json::to_vec(message)?;
    let length = u32::try_from(body.len())
        .ok()
        .filter(|length| *length <= MAX_BYTES);
    let length = length.ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("a message of {} bytes", body.len()),
        )
    })?;
    // One write for both: the reader never wakes up for four bytes alone.
    let mut frame = Vec::with_capacity(4 + body.len());
    frame.extend_from_slice(&length.to_le_bytes());
    frame.extend_from_slice(&body);
    pipe.write_all(&frame)?;
    pipe.flush()
}

/// Reads one message; `None` when the other side closed the pipe between two messages.
///
/// # Errors
/// When the pipe breaks in the middle of a message, or the bytes are no message.
pub fn read<M: DeserializeOwned>(pipe: &mut impl Read) -> io::Result<Option<M>> {
    let mut length = [0; 4];
    match pipe.read(&mut length)? {
        0 => return Ok(None),
        read => pipe.read_exact(&mut length[read..])?,
    }
    let length = u32::from_le_bytes(length);
    if length > MAX_BYTES {
        let what = format!("a message claims {length} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidData, what));
    }
    let mut body = Vec::new();
    pipe.by_ref()
        .take(u64::from(length))
        .read_to_end(&mut body)?;
    if body.len() < length as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(serde_json::from_slice(&body)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_survive_the_pipe_one_after_another() {
        let mut pipe = Vec::new();
        write(&mut pipe, &"first \u{1F954} \0 \u{202E}").unwrap();
        write(&mut pipe, &"second").unwrap();
        let mut pipe = pipe.as_slice();
        assert_eq!(
            read::<String>(&mut pipe).unwrap().unwrap(),
            "first \u{1F954} \0 \u{202E}"
        );
        assert_eq!(read::<String>(&mut pipe).unwrap().unwrap(), "second");
        assert_eq!(read::<String>(&mut pipe).unwrap(), None);
    }

    #[test]
    fn a_cut_or_absurd_frame_is_an_error_and_allocates_nothing_large() {
        let mut whole = Vec::new();
        write(&mut whole, &"a message").unwrap();
        for cut in 1..whole.len() {
            assert!(read::<String>(&mut &whole[..cut]).is_err(), "cut at {cut}");
        }
        assert!(read::<String>(&mut [0xff; 8].as_slice()).is_err());
    }
}
