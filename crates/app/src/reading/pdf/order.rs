//! In which order a page is read, where its file tells: by the tree of its structure, or by the
//! threads of its articles. Where it does not, the order of the content stands.

use std::collections::{HashMap, HashSet};

use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, MaybeRef, Name, Object, ObjectIdentifier, Rect};
use hayro_syntax::xref::XRef;

use super::direction;
use super::runs::Run;
use super::words;

/// Elements within elements, and of all of them.
const DEEPEST: usize = 200;
const MOST: usize = 1_000_000;

/// So much of a page's text, by its letters, must be named by the tree for it to be believed.
const BELIEVED: f64 = 0.8;

/// What a piece of text is, as its elements say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// Of the same paragraph where equal.
    pub(super) block: u32,
    /// Of the same row of a table, which the same cell is in or is not.
    pub(super) row: Option<u32>,
    /// Of the same table or list.
    pub(super) group: Option<u32>,
    /// 1 to 6.
    pub(super) heading: Option<u8>,
}

/// A piece of text in the order of the tree.
struct Leaf {
    place: usize,
    part: Part,
    /// What it says instead of what is shown; empty where another piece said it already.
    instead: Option<String>,
}

/// Words for what is no text: the description of a picture.
struct Described {
    place: usize,
    part: Part,
    words: String,
}

#[derive(Default)]
struct OfPage {
    leaves: HashMap<(u32, i32), Leaf>,
    described: Vec<Described>,
    /// Where its articles stand, in their order.
    beads: Vec<Rect>,
}

/// What a file tells of the order of its pages.
#[derive(Default)]
pub(super) struct Order {
    pages: HashMap<ObjectIdentifier, OfPage>,
}

/// A run with what it is part of, where that is told.
pub(super) struct Piece {
    pub(super) run: Run,
    pub(super) part: Option<Part>,
}

impl Order {
    pub(super) fn of(pdf: &Pdf) -> Self {
        let xref = pdf.xref();
        let mut order = Self::default();
        let Some(root) = xref.get::<Dict<'_>>(xref.root_id()) else {
            return order;
        };
        if let Some(tree) = root.get::<Dict<'_>>("StructTreeRoot") {
            let mut walk = Walk {
                xref,
                roles: tree.get::<Dict<'_>>("RoleMap").unwrap_or_default(),
                order: &mut order,
                seen: HashSet::new(),
                steps: 0,
                blocks: 0,
            };
            walk.kids(&tree, None, Part::default(), &mut None, 0);
        }
        if let Some(threads) = root.get::<Array<'_>>("Threads") {
            order.threads(&threads);
        }
        order
    }

    fn threads(&mut self, threads: &Array<'_>) {
        let mut seen = HashSet::new();
        for thread in threads.iter::<Dict<'_>>() {
            let mut bead = thread.get::<Dict<'_>>("F");
            while let Some(here) = bead {
                if seen.len() > MOST || !here.obj_id().is_some_and(|id| seen.insert(id)) {
                    break;
                }
                if let (Some(page), Some(place)) = (here.get_ref("P"), here.get::<Rect>("R")) {
                    let of_page = self.pages.entry(page.into()).or_default();
                    of_page.beads.push(place);
                }
                bead = here.get::<Dict<'_>>("N");
            }
        }
    }

    /// The runs of a page, in the order in which they are read.
    pub(super) fn sorted(&self, page: Option<ObjectIdentifier>, runs: Vec<Run>) -> Vec<Piece> {
        let told = page.and_then(|page| self.pages.get(&page));
        let plain = |run| Piece { run, part: None };
        let Some(told) = told else {
            return runs.into_iter().map(plain).collect();
        };
        if told.believed(&runs) {
            return told.by_tree(runs);
        }
        if told.beads.is_empty() {
            return runs.into_iter().map(plain).collect();
        }
        by_beads(&told.beads, runs)
    }
}

impl OfPage {
    fn believed(&self, runs: &[Run]) -> bool {
        let (mut named, mut all) = (0, 0);
        for run in runs.iter().filter(|run| !run.tag.artifact) {
            all += run.text.len();
            let known = run
                .tag
                .marked
                .is_some_and(|mark| self.leaves.contains_key(&mark));
            named += if known { run.text.len() } else { 0 };
        }
        // (Sizes of texts, far below where f64 would round.)
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let (named, all) = (named as f64, all as f64);
        named > 0.0 && named >= BELIEVED * all
    }

    fn by_tree(&self, runs: Vec<Run>) -> Vec<Piece> {
        let mut named: Vec<(usize, Piece)> = Vec::new();
        let mut rest = Vec::new();
        let mut said = HashSet::new();
        for mut run in runs {
            let mark = run.tag.marked;
            let leaf = mark.and_then(|mark| self.leaves.get(&mark));
            let Some(leaf) = leaf.filter(|_| !run.tag.artifact) else {
                rest.push(Piece { run, part: None });
                continue;
            };
            if let Some(words) = &leaf.instead {
                run.text = if said.insert(mark) {
                    direction::seen(words).into_owned()
                } else {
                    String::new()
                };
            }
            let part = Some(leaf.part);
            named.push((leaf.place, Piece { run, part }));
        }
        for picture in &self.described {
            let run = Run {
                text: direction::seen(&picture.words).into_owned(),
                along: (1.0, 0.0),
                size: 1.0,
                ..Run::default()
            };
            let part = Some(picture.part);
            named.push((picture.place, Piece { run, part }));
        }
        // Stable: what has one place stays in the order of the content.
        named.sort_by_key(|(place, _)| *place);
        named
            .into_iter()
            .map(|(_, piece)| piece)
            .chain(rest)
            .collect()
    }
}

/// What stands in no article is read before them or behind them, as in the content.
fn by_beads(beads: &[Rect], runs: Vec<Run>) -> Vec<Piece> {
    let mut sorted: Vec<(usize, Piece)> = Vec::new();
    let mut begun = false;
    for run in runs {
        let (x, y) = (run.start.0 + 0.5, run.start.1 + 0.2 * run.size);
        let within = beads
            .iter()
            .position(|bead| (bead.x0..=bead.x1).contains(&x) && (bead.y0..=bead.y1).contains(&y));
        begun |= within.is_some();
        let place = match within {
            Some(at) => at + 1,
            None if begun => beads.len() + 1,
            None => 0,
        };
        sorted.push((place, Piece { run, part: None }));
    }
    sorted.sort_by_key(|(place, _)| *place);
    sorted.into_iter().map(|(_, piece)| piece).collect()
}

/// On the way through the tree.
struct Walk<'a, 'o> {
    xref: &'a XRef,
    roles: Dict<'a>,
    order: &'o mut Order,
    seen: HashSet<ObjectIdentifier>,
    steps: usize,
    blocks: u32,
}

impl<'a> Walk<'a, '_> {
    fn kids(
        &mut self,
        of: &Dict<'a>,
        page: Option<ObjectIdentifier>,
        part: Part,
        instead: &mut Option<String>,
        depth: usize,
    ) {
        if depth > DEEPEST {
            return;
        }
        match of.get_raw::<Object<'a>>("K") {
            Some(MaybeRef::NotRef(Object::Array(list))) => {
                self.list(&list, page, part, instead, depth);
            }
            Some(MaybeRef::NotRef(one)) => self.kid(one, page, part, instead, depth),
            Some(MaybeRef::Ref(id)) => match self.xref.get::<Object<'a>>(id.into()) {
                Some(Object::Array(list)) => self.list(&list, page, part, instead, depth),
                Some(one) => self.kid(one, page, part, instead, depth),
                None => {}
            },
            None => {}
        }
    }

    fn list(
        &mut self,
        list: &Array<'a>,
        page: Option<ObjectIdentifier>,
        part: Part,
        instead: &mut Option<String>,
        depth: usize,
    ) {
        for kid in list.raw_iter() {
            let kid = match kid {
                MaybeRef::NotRef(kid) => Some(kid),
                MaybeRef::Ref(id) => self.xref.get::<Object<'a>>(id.into()),
            };
            if let Some(kid) = kid {
                self.kid(kid, page, part, instead, depth);
            }
        }
    }

    fn kid(
        &mut self,
        kid: Object<'a>,
        page: Option<ObjectIdentifier>,
        part: Part,
        instead: &mut Option<String>,
        depth: usize,
    ) {
        self.steps += 1;
        if self.steps > MOST {
            return;
        }
        match kid {
            Object::Number(number) => {
                let number = i32::try_from(number.as_i64());
                if let (Ok(number), Some(page)) = (number, page) {
                    self.leaf(page, (0, number), part, instead);
                }
            }
            Object::Dict(dict) => match dict.get::<Name<'_>>("Type").as_deref() {
                Some(b"MCR") => {
                    let page = dict.get_ref("Pg").map(Into::into).or(page);
                    let stream = dict
                        .get_raw::<Object<'_>>("Stm")
                        .and_then(|stream| stream.as_obj_ref())
                        .map_or(0, |stream| ObjectIdentifier::from(stream).obj_number);
                    if let (Some(number), Some(page)) = (dict.get::<i32>("MCID"), page) {
                        self.leaf(page, (stream, number), part, instead);
                    }
                }
                Some(b"OBJR") => {}
                _ => self.element(&dict, page, part, instead, depth),
            },
            _ => {}
        }
    }

    fn element(
        &mut self,
        element: &Dict<'a>,
        page: Option<ObjectIdentifier>,
        mut part: Part,
        instead: &mut Option<String>,
        depth: usize,
    ) {
        if element.obj_id().is_some_and(|id| !self.seen.insert(id)) {
            return;
        }
        let page = element.get_ref("Pg").map(Into::into).or(page);
        let role = self.role(element);
        self.blocks += 1;
        let new = self.blocks;
        match &*role {
            "Table" | "L" | "TOC" => {
                part.group = part.group.or(Some(new));
                part.block = new;
            }
            "TR" => (part.row, part.block) = (Some(new), new),
            "TH" | "TD" | "P" | "LI" | "TOCI" | "Caption" | "Note" | "BlockQuote" | "Div"
            | "Sect" | "Figure" | "Formula" | "Code" | "Title" => part.block = new,
            "H" | "H1" | "H2" | "H3" | "H4" | "H5" | "H6" => {
                part.block = new;
                part.heading = Some(role[1..].parse().unwrap_or(1));
            }
            _ => {}
        }
        let mut own = words::of(element, "ActualText");
        let instead = if own.is_some() { &mut own } else { instead };
        if role == "Figure"
            && let (Some(words), Some(page)) = (words::of(element, "Alt"), page)
            && !words.trim().is_empty()
        {
            let place = self.steps;
            let words = format!("[picture: {}]", words.trim());
            let of_page = self.order.pages.entry(page).or_default();
            of_page.described.push(Described { place, part, words });
        }
        self.kids(element, page, part, instead, depth + 1);
    }

    fn leaf(
        &mut self,
        page: ObjectIdentifier,
        mark: (u32, i32),
        part: Part,
        instead: &mut Option<String>,
    ) {
        // All that an element shows has the words of the element once.
        let words = instead.as_mut().map(std::mem::take);
        let place = self.steps;
        let of_page = self.order.pages.entry(page).or_default();
        of_page.leaves.entry(mark).or_insert(Leaf {
            place,
            part,
            instead: words,
        });
    }

    /// The standard name of what an element is.
    fn role(&self, element: &Dict<'_>) -> String {
        let Some(mut role) = element
            .get::<Name<'_>>("S")
            .map(|role| role.as_str().to_owned())
        else {
            return String::new();
        };
        for _ in 0..8 {
            match self.roles.get::<Name<'_>>(&role) {
                Some(standard) if standard.as_str() != role => role = standard.as_str().to_owned(),
                _ => break,
            }
        }
        role
    }
}
