//! Whether a Linux desktop is dark: as its portal says, which GNOME and KDE have; else as GTK is set. GTK's own flag is
//! set by ourselves once a theme is chosen in the settings, so what it was at first is kept.

use std::sync::OnceLock;

use gtk::gio::{
    BusType, Cancellable, DBusCallFlags, DBusConnection, DBusSignalFlags, bus_get_sync,
};
use gtk::glib::Variant;
use gtk::prelude::*;

const BUS: &str = "org.freedesktop.portal.Desktop";
const PATH: &str = "/org/freedesktop/portal/desktop";
const SETTINGS: &str = "org.freedesktop.portal.Settings";
const NAMESPACE: &str = "org.freedesktop.appearance";
const KEY: &str = "color-scheme";

/// The window is not shown before it is known; a portal that is there answers in a few of these.
const PATIENCE_MS: i32 = 200;

/// What GTK was set to when Spud was started.
static GTK: OnceLock<bool> = OnceLock::new();

/// Whether the desktop is dark now. On the toolkit's thread.
pub(crate) fn is_dark() -> bool {
    let gtk = *GTK.get_or_init(gtk_is_dark);
    let connection = bus_get_sync(BusType::Session, Cancellable::NONE).ok();
    connection.as_ref().and_then(ask).unwrap_or(gtk)
}

/// Tells whenever the desktop becomes dark or light, for as long as the program runs. On the toolkit's thread.
pub(crate) fn follow(tell: impl Fn(bool) + 'static) {
    let Ok(connection) = bus_get_sync(BusType::Session, Cancellable::NONE) else {
        return;
    };
    connection.signal_subscribe(
        None,
        Some(SETTINGS),
        Some("SettingChanged"),
        Some(PATH),
        Some(NAMESPACE),
        DBusSignalFlags::NONE,
        move |_, _, _, _, _, said| {
            let (key, value) = (said.child_value(1), said.child_value(2));
            if key.str() == Some(KEY)
                && let Some(dark) = scheme(&value)
            {
                tell(dark);
            }
        },
    );
}

/// None where there is no portal, or it has no preference.
fn ask(connection: &DBusConnection) -> Option<bool> {
    let told = connection.call_sync(
        Some(BUS),
        PATH,
        SETTINGS,
        "Read",
        Some(&(NAMESPACE, KEY).to_variant()),
        None,
        // One that does not run would be started, and waited for.
        DBusCallFlags::NO_AUTO_START,
        PATIENCE_MS,
        Cancellable::NONE,
    );
    scheme(&told.ok()?.child_value(0))
}

/// 1 is dark, 2 is light, in one or more boxes; anything else is no preference.
fn scheme(value: &Variant) -> Option<bool> {
    let mut value = value.clone();
    while let Some(inner) = value.as_variant() {
        value = inner;
    }
    match value.get::<u32>()? {
        1 => Some(true),
        2 => Some(false),
        _ => None,
    }
}

fn gtk_is_dark() -> bool {
    // It stands above all that is set.
    if let Ok(theme) = std::env::var("GTK_THEME") {
        return theme.ends_with(":dark") || theme.ends_with("-dark");
    }
    gtk::Settings::default().is_some_and(|set| {
        let name = set.gtk_theme_name().unwrap_or_default().to_lowercase();
        set.is_gtk_application_prefer_dark_theme() || name.ends_with("-dark")
    })
}

#[cfg(test)]
mod tests {
    use gtk::glib::Variant;
    use gtk::prelude::*;

    use super::scheme;

    #[test]
    fn a_portal_s_word_is_found_in_its_boxes() {
        let boxed = |number: u32| Variant::from_variant(&number.to_variant());
        assert_eq!(scheme(&1_u32.to_variant()), Some(true));
        assert_eq!(scheme(&boxed(2)), Some(false));
        assert_eq!(scheme(&Variant::from_variant(&boxed(1))), Some(true));
        assert_eq!(scheme(&boxed(0)), None, "no preference");
        assert_eq!(scheme(&boxed(9)), None);
        assert_eq!(scheme(&"dark".to_variant()), None);
    }
}
