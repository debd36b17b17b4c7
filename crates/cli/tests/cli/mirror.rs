//! A model of ModelScope: fetched from there where the Hub cannot be reached or has not the repository, and where
//! its address is one of ModelScope's; told nothing otherwise.

use crate::hub::{Reply, Request};
use crate::odd_hub::Hub;
use crate::pull::{lines, sprout};
use crate::spud::{Home, Ran};
use crate::tokens::World;

const HUB: &str = "huggingface.co";
const MIRROR: &str = "modelscope.cn";

/// One repository that both have, and one that only the mirror has.
fn world(lets: impl Fn(&Request) -> Option<Reply> + Send + Sync + 'static) -> World {
    let sprout = sprout();
    let both = Hub::default().with("both/have", &["R1-Q4_K_M.gguf"], &sprout);
    let files = ["Q4_K_M/R1 mini-Q4_K_M.gguf", "R1-mini-Q8_0.gguf"];
    let mirror = both.clone().with("only/there", &files, &sprout);
    World::with_mirror(&both, &mirror, lets)
}

/// As where the Hub is not let through: the connection ends without a word.
fn cut() -> Reply {
    Reply {
        mute: true,
        ..Reply::default()
    }
}

fn came(home: &Home, ran: &Ran, path: &str) {
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(home.path().join("models").join(path).is_file(), "{path}");
}

#[test]
fn the_mirror_gives_what_the_hub_has_not() {
    let world = world(|_| None);
    let home = Home::new();
    let ran = world.spud(&home, &["pull", "only/there:Q8_0", "--json"], &[]);
    came(&home, &ran, "only/there/R1-mini-Q8_0.gguf");
    let told = lines(&ran);
    let asked: Vec<_> = told
        .iter()
        .filter_map(|line| line["host"].as_str())
        .collect();
    let hub = asked.iter().position(|host| *host == HUB).unwrap();
    assert!(asked[hub..].contains(&MIRROR), "{told:?}");
    // By a path with a space in a folder, and by what is offered.
    let ran = world.spud(&home, &["fit", "only/there", "--json"], &[]);
    let ids: Vec<String> = lines(&ran)
        .iter()
        .map(|line| line["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        ids,
        ["Q4_K_M", "Q8_0"].map(|quant| format!("https://{MIRROR}/models/only/there:{quant}"))
    );
    let before = world.asked(HUB).len();
    let ran = world.spud(&home, &["pull", &ids[0]], &[]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(world.asked(HUB).len(), before, "its address is its own");
}

#[test]
fn it_stands_in_for_a_hub_that_is_not_reached() {
    let world = world(|_| Some(cut()));
    let home = Home::new();
    let ran = world.spud(&home, &["pull", "both/have"], &[]);
    came(&home, &ran, "both/have/R1-Q4_K_M.gguf");
    assert!(world.asked(HUB).len() <= 2, "{:?}", world.asked(HUB));
}

#[test]
fn it_is_not_asked_for_what_the_hub_has_nor_where_nobody_set_it() {
    let token = ("HF_TOKEN", "hf_aVerySecretToken");
    for (arguments, set, status) in [
        (&["pull", "both/have"][..], &[][..], 0),
        (
            &["pull", "both/have", "--endpoint", "https://own.example"],
            &[],
            0,
        ),
        (
            &["pull", "only/there", "--endpoint", "https://own.example"],
            &[],
            1,
        ),
        (
            &["pull", "https://modelscope.cn/models/both/have"],
            &[("HF_ENDPOINT", "https://own.example")],
            0,
        ),
        (
            &["pull", "https://huggingface.co/only/there"],
            &[("HF_ENDPOINT", "https://own.example")],
            1,
        ),
        // What may be a person's own is named to nobody else.
        (&["pull", "only/there"], &[token], 1),
    ] {
        let world = world(|_| None);
        let home = Home::new();
        let ran = world.spud(&home, arguments, set);
        assert_eq!(ran.status, Some(status), "{arguments:?}: {ran:?}");
        assert!(world.asked(MIRROR).is_empty(), "{arguments:?}");
    }
    let world = world(|_| None);
    let home = Home::new();
    std::fs::write(
        home.path().join("network.json"),
        r#"{"hubs": ["https://huggingface.co"]}"#,
    )
    .unwrap();
    let ran = world.spud(&home, &["pull", "only/there"], &[]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(world.asked(MIRROR).is_empty());
}

#[test]
fn what_neither_has_is_told_as_the_hubs() {
    let world = world(|_| None);
    let home = Home::new();
    let ran = world.spud(&home, &["pull", "no/such"], &[]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    let told = ran.errors.lines().last().unwrap();
    assert!(
        told.contains("`huggingface.co` has no open repository `no/such`"),
        "{told}"
    );
    assert!(!world.asked(MIRROR).is_empty());
    let shown = world.asked(MIRROR).into_iter();
    assert!(shown.clone().count() > 0);
    assert!(
        shown
            .into_iter()
            .all(|request| !request.headers.contains_key("authorization"))
    );
}
