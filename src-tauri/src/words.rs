//! What the shell itself says: notifications and the titles of the system's dialogs, from the page's own
//! catalogue (`ui/src/lib/words/catalogue`), in the language of the window.

use std::collections::HashMap;
use std::sync::LazyLock;

use app::App;
use serde_json::Value;

/// The catalogues by the tags of their languages; the first speaks for all others. The page's list is
/// in `ui/src/lib/words/languages.ts`.
const CATALOGUES: [(&str, &str); 2] = [
    (
        "en",
        include_str!("../../ui/src/lib/words/catalogue/en.json"),
    ),
    (
        "zh-Hans",
        include_str!("../../ui/src/lib/words/catalogue/zh-Hans.json"),
    ),
];

/// What the shell says, by language.
static SAID: LazyLock<HashMap<&str, Value>> = LazyLock::new(|| {
    CATALOGUES
        .iter()
        .map(|(tag, text)| {
            let mut all: Value =
                serde_json::from_str(text).expect("BUG: our own catalogue is JSON");
            (*tag, all["shell"].take())
        })
        .collect()
});

/// Something that the shell says; the name of its sentence in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    ReplyThere,
    ModelHere,
    ModelHereNote,
    ModelFailed,
    SaveTitle,
    SaveAllTitle,
    SaveMarkdown,
    SavePage,
    SaveJson,
    TakeInTitle,
    TakeInKind,
    ModelsFolder,
    OpenModel,
    ModelKind,
    AttachTitle,
    ModelFailedNote,
}

impl Words {
    fn key(self) -> &'static str {
        match self {
            Self::ReplyThere => "replyThere",
            Self::ModelHere => "modelHere",
            Self::ModelHereNote => "modelHereNote",
            Self::ModelFailed => "modelFailed",
            Self::SaveTitle => "saveTitle",
            Self::SaveAllTitle => "saveAllTitle",
            Self::SaveMarkdown => "saveMarkdown",
            Self::SavePage => "savePage",
            Self::SaveJson => "saveJson",
            Self::TakeInTitle => "takeInTitle",
            Self::TakeInKind => "takeInKind",
            Self::ModelsFolder => "modelsFolder",
            Self::OpenModel => "openModel",
            Self::ModelKind => "modelKind",
            Self::AttachTitle => "attachTitle",
            Self::ModelFailedNote => "modelFailedNote",
        }
    }

    /// In the language of the window.
    pub(crate) fn said(self, app: &App) -> String {
        self.in_language(language(app))
    }

    /// The same with a name in it.
    pub(crate) fn said_of(self, app: &App, name: &str) -> String {
        self.said(app).replace("{{name}}", name)
    }

    fn in_language(self, language: &str) -> String {
        let words = SAID
            .get(language)
            .and_then(|said| said[self.key()].as_str());
        words.unwrap_or_default().to_owned()
    }
}

/// The language that is set, or the system's.
pub(crate) fn language(app: &App) -> &'static str {
    let set = app.preferences().language;
    if set.is_empty() {
        spoken(sys_locale::get_locale().as_deref().unwrap_or_default())
    } else {
        spoken(&set)
    }
}

/// The language that is spoken to who reads this one, as the page decides it: `zh-SG` and bare `zh` are
/// read in Simplified Chinese, `zh-TW` is not.
fn spoken(tag: &str) -> &'static str {
    let tag = tag.replace('_', "-").to_lowercase();
    let mut parts = tag.split(['-', '.']);
    let tongue = parts.next().unwrap_or_default();
    let traditional = parts.any(|part| matches!(part, "hant" | "tw" | "hk" | "mo"));
    if tongue == "zh" && !traditional {
        "zh-Hans"
    } else {
        "en"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Words; 16] = [
        Words::ReplyThere,
        Words::ModelHere,
        Words::ModelHereNote,
        Words::ModelFailed,
        Words::SaveTitle,
        Words::SaveAllTitle,
        Words::SaveMarkdown,
        Words::SavePage,
        Words::SaveJson,
        Words::TakeInTitle,
        Words::TakeInKind,
        Words::ModelsFolder,
        Words::OpenModel,
        Words::ModelKind,
        Words::AttachTitle,
        Words::ModelFailedNote,
    ];

    #[test]
    fn everything_is_said_in_every_language_and_nothing_else_is_kept() {
        for (language, said) in SAID.iter() {
            for words in ALL {
                assert!(
                    !words.in_language(language).is_empty(),
                    "{language} {words:?}"
                );
            }
            assert_eq!(said.as_object().unwrap().len(), ALL.len());
        }
    }

    #[test]
    fn a_tag_is_read_as_the_page_reads_it() {
        for (tag, language) in [
            ("", "en"),
            ("C", "en"),
            ("en-GB", "en"),
            ("de_DE.UTF-8", "en"),
            ("zh", "zh-Hans"),
            ("zh-Hans", "zh-Hans"),
            ("zh_CN.UTF-8", "zh-Hans"),
            ("zh-SG", "zh-Hans"),
            ("zh-Hant-HK", "en"),
            ("zh_TW", "en"),
        ] {
            assert_eq!(spoken(tag), language, "{tag}");
        }
    }
}
