//! Takes standard input and output for the messages, and leaves something harmless in their place:
//! a stray `printf` in C++ lands on standard error and cannot corrupt the stream.

use std::fs::File;
use std::io;

/// The pipe that requests come from, and the one that events go to.
#[cfg(unix)]
pub(crate) fn take() -> io::Result<(File, File)> {
    use rustix::io::fcntl_dupfd_cloexec;
    use rustix::stdio;
    // Above the three standard descriptors, and closed in any program that a library might start.
    let requests = fcntl_dupfd_cloexec(stdio::stdin(), 3)?;
    let events = fcntl_dupfd_cloexec(stdio::stdout(), 3)?;
    let nothing = File::open("/dev/null")?;
    stdio::dup2_stdin(&nothing)?;
    stdio::dup2_stdout(stdio::stderr())?;
    Ok((requests.into(), events.into()))
}

/// The pipe that requests come from, and the one that events go to. Untried: on Windows a stray
/// print could still reach the stream.
#[cfg(windows)]
pub(crate) fn take() -> io::Result<(File, File)> {
    use std::os::windows::io::AsHandle;
    let requests = io::stdin().as_handle().try_clone_to_owned()?;
    let events = io::stdout().as_handle().try_clone_to_owned()?;
    Ok((requests.into(), events.into()))
}
