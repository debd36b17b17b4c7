//! `spud bench`: a measurement by the product's own way.

use crate::spud::Home;

#[test]
fn sprout_is_measured_run_by_run() {
    let ran = Home::new().run(&["bench", "--json", "--tokens", "16"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let lines = ran.lines().0;
    let of = |kind: &str| lines.iter().filter(|line| line["type"] == kind).count();
    let last = lines.last().unwrap();
    assert_eq!(last["type"], "bench", "{ran:?}");
    assert_eq!(of("bench"), 1, "{ran:?}");
    assert_eq!(Some(of("run") as u64), last["runs"].as_u64(), "{ran:?}");
    for rate in ["prompt_per_second", "decode_per_second"] {
        let number = |name: &str| last[rate][name].as_f64().unwrap();
        let (least, median, most) = (number("least"), number("median"), number("most"));
        assert!(least > 0.0 && least <= median && median <= most, "{last}");
    }
    assert!(last["threads"].as_u64().unwrap() > 0, "{last}");
    // Its clock is not the memory's.
    assert!(last["of_memory"].is_null() && last["bytes_per_token"].is_null());
}

#[test]
fn for_a_person_four_lines_tell() {
    let ran = Home::new().run(&["bench", "--tokens", "16"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    for word in ["prompt ", "decode ", "bound ", "computed "] {
        assert!(
            ran.output.lines().any(|line| line.starts_with(word)),
            "{ran:?}"
        );
    }
}

#[test]
fn what_cannot_be_measured_is_said() {
    let home = Home::new();
    let ran = home.run(&["bench", "--model", "/no/such/model.gguf"]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(ran.errors.starts_with("spud: "), "{ran:?}");
    assert_eq!(ran.output, "");
    let ran = home.run(&["bench", "--tokens", "1"]);
    assert_eq!(ran.status, Some(2), "{ran:?}");
}
