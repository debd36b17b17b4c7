//! Which letters attached files have, as it can be typed.

use app::reading::{Encoding, USUAL};
use clap::Args;

/// What the letters of attached files are.
#[derive(Debug, Args)]
pub(crate) struct Letters {
    /// How the letters of the text files are written, such as `windows-1251` or `Shift_JIS`
    /// [default: as each file tells, else the likeliest, which is told]
    #[arg(long, value_name = "NAME", requires = "files", value_parser = encoding)]
    pub(crate) encoding: Option<Encoding>,
}

/// The encoding of a name that was typed; else what could be.
pub(crate) fn encoding(typed: &str) -> Result<Encoding, String> {
    Encoding::named(typed).ok_or_else(|| format!("usual ones are {}", USUAL.join(", ")))
}
