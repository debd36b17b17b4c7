//! The text of a workbook of Excel (.xlsx and its like; .xlsb and .xls as far as they say): each sheet under
//! its name, as a table of what its cells show.
//!
//! calamine reads the file, ssfmt shows a number as its format says. A sheet is taken cell by cell: one
//! that says it has a million columns has those that are written.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use calamine::{
    CellErrorType, Data, DataRef, ExcelDateTime, Reader, Sheet, SheetType, SheetVisible, Xls, Xlsb,
    Xlsx, XlsxError,
};
use ssfmt::{DateSystem, FormatOptions, NumberFormat};

use super::archive::Archive;
use super::fault::Fault;
use super::paper::{Aside, Block, Paper};
use super::remark::{self, Part, Remark};
use super::xml::{Piece, Xml};
use super::{Words, office};

/// Cells that have something in them, of all sheets: far above what any context holds.
const MOST_CELLS: usize = 1_000_000;

type Cells = BTreeMap<u32, BTreeMap<u32, String>>;

/// A workbook in the form of today.
pub(super) fn read(mut archive: Archive) -> Result<Words, Fault> {
    let mut remarks = office::left_out(&archive, 0);
    let pictures = archive.count("xl/media/", "") + archive.count("xl/charts/chart", ".xml");
    if pictures > 0 {
        let (what, count) = (Part::Pictures, pictures);
        remarks.push(Remark::LeftOut { what, count });
    }
    let comments = comments(&mut archive);
    let bytes = archive.whole()?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|error| why(&error))?;
    let options = FormatOptions {
        date_system: if book.has_1904_epoch() {
            DateSystem::Date1904
        } else {
            DateSystem::Date1900
        },
        ..FormatOptions::default()
    };
    let sheets = book.sheets_metadata().to_vec();
    let mut paper = Paper::default();
    let (mut left, mut broken) = (MOST_CELLS, 0_u64);
    for sheet in &sheets {
        match cells(&mut book, sheet, &options, &mut left) {
            Ok(cells) => write(&mut paper, sheet, &cells),
            Err(Fault::TooLong) => return Err(Fault::TooLong),
            Err(_) => broken += 1,
        }
    }
    if broken > 0 && broken == sheets.len() as u64 {
        return Err(Fault::Damaged);
    }
    remarks.extend(remark::left_out([(Part::Sheets, broken)]));
    for (mark, said) in comments {
        paper.begin_aside(Aside::Comment(mark));
        paper.words(&said);
        paper.end_aside();
    }
    Ok(Words {
        text: paper.finish(),
        remarks,
    })
}

fn why(error: &XlsxError) -> Fault {
    match error {
        XlsxError::Password => Fault::Locked,
        _ => Fault::Damaged,
    }
}

/// What the cells of a sheet show, by row and column.
fn cells(
    book: &mut Xlsx<Cursor<Vec<u8>>>,
    sheet: &Sheet,
    options: &FormatOptions,
    left: &mut usize,
) -> Result<Cells, Fault> {
    if sheet.typ != SheetType::WorkSheet {
        return Ok(Cells::new());
    }
    let mut cells = Cells::new();
    // The last format, which most cells share with the one before.
    let mut last: Option<(usize, Option<NumberFormat>)> = None;
    let mut unsaid = false;
    {
        let mut reader = book
            .worksheet_cells_reader(&sheet.name)
            .map_err(|error| why(&error))?;
        while let Some((cell, style)) = reader
            .next_cell_with_style_id()
            .map_err(|error| why(&error))?
        {
            if last.as_ref().is_none_or(|(of, _)| *of != style) {
                let format = reader
                    .styles()
                    .get(style)
                    .and_then(|style| style.number_format.as_ref());
                let format = format.filter(|format| format.format_code != "General");
                let format = format.and_then(|format| {
                    NumberFormat::parse(in_any_country(&format.format_code, format.format_id)).ok()
                });
                last = Some((style, format));
            }
            let format = last.as_ref().and_then(|(_, format)| format.as_ref());
            let shown = shown(cell.get_value(), format, options);
            unsaid |= shown.is_none();
            if let Some(shown) = shown.filter(|shown| !shown.is_empty()) {
                *left = left.checked_sub(1).ok_or(Fault::TooLong)?;
                let (row, column) = cell.get_position();
                cells.entry(row).or_default().insert(column, shown);
            }
        }
    }
    // A formula that nobody has computed yet is all that there is of its cell.
    if unsaid {
        let mut reader = book
            .worksheet_cells_reader(&sheet.name)
            .map_err(|error| why(&error))?;
        while let Ok(Some(cell)) = reader.next_formula() {
            let (row, column) = cell.get_position();
            let formula = cell.get_value();
            if !formula.is_empty() && cells.get(&row).is_none_or(|row| !row.contains_key(&column)) {
                *left = left.checked_sub(1).ok_or(Fault::TooLong)?;
                cells
                    .entry(row)
                    .or_default()
                    .insert(column, format!("={formula}"));
            }
        }
    }
    Ok(cells)
}

/// Formats that mean another thing in each country are written the one way that means the same in all.
fn in_any_country(code: &str, id: Option<u32>) -> &str {
    match id {
        Some(14) => "yyyy-mm-dd",
        Some(22) => "yyyy-mm-dd hh:mm",
        _ => code,
    }
}

/// What a cell shows; none where it is empty.
fn shown(
    value: &DataRef<'_>,
    format: Option<&NumberFormat>,
    options: &FormatOptions,
) -> Option<String> {
    let number = |value: f64| match format {
        Some(format) => format
            .try_format(value, options)
            .map_or_else(|_| plain(value), |text| text.trim().to_owned()),
        None => plain(value),
    };
    Some(match value {
        DataRef::Empty => return None,
        #[expect(clippy::cast_precision_loss, reason = "as Excel counts")]
        DataRef::Int(value) => number(*value as f64),
        DataRef::Float(value) => number(*value),
        DataRef::DateTime(value) => match format {
            Some(_) => number(value.as_f64()),
            None => date(value),
        },
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => if *value { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::Error(error) => error_shown(error),
    })
}

fn error_shown(error: &CellErrorType) -> String {
    error.to_string()
}

/// A number without a format: as many digits as Excel shows.
fn plain(value: f64) -> String {
    ssfmt::format_default(value, "General").unwrap_or_else(|_| value.to_string())
}

/// A day, a time or both, for those who read no format.
fn date(value: &ExcelDateTime) -> String {
    let number = value.as_f64();
    let code = if value.is_duration() || number < 1.0 {
        "[hh]:mm:ss"
    } else if number.fract() == 0.0 {
        "yyyy-mm-dd"
    } else {
        "yyyy-mm-dd hh:mm:ss"
    };
    ssfmt::format_default(number, code).unwrap_or_else(|_| plain(number))
}

fn write(paper: &mut Paper, sheet: &Sheet, cells: &Cells) {
    if sheet.typ != SheetType::WorkSheet {
        return;
    }
    paper.begin(Block::Heading(2));
    paper.words(&sheet.name);
    if sheet.visible != SheetVisible::Visible {
        paper.words(" (hidden)");
    }
    paper.end();
    // Columns without anything are not there.
    let columns: BTreeSet<u32> = cells.values().flat_map(|row| row.keys().copied()).collect();
    paper.begin_table();
    for row in cells.values() {
        for column in &columns {
            paper.begin_cell();
            paper.words(row.get(column).map_or("", String::as_str));
            paper.end_cell(1);
        }
        paper.end_row();
        if paper.is_full() {
            break;
        }
    }
    paper.end_table();
}

/// Comments at cells: where, by whom, and what.
fn comments(archive: &mut Archive) -> Vec<(String, String)> {
    let names = archive.names();
    let parts = names.iter().filter(|name| name.starts_with("xl/comments"));
    let parts: Vec<String> = parts.map(|name| (*name).to_owned()).collect();
    let mut comments = Vec::new();
    for part in parts {
        let Ok(text) = archive.xml(&part) else {
            continue;
        };
        let (mut xml, mut authors) = (Xml::new(&text), Vec::new());
        let mut at: Option<(String, Option<usize>)> = None;
        while let Some(piece) = xml.next() {
            let Piece::Open(tag) = piece else { continue };
            match &*tag.name {
                "author" => authors.push(xml.text()),
                "comment" => {
                    let by = tag.get("authorId").and_then(|by| by.parse().ok());
                    at = Some((tag.get("ref").unwrap_or_default().to_owned(), by));
                }
                "text" => {
                    let said = xml.text();
                    if let Some((place, by)) = at.take() {
                        let by = by.and_then(|by| authors.get(by)).map(|by| by.trim());
                        let by = by.filter(|by| !by.is_empty());
                        let by = by.map_or(String::new(), |by| format!(" by {by}"));
                        comments.push((format!("comment at {place}{by}"), said.trim().to_owned()));
                    }
                }
                _ => {}
            }
        }
    }
    comments
}

/// A workbook in a binary form.
pub(super) fn read_binary(archive: Archive) -> Result<Words, Fault> {
    let bytes = archive.whole()?;
    let book: Xlsb<_> = Xlsb::new(Cursor::new(bytes)).map_err(|_| Fault::Damaged)?;
    of_any(book)
}

/// A workbook of Excel before 2007.
pub(super) fn read_old(bytes: Vec<u8>) -> Result<Words, Fault> {
    let book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        calamine::XlsError::Password => Fault::Locked,
        _ => Fault::Damaged,
    })?;
    of_any(book)
}

fn of_any<B: Reader<Cursor<Vec<u8>>>>(mut book: B) -> Result<Words, Fault> {
    let sheets = book.sheets_metadata().to_vec();
    let mut paper = Paper::default();
    let (mut left, mut broken) = (MOST_CELLS, 0_u64);
    for sheet in &sheets {
        let Ok(range) = book.worksheet_range(&sheet.name) else {
            broken += u64::from(sheet.typ == SheetType::WorkSheet);
            continue;
        };
        let mut cells = Cells::new();
        for (row, column, value) in range.used_cells() {
            let shown = match value {
                Data::Empty => continue,
                Data::Float(value) => plain(*value),
                Data::DateTime(value) => date(value),
                Data::Error(error) => error_shown(error),
                Data::Bool(value) => if *value { "TRUE" } else { "FALSE" }.to_owned(),
                value => value.to_string(),
            };
            left = left.checked_sub(1).ok_or(Fault::TooLong)?;
            let row = u32::try_from(row).map_err(|_| Fault::Damaged)?;
            let column = u32::try_from(column).map_err(|_| Fault::Damaged)?;
            cells.entry(row).or_default().insert(column, shown);
        }
        write(&mut paper, sheet, &cells);
    }
    Ok(Words {
        text: paper.finish(),
        remarks: remark::left_out([(Part::Sheets, broken)]).collect(),
    })
}
