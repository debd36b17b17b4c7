//! What was measured: runs, their median and spread, and what was hoped for.

use serde_json::json;

/// One measured thing.
#[derive(Debug, Clone)]
pub struct Figure {
    /// What it is; the same from version to version, so that figures can be compared.
    pub name: String,
    /// Its unit, such as `s` or `tok/s`; empty for a ratio.
    pub unit: &'static str,
    /// What each run gave, in the order of the runs; at least one.
    pub runs: Vec<f64>,
    /// What it should be.
    pub target: Option<Target>,
}

/// What a figure should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// The median is at least this.
    AtLeast(f64),
    /// The median is at most this.
    AtMost(f64),
    /// No run is above this.
    NeverAbove(f64),
    /// The median is no farther from 1 than this.
    NearOne(f64),
}

impl Figure {
    /// A figure without a target.
    pub fn new(name: impl Into<String>, unit: &'static str, runs: Vec<f64>) -> Self {
        Self {
            name: name.into(),
            unit,
            runs,
            target: None,
        }
    }

    /// The same with a target.
    #[must_use]
    pub fn with(self, target: Target) -> Self {
        let target = Some(target);
        Self { target, ..self }
    }

    /// The runs of one thing divided by those of another, run by run, since both saw the same
    /// machine at about the same time.
    pub fn ratio(name: impl Into<String>, of: &[f64], to: &[f64]) -> Self {
        let runs = of.iter().zip(to).map(|(of, to)| of / to).collect();
        Self::new(name, "", runs)
    }

    /// The value below which this part of the runs lies, by linear interpolation between runs.
    pub fn quantile(&self, part: f64) -> f64 {
        let mut sorted = self.runs.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a handful of runs"
        )]
        let (place, below) = (part * last as f64, (part * last as f64) as usize);
        #[expect(clippy::cast_precision_loss, reason = "a handful of runs")]
        let between = place - below as f64;
        let above = sorted[(below + 1).min(last)];
        sorted[below] + between * (above - sorted[below])
    }

    /// What is judged: the median, or the worst run where every run counts.
    pub fn value(&self) -> f64 {
        match self.target {
            Some(Target::NeverAbove(_)) => self.quantile(1.0),
            _ => self.quantile(0.5),
        }
    }

    /// Whether the target is met, if there is one.
    pub fn ok(&self) -> Option<bool> {
        Some(match self.target? {
            Target::AtLeast(least) => self.value() >= least,
            Target::AtMost(most) | Target::NeverAbove(most) => self.value() <= most,
            Target::NearOne(far) => (self.value() - 1.0).abs() <= far,
        })
    }
}

/// All figures of a command, for a person or, one JSON object a line, for a program.
pub fn text(figures: &[Figure], json: bool) -> String {
    if json {
        figures.iter().map(|figure| line(figure) + "\n").collect()
    } else {
        table(figures)
    }
}

fn line(figure: &Figure) -> String {
    let target = figure.target.map(|target| match target {
        Target::AtLeast(value) => json!({ "at_least": value }),
        Target::AtMost(value) => json!({ "at_most": value }),
        Target::NeverAbove(value) => json!({ "never_above": value }),
        Target::NearOne(far) => json!({ "near_one": far }),
    });
    json!({
        "name": figure.name,
        "value": figure.value(),
        "unit": figure.unit,
        "target": target,
        "ok": figure.ok(),
        "median": figure.quantile(0.5),
        "q1": figure.quantile(0.25),
        "q3": figure.quantile(0.75),
        "runs": figure.runs,
    })
    .to_string()
}

fn table(figures: &[Figure]) -> String {
    let heads = ["", "median", "q1", "q3", "unit", "target", ""].map(str::to_owned);
    let mut rows = vec![heads];
    for figure in figures {
        let target = figure
            .target
            .map_or_else(String::new, |target| match target {
                Target::AtLeast(value) => format!(">= {}", number(value)),
                Target::AtMost(value) => format!("<= {}", number(value)),
                Target::NeverAbove(value) => format!("<= {} in all runs", number(value)),
                Target::NearOne(far) => format!("1 +- {}", number(far)),
            });
        let verdict = match figure.ok() {
            None => String::new(),
            Some(true) => "ok".to_owned(),
            Some(false) => format!("MISSED ({})", number(figure.value())),
        };
        rows.push([
            figure.name.clone(),
            number(figure.quantile(0.5)),
            number(figure.quantile(0.25)),
            number(figure.quantile(0.75)),
            figure.unit.to_owned(),
            target,
            verdict,
        ]);
    }
    let widths: Vec<usize> = (0..rows[0].len())
        .map(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in rows {
        let cells = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, &width))| {
                if (1..4).contains(&column) {
                    format!("{cell:>width$}")
                } else {
                    format!("{cell:width$}")
                }
            });
        let cells: Vec<String> = cells.collect();
        text += cells.join("  ").trim_end();
        text.push('\n');
    }
    text
}

/// Three significant digits, as much as these machines can tell.
fn number(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_quarters_are_those_of_the_sorted_runs() {
        let figure = Figure::new("x", "s", vec![5.0, 1.0, 4.0, 2.0, 3.0]);
        let quarters = [0.0, 0.25, 0.5, 0.75, 1.0].map(|part| figure.quantile(part).to_string());
        assert_eq!(quarters, ["1", "2", "3", "4", "5"]);
        let even = Figure::new("x", "s", vec![1.0, 2.0]);
        assert_eq!(even.quantile(0.5).to_string(), "1.5");
    }

    #[test]
    fn a_target_judges_the_median_or_the_worst() {
        let runs = vec![0.9, 1.0, 1.3];
        let judged = |target| Figure::new("x", "", runs.clone()).with(target).ok();
        assert_eq!(judged(Target::AtLeast(0.97)), Some(true));
        assert_eq!(judged(Target::AtLeast(1.1)), Some(false));
        assert_eq!(judged(Target::AtMost(1.1)), Some(true));
        assert_eq!(judged(Target::NeverAbove(1.1)), Some(false));
        assert_eq!(Figure::new("x", "", runs.clone()).ok(), None);
    }

    #[test]
    fn a_line_holds_what_the_readme_of_the_bench_says() {
        let figure = Figure::ratio("decode", &[2.0, 3.0], &[2.0, 2.0]).with(Target::AtLeast(0.97));
        let line: serde_json::Value = serde_json::from_str(&text(&[figure], true)).expect("JSON");
        let expected = json!({
            "name": "decode", "value": 1.25, "unit": "", "target": { "at_least": 0.97 },
            "ok": true, "median": 1.25, "q1": 1.125, "q3": 1.375, "runs": [1.0, 1.5],
        });
        assert_eq!(line, expected);
    }
}
