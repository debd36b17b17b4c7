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
    /// With the end of an element whose content is no markup, whichever; this one is open.
    WithRaw(String),
    WithBlankLine,
}

impl Html {
    /// The block that a line begins, unless it ends with it.
    pub(super) fn begun_by(rest: &str, in_paragraph: bool) -> Option<Self> {
        Self::of(rest, in_paragraph).filter(|html| !html.ends_in(rest))
    }

    /// Whether a line begins such a block.
    pub(super) fn is_begun_by(rest: &str, in_paragraph: bool) -> bool {
        Self::of(rest, in_paragraph).is_some()
    }

    fn of(rest: &str, in_paragraph: bool) -> Option<Self> {
        let html = if rest.starts_with("<!--") {
            Self::With("-->")
        } else if rest.starts_with("<?") {
            Self::With("?>")
        } else if rest.starts_with("<![CDATA[") {
            Self::With("]]>")
        } else if rest.starts_with("<!") {
            Self::With(">")
        } else {
            Self::of_element(rest, in_paragraph)?
        };
        Some(html)
    }

    fn of_element(rest: &str, in_paragraph: bool) -> Option<Self> {
        let name = name_of(rest)?;
        if RAW.contains(&&*name) && !rest.starts_with("</") {
            return Some(Self::WithRaw(name));
        }
        // Any other tag, alone on its line.
        let is_alone = || Tag::at(rest).is_some_and(|tag| rest[tag.length..].trim().is_empty());
        let begins = BLOCKS.contains(&&*name) || (!in_paragraph && is_alone());
        begins.then_some(Self::WithBlankLine)
    }

    pub(super) fn ends_in(&self, line: &str) -> bool {
        match self {
            Self::With(end) => line.contains(end),
            Self::WithRaw(_) => {
                let line = line.to_ascii_lowercase();
                RAW.iter().any(|name| line.contains(&format!("</{name}>")))
            }
            Self::WithBlankLine => line.trim().is_empty(),
        }
    }

    /// What ends it by itself; a blank line does for some.
    pub(super) fn end(&self) -> Option<String> {
        match self {
            Self::With(end) => Some((*end).to_owned()),
            Self::WithRaw(name) => Some(format!("</{name}>")),
            Self::WithBlankLine => None,
        }
    }
}

/// What closes all that is open at the end of `words`: a tag that was cut, a comment, and elements, the
/// innermost first. One end too many does no harm, and where a comment or an element without markup goes over lines, readers
/// differ in what ends it: there one more is written.
pub(super) fn open_tags(words: &str) -> String {
    let mut open: Vec<String> = Vec::new();
    // What takes in all that follows, ends of others too.
    let mut raw = Vec::new();
    let mut in_comment = false;
    // Behind the marks of quotes and lists.
    let is_mark = |letter: char| " >-*+.)".contains(letter) || letter.is_ascii_digit();
    let begins = |line: &str| line.trim_start_matches(is_mark).starts_with('<');
    let has_blocks = words.lines().any(begins);
    let mut cut = "";
    let mut at = 0;
    while let Some(found) = words[at..].find(['<', '`', '\\']) {
        let rest = &words[at + found..];
        let line = rest.split('\n').next().unwrap_or(rest);
        at += found + 1;
        if let Some(escaped) = rest.strip_prefix('\\') {
            at += escaped.chars().next().map_or(0, char::len_utf8);
        } else if rest.starts_with('`') {
            at += code(line) - 1;
        } else if let Some(comment) = line.strip_prefix("<!--") {
            match comment.find("-->") {
                Some(end) => at += end,
                // Among words it is none without its end. In a block of HTML it is, wherever it stands, and what follows
                // may be tags all the same.
                None => in_comment |= has_blocks,
            }
        } else if let Some(tag) = Tag::at(rest) {
            at += tag.length - 1;
            if tag.closes {
                if let Some(place) = open.iter().rposition(|name| *name == tag.name) {
                    open.truncate(place);
                }
            } else if RAW[1..].contains(&&*tag.name) {
                let end = format!("</{}>", tag.name);
                match line.to_ascii_lowercase().find(&end) {
                    Some(place) => at += place + end.len() - tag.length,
                    None => raw.push(tag.name),
                }
            } else if !tag.is_empty && !EMPTY.contains(&&*tag.name) {
                open.push(tag.name);
            }
        } else if let Some(name) = name_of(rest).filter(|_| !rest.contains(['>', '\n'])) {
            open.push(name);
            cut = ">";
            break;
        }
    }
    // A comment of its own ends the one that is open, and is no Markdown wherever that began.
    let comment = if in_comment { "<!-- -->\n" } else { "" };
    raw.sort_unstable();
    raw.dedup();
    format!("{cut}{}{comment}{}", ends_of(&raw), ends_of(&open))
}

fn ends_of(open: &[String]) -> String {
    let mut ends = String::new();
    for name in open.iter().rev() {
        ends.push_str("</");
        ends.push_str(name);
        ends.push('>');
    }
    ends
}

/// The name of the element whose tag begins here, of those that can begin a block.
fn name_of(rest: &str) -> Option<String> {
    let inner = rest.strip_prefix('<')?;
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    let end = inner.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    let (name, behind) = inner.split_at(end.unwrap_or(inner.len()));
    let sound = behind.is_empty() || behind.starts_with(['>', '/', ' ', '\t', '\n']);
    let begins = name.starts_with(|letter: char| letter.is_ascii_alphabetic());
    (sound && begins).then(|| name.to_ascii_lowercase())
}

/// Bytes of the code among words that a line begins with; of its backticks where nothing closes them.
fn code(line: &str) -> usize {
    let length = line.bytes().take_while(|byte| *byte == b'`').count();
    let mut at = length;
    while let Some(found) = line[at..].find('`') {
        at += found;
        let run = line[at..].bytes().take_while(|byte| *byte == b'`').count();
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
        let name = name_of(text)?;
        let closes = text.starts_with("</");
        let end = name.len() + if closes { 2 } else { 1 };
        let rest = &text[end..];
        let close = rest.find('>')?;
        // `a <b and c > d` is none: what stands behind the name are its attributes.
        let attributes = &rest[..close];
        (!attributes.contains('<') && !attributes.contains("\n\n")).then(|| Self {
            closes,
            is_empty: attributes.ends_with('/'),
            length: end + close + 1,
            name,
        })
    }
}
