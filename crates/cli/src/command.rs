//! What can be typed, and the words that explain it. Nothing is decided here.

use app::Settings;
use clap::{Args, Parser, Subcommand};

/// What every JSON line of a reply means; part of `spud help ask`.
const JSON_OF_ASK: &str = "\
With --json, one object per line on standard output and nothing else:
  {\"type\":\"loading\",\"progress\":0..1}     the model is on its way into memory
  {\"type\":\"prompt\",\"done\":n,\"total\":n}   tokens of the prompt that are read
  {\"type\":\"thinking\",\"text\":\"…\"}         more of the thinking
  {\"type\":\"answer\",\"text\":\"…\"}           more of the answer
  {\"type\":\"done\",\"reason\":\"complete|stopped|length|failed\",\"code\":…,\"message\":…,
   \"prompt_tokens\":n,\"cached_tokens\":n,\"thinking_tokens\":n,\"answer_tokens\":n,\"load_ms\":n,
   \"first_token_ms\":n,\"prompt_per_second\":x,\"decode_per_second\":x,\"seed\":n}
The last line is always `done`, exactly once. `code` and `message` are null unless it failed.
Times are milliseconds, rates are per second.

Exit status: 0 done or cut by its length, 1 failed, 2 wrong usage, 130 stopped (Ctrl-C).";

/// DeepSeek-R1 on a potato: chat with R1 on this machine, offline.
#[derive(Debug, Parser)]
#[command(name = "spud", version, propagate_version = true)]
#[command(after_help = "SPUD_HOME replaces every folder that Spud uses.")]
pub(crate) struct Spud {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Ask one question; the answer goes to standard output, the thinking to standard error
    #[command(after_long_help = JSON_OF_ASK)]
    Ask(Ask),
    /// Hold a conversation; it is kept and shows up in the window too
    Chat(Chat),
    /// Check what Spud needs on this machine, and say what to do about what is missing
    Doctor(Doctor),
}

#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// The question; `-` reads it from standard input
    pub(crate) prompt: String,
    #[command(flatten)]
    pub(crate) how: How,
    /// Print one JSON object per line
    #[arg(long)]
    pub(crate) json: bool,
    /// Leave the thinking out of what is printed
    #[arg(long)]
    pub(crate) no_think_output: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Chat {
    #[command(flatten)]
    pub(crate) how: How,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Print one JSON object per line: name, ok, found, hint
    #[arg(long)]
    pub(crate) json: bool,
}

/// How a model is chosen, held and sampled.
#[derive(Debug, Args)]
pub(crate) struct How {
    /// `sprout` (built in, sums only), or the path of a GGUF file
    #[arg(long, value_name = "MODEL", default_value = app::SPROUT)]
    pub(crate) model: String,
    /// The same seed gives the same reply [default: a fresh one each time]
    #[arg(long, value_name = "N")]
    seed: Option<u32>,
    /// 0 takes the likeliest token always [default: 0.6, as R1's makers advise]
    #[arg(long, value_name = "T", value_parser = temperature)]
    temperature: Option<f32>,
    /// The most tokens of a reply, thinking included [default: 32768]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_tokens: Option<u32>,
    /// Tokens of context [default: the most that is sensible on this machine]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(64..))]
    context: Option<u32>,
    /// After this many tokens of thinking the answer begins
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    think_budget: Option<u32>,
    /// Threads that compute [default: by the machine's cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: Option<u32>,
}

impl How {
    /// What was typed, on top of what R1's makers advise.
    pub(crate) fn settings(&self) -> Settings {
        let mut settings = Settings::of_r1(self.seed.unwrap_or_else(app::fresh_seed));
        settings.context = self.context;
        settings.threads = self.threads;
        settings.think_budget = self.think_budget;
        settings.max_tokens = self.max_tokens.unwrap_or(settings.max_tokens);
        settings.sampling.temperature = self.temperature.unwrap_or(settings.sampling.temperature);
        settings
    }
}

fn temperature(typed: &str) -> Result<f32, String> {
    match typed.parse() {
        Ok(number) if (0.0..=5.0).contains(&number) => Ok(number),
        _ => Err("a number from 0 to 5 is expected".to_owned()),
    }
}
