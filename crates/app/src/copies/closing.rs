//! What a message leaves open in Markdown -> what closes it: a fence, HTML, a formula on lines of its own.
//! Without that, one message swallows the next in whatever shows the copy. Lists, quotes, tables and
//! paragraphs end by themselves at the next heading, and what stands in them with them; so only what
//! begins outside of lists and quotes is looked at here, by CommonMark's rules for where that is.

use super::tags::{Html, open_tags};

/// The message with what closes it, if it leaves something open.
pub(super) fn closed(text: &str) -> String {
    let mut scan = Scan::default();
    for line in text.lines() {
        scan.line(line);
    }
    let mut closed = text.trim_end().to_owned();
    for end in scan.ends() {
        closed.push('\n');
        closed += &end;
    }
    closed
}

/// Line after line, where one is.
#[derive(Default)]
struct Scan {
    fence: Option<Fence>,
    html: Option<Html>,
    /// Columns from which a line belongs to the item of a list that is open.
    item: Option<usize>,
    /// The item began with nothing behind its mark, and ends at a blank line.
    item_is_bare: bool,
    /// A paragraph that the next line may go on with, though it stands outside of its item.
    in_paragraph: bool,
    /// That paragraph began in a quote.
    in_quote: bool,
    formula: Option<&'static str>,
    /// All that is no code, for the tags in it.
    words: String,
}

struct Fence {
    mark: char,
    length: usize,
    /// In an item of a list, with which it ends.
    in_item: bool,
}

impl Scan {
    fn line(&mut self, line: &str) {
        let indent = indent_of(line);
        let blank = line.trim().is_empty();
        if blank && self.item_is_bare {
            self.leave_item();
        }
        self.item_is_bare = false;
        let inside = self.item.is_some_and(|from| blank || indent >= from);
        if !inside && !self.goes_on(line, indent) {
            self.leave_item();
        }
        if let Some(fence) = &self.fence {
            if fence.is_closed_by(line) {
                self.fence = None;
            }
            return;
        }
        if let Some(html) = &self.html {
            if html.ends_in(line) {
                self.html = None;
            }
            self.say(line);
            return;
        }
        if blank {
            self.in_paragraph = false;
            // A formula goes over no blank line, but what opened one waits in many programs.
            self.say(line);
            return;
        }
        let from = if inside { self.item.unwrap_or(0) } else { 0 };
        self.begin(line, line.trim_start(), indent.saturating_sub(from), inside);
    }

    /// A line that begins what it will: none of the above is open.
    fn begin(&mut self, line: &str, rest: &str, indent: usize, inside: bool) {
        if indent >= 4 && !self.in_paragraph {
            return;
        }
        if indent < 4
            && let Some((mark, length)) = fence_of(rest)
        {
            self.in_paragraph = false;
            self.fence = Some(Fence {
                mark,
                length,
                in_item: inside,
            });
            return;
        }
        if indent < 4 && !inside {
            if let Some(width) = marker_of(rest).filter(|_| !is_rule(rest)) {
                self.item = Some(indent + width);
                let inner = &rest[width.min(rest.len())..];
                self.item_is_bare = inner.trim().is_empty();
                let words = inner.trim();
                self.in_paragraph = !words.is_empty()
                    && !words.starts_with('#')
                    && !is_rule(words)
                    && !Html::is_begun_by(words, false);
                self.say(inner);
                if let Some((mark, length)) = fence_of(inner.trim_start()) {
                    self.in_paragraph = false;
                    self.fence = Some(Fence {
                        mark,
                        length,
                        in_item: true,
                    });
                }
                return;
            }
            if !rest.starts_with('>') {
                self.formula(rest);
                self.html = Html::begun_by(rest, self.in_paragraph);
            }
        }
        self.in_quote = rest.starts_with('>') || (self.in_quote && self.in_paragraph);
        // Of a paragraph in a quote or an item no line outside of it makes a heading.
        let is_lazy = self.in_quote || (self.item.is_some() && !inside);
        let is_heading = self.in_paragraph && !is_lazy && is_underline(rest);
        self.in_paragraph = !rest.starts_with('#')
            && !is_rule(rest)
            && !is_heading
            && !Html::is_begun_by(rest, self.in_paragraph);
        self.say(line);
    }

    /// Whether a line outside of the open item is still of its last paragraph.
    fn goes_on(&self, line: &str, indent: usize) -> bool {
        let rest = line.trim_start();
        let begins = rest.starts_with(['>', '#'])
            || is_rule(rest)
            || fence_of(rest).is_some()
            || marker_of(rest).is_some();
        self.in_paragraph && self.fence.is_none() && (indent >= 4 || !begins)
    }

    fn leave_item(&mut self) {
        if self.item.take().is_some() {
            self.in_paragraph = false;
            if self.fence.as_ref().is_some_and(|fence| fence.in_item) {
                self.fence = None;
            }
        }
    }

    fn formula(&mut self, rest: &str) {
        let open = match self.formula {
            Some(closer) if rest.trim_end().ends_with(closer) => None,
            Some(closer) => Some(closer),
            None if rest.starts_with("$$") && rest.matches("$$").count() % 2 == 1 => Some("$$"),
            None if rest.starts_with("\\[") && !rest.contains("\\]") => Some("\\]"),
            None => None,
        };
        self.formula = open;
    }

    fn say(&mut self, line: &str) {
        self.words += line;
        self.words.push('\n');
    }

    /// What is to be written behind the text, line after line.
    fn ends(mut self) -> Vec<String> {
        let mut ends = Vec::new();
        if let Some(fence) = self.fence.take().filter(|fence| !fence.in_item) {
            ends.push(fence.mark.to_string().repeat(fence.length));
        }
        ends.extend(self.formula.map(str::to_owned));
        if let Some(end) = self.html.as_ref().and_then(Html::end) {
            self.say(&end);
            ends.push(end);
        }
        let tags = open_tags(&self.words);
        // Apart from what stands above, which may be Markdown.
        if !tags.is_empty() {
            ends.extend([String::new(), tags.trim_end().to_owned()]);
        }
        ends
    }
}

impl Fence {
    fn is_closed_by(&self, line: &str) -> bool {
        let rest = line.trim();
        let length = rest
            .chars()
            .take_while(|letter| *letter == self.mark)
            .count();
        length >= self.length
            && length == rest.chars().count()
            && (self.in_item || indent_of(line) < 4)
    }
}

/// Columns of the spaces that a line begins with; a tab goes to the next fourth one.
fn indent_of(line: &str) -> usize {
    let mut columns = 0;
    for letter in line.chars() {
        match letter {
            ' ' => columns += 1,
            '\t' => columns += 4 - columns % 4,
            _ => break,
        }
    }
    columns
}

/// The letter and the number of what opens a fence.
fn fence_of(rest: &str) -> Option<(char, usize)> {
    let mark = rest
        .chars()
        .next()
        .filter(|mark| matches!(mark, '`' | '~'))?;
    let length = rest.chars().take_while(|letter| *letter == mark).count();
    // What stands behind backticks must have none, or it is code among words.
    let sound = mark == '~' || !rest[length..].contains('`');
    (length >= 3 && sound).then_some((mark, length))
}

/// What makes a heading of the line above it.
fn is_underline(rest: &str) -> bool {
    let rest = rest.trim_end();
    !rest.is_empty() && (rest.trim_matches('=').is_empty() || rest.trim_matches('-').is_empty())
}

/// A line of three or more stars, dashes or underscores.
fn is_rule(rest: &str) -> bool {
    let marks = rest.chars().filter(|letter| !letter.is_whitespace());
    let first = rest
        .chars()
        .next()
        .filter(|mark| matches!(mark, '-' | '*' | '_'));
    first.is_some_and(|first| marks.clone().all(|mark| mark == first)) && marks.count() >= 3
}

/// Columns of what begins an item of a list, with the spaces behind it.
fn marker_of(rest: &str) -> Option<usize> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let mark = match rest.as_bytes().get(digits)? {
        b'-' | b'*' | b'+' if digits == 0 => 1,
        b'.' | b')' if (1..=9).contains(&digits) => digits + 1,
        _ => return None,
    };
    let spaces = indent_of(&rest[mark..]);
    match spaces {
        0 if rest.len() > mark => None,
        1..=4 => Some(mark + spaces),
        _ => Some(mark + 1),
    }
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Options, Parser, Tag, html};

    use super::closed;

    /// Whether the next message stands by itself behind this one, for another reader of Markdown.
    fn leaves_the_next_alone(text: &str) -> bool {
        let both = format!("{}\n\n## You\n\nnext\n", closed(text));
        let mut depth = 0;
        // What stands on the highest level, in order.
        let mut seen = Vec::new();
        for event in Parser::new_ext(&both, Options::ENABLE_TABLES) {
            match event {
                Event::Start(tag) => {
                    if depth == 0 {
                        seen.push(tag);
                    }
                    depth += 1;
                }
                Event::End(_) => depth -= 1,
                _ => {}
            }
        }
        let is_read = matches!(seen.as_slice(), [.., Tag::Heading { .. }, Tag::Paragraph]);
        let mut shown = String::new();
        html::push_html(&mut shown, Parser::new_ext(&both, Options::ENABLE_TABLES));
        is_read && without_raw(&shown).ends_with("<h2>You</h2>\n<p>next</p>\n")
    }

    /// What a browser takes for elements and words: no comment, and nothing in elements whose content is no markup.
    fn without_raw(html: &str) -> String {
        let mut left = String::new();
        let mut rest = html;
        let begins = ["<!--", "<script", "<style", "<textarea", "<title"];
        let ends = ["-->", "</script>", "</style>", "</textarea>", "</title>"];
        let first = |rest: &str| {
            let places = begins
                .iter()
                .zip(ends)
                .filter_map(|(begin, end)| Some((rest.find(begin)?, end)));
            places.min()
        };
        while let Some((place, end)) = first(rest) {
            left += &rest[..place];
            // (`<!-->` is a whole comment.)
            let from = place + 2;
            let Some(closed) = rest[from..].find(end) else {
                return left;
            };
            rest = &rest[from + closed + end.len()..];
        }
        left + rest
    }

    #[test]
    fn what_is_left_open_is_closed_and_nothing_else_is_touched() {
        for (text, right) in [
            (
                "Here:\n\n```python\nprint(1)",
                "Here:\n\n```python\nprint(1)\n```",
            ),
            ("~~~~\n```\na", "~~~~\n```\na\n~~~~"),
            ("a\n\n$$\nx", "a\n\n$$\nx\n$$"),
            ("\\[\nx = 1", "\\[\nx = 1\n\\]"),
            ("<details>\n\nmore", "<details>\n\nmore\n\n</details>"),
            ("<!-- a", "<!-- a\n-->\n\n<!-- -->"),
            ("- <!-- a", "- <!-- a\n\n<!-- -->"),
            ("> <script>\n> a", "> <script>\n> a\n\n</script>"),
            (
                "<details>\n\n```\na",
                "<details>\n\n```\na\n```\n\n</details>",
            ),
            ("a <b>bold", "a <b>bold\n\n</b>"),
        ] {
            assert_eq!(closed(text), right);
            assert!(leaves_the_next_alone(text), "{text}");
        }
        for whole in [
            "```\na\n```",
            "- ```\n  a",
            "- a\n\n  ```\n  b\n\ntext",
            "> ```\n> a",
            "    ```\n    a",
            "a `<b>` \\<i> a < b",
            "$$x$$ and $$\ny\n$$",
            "<br> <img src=x>",
            "| a |\n|---|\n| b",
            "1. a\n   1. b\n\n      c",
            "text ``` with three",
        ] {
            assert_eq!(closed(whole), whole);
            assert!(leaves_the_next_alone(whole), "{whole}");
        }
    }

    /// Puts scraps together in 20,000 ways.
    fn holds_for_all_of(scraps: &[&str]) {
        let mut state = 7_u32;
        for _ in 0..20_000 {
            let mut next = |end: usize| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as usize % end
            };
            let count = 1 + next(14);
            let text: String = (0..count).map(|_| scraps[next(scraps.len())]).collect();
            assert!(
                leaves_the_next_alone(&text),
                "{text:?} became {:?}",
                closed(&text)
            );
        }
    }

    #[test]
    fn the_next_message_stands_alone_whatever_the_last_one_is() {
        holds_for_all_of(&[
            "words ",
            "\n",
            "\n\n",
            "```\n",
            "```js\n",
            "````\n",
            "~~~\n",
            "  ```\n",
            "   ~~~ x\n",
            "    ```\n",
            "- ",
            "- a\n",
            "  b\n",
            "1. ",
            "10) c\n",
            "\n   d\n",
            "> ",
            "> q\n",
            ">\n",
            "# ",
            "---\n",
            "===\n",
            "| a | b |\n",
            "|---|---|\n",
            "`",
            "``",
            "<details>\n",
            "</details>\n",
            "<b>",
            "</b>",
            "$$\n",
            "\\[\n",
        ]);
    }

    /// For a browser too, which sees no Markdown any more: a comment that was opened in a list ends with no list there.
    #[test]
    fn no_comment_and_no_script_takes_in_the_next_message() {
        holds_for_all_of(&[
            "words ",
            "\n",
            "\n\n",
            "- ",
            "- a\n",
            "  b\n",
            "1. ",
            "> ",
            "> q\n",
            "# ",
            "<!-- ",
            "<!--\n",
            "-->",
            "<script>",
            "<script>\n",
            "<STYLE>",
            "- <textarea>\n",
            "<details>\n",
            "</details>\n",
            "<b>",
            "</b>",
        ]);
    }
}
