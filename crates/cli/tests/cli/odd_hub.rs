//! A hub with repositories that a test makes up: listed in the Hub's form, behind its redirects.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::hub::{Reply, Request, Server};
use crate::pull::sha2_of;

/// A file of a repository.
#[derive(Clone)]
pub(crate) struct File {
    bytes: Arc<Vec<u8>>,
    sha256: String,
}

/// Repositories by their names, and what they are called by now.
#[derive(Clone, Default)]
pub(crate) struct Hub {
    files: BTreeMap<String, BTreeMap<String, File>>,
    renamed: BTreeMap<String, String>,
    /// Whether new names are told with the host.
    whole: bool,
}

impl Hub {
    /// The same with a repository whose files all are these bytes.
    pub(crate) fn with(self, repository: &str, paths: &[&str], bytes: &Arc<Vec<u8>>) -> Self {
        let files: Vec<(&str, &Arc<Vec<u8>>)> = paths.iter().map(|path| (*path, bytes)).collect();
        self.with_each(repository, &files)
    }

    pub(crate) fn with_each(mut self, repository: &str, files: &[(&str, &Arc<Vec<u8>>)]) -> Self {
        let mut known: Vec<(&Arc<Vec<u8>>, String)> = Vec::new();
        let all = self.files.entry(repository.to_owned()).or_default();
        for (path, bytes) in files {
            let found = known.iter().find(|(known, _)| Arc::ptr_eq(known, bytes));
            let sha256 = found.map_or_else(|| sha2_of(bytes), |(_, sha256)| sha256.clone());
            known.push((bytes, sha256.clone()));
            let bytes = Arc::clone(bytes);
            all.insert((*path).to_owned(), File { bytes, sha256 });
        }
        self
    }

    pub(crate) fn renamed(mut self, from: &str, to: &str, whole: bool) -> Self {
        self.renamed.insert(from.to_owned(), to.to_owned());
        self.whole = whole;
        self
    }

    /// What it answers, as a good hub does.
    pub(crate) fn answer(&self, request: &Request) -> Reply {
        let (raw, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let path = decoded(raw);
        for (old, new) in &self.renamed {
            let api = format!("/api/models/{old}/");
            let page = format!("/{old}/");
            let start = if path.starts_with(&api) { api } else { page };
            if let Some(rest) = path.strip_prefix(&start) {
                let host = if self.whole {
                    &*format!("http://{}", request.headers["host"])
                } else {
                    ""
                };
                let to = start.replace(old.as_str(), new);
                let query = if query.is_empty() {
                    String::new()
                } else {
                    format!("?{query}")
                };
                return Reply::status(307).header("Location", &format!("{host}{to}{rest}{query}"));
            }
        }
        if let Some(rest) = path.strip_prefix("/api/models/") {
            let name: Vec<&str> = rest.splitn(3, '/').collect();
            let Some(files) = self.files.get(&name[..2].join("/")) else {
                return Reply::status(401).header("X-Error-Code", "RepoNotFound");
            };
            let lines: Vec<Value> = files
                .iter()
                .map(|(path, file)| {
                    let size = file.bytes.len();
                    json!({"type": "file", "oid": "1", "size": size, "path": path,
                           "lfs": {"oid": file.sha256, "size": size}})
                })
                .collect();
            return Reply::status(200).body(Value::from(lines).to_string().as_bytes());
        }
        if let Some(rest) = path.strip_prefix("/cdn/") {
            let found = self
                .files
                .values()
                .flatten()
                .find(|(_, file)| file.sha256 == rest);
            return found.map_or_else(
                || Reply::status(404),
                |(_, file)| {
                    Reply::good(&file.bytes, request)
                        .header("ETag", &format!("\"{}\"", "f".repeat(64)))
                },
            );
        }
        let found = self.files.iter().find_map(|(repository, files)| {
            // A revision is one segment, and may hold others once it is decoded.
            let rest = raw.strip_prefix(&format!("/{repository}/resolve/"))?;
            files.get(&decoded(rest.split_once('/')?.1))
        });
        match found {
            Some(file) => Reply::to(&format!("/cdn/{}", file.sha256))
                .header("X-Linked-Etag", &format!("\"{}\"", file.sha256))
                .header("X-Linked-Size", &file.bytes.len().to_string()),
            None => Reply::status(404).header("X-Error-Code", "EntryNotFound"),
        }
    }

    /// The same as ModelScope answers it, by its own paths.
    pub(crate) fn answer_as_mirror(&self, request: &Request) -> Reply {
        let (raw, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        if let Some(rest) = raw.strip_prefix("/api/v1/models/") {
            let name = rest.strip_suffix("/repo/files").unwrap_or_default();
            let asks_all = query == "Revision=master&Recursive=true";
            let Some(files) = self.files.get(name).filter(|_| asks_all) else {
                let no =
                    json!({"Code": 10_010_205_001_u64, "Success": false, "Message": "not found"});
                return Reply::status(404).body(no.to_string().as_bytes());
            };
            let lines = files.iter().map(|(path, file)| {
                json!({"Type": "blob", "Path": path, "Size": file.bytes.len(), "IsLFS": true,
                       "Name": path.rsplit('/').next(), "Sha256": file.sha256})
            });
            let lines: Vec<Value> = lines.collect();
            let told = json!({"Code": 200, "Success": true, "Data": {"Files": lines}});
            return Reply::status(200).body(told.to_string().as_bytes());
        }
        let found = self.files.iter().find_map(|(repository, files)| {
            let rest = raw.strip_prefix(&format!("/models/{repository}/resolve/master/"))?;
            files.get(&decoded(rest))
        });
        found.map_or_else(
            || Reply::status(404),
            |file| Reply::good(&file.bytes, request),
        )
    }

    pub(crate) fn start(self) -> Server {
        Server::new(move |request| self.answer(request))
    }
}

fn decoded(path: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    while let Some((&first, more)) = rest.split_first() {
        let hex = (first == b'%')
            .then(|| std::str::from_utf8(more.get(..2)?).ok())
            .flatten();
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = byte.map_or(more, |_| &more[2..]);
    }
    String::from_utf8(bytes).unwrap()
}
