//! Sides that take turns, and the figures that come of it.

use std::io;

use crate::figures::{Figure, Target};

/// The side that ratios are made of.
pub(super) const OURS: &str = "ours";

/// One side, which gives one value for each thing that is measured.
pub(super) struct Side<'a, const N: usize> {
    name: &'static str,
    targets: [Option<Target>; N],
    run: Run<'a, N>,
}

/// Gets the number of the round.
type Run<'a, const N: usize> = Box<dyn FnMut(usize) -> io::Result<[f64; N]> + 'a>;

impl<'a, const N: usize> Side<'a, N> {
    /// A side against which nothing is hoped for.
    pub(super) fn new(
        name: &'static str,
        run: impl FnMut(usize) -> io::Result<[f64; N]> + 'a,
    ) -> Self {
        let (run, targets) = (Box::new(run), [None; N]);
        Self { name, targets, run }
    }

    /// What ours divided by this side should be, for each thing.
    #[must_use]
    pub(super) fn with(self, targets: [Option<Target>; N]) -> Self {
        Self { targets, ..self }
    }
}

/// Lets every side run once a round, each round beginning with another one, since whoever is second
/// finds the processor hotter. Gives what each side measured of each thing, and the ratios where
/// ours is among them; `things` are names and units.
pub(super) fn contest<const N: usize>(
    things: [(&str, &'static str); N],
    rounds: usize,
    mut sides: Vec<Side<'_, N>>,
) -> io::Result<Vec<Figure>> {
    let mut runs = vec![Vec::new(); sides.len()];
    for round in 0..rounds {
        for turn in 0..sides.len() {
            let place = (round + turn) % sides.len();
            runs[place].push((sides[place].run)(round)?);
        }
    }
    let mut figures = Vec::new();
    for (which, (thing, unit)) in things.into_iter().enumerate() {
        let of = |place: usize| {
            runs[place]
                .iter()
                .map(|run: &[f64; N]| run[which])
                .collect()
        };
        let all: Vec<Vec<f64>> = (0..sides.len()).map(of).collect();
        for (side, runs) in sides.iter().zip(&all) {
            figures.push(Figure::new(
                format!("{thing}, {}", side.name),
                unit,
                runs.clone(),
            ));
        }
        let Some(ours) = sides.iter().position(|side| side.name == OURS) else {
            continue;
        };
        for (place, side) in sides.iter().enumerate().filter(|(place, _)| *place != ours) {
            let name = format!("{thing}, {OURS} / {}", side.name);
            let ratio = Figure::ratio(name, &all[ours], &all[place]);
            figures.push(match side.targets[which] {
                Some(target) => ratio.with(target),
                None => ratio,
            });
        }
    }
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn sides_take_turns_and_ratios_are_of_ours() {
        let order = RefCell::new(String::new());
        let side = |name: &'static str, value: f64| {
            let order = &order;
            Side::new(name, move |round| {
                order.borrow_mut().push_str(&name[..1]);
                #[expect(clippy::cast_precision_loss, reason = "a handful of rounds")]
                Ok([value * (round + 1) as f64])
            })
        };
        let sides = vec![
            side("theirs", 2.0).with([Some(Target::AtLeast(2.0))]),
            side(OURS, 3.0),
            side("bare", 6.0),
        ];
        let figures = contest([("decode", "tok/s")], 2, sides).expect("no side fails");
        assert_eq!(*order.borrow(), "tobobt");
        let told: Vec<_> = figures
            .iter()
            .map(|figure| {
                (
                    figure.name.as_str(),
                    figure.unit,
                    figure.runs.clone(),
                    figure.ok(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("decode, theirs", "tok/s", vec![2.0, 4.0], None),
                ("decode, ours", "tok/s", vec![3.0, 6.0], None),
                ("decode, bare", "tok/s", vec![6.0, 12.0], None),
                ("decode, ours / theirs", "", vec![1.5, 1.5], Some(false)),
                ("decode, ours / bare", "", vec![0.5, 0.5], None),
            ]
        );
    }

    #[test]
    fn without_ours_there_is_no_ratio() {
        let sides = vec![Side::new("theirs", |_| Ok([1.0]))];
        let figures = contest([("x", "s")], 1, sides).expect("no side fails");
        assert_eq!(figures.len(), 1);
    }
}
