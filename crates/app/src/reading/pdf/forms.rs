//! What people put on a page: fields that were filled in, text that was typed upon it, notes.
//!
//! A value stands where its field does: on the line that it was written on. Forms of Adobe's other kind
//! are read apart (`xfa`).

use hayro_syntax::object::{Array, Dict, Name, Object, Rect};

use super::words;

/// How far a field's own fields lie below it.
const DEEPEST: usize = 16;

/// Values of one page.
const MOST: usize = 20_000;

/// Words at a place of the page.
pub(super) struct Value {
    pub(super) place: Rect,
    pub(super) text: String,
    /// The name of its field, for where no line is beside it.
    pub(super) name: String,
}

/// What stands on a page besides its content.
#[derive(Default)]
pub(super) struct OnPage {
    pub(super) values: Vec<Value>,
    /// Notes, with who wrote them.
    pub(super) notes: Vec<String>,
}

pub(super) fn on_page(page: &Dict<'_>) -> OnPage {
    let mut found = OnPage::default();
    let Some(annotations) = page.get::<Array<'_>>("Annots") else {
        return found;
    };
    for one in annotations.iter::<Dict<'_>>().take(MOST) {
        // Hidden, or not to be seen on a screen.
        let flags = one.get::<i32>("F").unwrap_or(0);
        if flags & (1 << 1 | 1 << 5) != 0 {
            continue;
        }
        let Some(subtype) = one.get::<Name<'_>>("Subtype") else {
            continue;
        };
        match subtype.as_ref() {
            b"Widget" => found.values.extend(value(&one)),
            b"FreeText" => {
                if let (Some(text), Some(place)) = (words::of(&one, "Contents"), one.get("Rect")) {
                    let name = String::new();
                    found.values.push(Value { place, text, name });
                }
            }
            b"Text" | b"Highlight" | b"Underline" | b"StrikeOut" | b"Squiggly" | b"Caret" => {
                let said = words::of(&one, "Contents").unwrap_or_default();
                if !said.trim().is_empty() {
                    let who = words::of(&one, "T").filter(|who| !who.trim().is_empty());
                    let who = who.map_or(String::new(), |who| format!(" by {}", who.trim()));
                    found.notes.push(format!("[note{who}: {}]", said.trim()));
                }
            }
            _ => {}
        }
    }
    found
}

fn value(widget: &Dict<'_>) -> Option<Value> {
    let place = widget.get::<Rect>("Rect")?;
    let kind = inherited(widget, "FT").and_then(Object::into_name)?;
    let flags = inherited(widget, "Ff")
        .and_then(Object::into_i32)
        .unwrap_or(0);
    let text = match kind.as_ref() {
        b"Tx" if flags & (1 << 13) != 0 => return None, // a password
        b"Tx" => match inherited(widget, "V")? {
            Object::Stream(_) => words::of(&holder(widget, "V")?, "V")?,
            told => words::of_object(&told)?,
        },
        b"Ch" => choices(widget)?.join(", "),
        // A button that is pushed has no value.
        b"Btn" if flags & (1 << 16) != 0 => return None,
        b"Btn" => {
            let shown = widget.get::<Name<'_>>("AS");
            let on = match &shown {
                Some(shown) => shown.as_ref() != b"Off",
                None => inherited(widget, "V")
                    .and_then(Object::into_name)
                    .is_some_and(|on| on.as_ref() != b"Off"),
            };
            if on { "[x]" } else { "[ ]" }.to_owned()
        }
        _ => return None,
    };
    let text = text.trim().to_owned();
    (!text.is_empty()).then(|| Value {
        place,
        text,
        name: words::of(widget, "TU")
            .or_else(|| inherited(widget, "T").and_then(|name| words::of_object(&name)))
            .unwrap_or_default(),
    })
}

/// What was chosen, in the words that are shown for it.
fn choices(widget: &Dict<'_>) -> Option<Vec<String>> {
    let chosen = match inherited(widget, "V")? {
        Object::Array(several) => several
            .iter::<Object<'_>>()
            .filter_map(|one| words::of_object(&one))
            .collect(),
        one => vec![words::of_object(&one)?],
    };
    let options = inherited(widget, "Opt").and_then(Object::into_array);
    let shown = |value: &String| {
        let options = options.as_ref()?;
        options.iter::<Object<'_>>().find_map(|option| {
            let Object::Array(pair) = option else {
                return None;
            };
            let mut pair = pair.iter::<Object<'_>>();
            let own = words::of_object(&pair.next()?)?;
            (own == *value).then(|| words::of_object(&pair.next()?))?
        })
    };
    let chosen: Vec<String> = chosen;
    Some(
        chosen
            .iter()
            .map(|value| shown(value).unwrap_or_else(|| value.clone()))
            .collect(),
    )
}

/// The field that has a key: the widget's own, or one above it.
fn holder<'a>(widget: &Dict<'a>, key: &str) -> Option<Dict<'a>> {
    let mut field = widget.clone();
    for _ in 0..DEEPEST {
        if field.contains_key(key) {
            return Some(field);
        }
        field = field.get::<Dict<'a>>("Parent")?;
    }
    None
}

/// What a field says under a key, or one above it does.
fn inherited<'a>(widget: &Dict<'a>, key: &str) -> Option<Object<'a>> {
    holder(widget, key)?.get::<Object<'a>>(key)
}
