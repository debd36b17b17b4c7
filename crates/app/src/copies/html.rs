//! The branch of each chat that is shown, as one HTML file that fetches nothing and runs nothing, which a
//! policy in the file forbids too. How the Markdown of a model becomes markup is told from outside: there
//! is one reader of it (`ui/src/lib/markdown/html.ts`), which runs in the window's page, and for the terminal in
//! `QuickJS`; where it makes none of a text, that text stands as it was written.

use chats::{Body, Entry, TextFile, Transcript};

use super::markdown::shown;
use super::words::Words;

const HEAD: &str = "<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<meta name=\"viewport\" content=\"width=device-width\">
<meta name=\"referrer\" content=\"no-referrer\">
<style>
:root { color-scheme: light dark; --paper: #faf7f1; --ink: #2a2520; --soft: #6b6157; --bubble: #f1ece2; --line: #e4dccf }
@media (prefers-color-scheme: dark) { :root { --paper: #1a1714; --ink: #ece5da; --soft: #aca092; --bubble: #2a2520; --line: #38312a } }
body { max-width: 41rem; margin: 2rem auto; padding: 0 1rem; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 1.5rem; line-height: 1.25 } .who { margin: 1.5rem 0 .25rem; color: var(--soft); font-size: .875rem }
.asked { padding: .75rem 1rem; border-radius: .875rem; background: var(--bubble); white-space: pre-wrap }
details { margin: .5rem 0; color: var(--soft) } details > div { padding-inline-start: 1rem; border-inline-start: 2px solid var(--line) }
pre { padding: .75rem; overflow-x: auto; border: 1px solid var(--line); border-radius: .625rem } code { font-family: ui-monospace, monospace }
table { border-collapse: collapse } th, td { padding: .375rem .75rem; border-bottom: 1px solid var(--line); text-align: start }
@counter-style bracketed { system: extends decimal; suffix: \") \" } .bracket { list-style-type: bracketed } .task { list-style: none }
.written { white-space: pre-wrap } ul, ol { padding-inline-start: 1.5em } blockquote { margin-inline: 0; padding-inline-start: 1em; border-inline-start: 3px solid var(--line); color: var(--soft) }
a { color: inherit } .host { color: var(--soft); font-size: .9em } .wide { overflow-x: auto } math { font-family: \"Cambria Math\", \"STIX Two Math\", \"Latin Modern Math\", \"Libertinus Math\", \"DejaVu Math TeX Gyre\", math } math[display=block] { margin: .75rem 0; overflow-x: auto }
menclose[notation~=box] { display: inline-block; padding: .2em .4em; border: 1.5px solid; border-radius: .25rem }
hr { margin: 3rem 0; border: 0; border-top: 1px solid var(--line) }
</style>
";

/// The texts of a chat that are Markdown, in the order in which [`write()`] asks for their markup.
pub(super) fn texts(transcript: &Transcript, with_thoughts: bool) -> Vec<&str> {
    let replies = shown(transcript)
        .into_iter()
        .filter_map(|entry| match &entry.body {
            Body::Reply(reply) => Some(reply),
            Body::Question(_) => None,
        });
    let texts = replies.flat_map(|reply| {
        let thought =
            Some(reply.thinking.as_str()).filter(|text| with_thoughts && !text.is_empty());
        thought.into_iter().chain([reply.answer.as_str()])
    });
    texts.collect()
}

/// The file; `markup` makes markup of a text if it can, and is asked chat by chat in the order of [`texts`].
pub(super) fn write(
    transcripts: &[Transcript],
    with_thoughts: bool,
    words: &Words,
    markup: &mut dyn FnMut(&str) -> Option<String>,
) -> String {
    let mut text = head(transcripts, words);
    for (at, transcript) in transcripts.iter().enumerate() {
        if at > 0 {
            text += "<hr>\n";
        }
        text += "<h1 dir=\"auto\">";
        text += &escaped(&transcript.title);
        text += "</h1>\n";
        for entry in shown(transcript) {
            text += &message(entry, with_thoughts, words, markup);
        }
    }
    text + "</body>\n</html>\n"
}

fn head(transcripts: &[Transcript], words: &Words) -> String {
    let title = match transcripts {
        [one] => one.title.as_str(),
        _ => words.chats,
    };
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n{HEAD}<title>{}</title>\n</head>\n<body>\n",
        words.tag,
        escaped(title)
    )
}

/// As markup, or as they were written: nobody reads the words of a model another way than the window does.
fn set(text: &str, markup: &mut dyn FnMut(&str) -> Option<String>) -> String {
    markup(text).unwrap_or_else(|| {
        format!(
            "<div class=\"written\" dir=\"auto\">{}</div>",
            escaped(text)
        )
    })
}

fn message(
    entry: &Entry,
    with_thoughts: bool,
    words: &Words,
    markup: &mut dyn FnMut(&str) -> Option<String>,
) -> String {
    match &entry.body {
        Body::Question(text) => {
            let files: String = entry.files.iter().map(attached).collect();
            format!(
                "<p class=\"who\">{}</p>\n{files}<div class=\"asked\" dir=\"auto\">{}</div>\n",
                words.you,
                escaped(text)
            )
        }
        Body::Reply(reply) => {
            let thought = if with_thoughts && !reply.thinking.is_empty() {
                format!(
                    "<details><summary>{}</summary><div>{}</div></details>\n",
                    words.thinking,
                    set(&reply.thinking, markup)
                )
            } else {
                String::new()
            };
            let who = escaped(&reply.model);
            format!(
                "<p class=\"who\">{who}</p>\n{thought}<div>{}</div>\n",
                set(&reply.answer, markup)
            )
        }
    }
}

/// A file that went with a question, folded.
fn attached(file: &TextFile) -> String {
    let (name, text) = (escaped(&file.name), escaped(&file.text));
    format!(
        "<details><summary dir=\"auto\">{name}</summary><pre dir=\"auto\">{text}</pre></details>\n"
    )
}

pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            // Would end the text for some readers.
            '\0' => out.push(char::REPLACEMENT_CHARACTER),
            other => out.push(other),
        }
    }
    out
}
