//! Where the window opens and how large: as it was closed, on a screen that is there now. Whatever a
//! person does with it is kept a moment later, so that a start in safe mode, the end of a session and
//! a crash lose nothing of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::{Home, WindowPlace};
use tauri::{Monitor, WebviewWindow, WindowEvent};

use crate::tasks;
use crate::window::complain;

/// Wide enough for the list and a comfortable measure.
const USUAL: WindowPlace = WindowPlace {
    width: 1080.0,
    height: 760.0,
    at: None,
    maximized: false,
};

/// Below this the page's own rules no longer hold.
pub(crate) const LEAST: (f64, f64) = (360.0, 420.0);

/// So much of the upper edge must lie on a screen for a hand to find it.
const GRIP: (f64, f64) = (120.0, 32.0);

/// A window that is dragged tells of it a hundred times a second.
const REST: Duration = Duration::from_millis(400);

/// A screen, or what of it is free for windows.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Area {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

impl Area {
    fn of(monitor: &Monitor) -> Self {
        let scale = monitor.scale_factor();
        let (at, size) = (monitor.position(), monitor.size());
        Self {
            left: f64::from(at.x) / scale,
            top: f64::from(at.y) / scale,
            width: f64::from(size.width) / scale,
            height: f64::from(size.height) / scale,
        }
    }

    /// How much of a window's upper edge is seen on it.
    fn grip(&self, place: &WindowPlace) -> Option<(f64, f64)> {
        let (x, y) = place.at?;
        let wide = (x + place.width).min(self.left + self.width) - x.max(self.left);
        let high = (y + place.height).min(self.top + self.height) - y.max(self.top);
        Some((wide, high))
    }
}

/// The same place where it can be seen and reached.
fn seen_on(screens: &[Area], mut place: WindowPlace) -> WindowPlace {
    let home = screens.iter().find(|screen| {
        let is_below_the_top = place.at.is_some_and(|(_, y)| y >= screen.top);
        let grip = screen.grip(&place);
        is_below_the_top && grip.is_some_and(|(wide, high)| wide >= GRIP.0 && high >= GRIP.1)
    });
    if home.is_none() {
        place.at = None;
    }
    if let Some(screen) = home.or(screens.first()) {
        place.width = place.width.min(screen.width);
        place.height = place.height.min(screen.height);
    }
    place.width = place.width.max(LEAST.0);
    place.height = place.height.max(LEAST.1);
    place
}

/// Where the window shall open.
pub(crate) fn of(home: Option<&Home>, monitors: &[Monitor]) -> WindowPlace {
    let screens: Vec<Area> = monitors.iter().map(Area::of).collect();
    let kept = home.and_then(WindowPlace::of);
    // A file that somebody edited may say anything.
    let kept = kept.filter(|place| place.width.is_finite() && place.height.is_finite());
    seen_on(&screens, kept.unwrap_or(USUAL))
}

/// Keeps where the window is from now on.
pub(crate) fn follow(window: &WebviewWindow, home: Home, first: WindowPlace) {
    let now = Arc::new(Mutex::new((first, 0_u32)));
    let looked_at = window.clone();
    window.on_window_event(move |event| {
        if !matches!(event, WindowEvent::Resized(_) | WindowEvent::Moved(_)) {
            return;
        }
        let number = {
            let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
            let place = look(&looked_at, now.0);
            if place == now.0 {
                return;
            }
            *now = (place, now.1.wrapping_add(1));
            now.1
        };
        let (now, home) = (Arc::clone(&now), home.clone());
        let keeps = async move {
            tokio::time::sleep(REST).await;
            let (place, last) = *now.lock().unwrap_or_else(PoisonError::into_inner);
            if last == number
                && let Err(failure) = place.keep(&home)
            {
                complain(&failure.message);
            }
        };
        tasks::begin_or(keeps, |failure| complain(&failure.message));
    });
}

/// Where it is now; what fills a screen keeps the place to which it goes back.
fn look(window: &WebviewWindow, before: WindowPlace) -> WindowPlace {
    let scale = window.scale_factor().unwrap_or(1.0);
    if window.is_minimized().unwrap_or(false) {
        return before;
    }
    if window.is_maximized().unwrap_or(false) || window.is_fullscreen().unwrap_or(false) {
        let maximized = true;
        return WindowPlace {
            maximized,
            ..before
        };
    }
    let Ok(size) = window.inner_size() else {
        return before;
    };
    let size = size.to_logical::<f64>(scale);
    let at = window.outer_position().ok();
    let at = at.map(|at| at.to_logical::<f64>(scale));
    WindowPlace {
        width: size.width,
        height: size.height,
        at: at.map(|at| (at.x, at.y)),
        maximized: false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Area, LEAST, USUAL, WindowPlace, seen_on};

    const SCREEN: Area = Area {
        left: 0.0,
        top: 0.0,
        width: 1920.0,
        height: 1080.0,
    };

    fn at(x: f64, y: f64) -> WindowPlace {
        let at = Some((x, y));
        WindowPlace { at, ..USUAL }
    }

    #[test]
    fn a_window_opens_where_it_was_if_that_can_be_seen() {
        let beside = Area {
            left: 1920.0,
            ..SCREEN
        };
        assert_eq!(seen_on(&[SCREEN], at(20.0, 30.0)), at(20.0, 30.0));
        assert_eq!(seen_on(&[SCREEN, beside], at(2000.0, 9.0)), at(2000.0, 9.0));
        // A corner is enough to pull the rest back with.
        assert_eq!(
            seen_on(&[SCREEN], at(1700.0, 900.0)).at,
            Some((1700.0, 900.0))
        );
    }

    #[test]
    fn a_screen_that_is_gone_takes_no_window_along() {
        for lost in [
            at(2000.0, 9.0),
            at(1900.0, 9.0),
            at(20.0, 1070.0),
            at(20.0, -40.0),
        ] {
            assert_eq!(seen_on(&[SCREEN], lost), USUAL, "{lost:?}");
        }
        assert_eq!(
            seen_on(&[], at(20.0, 30.0)),
            USUAL,
            "nobody tells of a screen"
        );
    }

    #[test]
    fn no_window_is_larger_than_its_screen_or_smaller_than_its_page() {
        let small = Area {
            width: 1024.0,
            height: 600.0,
            ..SCREEN
        };
        let on_small = seen_on(&[small], USUAL);
        assert_eq!((on_small.width, on_small.height), (1024.0, 600.0));
        let (width, height) = (1.0, -3.0);
        let odd = seen_on(
            &[SCREEN],
            WindowPlace {
                width,
                height,
                ..USUAL
            },
        );
        assert_eq!((odd.width, odd.height), LEAST);
    }
}
