//! What a chart of Microsoft Office's shows, as a table: its categories, and the values of each series (ECMA-376,
//! part 1, 21.2).

use std::collections::{BTreeMap, BTreeSet};

use super::paper::{Block, Paper};
use super::xml::{Piece, Xml};

/// Points of a series; a chart with more is a picture of numbers that stand elsewhere.
const MOST_POINTS: usize = 10_000;

/// Values by their places.
type Points = BTreeMap<u32, String>;

#[derive(Default)]
struct Series {
    name: String,
    values: Points,
}

pub(super) fn write(data: &str, paper: &mut Paper) {
    let mut xml = Xml::new(data);
    let mut title = String::new();
    let (mut categories, mut series) = (Points::new(), Vec::<Series>::new());
    while let Some(piece) = xml.next() {
        let Piece::Open(tag) = piece else { continue };
        match &*tag.name {
            // The first is that of the chart; its axes have theirs behind the series.
            "title" if series.is_empty() && title.is_empty() => title = words(&mut xml),
            "ser" => series.push(Series::default()),
            "tx" => {
                let name = points(&mut xml).into_values().next();
                if let (Some(name), Some(series)) = (name, series.last_mut()) {
                    series.name = name;
                }
            }
            "cat" | "xVal" => {
                let found = points(&mut xml);
                if found.len() > categories.len() {
                    categories = found;
                }
            }
            "val" | "yVal" => {
                let found = points(&mut xml);
                if let Some(series) = series.last_mut() {
                    series.values = found;
                }
            }
            _ => {}
        }
    }
    if !title.is_empty() {
        paper.begin(Block::Plain);
        paper.words(&title);
        paper.end();
    }
    let places = series
        .iter()
        .flat_map(|series| series.values.keys().copied());
    let places: BTreeSet<u32> = places.chain(categories.keys().copied()).collect();
    if places.is_empty() {
        return;
    }
    table(paper, &categories, &series, &places);
}

fn table(paper: &mut Paper, categories: &Points, series: &[Series], places: &BTreeSet<u32>) {
    let cell = |paper: &mut Paper, words: &str| {
        paper.begin_cell();
        paper.words(words);
        paper.end_cell(1);
    };
    paper.begin_table();
    cell(paper, "");
    for one in series {
        cell(paper, &one.name);
    }
    paper.end_row();
    for place in places {
        cell(paper, categories.get(place).map_or("", String::as_str));
        for one in series {
            cell(paper, one.values.get(place).map_or("", String::as_str));
        }
        paper.end_row();
    }
    paper.end_table();
}

/// The words of the element that began last, on one line.
fn words(xml: &mut Xml<'_>) -> String {
    let end = xml.depth();
    let mut said = String::new();
    while let Some(piece) = xml.next() {
        match piece {
            Piece::Open(tag) if tag.name == "t" || tag.name == "v" => {
                said.push_str(&xml.text());
            }
            Piece::Close(name) if name == "p" => said.push(' '),
            Piece::Close(_) if xml.depth() < end => break,
            _ => {}
        }
    }
    let words: Vec<&str> = said.split_whitespace().collect();
    words.join(" ")
}

/// The points that the element that began last has kept, by their places.
fn points(xml: &mut Xml<'_>) -> Points {
    let end = xml.depth();
    let (mut points, mut place) = (Points::new(), 0);
    while let Some(piece) = xml.next() {
        match piece {
            Piece::Open(tag) if tag.name == "pt" => {
                let told = tag.get("idx").and_then(|place| place.parse().ok());
                place = told.unwrap_or(place);
            }
            Piece::Open(tag) if tag.name == "v" => {
                let value = xml.text().trim().to_owned();
                if points.len() < MOST_POINTS {
                    points.insert(place, value);
                }
            }
            Piece::Close(_) if xml.depth() < end => break,
            _ => {}
        }
    }
    points
}
