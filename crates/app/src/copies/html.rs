//! The branch of each chat that is shown, as one HTML file that fetches nothing and runs nothing:
//! tags that stand in the words are characters, images are links, and a policy in the file forbids
//! the rest.

use chats::{Body, Entry, TextFile, Transcript};
use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html};
use url::Url;

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
hr { margin: 3rem 0; border: 0; border-top: 1px solid var(--line) }
</style>
";

pub(super) fn write(transcripts: &[Transcript], with_thoughts: bool, words: &Words) -> String {
    let title = match transcripts {
        [one] => one.title.as_str(),
        _ => words.chats,
    };
    let mut text = format!(
        "<!doctype html>\n<html lang=\"{}\">\n{HEAD}<title>{}</title>\n</head>\n<body>\n",
        words.tag,
        escaped(title)
    );
    for (at, transcript) in transcripts.iter().enumerate() {
        if at > 0 {
            text += "<hr>\n";
        }
        text += "<h1 dir=\"auto\">";
        text += &escaped(&transcript.title);
        text += "</h1>\n";
        for entry in shown(transcript) {
            text += &message(entry, with_thoughts, words);
        }
    }
    text + "</body>\n</html>\n"
}

fn message(entry: &Entry, with_thoughts: bool, words: &Words) -> String {
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
                    "<details><summary>{}</summary><div dir=\"auto\">{}</div></details>\n",
                    words.thinking,
                    markup(&reply.thinking)
                )
            } else {
                String::new()
            };
            format!(
                "<p class=\"who\">{}</p>\n{thought}<div dir=\"auto\">{}</div>\n",
                escaped(&reply.model),
                markup(&reply.answer)
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

/// Markdown of a model as markup that can do nothing.
fn markup(text: &str) -> String {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let events = Parser::new_ext(text, options).map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::Start(Tag::Image { dest_url, .. } | Tag::Link { dest_url, .. }) => {
            Event::Start(link(&dest_url))
        }
        Event::End(TagEnd::Image) => Event::End(TagEnd::Link),
        other => other,
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    out
}

/// A link to where a link may lead, else to nothing.
fn link(address: &str) -> Tag<'static> {
    let allowed =
        Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "mailto"));
    let address = if allowed {
        address.to_owned()
    } else {
        String::new()
    };
    Tag::Link {
        link_type: LinkType::Inline,
        dest_url: CowStr::from(address),
        title: CowStr::from(""),
        id: CowStr::from(""),
    }
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
