//! What stands around a model's name where a person copied it from: the command line of another program, as the Hub's
//! pages give them, the address that opens another program, quotation marks, the marks of a link.
//!
//! Not here: what the name says (`address`).

use url::Url;

use super::address::Which;
use super::quant::spelled;

/// Programs whose command lines people paste.
const PROGRAMS: [&str; 18] = [
    "ollama",
    "llama-cli",
    "llama-server",
    "llama-mtmd-cli",
    "llama-run",
    "llama",
    "lms",
    "hf",
    "huggingface-cli",
    "modelscope",
    "spud",
    "docker",
    "koboldcpp",
    "ramalama",
    "wget",
    "curl",
    "aria2c",
    "git",
];

/// Options of theirs that are followed by a repository or a file of one.
const NAMES_MODEL: [&str; 7] = [
    "-hf",
    "-hfr",
    "--hf-repo",
    "--model",
    "-m",
    "--repo-id",
    "--url",
];
const NAMES_FILE: [&str; 4] = ["-hff", "--hf-file", "--include", "--file"];

/// Options that are followed by something else with a slash in it, or with a secret.
const NAMES_OTHER: [&str; 8] = [
    "--local-dir",
    "--local_dir",
    "--cache-dir",
    "--cache_dir",
    "--token",
    "-o",
    "-P",
    "-d",
];

/// Quotation marks and others that stand around a name.
const AROUND: [(char, char); 9] = [
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('<', '>'),
    ('(', ')'),
    ('“', '”'),
    ('‘', '’'),
    ('「', '」'),
    ('《', '》'),
];

/// The name in it, and what of the repository is meant where that stands apart from the name.
pub(super) fn named(typed: &str) -> (String, Option<Which>) {
    let typed = bare(typed);
    if let Some(found) = of_command(typed).or_else(|| of_link(typed)) {
        return found;
    }
    // An address between other words.
    let address = typed.split_whitespace().find(|word| word.contains("://"));
    let name = match address {
        Some(word) if !typed.starts_with(word) => bare(word),
        _ => typed,
    };
    // As it is typed on a Chinese keyboard.
    let name = match name.find(['：', ':']) {
        Some(at) if name[at..].starts_with('：') => name.replacen('：', ":", 1),
        _ => name.to_owned(),
    };
    (name, None)
}

/// Without the marks around it, and without the full stop of the sentence that it stands in.
fn bare(text: &str) -> &str {
    let mut text = text.trim();
    // The marks of a link in Markdown.
    if let Some((_, rest)) = text.split_once("](")
        && text.starts_with('[')
        && let Some(address) = rest.strip_suffix(')')
    {
        text = address;
    }
    loop {
        let within = AROUND.iter().find_map(|(open, close)| {
            let within = text.strip_prefix(*open)?.strip_suffix(*close)?;
            (!within.is_empty()).then_some(within)
        });
        let shorter = within.or_else(|| text.strip_suffix(['.', ',', ';', '。', '，', '；', '、']));
        match shorter {
            Some(shorter) => text = shorter.trim(),
            None => return text,
        }
    }
}

/// What a command line of another program names.
fn of_command(typed: &str) -> Option<(String, Option<Which>)> {
    let mut words = typed
        .split_whitespace()
        .filter(|word| *word != "\\")
        .map(unquoted)
        .skip_while(|word| is_before_program(word));
    let program = words.next()?.trim_start_matches(['!', '%']);
    let program = program.rsplit(['/', '\\']).next()?;
    let program = program.strip_suffix(".exe").unwrap_or(program);
    if !PROGRAMS.contains(&program) {
        return None;
    }
    let (mut name, mut which): (Option<&str>, _) = (None, None);
    while let Some(word) = words.next() {
        let (option, value) = match word.split_once('=') {
            Some((option, value)) if option.starts_with('-') => (option, Some(unquoted(value))),
            _ => (word, None),
        };
        let takes = |options: &[&str]| options.contains(&option);
        let named = if takes(&NAMES_FILE) {
            which = which.or(value.or_else(|| words.next()).and_then(of_pattern));
            None
        } else if takes(&NAMES_OTHER) {
            value.is_none().then(|| words.next());
            None
        } else if takes(&NAMES_MODEL) {
            value.or_else(|| words.next())
        } else if name.is_some() && is_file(word) {
            which = which.or(of_pattern(word));
            None
        } else {
            Some(word)
        };
        let is_name = |word: &&str| word.contains('/') && !word.starts_with(['-', '/', '.', '~']);
        match (name, named.filter(is_name)) {
            (None, Some(word)) => name = Some(word),
            // An address is one for sure.
            (Some(before), Some(word)) if word.contains("://") && !before.contains("://") => {
                name = Some(word);
            }
            _ => {}
        }
    }
    Some((name?.to_owned(), which))
}

fn is_file(word: &str) -> bool {
    !word.contains("://") && word.to_ascii_lowercase().ends_with(".gguf")
}

/// Prompts of shells, settings of variables, and whoever starts another program.
fn is_before_program(word: &str) -> bool {
    let is_setting = word.split_once('=').is_some_and(|(name, _)| {
        let mut letters = name.bytes();
        !name.is_empty() && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == b'_')
    });
    is_setting || ["$", ">", "#", "%", "sudo", "export", "uvx", "pipx", "run"].contains(&word)
}

fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '\'', '`'])
}

/// What is meant by a file's name, or by a pattern for some.
fn of_pattern(pattern: &str) -> Option<Which> {
    let stem = pattern.trim_matches(['*', '/', '.', '-', '_']);
    let stem = stem.strip_suffix("*.gguf").unwrap_or(stem);
    let is_pattern = pattern.contains('*');
    match stem.trim_matches(['*', '/', '-', '_']) {
        "" | "gguf" => None,
        stem if is_pattern => Some(Which::Quant(
            spelled(stem).map_or_else(|| stem.to_owned(), |found| found.quant),
        )),
        _ => Some(Which::File(pattern.to_owned())),
    }
}

/// What an address names that opens another program.
fn of_link(typed: &str) -> Option<(String, Option<Which>)> {
    let (scheme, rest) = typed.split_once("://")?;
    match scheme.to_ascii_lowercase().as_str() {
        "lmstudio" => {
            let url = Url::parse(typed).ok()?;
            let told = |name: &str| {
                let mut pairs = url.query_pairs();
                pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
            };
            Some((told("model")?, told("file").map(Which::File)))
        }
        "jan" => Some((rest.strip_prefix("models/huggingface/")?.to_owned(), None)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Which, named};

    #[test]
    fn a_name_is_found_in_what_was_copied_with_it() {
        let quant = |name: &str| Some(Which::Quant(name.to_owned()));
        let file = |path: &str| Some(Which::File(path.to_owned()));
        for (typed, name, which) in [
            ("a/b", "a/b", None),
            ("a/b：Q4_K_M", "a/b:Q4_K_M", None),
            ("\"a/b:Q8_0\"", "a/b:Q8_0", None),
            (
                "<https://huggingface.co/a/b>.",
                "https://huggingface.co/a/b",
                None,
            ),
            (
                "[R1](https://huggingface.co/a/b)",
                "https://huggingface.co/a/b",
                None,
            ),
            ("「a/b」", "a/b", None),
            (
                "see https://hf.co/a/b, it is small",
                "https://hf.co/a/b",
                None,
            ),
            ("ollama run hf.co/a/b:IQ4_XS", "hf.co/a/b:IQ4_XS", None),
            ("$ sudo docker model run hf.co/a/b", "hf.co/a/b", None),
            (
                "./build/bin/llama-cli -hf a/b:Q8_0 -p \"a/c\"",
                "a/b:Q8_0",
                None,
            ),
            (
                "llama-server --hf-repo a/b --hf-file b-q4_k_m.gguf -c 2048",
                "a/b",
                file("b-q4_k_m.gguf"),
            ),
            (
                "llama-cli --hf-file=x.gguf --hf-repo=a/b",
                "a/b",
                file("x.gguf"),
            ),
            (
                "HF_ENDPOINT=https://hf-mirror.com huggingface-cli download --local-dir models/x a/b Q4/x.gguf",
                "a/b",
                file("Q4/x.gguf"),
            ),
            (
                "hf download a/b --include \"*Q4_K_M*\" --local-dir .",
                "a/b",
                quant("Q4_K_M"),
            ),
            (
                "hf download a/b --include 'R1-UD-Q2_K_XL/*'",
                "a/b",
                quant("UD-Q2_K_XL"),
            ),
            ("hf download a/b --include '*.gguf'", "a/b", None),
            (
                "modelscope download --model a/b x.gguf",
                "a/b",
                file("x.gguf"),
            ),
            (
                "wget -c https://huggingface.co/a/b/resolve/main/x.gguf?download=true",
                "https://huggingface.co/a/b/resolve/main/x.gguf?download=true",
                None,
            ),
            (
                "curl -L -o m/x.gguf \"https://hf.co/a/b/blob/main/x.gguf\"",
                "https://hf.co/a/b/blob/main/x.gguf",
                None,
            ),
            (
                "wget -O m/y.gguf https://hf.co/a/b/blob/main/x.gguf",
                "https://hf.co/a/b/blob/main/x.gguf",
                None,
            ),
            (
                "!git clone https://huggingface.co/a/b",
                "https://huggingface.co/a/b",
                None,
            ),
            ("lms get a/b@q4_k_m", "a/b@q4_k_m", None),
            (
                "lmstudio://open_from_hf?model=a/b&file=x-Q4_K_M.gguf",
                "a/b",
                file("x-Q4_K_M.gguf"),
            ),
            ("jan://models/huggingface/a/b", "a/b", None),
            // A file with spaces is no sentence.
            ("a/b:sub/R1 (x).gguf", "a/b:sub/R1 (x).gguf", None),
            ("git", "git", None),
        ] {
            assert_eq!(named(typed), (name.to_owned(), which), "{typed}");
        }
    }
}
