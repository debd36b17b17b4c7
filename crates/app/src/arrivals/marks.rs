//! The marks that ChatGPT puts into an answer where its page shows a source, a name or a picture: letters of
//! Unicode's private use, and before those brackets with a dagger, and words of its page's program. They become
//! the link that they stand for, where the message has it, and nothing where it has not.

use serde_json::Value;

use super::values::{list_at, str_at};

const BEGIN: char = '\u{E200}';
const END: char = '\u{E201}';
const BETWEEN: char = '\u{E202}';

/// A bracket that is a mark is no longer than this, in letters.
const LONGEST: usize = 120;

/// The text without its marks.
pub(super) fn plain(text: &str, metadata: &Value) -> String {
    let text = &without_references(text);
    if !text.contains(['\u{E200}', '\u{E203}', '\u{E204}', '\u{E206}', '【']) {
        return text.clone();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find(is_mark) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let sign = rest.chars().next().unwrap_or(BEGIN);
        let after = &rest[sign.len_utf8()..];
        let inner = match sign {
            BEGIN => after.split_once(END),
            '【' => after.split_once('】').filter(|(inner, _)| is_source(inner)),
            // Around words that stay.
            _ => Some(("", after)),
        };
        let Some((inner, after)) = inner else {
            if sign == '【' {
                out.push(sign);
            }
            rest = &rest[sign.len_utf8()..];
            continue;
        };
        let whole = &rest[..rest.len() - after.len()];
        let instead = if sign == BEGIN || sign == '【' {
            told(whole, metadata)
                .or_else(|| cited(sign, inner, metadata))
                .unwrap_or_else(|| own(inner))
        } else {
            String::new()
        };
        if instead.is_empty() && out.ends_with(' ') && after.starts_with([' ', '.', ',', '\n']) {
            out.pop();
        }
        out.push_str(&instead);
        rest = after;
    }
    out.push_str(rest);
    out
}

fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{E200}'..='\u{E206}' | '【')
}

/// `3†source`, `12:0†report.pdf`, `4†L1-L9`.
fn is_source(inner: &str) -> bool {
    let number = inner.split('†').next().unwrap_or_default();
    inner.contains('†')
        && inner.chars().count() <= LONGEST
        && !number.is_empty()
        && number
            .chars()
            .all(|sign| sign.is_ascii_digit() || sign == ':')
}

/// What the message says that the mark stands for.
fn told(mark: &str, metadata: &Value) -> Option<String> {
    let mut known = list_at(metadata, "content_references").iter();
    let found = known.find(|known| str_at(known, "matched_text") == mark)?;
    let alt = str_at(found, "alt");
    if !alt.is_empty() {
        return Some(alt.to_owned());
    }
    let name = str_at(found, "name");
    if !name.is_empty() {
        return Some(name.to_owned());
    }
    let links = list_at(found, "items").iter().filter_map(|item| {
        let (title, url) = (str_at(item, "title"), str_at(item, "url"));
        (!url.is_empty())
            .then(|| format!("[{}]({url})", if title.is_empty() { url } else { title }))
    });
    let links = links.collect::<Vec<_>>().join(", ");
    (!links.is_empty()).then(|| format!("({links})"))
}

/// The source that a bracket names by its number, as older messages have it.
fn cited(sign: char, inner: &str, metadata: &Value) -> Option<String> {
    let number: u64 = inner.split('†').next()?.parse().ok()?;
    if sign != '【' {
        return None;
    }
    let mut cited = list_at(metadata, "citations").iter();
    let source = cited.find_map(|cited| {
        let told = cited.get("metadata")?;
        let place = told.pointer("/extra/cited_message_idx")?.as_u64()?;
        (place == number && !str_at(told, "url").is_empty()).then_some(told)
    })?;
    let (title, url) = (str_at(source, "title"), str_at(source, "url"));
    let title = if title.is_empty() { url } else { title };
    Some(format!("([{title}]({url}))"))
}

/// The text without `:contentReference[oaicite:0]{index=0}`, which stands there with empty letters around it
/// and sometimes as code.
fn without_references(text: &str) -> String {
    const MARK: &str = ":contentReference[oaicite:";
    const EMPTY: [&str; 3] = ["&#8203;", "\u{200B}", "``"];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(MARK) {
        let (before, mark) = rest.split_at(at);
        let end = mark.find(']').and_then(|end| {
            let behind = &mark[end + 1..];
            let index = behind.strip_prefix("{index=")?;
            let close = index.find('}')?;
            Some(end + 1 + "{index=".len() + close + 1)
        });
        let Some(end) = end.filter(|end| *end <= LONGEST) else {
            out.push_str(&rest[..at + MARK.len()]);
            rest = &rest[at + MARK.len()..];
            continue;
        };
        let mut before = before;
        let mut behind = &mark[end..];
        for empty in EMPTY.iter().chain(&EMPTY) {
            before = before.strip_suffix(empty).unwrap_or(before);
            behind = behind.strip_prefix(empty).unwrap_or(behind);
        }
        out.push_str(before);
        if behind.starts_with(['.', ',', ';', ' ', '\n']) || behind.is_empty() {
            out.truncate(out.trim_end_matches(' ').len());
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// What a mark tells by itself: the name of something, or a link.
fn own(inner: &str) -> String {
    let mut parts = inner.split(BETWEEN);
    match parts.next() {
        Some("entity") => {
            let told = parts
                .next()
                .and_then(|told| serde_json::from_str(told).ok());
            let told: Value = told.unwrap_or_default();
            let name = told.get(1).and_then(Value::as_str);
            name.unwrap_or_default().to_owned()
        }
        Some("url") => match (parts.next(), parts.next()) {
            (Some(title), Some(url)) if url.starts_with("http") => format!("[{title}]({url})"),
            (Some(title), _) => title.to_owned(),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn marks_become_their_links_or_nothing() {
        let cite = "\u{E200}cite\u{E202}turn0search0\u{E201}";
        let text = format!("Cool cellars {cite}. \u{E203}Dark\u{E204} ones.");
        assert_eq!(plain(&text, &json!({})), "Cool cellars. Dark ones.");
        let known = json!({"content_references": [
            {"matched_text": " ", "alt": null},
            {"matched_text": cite, "alt": "([x](https://x.example))"}]});
        assert_eq!(
            plain(&text, &known),
            "Cool cellars ([x](https://x.example)). Dark ones."
        );
        let items = json!({"content_references": [{"matched_text": cite, "items": [
            {"title": "X", "url": "https://x.example"}]}]});
        assert_eq!(plain(cite, &items), "([X](https://x.example))");
        let old = json!({"citations": [{"metadata": {"type": "webpage", "title": "X", "url": "https://x.example",
            "extra": {"cited_message_idx": 3}}}]});
        assert_eq!(
            plain("So【3†source】.", &old),
            "So([X](https://x.example))."
        );
        for (text, right) in [
            ("So【3†source】.", "So."),
            ("So 【12:0†a.pdf】 it is.", "So it is."),
            ("【重要】土豆【3】", "【重要】土豆【3】"),
            (
                "\u{E200}entity\u{E202}[\"people\",\"Ada\",\"x\"]\u{E201}!",
                "Ada!",
            ),
            (
                "\u{E200}url\u{E202}X\u{E202}https://x.example\u{E201}",
                "[X](https://x.example)",
            ),
            ("cut \u{E200}cite", "cut cite"),
            (
                "So it is &#8203;:contentReference[oaicite:0]{index=0}&#8203;.",
                "So it is.",
            ),
            ("One:contentReference[oaicite:1]{index=1} two", "One two"),
            (
                ":contentReference[oaicite: is written",
                ":contentReference[oaicite: is written",
            ),
        ] {
            assert_eq!(plain(text, &json!({})), right);
        }
    }
}
