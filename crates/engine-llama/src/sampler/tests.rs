//! The sampler beside a slow one that follows the rules to the letter: it sorts, and counts in
//! doubles.

use super::*;

/// What a rule would leave of a row: probabilities by token.
fn slow(row: &[f32], rules: &Sampling, recent: &[i32]) -> Vec<f64> {
    let mut left: Vec<(usize, f64)> = row
        .iter()
        .enumerate()
        .map(|(token, logit)| (token, f64::from(*logit)))
        .filter(|(_, logit)| !logit.is_nan() && *logit > f64::NEG_INFINITY)
        .collect();
    for (token, logit) in &mut left {
        let window = &recent[recent.len().saturating_sub(PENALTY_TOKENS)..];
        if window.contains(&i32::try_from(*token).unwrap()) {
            let penalty = f64::from(rules.repeat_penalty);
            *logit = if *logit > 0.0 {
                *logit / penalty
            } else {
                *logit * penalty
            };
        }
    }
    left.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    let mut chances = vec![0.0; row.len()];
    if rules.temperature <= 0.0 {
        chances[left[0].0] = 1.0;
        return chances;
    }
    if rules.top_k > 0 {
        left.truncate(rules.top_k as usize);
    }
    let top = left[0].1;
    if rules.top_p < 1.0 {
        let whole: f64 = left.iter().map(|(_, logit)| (logit - top).exp()).sum();
        let mut sum = 0.0;
        let enough = left.iter().position(|(_, logit)| {
            sum += (logit - top).exp() / whole;
            sum >= f64::from(rules.top_p)
        });
        left.truncate(enough.map_or(left.len(), |at| at + 1));
    }
    if rules.min_p > 0.0 {
        left.retain(|(_, logit)| logit - top >= f64::from(rules.min_p).ln());
    }
    let weight = |logit: f64| ((logit - top) / f64::from(rules.temperature)).exp();
    let whole: f64 = left.iter().map(|(_, logit)| weight(*logit)).sum();
    for (token, logit) in left {
        chances[token] = weight(logit) / whole;
    }
    chances
}

/// What the sampler gives each token.
fn fast(row: &[f32], rules: &Sampling, recent: &[i32]) -> Vec<f64> {
    let mut sampler = Sampler::new(rules);
    for token in recent {
        sampler.recent.push(*token);
    }
    let mut row = row.to_vec();
    let token = sampler.sample(&mut row).expect("there are numbers");
    if rules.temperature <= 0.0 {
        let mut chances = vec![0.0; row.len()];
        chances[usize::try_from(token).unwrap()] = 1.0;
        return chances;
    }
    let whole: f64 = sampler.masses.iter().sum();
    let weights = sampler.weights.chunks(BLOCK).zip(&sampler.masses);
    weights
        .flat_map(|(weights, mass)| {
            // What is left in a block that is out of the game means nothing.
            let counts = f64::from(u8::from(*mass > 0.0));
            weights
                .iter()
                .map(move |weight| counts * f64::from(*weight) / whole)
        })
        .collect()
}

/// Numbers that look like a model's logits: many middling ones, and a few that stand out.
fn logits(count: usize, spread: f64, seed: u32) -> Vec<f32> {
    let mut draws = Draws::of(seed);
    let mut normal = || (0..12).map(|_| draws.next()).sum::<f64>() - 6.0;
    #[expect(clippy::cast_possible_truncation, reason = "test data")]
    let mut row: Vec<f32> = (0..count).map(|_| (spread * normal()) as f32).collect();
    for at in [count / 3, count / 2, count - 1] {
        row[at] += 9.0;
    }
    row
}

fn rules() -> Sampling {
    Sampling {
        temperature: 1.0,
        top_p: 1.0,
        ..Sampling::of_r1(1)
    }
}

fn all_rules() -> Vec<Sampling> {
    let mut all = vec![Sampling::of_r1(1)];
    for temperature in [0.0, 0.1, 0.6, 1.0, 1.7, 100.0] {
        for (top_p, top_k, min_p, repeat_penalty) in [
            (1.0, 0, 0.0, 1.0),
            (0.95, 0, 0.0, 1.0),
            (0.5, 0, 0.0, 1.3),
            (0.0, 0, 0.0, 1.0),
            (0.999, 0, 0.0, 1.0),
            (1.0, 1, 0.0, 1.0),
            (1.0, 40, 0.0, 0.8),
            (1.0, 1_000_000, 0.0, 1.0),
            (1.0, 0, 0.05, 1.0),
            (1.0, 0, 1.0, 1.0),
            (0.9, 50, 0.01, 1.1),
        ] {
            all.push(Sampling {
                temperature,
                top_p,
                top_k,
                min_p,
                repeat_penalty,
                seed: 7,
            });
        }
    }
    all
}

/// How far two distributions are apart: the part of the draws that they give to other tokens.
fn apart(one: &[f64], other: &[f64]) -> f64 {
    let differences = one
        .iter()
        .zip(other)
        .map(|(one, other)| (one - other).abs());
    differences.sum::<f64>() / 2.0
}

#[test]
fn every_token_has_the_chance_that_the_rules_give_it() {
    let recent: Vec<i32> = (0..90).map(|at| at * 7 % 300).collect();
    for (count, spread) in [(1, 1.0), (2, 1.0), (255, 2.0), (640, 3.0), (5000, 1.5)] {
        for seed in 0..4 {
            let row = if count < 3 {
                vec![1.0; count]
            } else {
                logits(count, spread, seed)
            };
            for rules in all_rules() {
                let penalises = (rules.repeat_penalty - 1.0).abs() > 0.0;
                let recent = if penalises { &recent[..] } else { &[] };
                let (slow, fast) = (slow(&row, &rules, recent), fast(&row, &rules, recent));
                let apart = apart(&slow, &fast);
                // A token at the joint may fall to either side by rounding.
                assert!(apart < 2e-6, "{count} of {spread}: {apart} by {rules:?}");
            }
        }
    }
}

#[test]
fn a_whole_vocabulary_has_the_chances_that_the_rules_give_it() {
    for spread in [0.01, 1.0, 4.0] {
        let row = logits(151_936, spread, 3);
        for rules in [
            Sampling::of_r1(1),
            Sampling {
                top_k: 500,
                ..rules()
            },
        ] {
            let apart = apart(&slow(&row, &rules, &[]), &fast(&row, &rules, &[]));
            assert!(apart < 1e-5, "{spread}: {apart}");
        }
    }
}

#[test]
fn draws_fall_as_often_as_the_chances_say() {
    const DRAWN: u32 = 40_000;
    let mut row = logits(640, 1.5, 11);
    for logit in &mut row {
        *logit = logit.min(3.0);
    }
    for rules in [Sampling::of_r1(5), Sampling { seed: 9, ..rules() }] {
        let chances = slow(&row, &rules, &[]);
        let mut counts = vec![0_u32; row.len()];
        let mut sampler = Sampler::new(&rules);
        for _ in 0..DRAWN {
            let token = sampler.sample(&mut row.clone()).unwrap();
            counts[usize::try_from(token).unwrap()] += 1;
        }
        let (mut squares, mut kinds) = (0.0, 0.0);
        let mut rest = (0.0, 0.0);
        for (count, chance) in counts.iter().zip(&chances) {
            let (count, hoped) = (f64::from(*count), chance * f64::from(DRAWN));
            if hoped >= 5.0 {
                squares += (count - hoped).powi(2) / hoped;
                kinds += 1.0;
            } else {
                assert!(*chance > 0.0 || count == 0.0, "a dropped token was drawn");
                rest = (rest.0 + count, rest.1 + hoped);
            }
        }
        if rest.1 > 0.0 {
            squares += (rest.0 - rest.1) * (rest.0 - rest.1) / rest.1;
            kinds += 1.0;
        }
        // Chi square has the mean `kinds - 1` and twice that as its variance.
        let freedom: f64 = kinds - 1.0;
        assert!(freedom > 5.0);
        let off = (squares - freedom) / (2.0 * freedom).sqrt();
        assert!(off.abs() < 4.0, "{squares} of {kinds} kinds");
    }
}

#[test]
fn the_likeliest_is_the_first_of_equals() {
    let greedy = Sampling {
        temperature: 0.0,
        ..rules()
    };
    for temperature in [0.0, -1.0, f32::NAN] {
        let mut sampler = Sampler::new(&Sampling {
            temperature,
            ..greedy
        });
        for (places, expect) in [
            (vec![5, 300, 301], 5),
            (vec![299, 298], 298),
            (vec![639], 639),
        ] {
            let mut row = vec![-1.0; 640];
            for at in places {
                row[at] = 3.0;
            }
            assert_eq!(sampler.sample(&mut row), Some(expect));
        }
        assert_eq!(sampler.sample(&mut [0.0; 640]), Some(0));
    }
}

#[test]
fn of_equal_logits_a_cut_keeps_the_lower_ids() {
    let row = [2.0_f32; 1000];
    for (rules, expect) in [
        (
            Sampling {
                top_k: 10,
                ..rules()
            },
            10,
        ),
        (
            Sampling {
                top_p: 0.25,
                ..rules()
            },
            250,
        ),
        (
            Sampling {
                min_p: 0.5,
                ..rules()
            },
            1000,
        ),
    ] {
        let chances = fast(&row, &rules, &[]);
        let kept = chances.iter().filter(|chance| **chance > 0.0).count();
        assert_eq!(kept, expect, "{rules:?}");
        assert!(chances[..expect].iter().all(|chance| *chance > 0.0));
    }
}

#[test]
fn what_is_no_number_is_never_drawn() {
    let bad = [f32::NAN, -f32::NAN, f32::NEG_INFINITY];
    for rules in all_rules() {
        let mut sampler = Sampler::new(&rules);
        let mut row: Vec<f32> = (0..700).map(|at| bad[at % 3]).collect();
        assert_eq!(sampler.sample(&mut row), None, "{rules:?}");
        assert_eq!(sampler.sample(&mut []), None);
        for round in 0..20 {
            let mut row: Vec<f32> = (0..700).map(|at| bad[at % 3]).collect();
            row[13] = 1.0;
            row[600] = 0.5;
            let token = sampler.sample(&mut row);
            assert!(matches!(token, Some(13 | 600)), "{round}: {token:?}");
        }
        let mut row = vec![f32::MIN; 700];
        row[699] = f32::MAX;
        assert_eq!(sampler.sample(&mut row), Some(699));
        row = vec![0.0; 700];
        row[77] = f32::INFINITY;
        assert_eq!(sampler.sample(&mut row), Some(77));
    }
}

#[test]
fn senseless_rules_still_choose_a_token() {
    let odd = [
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        -1.0,
        0.0,
        1e-40,
        f32::MAX,
    ];
    for one in odd {
        for other in odd {
            for rules in [
                Sampling {
                    temperature: one,
                    top_p: other,
                    ..rules()
                },
                Sampling {
                    temperature: one,
                    min_p: other,
                    ..rules()
                },
                Sampling {
                    repeat_penalty: one,
                    min_p: other,
                    top_k: 3,
                    ..rules()
                },
            ] {
                let mut sampler = Sampler::new(&rules);
                for round in 0..3 {
                    let token = sampler.sample(&mut logits(640, 2.0, round));
                    assert!(matches!(token, Some(0..640)), "{rules:?}");
                }
            }
        }
    }
}

#[test]
fn a_seed_decides_the_draws() {
    let mut row = logits(640, 1.0, 2);
    for logit in &mut row {
        *logit = logit.min(2.0);
    }
    let drawn = |seed| {
        let mut sampler = Sampler::new(&Sampling { seed, ..rules() });
        (0..12)
            .map(|_| sampler.sample(&mut row.clone()).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
    // The same on every machine: whoever changes these has changed every seed's text.
    assert_eq!(
        drawn(1),
        [56, 78, 549, 416, 91, 304, 342, 100, 326, 521, 397, 621]
    );
}

#[test]
fn the_penalty_reaches_back_64_tokens_and_counts_each_once() {
    let mut recent = Recent::default();
    for token in (0..64).chain([3, 3, 3]) {
        recent.push(token);
    }
    let mut row = vec![1.0; 70];
    row[10] = -1.0;
    recent.penalise(&mut row, 2.0);
    let changed = |at: usize| row[at].to_bits() != 1.0_f32.to_bits();
    assert!((0..3).all(|at| !changed(at)) && (64..70).all(|at| !changed(at)));
    assert!((3..64).all(changed));
    assert_eq!(
        (row[3].to_string(), row[10].to_string()),
        ("0.5".into(), "-2".into())
    );
}

#[test]
fn powers_of_e_are_right_to_seven_digits() {
    for step in 0..8_000 {
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let power = -(step as f32) / 100.0;
        let (ours, exact) = (f64::from(exp(power)), f64::from(power).exp());
        let bound = 3e-7 + 1.2e-7 * f64::from(-power);
        assert!(
            (ours / exact - 1.0).abs() < bound,
            "{power}: {ours}, {exact}"
        );
    }
    for nothing in [-87.5, -1e30, f32::NEG_INFINITY, f32::NAN] {
        assert_eq!(exp(nothing).to_bits(), 0);
    }
    assert_eq!(exp(0.0).to_bits(), 1.0_f32.to_bits());
}

#[test]
fn shelves_are_in_the_order_of_their_logits() {
    let logits = [
        f32::MAX,
        30.0,
        3.0,
        2.999,
        1e-40,
        0.0,
        -0.0,
        -2.0,
        f32::MIN,
        f32::NEG_INFINITY,
    ];
    for (low, high) in [(0.0, 3.0), (-2.0, 30.0), (1.0, 1.0), (f32::MIN, f32::MAX)] {
        let shelves = Shelves::between(low, high);
        let places = logits.map(|logit| shelves.of(logit));
        assert!(places.is_sorted() && places[9] < SHELVES, "{places:?}");
    }
}

#[test]
fn a_cut_among_many_that_are_almost_equal_is_found() {
    // All but one within a thousandth, far below it, and many of them equal.
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let mut row: Vec<f32> = (0..150_000).map(|at| (at % 500) as f32 * 2e-6).collect();
    row[70_000] = 10.0;
    for rules in [
        Sampling {
            top_p: 0.9,
            ..rules()
        },
        Sampling {
            top_k: 12_345,
            ..rules()
        },
    ] {
        let (slow, fast) = (slow(&row, &rules, &[]), fast(&row, &rules, &[]));
        let kept = |chances: &[f64]| chances.iter().filter(|chance| **chance > 0.0).count();
        assert!(kept(&slow).abs_diff(kept(&fast)) <= 1, "{rules:?}");
        assert!(apart(&slow, &fast) < 1e-5, "{rules:?}");
    }
}
