//! A small GTK program that files are dragged out of, for the window's tests: `drag_source X Y FILE…`. Its window lies at
//! X, Y and holds nothing but what is dragged.

#[cfg(target_os = "linux")]
fn main() {
    use gtk::prelude::*;
    use gtk::{EventBox, TargetEntry, TargetFlags, Window, WindowType, gdk, glib};

    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [x, y, files @ ..] = arguments.as_slice() else {
        panic!("drag_source X Y FILE…");
    };
    gtk::init().expect("a display");
    let uris: Vec<String> = files
        .iter()
        .map(|file| {
            glib::filename_to_uri(file, None)
                .expect("a whole path")
                .into()
        })
        .collect();
    let window = Window::new(WindowType::Toplevel);
    window.set_default_size(200, 200);
    let handle = EventBox::new();
    let list = [TargetEntry::new("text/uri-list", TargetFlags::OTHER_APP, 0)];
    handle.drag_source_set(
        gdk::ModifierType::BUTTON1_MASK,
        &list,
        gdk::DragAction::COPY,
    );
    handle.connect_drag_data_get(move |_, _, data, _, _| {
        let uris: Vec<&str> = uris.iter().map(String::as_str).collect();
        data.set_uris(&uris);
    });
    window.add(&handle);
    window.show_all();
    window.move_(x.parse().expect("a number"), y.parse().expect("a number"));
    gtk::main();
}

#[cfg(not(target_os = "linux"))]
fn main() {}
