//! From the codes of a string to its letters: what a font of a PDF says of them.
//!
//! hayro-font reads fonts for those who draw; who wants words must know what letter a code is where
//! the file has no map of that. Besides its answers there are the collections of Chinese, Japanese
//! and Korean glyphs, codes that are Unicode themselves, and the map of the font's own program.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use hayro_cmap::{BfString, CMap, CMapName, CidFamily, WritingMode, load_embedded};
use hayro_font::{CMapResolverFn, Font, FontCache, FontGlyph, FontQuery, FontResolverFn};
use hayro_syntax::object::{Array, Dict, Name, Object, Stream, String as Bytes};
use skrifa::raw::TableProvider;
use skrifa::{FontRef, MetadataProvider};

/// What one code of a string says.
pub(super) struct Letter {
    /// None where nobody can tell.
    pub(super) text: Option<String>,
    /// How far the next one is, in thousandths of the size; below this one where lines run downwards.
    pub(super) advance: f64,
    /// It is the one-byte code 32, which alone is widened by the spacing of words.
    pub(super) is_space: bool,
}

/// The fonts of a document, each read once.
pub(super) struct Fonts<'a> {
    cache: FontCache<'a>,
    stand_ins: FontResolverFn,
    maps: CMapResolverFn,
    faces: HashMap<(u32, i32), Rc<Face<'a>>>,
}

impl<'a> Fonts<'a> {
    pub(super) fn new() -> Self {
        Self {
            cache: FontCache::new(),
            // Only widths are asked of it, and only where the file says none.
            stand_ins: Arc::new(|query| {
                Some(match query {
                    FontQuery::Standard(font) => font.get_font_data(),
                    FontQuery::Fallback(query) => query.pick_standard_font().get_font_data(),
                })
            }),
            maps: Arc::new(load_embedded),
            faces: HashMap::new(),
        }
    }

    pub(super) fn face(&mut self, dict: &Dict<'a>) -> Rc<Face<'a>> {
        let id = dict.obj_id().map(|id| (id.obj_number, id.gen_number));
        if let Some(face) = id.and_then(|id| self.faces.get(&id)) {
            return Rc::clone(face);
        }
        let font = self.cache.font(dict, &self.stand_ins, &self.maps);
        let face = Rc::new(Face {
            font,
            composite: Composite::of(dict),
            reverse: std::cell::OnceCell::new(),
        });
        if let Some(id) = id {
            self.faces.insert(id, Rc::clone(&face));
        }
        face
    }
}

pub(super) struct Face<'a> {
    font: Option<Font<'a>>,
    composite: Option<Composite>,
    /// What letter each glyph of its program is, where that says so.
    reverse: std::cell::OnceCell<HashMap<u32, char>>,
}

impl Face<'_> {
    pub(super) fn is_vertical(&self) -> bool {
        match (&self.font, &self.composite) {
            (Some(font), _) => !font.is_horizontal(),
            (None, Some(composite)) => composite.vertical,
            (None, None) => false,
        }
    }

    pub(super) fn letters(&self, bytes: &[u8]) -> Vec<Letter> {
        match &self.composite {
            Some(composite) => self.composite_letters(composite, bytes),
            None => bytes.iter().map(|code| self.simple_letter(*code)).collect(),
        }
    }

    fn simple_letter(&self, code: u8) -> Letter {
        let told = self.font.as_ref().map(|font| {
            let glyph = font.map_code(code.into());
            let text = match font.glyph(glyph, code.into()) {
                FontGlyph::Outline(glyph) => glyph.as_unicode(),
                FontGlyph::Type3(glyph) => glyph.as_unicode(),
            };
            let text = text
                .and_then(of_bf)
                .or_else(|| self.of_program(code.into()));
            // Windows' letters have the hyphen twice: this one shows only where a word was broken.
            let text = match text {
                Some(text) if code == 0xad && text == "-" => Some("\u{ad}".to_owned()),
                text => text,
            };
            (text, font.code_advance(code.into()).x)
        });
        // Without a font that can be read, ASCII is what it looks like.
        let (text, advance) = told.unwrap_or_else(|| {
            let letter = char::from(code);
            let seen = letter.is_ascii_graphic() || letter == ' ';
            (seen.then(|| letter.to_string()), 500.0)
        });
        Letter {
            text,
            advance,
            is_space: code == b' ',
        }
    }

    fn composite_letters(&self, composite: &Composite, bytes: &[u8]) -> Vec<Letter> {
        let mut letters = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let (code, length) = composite.code(rest);
            let advance = match &self.font {
                Some(font) => {
                    let advance = font.code_advance(code);
                    if composite.vertical {
                        advance.y
                    } else {
                        advance.x
                    }
                }
                None if composite.vertical => -1000.0,
                None => 1000.0,
            };
            letters.push(Letter {
                text: composite
                    .text(code, length)
                    .or_else(|| self.of_program(code)),
                advance,
                is_space: length == 1 && code == 32,
            });
            rest = &rest[length..];
        }
        letters
    }

    /// What the font's own program says: the letters that it has this glyph for.
    fn of_program(&self, code: u32) -> Option<String> {
        let font = self.font.as_ref()?;
        let glyph = font.map_code(code);
        if glyph.to_u32() == 0 {
            return None;
        }
        let reverse = self.reverse.get_or_init(|| {
            let FontGlyph::Outline(outline) = font.glyph(glyph, code) else {
                return HashMap::new();
            };
            let data = outline.font_data().map(|told| told.data);
            data.and_then(|data| letters_of((*data).as_ref()))
                .unwrap_or_default()
        });
        let letter = *reverse.get(&glyph.to_u32())?;
        readable(letter).then(|| letter.to_string())
    }
}

/// The letters of a font's program by glyph; of several the least, which is the plain one.
fn letters_of(program: &[u8]) -> Option<HashMap<u32, char>> {
    let font = FontRef::new(program).ok()?;
    font.cmap().ok()?;
    let mut letters = HashMap::new();
    for (code, glyph) in font.charmap().mappings() {
        if let Some(letter) = char::from_u32(code).map(of_symbol) {
            let known = letters.entry(glyph.to_u32()).or_insert(letter);
            *known = (*known).min(letter);
        }
    }
    Some(letters)
}

/// A font of several bytes for each glyph.
struct Composite {
    encoding: Option<CMap>,
    /// The codes are Unicode themselves, of two bytes.
    is_unicode: bool,
    vertical: bool,
    to_unicode: Option<CMap>,
    /// By the glyph's number in its collection.
    collection: Option<CMap>,
}

impl Composite {
    fn of(dict: &Dict<'_>) -> Option<Self> {
        let subtype = dict.get::<Name<'_>>("Subtype")?;
        if subtype.as_ref() != b"Type0" {
            return None;
        }
        let named = dict.get::<Name<'_>>("Encoding");
        let name = named.as_ref().map(|name| name.as_ref().to_vec());
        let name = name.unwrap_or_default();
        let encoding = match dict.get::<Object<'_>>("Encoding") {
            Some(Object::Stream(stream)) => map_of(&stream),
            _ => map_named(&name),
        };
        let to_unicode = dict.get::<Stream<'_>>("ToUnicode");
        let to_unicode = to_unicode.as_ref().and_then(map_of);
        let told = encoding.as_ref().map(CMap::metadata);
        let vertical = match told.and_then(|told| told.writing_mode) {
            Some(mode) => mode == WritingMode::Vertical,
            None => name.ends_with(b"-V") || name == b"V",
        };
        let family = told
            .and_then(|told| told.character_collection.as_ref())
            .map(|collection| collection.family.clone())
            .filter(|family| *family != CidFamily::AdobeIdentity)
            .or_else(|| family_of(dict));
        let collection = family
            .and_then(|family| family.ucs2_cmap())
            .and_then(|name| CMap::parse(load_embedded(name)?, load_embedded));
        let has = |part: &[u8]| name.windows(part.len()).any(|here| here == part);
        Some(Self {
            encoding,
            is_unicode: has(b"UCS2") || has(b"UTF16"),
            vertical,
            to_unicode,
            collection,
        })
    }

    /// The first code of some bytes, and its length.
    fn code(&self, bytes: &[u8]) -> (u32, usize) {
        let mut code = 0;
        if let Some(encoding) = &self.encoding {
            for (length, byte) in (1_u8..).zip(bytes.iter().take(4)) {
                code = code << 8 | u32::from(*byte);
                if encoding.lookup_cid_code(code, length).is_some() {
                    return (code, length.into());
                }
            }
        }
        // One that the map does not know: of two bytes, unless the first alone is ASCII.
        match bytes {
            [first, second, ..] if self.is_unicode || *first >= 0x80 || self.encoding.is_none() => {
                (u32::from(*first) << 8 | u32::from(*second), 2)
            }
            [first, ..] => ((*first).into(), 1),
            [] => (0, 1),
        }
    }

    fn text(&self, code: u32, length: usize) -> Option<String> {
        if let Some(text) = self.to_unicode.as_ref().and_then(|map| found(map, code)) {
            return Some(text);
        }
        if self.is_unicode {
            let units = match length {
                4 => vec![(code >> 16) as u16, (code & 0xffff) as u16],
                _ => vec![(code & 0xffff) as u16],
            };
            return String::from_utf16(&units)
                .ok()
                .filter(|text| text.chars().all(readable));
        }
        let encoding = self.encoding.as_ref()?;
        let length = u8::try_from(length).ok()?;
        let glyph = encoding.lookup_cid_code(code, length)?;
        let collection = self.collection.as_ref()?;
        found(collection, glyph).or_else(|| {
            let code = collection.lookup_cid_code(glyph, 2)?;
            char::from_u32(code)
                .filter(|letter| readable(*letter))
                .map(String::from)
        })
    }
}

fn family_of(dict: &Dict<'_>) -> Option<CidFamily> {
    let below = dict.get::<Array<'_>>("DescendantFonts")?;
    let below = below.iter::<Dict<'_>>().next()?;
    let told = below.get::<Dict<'_>>("CIDSystemInfo")?;
    let registry = told.get::<Bytes<'_>>("Registry")?;
    let ordering = told.get::<Bytes<'_>>("Ordering")?;
    Some(CidFamily::from_registry_ordering(&registry, &ordering))
}

fn map_of(stream: &Stream<'_>) -> Option<CMap> {
    CMap::parse(&stream.decoded().ok()?, load_embedded)
}

fn map_named(name: &[u8]) -> Option<CMap> {
    match name {
        b"Identity-H" => Some(CMap::identity_h()),
        b"Identity-V" => Some(CMap::identity_v()),
        name => CMap::parse(load_embedded(CMapName::from_bytes(name))?, load_embedded),
    }
}

fn found(map: &CMap, code: u32) -> Option<String> {
    map.lookup_bf_string(code).and_then(of_bf)
}

fn of_bf(told: BfString) -> Option<String> {
    let text: String = match told {
        BfString::Char(letter) => of_symbol(letter).to_string(),
        BfString::String(text) => text.chars().map(of_symbol).collect(),
    };
    (!text.is_empty() && text.chars().all(readable)).then_some(text)
}

/// Fonts of symbols put their letters into a private corner, by their one-byte codes.
fn of_symbol(letter: char) -> char {
    match letter {
        '\u{f0b7}' | '\u{f0a7}' | '\u{f076}' | '\u{f0d8}' => '•',
        '\u{f020}'..='\u{f07e}' => char::from_u32(u32::from(letter) - 0xf000).unwrap_or(letter),
        letter => letter,
    }
}

/// False for what no reader knows: private letters, and those that stand for none.
fn readable(letter: char) -> bool {
    !matches!(
        letter,
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'.. | '\u{fffd}' | '\u{fffe}' | '\u{ffff}'
    ) && (!letter.is_control() || matches!(letter, '\t' | '\n' | '\r'))
}
