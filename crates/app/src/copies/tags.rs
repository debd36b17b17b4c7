//! HTML that a message holds, as far as a copy in Markdown must know it: whoever shows Markdown may take
//! it for HTML (the window does not), and an element that is left open takes in all that follows.

/// Elements that CommonMark lets begin a block; such a block ends at a blank line.
const BLOCKS: [&str; 37] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frameset",
    "h1",
    "h2",
    "h3",
    "header",
    "html",
    "iframe",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "section",
    "summary",
    "table",
    "td",
    "tr",
    "ul",
];
/// Elements whose content is no markup; a block of one ends where the element does.
const RAW: [&str; 4] = ["pre", "script", "style", "textarea"];
/// Elements that hold nothing.
const EMPTY: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr", "param",
];

/// A block of HTML, in which Markdown is not read, by how it ends.
pub(super) enum Html {
    /// With a line that has this.
    With(&'static str),
    /// With `</pre>` and its kin.
    WithRaw,
    WithBlankLine,
}

impl Html {
    /// The block that a line begins, unless it ends with it.
    pub(super) fn begun_by(rest: &str, in_paragraph: bool) -> Option<Self> {
        let html = if rest.starts_with("<!--") {
            Self::With("-->")
        } else if rest.starts_with("<?") {
            Self::With("?>")
        } else if rest.starts_with("<![CDATA[") {
            Self::With("]]>")
        } else if rest.starts_with("<!") {
            Self::With(">")
        } else {
            let tag = Tag::at(rest)?;
            let is_raw = RAW.contains(&&*tag.name) && !tag.closes;
            let is_block = BLOCKS.contains(&&*tag.name);
            // Any other tag, alone on its line.
            let is_alone = !in_paragraph && rest[tag.length..].trim().is_empty();
            match (is_raw, is_block || is_alone) {
                (true, _) => Self::WithRaw,
                (false, true) => Self::WithBlankLine,
                (false, false) => return None,
            }
        };
        (!html.ends_in(rest)).then_some(html)
    }

    pub(super) fn ends_in(&self, line: &str) -> bool {
        match self {
            Self::With(end) => line.contains(end),
            Self::WithRaw => {
                let line = line.to_ascii_lowercase();
                RAW.iter().any(|name| line.contains(&format!("</{name}>")))
            }
            Self::WithBlankLine => line.trim().is_empty(),
        }
    }
}

/// What closes all that is open at the end of `words`: a comment, and elements, the innermost first.
pub(super) fn open_tags(words: &str) -> String {
    let mut open: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(found) = words[at..].find(['<', '`', '\\']) {
        let rest = &words[at + found..];
        at += found + 1;
        if let Some(escaped) = rest.strip_prefix('\\') {
            at += escaped.chars().next().map_or(0, char::len_utf8);
        } else if rest.starts_with('`') {
            at += code(rest) - 1;
        } else if let Some(comment) = rest.strip_prefix("<!--") {
            match comment.find("-->") {
                Some(end) => at += end,
                None => return "-->".to_owned(),
            }
        } else if let Some(name) = half(rest) {
            // The text was cut within a tag.
            return format!(">{}", ends_of(&open, Some(name)));
        } else if let Some(tag) = Tag::at(rest) {
            at += tag.length - 1;
            if tag.closes {
                if let Some(place) = open.iter().rposition(|name| *name == tag.name) {
                    open.truncate(place);
                }
            } else if !tag.is_empty && !EMPTY.contains(&&*tag.name) {
                open.push(tag.name);
            }
        }
    }
    ends_of(&open, None)
}

fn ends_of(open: &[String], last: Option<&str>) -> String {
    let inside = last.into_iter();
    let outside = open.iter().rev().map(String::as_str);
    let mut ends = String::new();
    for name in inside.chain(outside) {
        ends.push_str("</");
        ends.push_str(name);
        ends.push('>');
    }
    ends
}

/// The name of an element whose tag the text ends in; only of those that can swallow what follows.
fn half(rest: &str) -> Option<&str> {
    let inner = rest.strip_prefix('<')?;
    let name = inner
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .next()?;
    let is_cut = !inner.contains(['<', '>']) && (BLOCKS.contains(&name) || RAW.contains(&name));
    is_cut.then_some(name)
}

/// Bytes of the code among words that begins here, or of its backticks where nothing closes them.
fn code(rest: &str) -> usize {
    let length = rest.bytes().take_while(|byte| *byte == b'`').count();
    let mut at = length;
    while let Some(found) = rest[at..].find('`') {
        at += found;
        let run = rest[at..].bytes().take_while(|byte| *byte == b'`').count();
        at += run;
        if run == length {
            return at;
        }
    }
    length
}

struct Tag {
    name: String,
    closes: bool,
    is_empty: bool,
    /// Bytes.
    length: usize,
}

impl Tag {
    /// The tag that `text` begins with.
    fn at(text: &str) -> Option<Self> {
        let inner = text.strip_prefix('<')?;
        let closes = inner.starts_with('/');
        let inner = inner.strip_prefix('/').unwrap_or(inner);
        let end = inner.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-')?;
        let name = inner[..end].to_ascii_lowercase();
        let begins = name.starts_with(|letter: char| letter.is_ascii_alphabetic());
        let rest = &inner[end..];
        let close = rest.find('>')?;
        // `a <b and c > d` is none: what stands behind the name are its attributes.
        let sound = rest.starts_with(['>', '/', ' ', '\t', '\n']) && !rest[..close].contains('<');
        (begins && sound).then(|| Self {
            closes,
            is_empty: rest[..close].ends_with('/'),
            length: text.len() - rest.len() + close + 1,
            name,
        })
    }
}
