//! What the styles of an OpenDocument file say that shows in its text: how items are counted, what is hidden,
//! what is a quotation.

use std::collections::HashMap;

use crate::reading::word::roman;
use crate::reading::xml::{Piece, Tag, Xml};

#[derive(Default)]
pub(super) struct Styles {
    /// The formats of the levels of lists; none where a level has a bullet.
    lists: HashMap<String, Vec<Option<Numbered>>>,
    /// Styles of what is hidden: text, tables, slides.
    hidden: Vec<String>,
    /// Those of quotations.
    quotes: Vec<String>,
}

/// How a level of a list is numbered.
#[derive(Clone)]
pub(super) struct Numbered {
    format: String,
    before: String,
    behind: String,
    pub(super) start: u32,
}

impl Numbered {
    /// What stands before the item of this number.
    pub(super) fn mark(&self, count: u32) -> String {
        if self.format.is_empty() {
            return "-".to_owned();
        }
        let count = counted(count, &self.format);
        format!("{}{count}{}", self.before, self.behind)
    }
}

impl Styles {
    /// Takes in what these styles say; the content of the file is passed over.
    pub(super) fn read(&mut self, text: &str) {
        let mut xml = Xml::new(text);
        let (mut list, mut style) = (None::<String>, None::<String>);
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Open(tag) => match &*tag.name {
                    "body" => return,
                    "list-style" => list = tag.get("name").map(str::to_owned),
                    "list-level-style-bullet" | "list-level-style-image" => {
                        self.level(list.as_ref(), &tag, None);
                    }
                    "list-level-style-number" => {
                        let own = |name: &str| tag.get(name).unwrap_or_default().to_owned();
                        let start = tag.get("start-value").and_then(|start| start.parse().ok());
                        let numbered = Numbered {
                            format: own("num-format"),
                            before: own("num-prefix"),
                            behind: own("num-suffix"),
                            start: start.unwrap_or(1),
                        };
                        self.level(list.as_ref(), &tag, Some(numbered));
                    }
                    "style" => {
                        style = tag.get("name").map(str::to_owned);
                        let parent = tag.get("parent-style-name");
                        let is_quote = |name: &str| name == "Quotations" || name == "Quote";
                        if let Some(name) = &style
                            && (is_quote(name) || parent.is_some_and(is_quote))
                        {
                            self.quotes.push(name.clone());
                        }
                    }
                    "text-properties" if tag.get("display") == Some("none") => {
                        self.hidden.extend(style.clone());
                    }
                    "table-properties" if tag.get("display") == Some("false") => {
                        self.hidden.extend(style.clone());
                    }
                    "drawing-page-properties" if tag.get("visibility") == Some("hidden") => {
                        self.hidden.extend(style.clone());
                    }
                    _ => {}
                },
                Piece::Close(name) if name == "list-style" => list = None,
                Piece::Close(name) if name == "style" => style = None,
                _ => {}
            }
        }
    }

    /// Whether what the element shows is hidden.
    pub(super) fn hides(&self, tag: &Tag) -> bool {
        let style = tag.get("style-name");
        style.is_some_and(|style| self.hidden.iter().any(|hidden| hidden == style))
    }

    pub(super) fn is_quote(&self, tag: &Tag) -> bool {
        let style = tag.get("style-name");
        style.is_some_and(|style| self.quotes.iter().any(|quote| quote == style))
    }

    /// How a list is numbered at this depth, from 1; none where it has bullets.
    pub(super) fn numbered(&self, list: Option<&str>, depth: usize) -> Option<&Numbered> {
        self.lists.get(list?)?.get(depth.checked_sub(1)?)?.as_ref()
    }

    fn level(&mut self, list: Option<&String>, tag: &Tag, numbered: Option<Numbered>) {
        let level: Option<usize> = tag.get("level").and_then(|level| level.parse().ok());
        if let (Some(list), Some(level @ 1..=10)) = (list, level) {
            let levels = self.lists.entry(list.clone()).or_default();
            levels.resize(levels.len().max(level), None);
            levels[level - 1] = numbered;
        }
    }
}

fn counted(count: u32, format: &str) -> String {
    match format {
        "a" | "A" => {
            let first = u32::from(format.as_bytes()[0]);
            let letter = char::from_u32(first + (count.max(1) - 1) % 26).unwrap_or('?');
            letter.to_string()
        }
        "i" => roman(count).to_lowercase(),
        "I" => roman(count),
        _ => count.to_string(),
    }
}
