//! What a person should know about how the machine and the catalogue were seen: facts, and their
//! English, which the terminal shows.

use std::fmt;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// GPUs are left alone since a person set it so.
    ProcessorIsSet,
    /// GPUs are left alone since their driver failed before.
    DriverFailed {
        /// What was said of it then.
        said: String,
    },
    /// GPUs could not be looked for.
    GpusUnseen {
        /// What failed.
        said: String,
    },
    /// What drives GPUs is being compiled.
    GpuSupportComing,
    /// What drives GPUs could not be compiled.
    GpuSupportMissing {
        /// What the build said last.
        said: String,
    },
    /// Speeds were measured while other programs computed.
    MeasuredBesideOthers,
    /// The user's own catalogue is left out.
    CatalogueLeftOut {
        /// The file.
        path: String,
        /// What is wrong with it, and where.
        said: String,
    },
    /// A person's own file is left out, since it cannot be loaded.
    CannotBeLoaded {
        /// Which file, and why.
        said: String,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ProcessorIsSet => {
                write!(
                    out,
                    "GPUs are left alone, as it is set: the processor computes"
                )
            }
            Self::DriverFailed { said } => write!(
                out,
                "GPUs are left alone since their driver failed: {said}. `spud machine --again` \
                 tries it once more"
            ),
            Self::GpusUnseen { said } => write!(out, "GPUs could not be looked for: {said}"),
            Self::GpuSupportComing => write!(
                out,
                "support for GPUs is being compiled in the background; models use it from their next load on"
            ),
            Self::GpuSupportMissing { said } => write!(
                out,
                "support for GPUs could not be compiled: {said}. `./run vulkan` tries it again"
            ),
            Self::MeasuredBesideOthers => write!(
                out,
                "measured while the computer was busy: models may be faster here than it says. It is \
                 measured again when it is quiet"
            ),
            Self::CatalogueLeftOut { path, said } => {
                write!(out, "your catalogue `{path}` is left out: {said}")
            }
            Self::CannotBeLoaded { said } => {
                write!(out, "one of your files cannot be loaded: {said}")
            }
        }
    }
}
