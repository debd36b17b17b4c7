//! Where files of chats lie: one by itself, those of a folder, or those of an archive as it was downloaded.
//!
//! An archive is read and never unpacked, nor is one within it: no path of it is ever written, and none is followed. How many bytes
//! are read in all is bounded, whatever the archive says of itself.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, BufReader, Cursor, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use fs_err::File;
use zip::ZipArchive;
use zip::result::ZipError;

use super::meter::Meter;
use super::room::{LARGEST_INNER, LONGEST_LIST, MOST_BYTES, MOST_FILES, MOST_FOLDERS};
use super::told::Refusal;

/// Files by name.
pub(super) struct Shelf {
    kind: Kind,
    /// The names of its files that may hold chats, sorted.
    pub(super) names: Vec<String>,
    /// There are more than are looked at.
    pub(super) too_many: bool,
    /// Folders within it that cannot be read, and why.
    pub(super) closed: Vec<(String, Refusal)>,
    /// How many bytes they have, as far as whoever put them there tells the truth.
    pub(super) bytes: u64,
    /// How many bytes may still be read.
    left: Rc<Cell<u64>>,
}

enum Kind {
    /// Each below this folder.
    Folder(PathBuf),
    /// With the places of its files.
    Archive(Box<ZipArchive<Frugal>>, HashMap<String, usize>),
}

impl Shelf {
    pub(super) fn at(path: &Path) -> Result<Self, Refusal> {
        Self::sharing(path, Rc::new(Cell::new(MOST_BYTES)))
    }

    /// An archive among its files. All of them together have as much room as one.
    pub(super) fn within(&mut self, meter: &Meter, name: &str) -> Result<Self, Refusal> {
        let left = Rc::clone(&self.left);
        if let Kind::Folder(folder) = &self.kind {
            return Self::sharing(&folder.join(name), left);
        }
        let mut bytes = Vec::new();
        let read = self.read(meter, name, |reader| {
            reader.take(LARGEST_INNER + 1).read_to_end(&mut bytes)
        })?;
        read.map_err(|error| why(ZipError::Io(error)))?;
        if bytes.len() as u64 > LARGEST_INNER {
            return Err(Refusal::Nested);
        }
        let shelf = Self::empty(Path::new(name), left);
        shelf.open_archive(Box::new(Cursor::new(bytes)))
    }

    fn empty(folder: &Path, left: Rc<Cell<u64>>) -> Self {
        Self {
            kind: Kind::Folder(folder.to_owned()),
            names: Vec::new(),
            too_many: false,
            closed: Vec::new(),
            bytes: 0,
            left,
        }
    }

    fn sharing(path: &Path, left: Rc<Cell<u64>>) -> Result<Self, Refusal> {
        let unreadable = |error: io::Error| Refusal::Unreadable(plain(&error));
        let found = fs_err::metadata(path).map_err(unreadable)?;
        let mut shelf = Self::empty(path, left);
        if found.is_dir() {
            shelf.look_through(path, "", 0).map_err(unreadable)?;
            shelf.names.sort_unstable();
            return Ok(shelf);
        }
        shelf.bytes = found.len();
        if !found.is_file() {
            return Err(Refusal::Unreadable("it is no file".to_owned()));
        }
        let mut file = File::open(path).map_err(unreadable)?;
        let mut begin = [0; 4];
        let length = file.read(&mut begin).map_err(unreadable)?;
        if is_archive(&begin[..length]) {
            return shelf.open_archive(Box::new(BufReader::new(file)));
        }
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let folder = path.parent().unwrap_or(path).to_owned();
        shelf.kind = Kind::Folder(folder);
        shelf.names.push(name);
        Ok(shelf)
    }

    fn look_through(&mut self, folder: &Path, within: &str, depth: usize) -> io::Result<()> {
        for entry in fs_err::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let name = if within.is_empty() {
                name
            } else {
                format!("{within}/{name}")
            };
            // A link may lead anywhere, and around.
            let kind = entry.file_type()?;
            if kind.is_dir() && depth < MOST_FOLDERS {
                // One that is closed hides none but its own.
                if let Err(error) = self.look_through(&entry.path(), &name, depth + 1) {
                    self.closed.push((name, Refusal::Unreadable(plain(&error))));
                }
            } else if kind.is_file() {
                let bytes = || entry.metadata().map_or(0, |found| found.len());
                self.note(name, bytes);
            }
        }
        Ok(())
    }

    fn open_archive(mut self, file: Box<dyn Source>) -> Result<Self, Refusal> {
        let left = Rc::new(Cell::new(LONGEST_LIST));
        let frugal = Frugal {
            file,
            left: Rc::clone(&left),
        };
        let mut archive = ZipArchive::new(frugal).map_err(why)?;
        // What is unpacked of it is counted as it comes out.
        left.set(u64::MAX);
        let mut places = HashMap::new();
        self.bytes = 0;
        for place in 0..archive.len() {
            let Some(Ok(name)) = archive.name_for_index(place) else {
                continue;
            };
            let name = name.into_owned();
            let bytes = || archive.by_index_raw(place).map_or(0, |file| file.size());
            self.note(name.clone(), bytes);
            places.entry(name).or_insert(place);
        }
        self.names.sort_unstable();
        self.names.dedup();
        self.kind = Kind::Archive(Box::new(archive), places);
        Ok(self)
    }

    fn note(&mut self, name: String, bytes: impl FnOnce() -> u64) {
        if !is_of_chats(&name) {
            return;
        }
        if self.names.len() < MOST_FILES {
            self.names.push(name);
            // Beyond that nothing is read.
            self.bytes = self.bytes.saturating_add(bytes()).min(MOST_BYTES);
        } else {
            self.too_many = true;
        }
    }

    /// Reads one of its files, or another that is known to lie beside one.
    pub(super) fn read<T>(
        &mut self,
        meter: &Meter,
        name: &str,
        work: impl FnOnce(&mut dyn Read) -> T,
    ) -> Result<T, Refusal> {
        match &mut self.kind {
            Kind::Folder(folder) => {
                let path = folder.join(name);
                let unreadable = |error: io::Error| Refusal::Unreadable(plain(&error));
                // A pipe or a device would wait for ever.
                if !fs_err::metadata(&path).map_err(unreadable)?.is_file() {
                    return Err(Refusal::Unreadable("it is no file".to_owned()));
                }
                let mut file = File::open(&path).map_err(unreadable)?;
                Ok(work(&mut Bounded {
                    inner: &mut meter.through(&mut file),
                    left: &self.left,
                }))
            }
            Kind::Archive(archive, places) => {
                let place = places.get(name).copied();
                let place = place.ok_or_else(|| why(ZipError::FileNotFound))?;
                let mut file = archive.by_index(place).map_err(why)?;
                Ok(work(&mut Bounded {
                    inner: &mut meter.through(&mut file),
                    left: &self.left,
                }))
            }
        }
    }
}

/// Files that may hold chats, by the ends of their names; archives too, so that they can be told.
fn is_of_chats(name: &str) -> bool {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    // What a Mac puts beside each file of an archive.
    if file.starts_with("._") || name.starts_with("__MACOSX/") || name.ends_with('/') {
        return false;
    }
    let end = Path::new(file).extension().unwrap_or_default();
    ["json", "jsonl", "zip"]
        .iter()
        .any(|known| end.eq_ignore_ascii_case(known))
}

/// Whether a file begins as an archive does, also an empty one.
pub(super) fn is_archive(begin: &[u8]) -> bool {
    begin.starts_with(b"PK\x03\x04") || begin.starts_with(b"PK\x05\x06")
}

fn why(error: ZipError) -> Refusal {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Refusal::Locked,
        ZipError::Io(error) if error.kind() == ErrorKind::QuotaExceeded => Refusal::TooMuch,
        ZipError::Io(error) if error.kind() == ErrorKind::UnexpectedEof => Refusal::CutOff,
        other => Refusal::Unreadable(other.to_string()),
    }
}

/// What the system says, without the path that `fs_err` puts before it.
pub(super) fn plain(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => "you may not read it".to_owned(),
        ErrorKind::Other | ErrorKind::InvalidData | ErrorKind::InvalidInput => error.to_string(),
        kind => kind.to_string(),
    }
}

/// Of all files together so much is read, and no more.
struct Bounded<'shelf> {
    inner: &'shelf mut dyn Read,
    left: &'shelf Cell<u64>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let left = self.left.get().checked_sub(read as u64);
        self.left.set(left.unwrap_or(0));
        if left.is_none() {
            return Err(ErrorKind::QuotaExceeded.into());
        }
        Ok(read)
    }
}

/// What an archive is read from.
trait Source: Read + Seek {}

impl<T: Read + Seek> Source for T {}

/// An archive's file, of which so much may be read: who made the archive says how long its list is.
struct Frugal {
    file: Box<dyn Source>,
    left: Rc<Cell<u64>>,
}

impl Read for Frugal {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        let left = self.left.get().checked_sub(read as u64);
        self.left.set(left.ok_or(ErrorKind::QuotaExceeded)?);
        Ok(read)
    }
}

impl Seek for Frugal {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
