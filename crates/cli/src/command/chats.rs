//! What can be typed behind `spud chats`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// What the JSON lines mean.
const JSON: &str = "\
With --json, one object per line:
  list     {\"type\":\"chat\",\"id\":n,\"title\":…,\"changed_ms\":n,\"pinned\":bool}
  search   {\"type\":\"hit\",\"id\":n,\"title\":…,\"changed_ms\":n,\"count\":n,\"message\":n,\"in_thinking\":bool,
            \"snippet\":[…]}   pieces at odd places were searched for; `message` is null, and the
            snippet empty, where only the title has the words
  import   {\"type\":\"imported\",\"ids\":[n,…]}
Times are milliseconds since 1970, UTC.";

#[derive(Debug, Args)]
#[command(after_long_help = JSON)]
pub(crate) struct Chats {
    #[command(subcommand)]
    pub(crate) what: What,
    /// Print one JSON object per line
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum What {
    /// The chats, those that are pinned first, then the last changed
    List,
    /// The chats in which all of these words stand; thoughts and titles are searched too
    Search {
        /// What to look for
        #[arg(required = true)]
        words: Vec<String>,
    },
    /// Chats as a file: Markdown or HTML to be read, JSON to come back
    ///
    /// In HTML what a model wrote stands as it was written; a copy that the window saves has its formulas set.
    Export {
        /// The number of a chat, as `spud chats list` tells it [default: all]
        chat: Option<i64>,
        /// Where to; the end of its name tells the form [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// The form on standard output
        #[arg(long, value_enum, default_value_t = Text::Markdown, conflicts_with = "out")]
        form: Text,
        /// Leave the thoughts out of what is read; JSON always has them
        #[arg(long)]
        no_thoughts: bool,
    },
    /// Chats from a file: Spud's JSON, ChatGPT's conversations.json, Open WebUI's export
    Import {
        /// The file
        path: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Text {
    Markdown,
    Html,
    Json,
}
