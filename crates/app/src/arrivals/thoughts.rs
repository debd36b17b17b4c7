//! Thoughts that a program wrote into the answer: `<think>`, as R1 itself does, and the `<details>` in which
//! Open WebUI folds them.

/// A text, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) thinking: String,
    pub(super) answer: String,
    /// How long was thought, where it says so.
    pub(super) thinking_ms: u64,
    /// Calls of tools that were folded in.
    pub(super) tools: usize,
    /// The thought was never closed.
    pub(super) open: bool,
}

/// What models' thoughts stand in, which each is closed by its own.
const TAGS: [(&str, &str); 8] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<reason>", "</reason>"),
    ("<reasoning>", "</reasoning>"),
    ("<thought>", "</thought>"),
    ("<Thought>", "</Thought>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("◁think▷", "◁/think▷"),
];

/// Takes the thoughts out of a text. What stands in a block of code is left alone.
pub(super) fn split(text: &str) -> Split {
    let mut split = Split::default();
    let mut rest = text;
    // R1's own template opens the thought, so that some programs have its end alone.
    if let Some((thought, answer)) = without_its_begin(rest) {
        super::values::join(&mut split.thinking, thought.trim());
        rest = answer.trim_start();
    }
    let mut answer = String::new();
    let mut fence: Option<Fence> = None;
    while !rest.is_empty() {
        let end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let line = &rest[..end];
        fence = match (fence, Fence::of(line)) {
            (None, found) => found,
            (Some(open), Some(found)) if open.is_closed_by(&found) => None,
            (open, _) => open,
        };
        if fence.is_none()
            && let Some(found) = folded(line).or_else(|| tagged(line))
        {
            answer.push_str(&rest[..found.at()]);
            let after = found.take(rest, &mut split);
            if !answer.is_empty() && !answer.ends_with('\n') {
                answer.push('\n');
            }
            rest = after.trim_start_matches(['\n', '\r']);
            continue;
        }
        answer.push_str(line);
        rest = &rest[end..];
    }
    answer.trim().clone_into(&mut split.answer);
    split
}

/// The line that opens or closes a block of code.
struct Fence {
    sign: char,
    length: usize,
    /// Nothing stands behind it, so that it may close one.
    bare: bool,
}

impl Fence {
    fn of(line: &str) -> Option<Self> {
        let line = line.trim();
        let sign = line
            .chars()
            .next()
            .filter(|sign| matches!(sign, '`' | '~'))?;
        let rest = line.trim_start_matches(sign);
        let length = line.len() - rest.len();
        (length >= 3).then_some(Self {
            sign,
            length,
            bare: rest.is_empty(),
        })
    }

    fn is_closed_by(&self, other: &Self) -> bool {
        other.bare && other.sign == self.sign && other.length >= self.length
    }
}

fn without_its_begin(text: &str) -> Option<(&str, &str)> {
    let (thought, answer) = text.split_once("</think>")?;
    let mentioned = thought.ends_with('`') || answer.starts_with('`');
    (!thought.contains("<think>") && !mentioned).then_some((thought, answer))
}

/// Where something that is no answer begins in a line.
enum Found<'tag> {
    Details {
        at: usize,
    },
    Tag {
        at: usize,
        tag: (&'tag str, &'tag str),
    },
}

fn folded(line: &str) -> Option<Found<'static>> {
    let at = line.find("<details")?;
    let tag = &line[at..];
    let tag = &tag[..tag.find('>').unwrap_or(tag.len())];
    let kinds = ["reasoning", "tool_calls", "code_interpreter"];
    let is_kind = attribute(tag, "type").is_some_and(|kind| kinds.contains(&kind));
    let mentioned = line[..at].ends_with('`');
    (is_kind && !mentioned).then_some(Found::Details { at })
}

fn tagged(line: &str) -> Option<Found<'static>> {
    let begin = line.trim_start();
    let at = line.len() - begin.len();
    let tag = TAGS.iter().find(|(open, _)| begin.starts_with(open))?;
    Some(Found::Tag { at, tag: *tag })
}

/// What a tag says under a name, in quotes of either kind.
fn attribute<'tag>(tag: &'tag str, name: &str) -> Option<&'tag str> {
    let mut places = tag.match_indices(name);
    places.find_map(|(at, _)| {
        let apart = tag[..at].ends_with(char::is_whitespace);
        let value = tag[at + name.len()..].trim_start().strip_prefix('=');
        let value = value.filter(|_| apart)?.trim_start();
        let quote = value
            .chars()
            .next()
            .filter(|sign| matches!(sign, '"' | '\''))?;
        value[1..].split(quote).next()
    })
}

impl Found<'_> {
    fn at(&self) -> usize {
        match self {
            Self::Details { at } | Self::Tag { at, .. } => *at,
        }
    }

    /// Takes it out of the text, of which the rest is given.
    fn take<'text>(&self, text: &'text str, split: &mut Split) -> &'text str {
        match self {
            Self::Tag {
                at,
                tag: (open, close),
            } => {
                let inner = &text[at + open.len()..];
                let (thought, rest) = inner.split_once(*close).unwrap_or_else(|| {
                    split.open = true;
                    (inner, "")
                });
                super::values::join(&mut split.thinking, thought.trim());
                rest
            }
            Self::Details { at } => details(&text[*at..], split),
        }
    }
}

/// Takes a folded part, at which the text begins.
fn details<'text>(text: &'text str, split: &mut Split) -> &'text str {
    let (tag, inner) = text.split_once('>').unwrap_or((text, ""));
    let body_at = match inner.find("</summary>") {
        Some(at) if inner.trim_start().starts_with("<summary>") => at + "</summary>".len(),
        _ => 0,
    };
    let body = &inner[body_at..];
    let end = end_of(body);
    let thought = &body[..end.unwrap_or(body.len())];
    let rest = end.map_or("", |end| &body[end + CLOSE.len()..]);
    if attribute(tag, "type") == Some("reasoning") {
        split.open |= end.is_none();
        let duration = attribute(tag, "duration");
        let duration = duration.map(|seconds| serde_json::Value::String(seconds.to_owned()));
        split.thinking_ms += super::values::seconds(duration.as_ref());
        super::values::join(&mut split.thinking, &unquoted(thought));
    } else {
        split.tools += 1;
    }
    rest
}

const CLOSE: &str = "</details>";

/// Where a folded part ends that begins before this text. A thought may tell of such parts itself: where its
/// lines are quoted, those are its own.
fn end_of(body: &str) -> Option<usize> {
    let first = body.find(CLOSE)?;
    let begin = body.trim_start();
    // Nothing in an escaped thought looks like its end.
    if begin.starts_with("&gt;") {
        return Some(first);
    }
    if begin.starts_with('>') {
        let mut at = 0;
        for line in body.split_inclusive('\n') {
            if !line.trim_start().starts_with('>')
                && let Some(end) = line.find(CLOSE)
            {
                return Some(at + end);
            }
            at += line.len();
        }
        return Some(first);
    }
    let (mut depth, mut at) = (1_usize, 0);
    while let Some(close) = body[at..].find(CLOSE) {
        depth += body[at..at + close].matches("<details").count();
        depth -= 1;
        if depth == 0 {
            return Some(at + close);
        }
        at += close + CLOSE.len();
    }
    Some(first)
}

/// A folded thought as it was thought: without the marks of a quotation, and without the escapes where they
/// were escaped too.
fn unquoted(thought: &str) -> String {
    let thought = thought.trim();
    let escaped = thought.starts_with("&gt;");
    let mark = if escaped { "&gt;" } else { ">" };
    let lines = thought.lines().map(|line| {
        let line = line
            .strip_prefix(mark)
            .map_or(line, |rest| rest.strip_prefix(' ').unwrap_or(rest));
        line.trim_end()
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    if escaped { unescaped(&text) } else { text }
}

/// The letters that HTML writes otherwise.
fn unescaped(text: &str) -> String {
    const LETTERS: [(&str, char); 7] = [
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&amp;", '&'),
        ("&quot;", '"'),
        ("&#x27;", '\''),
        ("&#39;", '\''),
        ("&apos;", '\''),
    ];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let found = LETTERS.iter().find(|(name, _)| rest.starts_with(name));
        let (length, letter) = found.map_or((1, '&'), |(name, letter)| (name.len(), *letter));
        out.push(letter);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, thinking: &str, answer: &str) {
        let split = split(text);
        assert_eq!(
            (split.thinking.as_str(), split.answer.as_str()),
            (thinking, answer),
            "{text}"
        );
    }

    #[test]
    fn thoughts_are_found_in_tags() {
        check("<think>\nHm.\n</think>\n\nYes.", "Hm.", "Yes.");
        check("Hm.\n</think>\n\nYes.", "Hm.", "Yes.");
        check("<think>Hm", "Hm", "");
        assert!(split("<think>Hm").open);
        check(
            "<think>a</think>One.\n<think>b</think>Two.",
            "a\n\nb",
            "One.\nTwo.",
        );
        check("<think>\n\n</think>\n\nYes.", "", "Yes.");
        check(
            "R1 writes `<think>` and `</think>`.",
            "",
            "R1 writes `<think>` and `</think>`.",
        );
        check(
            "So:\n```\n<think>\n</think>\n```",
            "",
            "So:\n```\n<think>\n</think>\n```",
        );
        check("<thinking>x</thinking>\ny", "x", "y");
        check("<Thought>x</Thought>y", "x", "y");
        check("<|begin_of_thought|>\nx\n<|end_of_thought|>\ny", "x", "y");
        check("◁think▷x◁/think▷y", "x", "y");
    }

    #[test]
    fn thoughts_are_found_in_folds() {
        let fold = |inner: &str| {
            format!(
                "<details type=\"reasoning\" done=\"true\" duration=\"4\">\n<summary>Thought for 4 seconds</summary>\n{inner}\n</details>\n"
            )
        };
        check(&(fold("> So\n> 2") + "2."), "So\n2", "2.");
        check(
            &(fold(
                "&gt; Compare 2 &lt; 3 &amp; &quot;quotes&quot;.\n&gt; \n&gt; So &amp;lt; yes.",
            ) + "Yes."),
            "Compare 2 < 3 & \"quotes\".\n\nSo &lt; yes.",
            "Yes.",
        );
        let own = "> I could fold it:\n> <details>\n> <summary>More</summary>\n> x\n> </details>\n> Done.";
        let said = "Answer\n<details>\n<summary>More</summary>\ny\n</details>\nend";
        check(
            &(fold(own) + said),
            "I could fold it:\n<details>\n<summary>More</summary>\nx\n</details>\nDone.",
            said,
        );
        check(
            &(fold("a <details>b</details> c") + "d"),
            "a <details>b</details> c",
            "d",
        );
        check(
            &format!("{}One.\n{}Two.", fold("> a"), fold("> b")),
            "a\n\nb",
            "One.\nTwo.",
        );
        check(
            "<details type=\"reasoning\" done=\"true\"><summary>x</summary>&gt; Let me</details>255",
            "Let me",
            "255",
        );
        check(
            "<details type=\"reasoning\" done=\"false\">\n<summary>Thinking…</summary>\n> cut",
            "cut",
            "",
        );
        check(
            "<details open done='true' type='reasoning' duration='2'>\n<summary>x</summary>\n> a\n</details>\nb",
            "a",
            "b",
        );
        let within = "````md\n```html\n<details type=\"reasoning\">x</details>\n```\n````\nok";
        check(within, "", within);
        let code = "```html\n<details type=\"reasoning\">\n```";
        check(code, "", code);
        let tool = "<details type=\"tool_calls\" done=\"true\" arguments=\"&quot;{}&quot;\">\n<summary>Tool Executed</summary>\n</details>\nRain.";
        check(tool, "", "Rain.");
        assert_eq!(
            (split(tool).tools, split(&fold("> a")).thinking_ms),
            (1, 4000)
        );
    }
}
