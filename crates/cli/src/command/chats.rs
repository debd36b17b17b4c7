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
  import   {\"type\":\"imported\",\"ids\":[n,…],\"added\":n,\"grown\":n,\"known\":n,\"left\":n,
            \"stopped\":bool,\"more\":n}   `ids` are those that are new or grew; `stopped` by Ctrl-C, so that the
            rest was not looked at; `more` counts what is not told one by one below
           {\"type\":\"arrival\",\"fate\":\"added|grown|known|in_trash|busy|refused\",\"id\":n,\"title\":…,
            \"program\":…,\"file\":…,\"messages\":n,\"new\":n,\"left_out\":{kind:n,…},\"why\":…,\"said\":…}   for each
            chat; `why` is null but where it was refused
           {\"type\":\"passed_over\",\"file\":…,\"why\":…,\"said\":…}   for each file that gave nothing, or not all
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
    /// In HTML what models wrote is set as the window shows it, formulas too.
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
    /// Chats from elsewhere: Spud's own JSON, and what ChatGPT, Open WebUI, DeepSeek, LM Studio, Claude,
    /// LibreChat and Jan hand out
    ///
    /// Chats that came before grow by what is new in them. Nothing in the trash comes back.
    Import {
        /// Files, folders, or archives (.zip) as they were downloaded
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Text {
    Markdown,
    Html,
    Json,
}
