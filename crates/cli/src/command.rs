//! What can be typed, and the words that explain it. Nothing is decided here. The manual and the
//! completions of shells are made from it (`examples/papers.rs`).

// Named outright, since that example reads this file from elsewhere.
#[path = "command/chats.rs"]
pub(crate) mod chats;
#[path = "command/letters.rs"]
pub(crate) mod letters;

use std::path::PathBuf;

use app::fit::KvType;
use app::{Governor, Home, Preferences, Settings};
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
   \"first_token_ms\":n,\"prompt_per_second\":x,\"decode_per_second\":x,
   \"drafted_tokens\":n,\"accepted_tokens\":n,   guessed and computed in passing; those that came true
   \"seed\":n,
   \"threads\":n,       threads that computed at the end
   \"gave_way\":bool,   another program took cores: fewer threads, or threads that sleep while they wait
   \"closed_by\":null|\"budget\"|\"asked\"|\"loop\"}   who closed the thought in the model's place
With --file, the model reads the file before the question. What is no text is refused, with code
`file_refused`; what does not fit the model's context too, with code `prompt_too_long`: nothing is cut.
For each file that is not read just as it is, a line comes first:
  {\"type\":\"file\",\"name\":…,\"remarks\":[…]}   what a person should know of its text, one of each type:
   {\"type\":\"guessed\",\"encoding\":…}   its letters are likely these; `--encoding` chooses others
   {\"type\":\"chosen\",\"encoding\":…}    they were chosen
   {\"type\":\"unreadable\",\"bytes\":n}   bytes that are no letters; U+FFFD stands for each sequence
   {\"type\":\"zeros\",\"bytes\":n}        zero bytes, which are left out
   {\"type\":\"illegible\",\"letters\":n}  letters that a document draws without saying which they are
   {\"type\":\"pictures\",\"pages\":n,\"of\":n}   pages that are pictures of text
   {\"type\":\"broken\",\"pages\":n,\"of\":n}     pages on which the reader broke
   {\"type\":\"left_out\",\"what\":…,\"count\":n}  parts of a document: pictures, macros, sheets and so on
A line {\"type\":\"looping\"} says that the reply goes round in circles, {\"type\":\"rethought\"} that all of the answer
so far was thinking. With --quick, an answer of fewer than 400 tokens comes as a whole: a model may prove to think first. The last line is always `done`, exactly once. `code` and `message` are null unless it failed.
Times are milliseconds, rates are per second.

Exit status: 0 done or cut by its length, 1 failed, 2 wrong usage, 130 stopped (Ctrl-C).";

/// What the JSON lines of `spud bench` mean.
const JSON_OF_BENCH: &str = "\
With --json, one object per line:
  {\"type\":\"loading\",\"progress\":0..1}     the model is on its way into memory
  {\"type\":\"run\",\"run\":n,\"of\":n,\"prompt_per_second\":x,\"decode_per_second\":x,\"threads\":n,
   \"gave_way\":bool}    as in `spud help ask`; a first run warms up and is not told
  {\"type\":\"bench\",\"prompt_per_second\":{\"least\":x,\"median\":x,\"most\":x},\"decode_per_second\":{…},
   \"bytes_per_token\":n,   of weights and cache, that one token reads
   \"memory_allows_per_second\":x,   tokens, if those bytes were all that a token costs, at the rate
                       that `spud machine` measured; null where it could not
   \"of_memory\":x,        decode's median over that, a part of 1
   \"threads\":n,\"gpus\":[…],\"context\":n,\"load_ms\":n,\"runs\":n,
   \"gave_way\":n,         runs beside other programs that took cores
   \"tried\":[{\"threads\":n,\"tokens\":n,\"per_second\":x}] or null, \"chosen\":{\"threads\":n,
   \"reading_threads\":n,\"reading_tokens\":n} or null}   ways to compute, measured anew, and what
                         counts from the next load on; none of a tiny model or with --threads
The three about memory are null for a model so small that something else bounds it, such as Sprout.
Exit status: 0 done, 1 failed, 2 wrong usage, 130 stopped (Ctrl-C).";

/// What the JSON of `spud machine` means.
const JSON_OF_MACHINE: &str = "\
With --json, one object on one line; `--machine FILE` of other commands reads the same form:
  cpu                    the processor's name
  cores.physical         physical cores; .performance: fast ones that may be used; .usable: threads
  total_bytes            of memory, or of the container's share; available_bytes: free now
  swap_bytes             of swap, which is never planned with
  speed                  null before it was measured, else
    .memory_bytes_per_second   read from memory
    .weight_bytes_per_second   of weights times one row, by the engine's own kernels
    .operations_per_second     of weights times a batch of rows
    .beside_others             true where other programs computed meanwhile: it is at least as
                               fast, and is measured again once the machine is quiet
  gpus                   a list: name, description, backend, kind (discrete, integrated, software),
                         total_bytes, free_bytes, speed as above
  disk                   folder of the models, free_bytes, read_bytes_per_second";

/// What the JSON lines of `spud models` and `spud fit` mean.
const JSON_OF_MODELS: &str = "\
With --json, one object per line:
  {\"type\":\"model\",\"id\":…,\"name\":…,\"quant\":…,\"bytes\":n,\"installed\":bool,\"path\":…,\"holder\":…,
   \"gpqa_diamond\":x,\"verdict\":\"comfortable|tight|slow|too_big\",\"reason\":…,\"notes\":[…],
   \"context\":n,\"kv\":\"f16|q8_0\",\"needed_bytes\":n,\"available_bytes\":n,\"layers\":n,
   \"gpu_layers\":n,\"expert_layers_in_memory\":n,\"mapped\":bool,\"threads\":n,
   \"devices\":[{\"device\":…,\"weights_bytes\":n,\"cache_bytes\":n,\"compute_bytes\":n,\"other_bytes\":n,
   \"needed_bytes\":n,\"available_bytes\":n,\"layers\":n}],
   \"decode_per_second\":x,\"prompt_per_second\":x,\"answer_ms\":n,\"least_ms\":n,\"most_ms\":n,
   \"thinking_tokens\":n,\"answer_tokens\":n,\"replies\":n,\"disk_short\":…,\"in_time\":bool,
   \"good_for\":…,\"is_r1\":bool,\"kin\":null|\"v2\"|\"v3\"|\"v31\"|\"qwen3\"|\"qwq\"}
  {\"type\":\"advice\",\"best\":id,\"why\":…,\"faster\":id,\"faster_why\":…,\"smarter\":id,\"smarter_why\":…,
   \"notes\":[…]}
Bytes are whole numbers, times milliseconds, rates per second; what is not known is null. `holder`
is the program whose file it is: Ollama, LM Studio, Hugging Face's cache; null where it is Spud's.
`answer_ms` is for a typical answer: 100 tokens of prompt, and `thinking_tokens` and `answer_tokens`
as they are assumed of the model until its own replies on this machine say otherwise (`replies` counts
them); `least_ms` is for an easy question and `most_ms` for a hard one. `in_time`, of `spud models`
alone, is false where `answer_ms` exceeds the patience: the model fits, but is slow. `faster` and
`smarter` are null where no other model is worth its points or its minutes.";

/// What the JSON lines of `spud pull` mean.
const JSON_OF_PULL: &str = "\
With --json, one object per line:
  {\"type\":\"note\",\"note\":…}     such as that the user's own catalogue is left out, and why
  {\"type\":\"chosen\",\"id\":…,\"quant\":…,\"bytes\":n,\"verdict\":\"comfortable|tight|slow|too_big\",
   \"reason\":…,\"is_r1\":bool,\"kin\":null|\"v3\" and so on}
  {\"type\":\"renamed\",\"from\":…,\"to\":…}   a repository that has another name by now
  {\"type\":\"shows_token\",\"host\":…,\"repository\":…}   as was agreed
  {\"type\":\"asking\",\"host\":…}   for sizes and hashes that the catalogue does not know
  {\"type\":\"connecting|downloading|checking|waiting|elsewhere\",\"part\":n,\"parts\":n,\"here\":n,
   \"bytes\":n,\"per_second\":n,\"left_ms\":n,\"why\":…}   of all parts together; what is not known
                                 is null, `why` tells what is waited for
  {\"type\":\"done\",\"path\":…}     what `--model` takes; or
  {\"type\":\"failed\",\"code\":…,\"message\":…,\"hint\":…}
What came is kept whatever happens, and the next start goes on with it. Only a file whose SHA-256
is right gets a name that can be opened. Every request is written into `connections.jsonl` of the
data folder. Without --json the path is printed when it is there.

Exit status: 0 it is there, 1 failed, 2 wrong usage, 130 stopped (Ctrl-C).";

/// What a repository of the hub adds to the JSON lines of `spud fit`.
const JSON_OF_FIT: &str = "\
A repository of the hub (`owner/name`) is listed with what runs here of it, one object per line:
  {\"type\":\"offer\",\"id\":…,\"quant\":…,\"path\":…,\"bytes\":n,\"verdict\":…,\"reason\":…,\"answer_ms\":n,
   \"cannot\":…}                 `id` is what `spud pull` takes; `cannot` says why it cannot be loaded;
                                what is not known is null
One that is named (`owner/name:QUANT`) is planned by its own header, before anything is fetched, as a file
is; see `spud help models` for its object.";

/// The Hub itself.
const HUB_HOST: &str = "huggingface.co";

/// What the JSON lines of `spud verify` mean.
const JSON_OF_VERIFY: &str = "\
With --json, one object per line:
  {\"type\":\"file\",\"path\":…,\"id\":…,\"state\":\"whole|damaged|unknown\",\"damaged\":[[from,to],…]}
`damaged` lists bytes, the second of each pair not included. A file is compared with the catalogue's
SHA-256, else with what it was when it came; `unknown` where neither is known. `spud pull ID` fetches
what is damaged of a file that it brought, in blocks of 16 MiB.

Exit status: 0 nothing is damaged, 1 something is or could not be read, 130 stopped (Ctrl-C).";

/// What the JSON lines of `spud import` mean.
const JSON_OF_IMPORT: &str = "\
With --json, one object per line:
  {\"type\":\"imported\",\"path\":…,\"name\":…,\"id\":…}   `path` is what `--model` takes; `id` is the
                                 model of the catalogue that a copy was recognised as, by its SHA-256
All parts of a split set come with the first. Without --copy the file is used where it is and never
changed. The window lists it from now on.";

/// What the JSON of `spud remove` means.
const JSON_OF_REMOVE: &str = "\
With --json, one object:
  {\"type\":\"removed\",\"paths\":[…],\"freed_bytes\":n}
Only what Spud downloaded or copied is deleted, what came of an unfinished download included; never a
file that you or another program put there.";

/// What the JSON of `spud inspect` means.
const JSON_OF_INSPECT: &str = "\
With --json, one object on one line:
  files                  paths, in order; several of a split set
  version                of the format; keys and tensors: how many there are
  name, architecture, file_type   as the file says
  parameters             values in all tensors; weights_bytes: their bytes
  layers                 of the trunk; dense_layers: those of them without experts, which come first
  mtp_layers             layers that predict further tokens
  embedding, feed_forward, heads, kv_heads   the shape
  attention              mla (one compressed row for all heads) or gqa (each head in full)
  cache_bytes_per_token_f16, cache_bytes_per_token_q8_0   null where its heads do not divide
  newer_cache_bytes_per_token_f16   what a newer file of the model takes; null where this is new
  context_trained        tokens
  experts                null, or routed, active, shared, feed_forward
  embedding_bytes, output_bytes, dense_bytes, expert_bytes   the weights by their place
  output_tied            true where the embedding is read as the output too
  mix                    the weights by their type, a list: name, tensors, parameters, bytes
  tokenizer, tokenizer_pre, vocabulary, bos, eos   how text becomes tokens
  template               r1 (the prompt opens the thinking), r1_january or r1_0528 (the model
                         opens it), other, none
  notes                  what a person should know about it, a list
What a file does not say is null.";

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
    /// List, search, export and import the chats that are kept
    Chats(chats::Chats),
    /// Tell what this machine is: processor, memory, GPUs, measured speeds
    #[command(after_long_help = JSON_OF_MACHINE)]
    Machine(Machine),
    /// Tell which R1 runs here, how well, and how long an answer takes
    #[command(after_long_help = JSON_OF_MODELS)]
    Models(Models),
    /// Plan one model: memory on each device, context, verdict
    #[command(after_long_help = JSON_OF_FIT)]
    Fit(Fit),
    /// Download a model: resumed where it stopped, verified before it is used
    #[command(after_long_help = JSON_OF_PULL)]
    Pull(Pull),
    /// Read models through again and say which part of a file is damaged
    #[command(after_long_help = JSON_OF_VERIFY)]
    Verify(Verify),
    /// Make your own GGUF files known, where they are or as a copy
    #[command(after_long_help = JSON_OF_IMPORT)]
    Import(Import),
    /// Delete a downloaded model, after telling what that frees
    #[command(after_long_help = JSON_OF_REMOVE)]
    Remove(Remove),
    /// Show what a GGUF file is made of
    #[command(after_long_help = JSON_OF_INSPECT)]
    Inspect(Inspect),
    /// Measure how fast a model reads and writes here, and what bounds it
    #[command(after_long_help = JSON_OF_BENCH)]
    Bench(Bench),
    /// Check what Spud needs on this machine, and say what to do about what is missing
    Doctor(Doctor),
    /// Print what others made that is in Spud, and its licences
    Licences,
}

#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// The question; `-` reads it from standard input
    pub(crate) prompt: String,
    /// A file that goes with the question, as text: text of any kind, or a document that has text (PDF, Word, Excel,
    /// `PowerPoint`, OpenDocument, EPUB, a web page); may be given several times
    #[arg(long = "file", value_name = "PATH")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) letters: letters::Letters,
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
    /// A file that goes with the first question, as text; may be given several times.
    /// `/file [--encoding NAME] PATH` on a line of its own attaches one to the next question
    #[arg(long = "file", value_name = "PATH")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) letters: letters::Letters,
    #[command(flatten)]
    pub(crate) how: How,
}

#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// `sprout` (built in), the path of a GGUF file, or the id of a model in the models folder
    #[arg(long, value_name = "MODEL", default_value = app::SPROUT)]
    pub(crate) model: String,
    /// Threads that compute [default: by the machine's cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) threads: Option<u32>,
    /// Tokens to write in each run
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(16..=4096))]
    pub(crate) tokens: u32,
    /// Print one JSON object per line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Machine {
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Measure again what was measured before
    #[arg(long, conflicts_with = "file")]
    pub(crate) again: bool,
    /// Tell of the machine in this file instead
    #[arg(long = "machine", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Models {
    /// Print one JSON object per line
    #[arg(long)]
    pub(crate) json: bool,
    /// Answer for the machine in this file, as `spud machine --json` prints one
    #[arg(long, value_name = "FILE")]
    pub(crate) machine: Option<PathBuf>,
    /// Minutes that you accept for a typical answer
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) patience: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Fit {
    /// A model of the catalogue by its id (`spud models` lists them), the path of a GGUF file, or a
    /// repository of the hub, as `spud pull` takes it: all of its models, or the one that is named
    pub(crate) model: String,
    /// The hub to ask, and nobody else [default: `HF_ENDPOINT`, or the hub and its known mirrors]
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// Show this hub your token, as `spud pull` does
    #[arg(long, value_name = "HOST", num_args = 0..=1, require_equals = true, default_missing_value = HUB_HOST)]
    pub(crate) use_token: Option<String>,
    /// The quantisation, such as `Q4_K_M` [default: the one that suits]
    #[arg(long, value_name = "Q")]
    pub(crate) quant: Option<String>,
    /// Tokens of context [default: the most that is sensible]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(64..))]
    pub(crate) context: Option<u32>,
    /// How the cache is stored [default: f16, or `q8_0` where that is needed]
    #[arg(long, value_name = "TYPE")]
    pub(crate) kv: Option<Kv>,
    /// Answer for the machine in this file, as `spud machine --json` prints one
    #[arg(long, value_name = "FILE")]
    pub(crate) machine: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Types of the cache.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Kv {
    #[value(name = "f16")]
    F16,
    #[value(name = "q8_0")]
    Q8_0,
}

impl From<Kv> for KvType {
    fn from(kv: Kv) -> Self {
        match kv {
            Kv::F16 => Self::F16,
            Kv::Q8_0 => Self::Q8_0,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Pull {
    /// A model of the catalogue by its id (`spud models` lists them), or any GGUF of the hub:
    /// `owner/name[@REVISION][:QUANT]`, `owner/name:PATH.gguf`, or its whole address
    pub(crate) model: String,
    /// Download it although the memory is too small for it
    #[arg(long)]
    pub(crate) anyway: bool,
    /// The quantisation, such as `Q4_K_M` [default: the one that suits this machine]
    #[arg(long, value_name = "Q")]
    pub(crate) quant: Option<String>,
    /// The hub to ask, and nobody else [default: `HF_ENDPOINT`, or the hub and its known mirrors]
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// Show this hub your token (`HF_TOKEN`, or the file that `hf auth login` writes), should it not let
    /// everybody into this repository; a terminal asks otherwise
    #[arg(long, value_name = "HOST", num_args = 0..=1, require_equals = true, default_missing_value = HUB_HOST)]
    pub(crate) use_token: Option<String>,
    /// KiB per second at most
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
    /// Print one JSON object per line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// A model of the catalogue by its id, or a GGUF file [default: all that are here]
    pub(crate) model: Option<String>,
    /// Print one JSON object per line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// GGUF files, or the first parts of split sets
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Copy them into the models folder instead of using them where they are
    #[arg(long)]
    pub(crate) copy: bool,
    /// Print one JSON object per line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Remove {
    /// A model of the catalogue by its id
    pub(crate) model: String,
    /// Only this quantisation [default: all that are here]
    #[arg(long, value_name = "Q")]
    pub(crate) quant: Option<String>,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
    /// Print one JSON object; needs `--yes`
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The GGUF file, or the first part of a split set
    pub(crate) path: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
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
    /// `sprout` (built in, sums only), the path of a GGUF file, or the id of a model in the models
    /// folder
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
    /// After this many seconds of thinking the answer begins
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    think_time: Option<u32>,
    /// Answer at once, without a thought
    #[arg(long, conflicts_with_all = ["think_budget", "think_time"])]
    quick: bool,
    /// Let a thought that goes round in circles go on; else the answer begins
    #[arg(long)]
    keep_loops: bool,
    /// How the cache is stored [default: f16, or `q8_0` where memory needs it]
    #[arg(long, value_name = "TYPE")]
    kv: Option<Kv>,
    /// Threads that compute [default: by the machine's cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: Option<u32>,
    /// Compute on the processor alone, without any GPU
    #[arg(long)]
    processor: bool,
}

impl How {
    /// What was typed, on top of what is set and what R1's makers advise.
    pub(crate) fn settings(&self, home: &Home) -> Settings {
        let mut settings = Settings::of_r1(self.seed.unwrap_or_else(app::fresh_seed));
        settings.context = self.context;
        settings.cache = self.kv.map(KvType::from);
        settings.processor = self.processor;
        settings.threads = self.threads.or_else(|| Preferences::of(home).threads);
        // Whoever names a number of threads means it.
        settings.gentle = self.threads.is_none() && app::is_gentle(home);
        settings.quick = self.quick;
        settings.governor = Governor {
            most_tokens: self.think_budget,
            most_ms: self.think_time.map(|seconds| u64::from(seconds) * 1000),
            closes_loops: !self.keep_loops,
            asks_again: !self.quick,
            ..Governor::default()
        };
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
