//! What every document is turned into: plain Markdown, which a language model reads best and a person too.
//!
//! Whoever reads a form says what comes (a heading, a cell, a note); how that is written, and what
//! stands between two of them, is decided here alone. Nothing is escaped: the text is read, not set.

/// Text of one document, in bytes.
const GROWN: usize = 256 << 20;

/// Tables within tables; those further in are written as the text of their cell.
const DEEPEST: usize = 64;

/// Columns of a row that are kept apart.
const WIDEST: usize = 1000;

/// So many empty cells in a row are as good as one.
const FAR: usize = 100;

/// What a block of text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    Plain,
    /// 1 to 6.
    Heading(u8),
    /// With its mark (`-`, `3.`), and how deep it is, from 0.
    Item(String, usize),
    Quote,
    /// Kept letter by letter.
    Code,
}

/// Where text goes: the page, a cell of a table, a note.
#[derive(Default)]
struct Flow {
    text: String,
    line: String,
    block: Option<Block>,
    /// What the last block was, which tells what stands before the next.
    last: Option<Block>,
}

struct Table {
    rows: Vec<Vec<String>>,
    row: Vec<String>,
    /// Its last row had words, and so is there.
    ended_full: bool,
    /// Around its present cell.
    outer: Flow,
}

/// A document in the making.
#[derive(Default)]
pub(super) struct Paper {
    flow: Flow,
    tables: Vec<Table>,
    /// Flows that stopped for an aside, and how many tables were open then.
    asides: Vec<(Aside, Flow, usize)>,
    /// What stands at the end: notes by their marks, then comments.
    notes: Vec<String>,
    comments: Vec<String>,
    written: usize,
}

/// What is read in mid-text and stands elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Aside {
    /// With its mark.
    Note(String),
    /// With its mark, who wrote it and when, as far as known.
    Comment(String),
    /// A box of text: behind the paragraph that it hangs on.
    Box,
}

impl Paper {
    /// Begins a block, and ends the one before it.
    pub(super) fn begin(&mut self, block: Block) {
        self.end();
        self.flow.block = Some(block);
    }

    /// Ends a block, if one is open.
    pub(super) fn end(&mut self) {
        self.flow.end();
    }

    /// Words of the present block, as they are.
    pub(super) fn words(&mut self, words: &str) {
        if self.is_full() {
            return;
        }
        self.written += words.len();
        self.flow.line.push_str(words);
    }

    /// Words in which any room is one space, as in a web page.
    pub(super) fn loose_words(&mut self, words: &str) {
        let room = |letter: char| letter.is_ascii_whitespace();
        if words.starts_with(room) {
            self.space();
        }
        for (at, word) in words
            .split(room)
            .filter(|word| !word.is_empty())
            .enumerate()
        {
            if at > 0 {
                self.words(" ");
            }
            self.words(word);
        }
        if words.ends_with(room) && !words.trim_matches(room).is_empty() {
            self.space();
        }
    }

    fn space(&mut self) {
        let line = &self.flow.line;
        if !line.is_empty() && !line.ends_with([' ', '\n', '\t']) {
            self.words(" ");
        }
    }

    /// A new line within a block.
    pub(super) fn turn(&mut self) {
        let line = &mut self.flow.line;
        line.truncate(line.trim_end_matches(' ').len());
        self.words("\n");
    }

    /// Whether more has been written than any context holds.
    pub(super) fn is_full(&self) -> bool {
        self.written > GROWN
    }

    pub(super) fn written(&self) -> usize {
        self.written
    }

    /// Whether the present block ends with these words.
    pub(super) fn ends_with(&self, words: &str) -> bool {
        self.flow.line.ends_with(words)
    }

    /// The address of a link whose words began where `begin` had been written, behind them, where they are not the
    /// address.
    pub(super) fn address(&mut self, address: &str, begin: usize) {
        let leads = ["http://", "https://", "mailto:"];
        if leads.iter().any(|lead| address.starts_with(lead))
            && self.written() > begin
            && !self.ends_with(address.trim_start_matches("mailto:"))
        {
            self.words(&format!(" ({address})"));
        }
    }

    /// Whether words stand in the present block already.
    pub(super) fn has_begun(&self) -> bool {
        !self.flow.line.trim().is_empty()
    }

    pub(super) fn is_in_item(&self) -> bool {
        matches!(self.flow.block, Some(Block::Item(..) | Block::Heading(_)))
    }

    pub(super) fn is_in_table(&self) -> bool {
        !self.tables.is_empty()
    }

    pub(super) fn begin_table(&mut self) {
        self.end();
        if self.tables.len() < DEEPEST {
            self.tables.push(Table {
                rows: Vec::new(),
                row: Vec::new(),
                ended_full: false,
                outer: Flow::default(),
            });
        } else {
            self.flow.block = Some(Block::Plain);
        }
    }

    pub(super) fn begin_cell(&mut self) {
        if let Some(table) = self.tables.last_mut() {
            self.flow.end();
            table.outer = std::mem::take(&mut self.flow);
        }
    }

    /// Ends a cell that reaches over so many columns; all but its first are empty.
    pub(super) fn end_cell(&mut self, columns: usize) {
        self.flow.end();
        if let Some(table) = self.tables.last_mut() {
            let outer = std::mem::take(&mut table.outer);
            let cell = std::mem::replace(&mut self.flow, outer);
            if table.row.len() < WIDEST {
                table.row.push(cell.text);
                let more = columns.clamp(1, WIDEST) - 1;
                table.row.extend(std::iter::repeat_n(String::new(), more));
            }
        }
    }

    /// The last cell of the row again, so often.
    pub(super) fn repeat_cell(&mut self, times: usize) {
        if let Some(table) = self.tables.last_mut()
            && let Some(cell) = table.row.last().cloned()
        {
            // A stretch of nothing as wide as that only leads to what was put far away.
            let times = if cell.is_empty() && times > FAR {
                0
            } else {
                times
            };
            let room = WIDEST.saturating_sub(table.row.len());
            self.written += cell.len() * times.min(room);
            table.row.extend(std::iter::repeat_n(cell, times.min(room)));
        }
    }

    /// The last row of the table again, so often; one that is empty is not there at all.
    pub(super) fn repeat_row(&mut self, times: usize) {
        if let Some(table) = self.tables.last_mut()
            && times > 0
            && table.ended_full
            && let Some(row) = table.rows.last().cloned()
        {
            let weight: usize = row.iter().map(|cell| cell.len() + 32).sum();
            self.written = self.written.saturating_add(weight.saturating_mul(times));
            if self.written <= GROWN {
                table.rows.extend(std::iter::repeat_n(row, times));
            }
        }
    }

    pub(super) fn end_row(&mut self) {
        if let Some(table) = self.tables.last_mut() {
            let row = std::mem::take(&mut table.row);
            table.ended_full = row.iter().any(|cell| !cell.is_empty());
            if table.ended_full {
                table.rows.push(row);
            }
        }
    }

    pub(super) fn end_table(&mut self) {
        self.end_row();
        let Some(table) = self.tables.pop() else {
            return;
        };
        let within = self.is_in_table() || !self.asides.is_empty();
        let text = written_table(table.rows, within);
        if !text.is_empty() {
            self.flow.put(Block::Plain, &text);
        }
    }

    pub(super) fn begin_aside(&mut self, aside: Aside) {
        let flow = std::mem::take(&mut self.flow);
        self.asides.push((aside, flow, self.tables.len()));
    }

    /// Ends the last aside, with the tables that it left open.
    pub(super) fn end_aside(&mut self) {
        let Some((aside, outer, tables)) = self.asides.pop() else {
            return;
        };
        while self.tables.len() > tables {
            self.end_cell(1);
            self.end_table();
        }
        self.flow.end();
        let mut said = std::mem::replace(&mut self.flow, outer);
        said.text = said.text.trim().to_owned();
        if said.text.is_empty() {
            return;
        }
        match aside {
            Aside::Note(mark) => self.notes.push(format!("[^{mark}]: {}", said.text)),
            Aside::Comment(mark) => self.comments.push(format!("[{mark}: {}]", said.text)),
            Aside::Box => {
                let block = self.flow.block.clone();
                let begun = std::mem::take(&mut self.flow.line);
                self.flow.put(Block::Plain, &said.text);
                (self.flow.block, self.flow.line) = (block, begun);
            }
        }
    }

    /// The whole text, with its notes at the end.
    pub(super) fn finish(mut self) -> String {
        while !self.asides.is_empty() {
            self.end_aside();
        }
        while !self.tables.is_empty() {
            self.end_cell(1);
            self.end_table();
        }
        self.end();
        let mut text = self.flow.text;
        for note in self.notes.iter().chain(&self.comments) {
            text.push_str(if text.is_empty() { "" } else { "\n\n" });
            text.push_str(note);
        }
        text
    }
}

impl Flow {
    fn end(&mut self) {
        let block = self.block.take().unwrap_or(Block::Plain);
        let line = std::mem::take(&mut self.line);
        let text = match &block {
            Block::Code => line.trim_matches('\n').trim_end(),
            _ => line.trim(),
        };
        if text.is_empty() {
            return;
        }
        let text = match &block {
            Block::Plain => text.to_owned(),
            Block::Heading(level) => {
                let level = usize::from((*level).clamp(1, 6));
                format!("{} {}", "#".repeat(level), text.replace('\n', " "))
            }
            Block::Item(mark, depth) => {
                let indent = "  ".repeat((*depth).min(20));
                let rest = format!("\n{indent}  ");
                format!("{indent}{mark} {}", text.replace('\n', &rest))
            }
            Block::Quote => format!("> {}", text.replace('\n', "\n> ")),
            Block::Code => format!("```\n{text}\n```"),
        };
        self.put(block, &text);
    }

    fn put(&mut self, block: Block, text: &str) {
        let close = match (&self.last, &block) {
            (Some(Block::Item(..)), Block::Item(..)) => "\n",
            (Some(Block::Quote), Block::Quote) => "\n>\n",
            (None, _) => "",
            _ => "\n\n",
        };
        self.text.push_str(close);
        self.text.push_str(text);
        self.last = Some(block);
    }
}

/// The rows of a table: as one of Markdown, or in a line each where it stands within another.
fn written_table(mut rows: Vec<Vec<String>>, within: bool) -> String {
    let columns = |row: &Vec<String>| row.iter().rposition(|cell| !cell.is_empty());
    let widest = rows
        .iter()
        .filter_map(columns)
        .max()
        .map_or(0, |last| last + 1);
    // One column is a page that was laid out by a table.
    if widest <= 1 {
        let cells = rows.iter_mut().filter_map(|row| row.first_mut());
        let cells: Vec<String> = cells
            .map(std::mem::take)
            .filter(|cell| !cell.is_empty())
            .collect();
        return cells.join(if within { "\n" } else { "\n\n" });
    }
    let mut text = String::new();
    for (at, row) in rows.iter().enumerate() {
        if within {
            let cells: Vec<&str> = row.iter().map(String::as_str).collect();
            text.push_str(if at > 0 { "\n" } else { "" });
            text.push_str(cells.join(" | ").trim_end_matches([' ', '|']));
            continue;
        }
        if at > 0 {
            text.push('\n');
        }
        text.push('|');
        for column in 0..widest {
            let cell = row.get(column).map_or("", String::as_str);
            text.push(' ');
            text.push_str(&one_line(cell));
            text.push_str(" |");
        }
        if at == 0 {
            text.push_str("\n|");
            text.push_str(&" --- |".repeat(widest));
        }
    }
    text
}

/// A cell's text on one line, with no bar that would end it.
fn one_line(cell: &str) -> String {
    let lines: Vec<&str> = cell
        .split('\n')
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("<br>").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(paper: &mut Paper, words: &str) {
        paper.begin_cell();
        paper.words(words);
        paper.end_cell(1);
    }

    #[test]
    fn blocks_stand_apart_and_items_together() {
        let mut paper = Paper::default();
        paper.begin(Block::Heading(2));
        paper.words("Title");
        paper.words("Loose words belong to what is open");
        for (mark, depth) in [("-", 0), ("1.", 1), ("-", 0)] {
            paper.begin(Block::Item(mark.to_owned(), depth));
            paper.words("item");
        }
        paper.begin(Block::Plain);
        paper.loose_words("  one \n two");
        paper.loose_words("  three ");
        assert_eq!(
            paper.finish(),
            "## TitleLoose words belong to what is open\n\n- item\n  1. item\n- item\n\none two three"
        );
    }

    #[test]
    fn a_table_is_one_of_markdown_and_one_within_it_is_its_cells_text() {
        let mut paper = Paper::default();
        paper.words("before");
        paper.begin_table();
        cell(&mut paper, "a");
        cell(&mut paper, "b|c");
        paper.end_row();
        cell(&mut paper, "1");
        paper.begin_cell();
        paper.begin_table();
        cell(&mut paper, "x");
        cell(&mut paper, "y");
        paper.end_row();
        paper.end_table();
        paper.end_cell(1);
        paper.end_row();
        paper.end_table();
        paper.words("behind");
        assert_eq!(
            paper.finish(),
            "before\n\n| a | b\\|c |\n| --- | --- |\n| 1 | x \\| y |\n\nbehind"
        );
    }

    #[test]
    fn asides_stand_at_the_end_and_what_is_left_open_is_closed() {
        let mut paper = Paper::default();
        paper.words("text[^1]");
        paper.begin_aside(Aside::Note("1".to_owned()));
        paper.words("the note");
        paper.end_aside();
        paper.words(" goes on");
        paper.begin_table();
        paper.begin_cell();
        paper.words("open");
        assert_eq!(paper.finish(), "text[^1] goes on\n\nopen\n\n[^1]: the note");
    }
}
