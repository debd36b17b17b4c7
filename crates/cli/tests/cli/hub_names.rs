//! Models of a hub by whatever name a person has for them, and those that cannot be loaded: found, or refused
//! in words, before a byte of weights is fetched.

use std::path::PathBuf;
use std::sync::Arc;

use crate::builder::{Builder, Change};
use crate::hub::Server;
use crate::odd_hub::Hub;
use crate::pull::{lines, sprout};
use crate::spud::{Home, Ran, machine};

fn at(home: &Home, server: &Server, arguments: &[&str]) -> Ran {
    let mut command = home.command(arguments);
    command
        .env("HF_ENDPOINT", server.url("/").to_string())
        .env("SPUD_MACHINE", machine("02-laptop-8gb"));
    Ran::of(command.output().unwrap())
}

fn pulled(home: &Home, server: &Server, typed: &str) -> PathBuf {
    let ran = at(home, server, &["pull", typed]);
    assert_eq!(ran.status, Some(0), "{typed}: {ran:?}");
    let path = PathBuf::from(ran.output.trim());
    assert!(path.is_file(), "{ran:?}");
    path.strip_prefix(home.path().join("models"))
        .unwrap()
        .to_owned()
}

/// Repositories as people have reported them of programs of this kind: how quantisations are spelled, what
/// lies beside models, what is in folders.
fn odd() -> Hub {
    let sprout = sprout();
    reported(Hub::default())
        .with("new/name", &["R1-mini-Q4_K_M.gguf"], &sprout)
        .with(
            "us/under",
            &["DeepSeek_R1_mini_Q4_K_M.gguf", "DeepSeek_R1_mini_Q8_0.gguf"],
            &sprout,
        )
        .with("pl/plus", &["R1+mini-Q4_K_M.gguf"], &sprout)
        .with(
            "mm/proj",
            &[
                "mmproj-R1-f16.gguf",
                "R1-mini-Q4_K_M.gguf",
                "R1-mini.imatrix.gguf",
                "mtp-R1-Q4_K_M.gguf",
            ],
            &sprout,
        )
        .with(
            "mr/parts",
            &[
                "R1-mini.i1-Q4_K_M.gguf.part1of2",
                "R1-mini.i1-Q4_K_M.gguf.part2of2",
                "R1-mini.i1-Q2_K.gguf",
                "R1-mini.i1-IQ3_M.gguf",
            ],
            &sprout,
        )
        .with(
            "bl/split",
            &["R1.Q6_K.gguf-split-a", "R1.Q6_K.gguf-split-b"],
            &sprout,
        )
        .with(
            "two/sizes",
            &["7B/R1-7B-Q4_K_M.gguf", "14B/R1-14B-Q4_K_M.gguf"],
            &sprout,
        )
        .with(
            "two/both",
            &[
                "R1-Q4_K_M.gguf",
                "Q4_K_M/R1-Q4_K_M-00001-of-00002.gguf",
                "Q4_K_M/R1-Q4_K_M-00002-of-00002.gguf",
            ],
            &sprout,
        )
        .with(
            "cut/set",
            &["R1-Q4_K_M-00001-of-00003.gguf", "R1-Q8_0.gguf"],
            &sprout,
        )
        .with(
            "in/folders",
            &["Q4_K_M/model.gguf", "UD-Q2_K_XL/model.gguf"],
            &sprout,
        )
        .with("q/none", &["R1-Q5_K_M.gguf", "R1-Q3_K_S.gguf"], &sprout)
        .with(
            "q/imat",
            &["R1-mini-Q4_K_M-imat.gguf", "R1-mini-Q4_K_M.gguf"],
            &sprout,
        )
        .with(
            "q/spelled",
            &[
                "R1-fp16.GGUF",
                "R1.UD-Q4_K_XL.gguf",
                "R1-iq4_nl.gguf",
                "R1-MXFP4_MOE.gguf",
            ],
            &sprout,
        )
        .with(
            "odd/letters",
            &["R1 mini (Q4_K_M) [x].gguf", "深度求索 Q8_0.gguf"],
            &sprout,
        )
}

/// The same as reported of Ollama, of llama.cpp's -hf, and of LM Studio, and paths that lead elsewhere.
fn reported(hub: Hub) -> Hub {
    let sprout = sprout();
    hub.with(
        "o/lexi",
        &[
            "Lexi-Uncensored_V2_F16.gguf",
            "Lexi-Uncensored_V2_Q8_0.gguf",
        ],
        &sprout,
    )
    .with(
        "l/eagle",
        &["eagle3-R1-Q4_K_M.gguf", "R1-MXFP4.gguf"],
        &sprout,
    )
    .with(
        "l/flash",
        &["R1-s-DFlash-BF16.gguf", "R1-s-UD-Q4_K_XL.gguf"],
        &sprout,
    )
    .with(
        "l/apex",
        &["R1-APEX-I-Compact.gguf", "R1-APEX-Compact.gguf"],
        &sprout,
    )
    .with(
        "s/joined",
        &["Coomand-v1_iQ3m.gguf", "sakura_1.0_IQ4XS.gguf"],
        &sprout,
    )
    .with(
        "dot/first",
        &[".cache/x.gguf", "R1-mini-Q4_K_M.gguf"],
        &sprout,
    )
    .with(
        "out/side",
        &[
            "../../x-Q4_K_M.gguf",
            "a/../../y-Q4_K_M.gguf",
            "..\\z-Q4_K_M.gguf",
        ],
        &sprout,
    )
}

#[test]
fn a_model_is_found_by_whatever_name_a_person_has() {
    let server = odd().start();
    let home = Home::new();
    for (typed, path) in [
        ("us/under:Q4_K_M", "us/under/DeepSeek_R1_mini_Q4_K_M.gguf"),
        ("us/under:q8_0", "us/under/DeepSeek_R1_mini_Q8_0.gguf"),
        ("hf.co/us/under", "us/under/DeepSeek_R1_mini_Q4_K_M.gguf"),
        (
            "https://huggingface.co/us/under/blob/main/DeepSeek_R1_mini_Q8_0.gguf",
            "us/under/DeepSeek_R1_mini_Q8_0.gguf",
        ),
        ("pl/plus", "pl/plus/R1+mini-Q4_K_M.gguf"),
        ("mm/proj", "mm/proj/R1-mini-Q4_K_M.gguf"),
        ("mr/parts:i1-Q2_K", "mr/parts/R1-mini.i1-Q2_K.gguf"),
        ("mr/parts:IQ3_M", "mr/parts/R1-mini.i1-IQ3_M.gguf"),
        (
            "two/sizes:7B/R1-7B-Q4_K_M.gguf",
            "two/sizes/R1-7B-Q4_K_M.gguf",
        ),
        ("two/sizes:14B", "two/sizes/R1-14B-Q4_K_M.gguf"),
        ("q/imat:R1-mini-Q4_K_M.gguf", "q/imat/R1-mini-Q4_K_M.gguf"),
        ("q/spelled:F16", "q/spelled/R1-fp16.gguf"),
        ("q/spelled:Q4_K_XL", "q/spelled/R1.UD-Q4_K_XL.gguf"),
        ("q/spelled:IQ4_NL", "q/spelled/R1-iq4_nl.gguf"),
        ("q/spelled:MXFP4_MOE", "q/spelled/R1-MXFP4_MOE.gguf"),
        ("cut/set", "cut/set/R1-Q8_0.gguf"),
        ("o/lexi:Q8", "o/lexi/Lexi-Uncensored_V2_Q8_0.gguf"),
        ("l/eagle", "l/eagle/R1-MXFP4.gguf"),
        ("l/eagle:r1-mxfp4.gguf", "l/eagle/R1-MXFP4.gguf"),
        ("l/flash", "l/flash/R1-s-UD-Q4_K_XL.gguf"),
        ("l/apex:APEX-Compact", "l/apex/R1-APEX-Compact.gguf"),
        ("s/joined:IQ3_M", "s/joined/Coomand-v1_iQ3m.gguf"),
        ("dot/first@refs/pr/1", "dot/first/R1-mini-Q4_K_M.gguf"),
        ("o/lexi@q8_0", "o/lexi/Lexi-Uncensored_V2_Q8_0.gguf"),
        ("us/under：Q8_0", "us/under/DeepSeek_R1_mini_Q8_0.gguf"),
        ("us/under:Q8_0.gguf", "us/under/DeepSeek_R1_mini_Q8_0.gguf"),
        (
            "us/under/tree/main",
            "us/under/DeepSeek_R1_mini_Q4_K_M.gguf",
        ),
        (
            "hf download us/under --include '*Q8_0*' --local-dir m/x",
            "us/under/DeepSeek_R1_mini_Q8_0.gguf",
        ),
        (
            "llama-server --hf-repo us/under --hf-file DeepSeek_R1_mini_Q8_0.gguf",
            "us/under/DeepSeek_R1_mini_Q8_0.gguf",
        ),
        (
            "lmstudio://open_from_hf?model=us/under&file=DeepSeek_R1_mini_Q8_0.gguf",
            "us/under/DeepSeek_R1_mini_Q8_0.gguf",
        ),
        (
            "https://huggingface.co/two/sizes/tree/main/14B",
            "two/sizes/R1-14B-Q4_K_M.gguf",
        ),
        (
            "https://huggingface.co/us/under/tree/main?show_file_info=DeepSeek_R1_mini_Q8_0.gguf",
            "us/under/DeepSeek_R1_mini_Q8_0.gguf",
        ),
        (
            "https://modelscope.cn/models/us/under/file/view/master?fileName=DeepSeek_R1_mini_Q8_0.gguf",
            "us/under/DeepSeek_R1_mini_Q8_0.gguf",
        ),
    ] {
        assert_eq!(
            pulled(&home, &server, typed),
            PathBuf::from(path),
            "{typed}"
        );
    }
    // Names that not every system can hold become others, which stay in the repository's folder.
    let folder = PathBuf::from("odd/letters");
    for (typed, start) in [
        ("odd/letters:Q4_K_M", "R1-mini-Q4_K_M-x-"),
        ("odd/letters:Q8_0", "Q8_0-"),
    ] {
        let path = pulled(&home, &server, typed);
        assert_eq!(path.parent(), Some(&*folder));
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with(start) && name.is_ascii(), "{name}");
    }
    // One name in two folders: both can be there.
    let [one, two] =
        ["in/folders:Q4_K_M", "in/folders:UD-Q2_K_XL"].map(|typed| pulled(&home, &server, typed));
    assert_ne!(one, two);
    // In requests they are escaped, and their own.
    let asked = server.requests();
    let asked: Vec<&str> = asked.iter().map(|request| request.path.as_str()).collect();
    assert!(
        asked.contains(&"/dot/first/resolve/refs%2Fpr%2F1/R1-mini-Q4_K_M.gguf"),
        "{asked:?}"
    );
    assert!(
        asked.iter().any(
            |path| path.contains("/resolve/main/R1%20mini%20(Q4_K_M)%20[x].gguf")
                || path.contains("/resolve/main/R1%20mini%20(Q4_K_M)%20%5Bx%5D.gguf")
        ),
        "{asked:?}"
    );
}

#[test]
fn what_is_not_clear_is_listed_and_what_is_not_there_is_told() {
    let server = odd().start();
    let home = Home::new();
    for (typed, words) in [
        (
            "two/sizes",
            &[
                "several files of Q4_K_M",
                "7B/R1-7B-Q4_K_M.gguf",
                "14B/R1-14B",
            ][..],
        ),
        (
            "two/both",
            &[
                "several files of Q4_K_M",
                "00001-of-00002",
                "`two/both:R1-Q4_K_M.gguf`",
            ],
        ),
        (
            "q/imat",
            &["several files of Q4_K_M", "R1-mini-Q4_K_M-imat.gguf"],
        ),
        ("q/none", &["several quantisations", "Q3_K_S, Q5_K_M"]),
        (
            "us/under:Q5_K_M",
            &["no quantisation or file `Q5_K_M`", "Q4_K_M, Q8_0"],
        ),
        (
            "us/under:other.gguf",
            &["no quantisation or file `other.gguf`"],
        ),
        ("mr/parts:Q4_K_M", &["old pieces", "part1of2", "cat A B"]),
        ("bl/split", &["old pieces", "split-a"]),
        ("cut/set:Q4_K_M", &["1 of 3 parts"]),
        (
            "mm/proj:mmproj-R1-f16.gguf",
            &["`mmproj-R1-f16.gguf` is no model by itself"],
        ),
        ("out/side", &["has no GGUF files"]),
        ("us/under:../x.gguf", &["leads out of the repository"]),
        ("https://evil.example/us/under", &["nobody asks that host"]),
        (
            "https://huggingface.co/datasets/us/under",
            &["that is a dataset"],
        ),
        (
            "no/such",
            &["no open repository `no/such`", "how it is spelled"],
        ),
    ] {
        let ran = at(&home, &server, &["pull", typed]);
        let complaint = ran.errors.lines().last().unwrap_or_default();
        assert_eq!(ran.status, Some(1), "{typed}: {ran:?}");
        for words in words {
            assert!(complaint.contains(words), "{typed}: {complaint}");
        }
    }
    assert!(
        !home
            .path()
            .join("models")
            .join("..")
            .join("x.gguf")
            .exists()
    );
}

#[test]
fn a_renamed_repository_is_followed_and_told() {
    for whole in [false, true] {
        let server = odd().renamed("old/name", "new/name", whole).start();
        let home = Home::new();
        let ran = at(&home, &server, &["pull", "old/name", "--json"]);
        assert_eq!(ran.status, Some(0), "{ran:?}");
        let told = lines(&ran);
        let renamed = told.iter().find(|line| line["type"] == "renamed").unwrap();
        assert_eq!(
            (&renamed["from"], &renamed["to"]),
            (&"old/name".into(), &"new/name".into())
        );
        assert!(
            home.path()
                .join("models/new/name/R1-mini-Q4_K_M.gguf")
                .is_file()
        );
    }
    // Never to another host, nor for ever.
    let elsewhere = odd().start();
    let there = elsewhere.url("/api/models/new/name/tree/main").to_string();
    for to in [
        there.as_str(),
        "/login?next=%2Fa",
        "/api/models/a/b/tree/main",
        "/api/models/..%2f/x/tree/main",
    ] {
        let to = to.to_owned();
        let server = Server::new(move |_| crate::hub::Reply::status(307).header("Location", &to));
        let home = Home::new();
        let ran = at(&home, &server, &["pull", "old/name"]);
        assert_eq!(ran.status, Some(1), "{ran:?}");
        assert!(ran.errors.contains("leads"), "{ran:?}");
    }
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn a_repository_is_looked_at_before_anything_is_fetched() {
    let server = odd().start();
    let home = Home::new();
    let ran = at(&home, &server, &["fit", "us/under", "--json"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let told = lines(&ran);
    let quants: Vec<&str> = told
        .iter()
        .map(|line| line["quant"].as_str().unwrap())
        .collect();
    assert_eq!(quants, ["Q4_K_M", "Q8_0"]);
    assert!(
        told.iter().all(|line| line["verdict"] == "comfortable"),
        "{told:?}"
    );
    assert_eq!(told[1]["id"], "us/under:Q8_0");
    let ran = at(&home, &server, &["fit", "us/under:Q8_0", "--json"]);
    assert_eq!(lines(&ran)[0]["verdict"], "comfortable", "{ran:?}");
    let ran = at(&home, &server, &["fit", "two/sizes"]);
    assert!(ran.output.contains("7B/R1-7B-Q4_K_M.gguf"), "{ran:?}");
    assert!(!home.path().join("models").exists());
}

/// Sprout with a name in its header changed to another of the same length.
pub(crate) fn with(from: &str, to: &str) -> Arc<Vec<u8>> {
    assert_eq!(from.len(), to.len());
    let mut bytes = (*sprout()).clone();
    let place = bytes
        .windows(from.len())
        .position(|part| part == from.as_bytes())
        .unwrap();
    bytes[place..place + to.len()].copy_from_slice(to.as_bytes());
    Arc::new(bytes)
}

/// A sound file with one thing changed, and weights behind it that nobody is to fetch.
fn broken(change: Change) -> Arc<Vec<u8>> {
    let mut file = Builder::whole();
    change(&mut file);
    Arc::new(file.bytes())
}

#[test]
fn what_cannot_be_loaded_is_refused_by_its_header_wherever_it_lies() {
    let cases: [(Arc<Vec<u8>>, &str); 7] = [
        (
            with("deepseek-r1-qwen", "potato-pre-token"),
            "pre-tokenizer `potato-pre-token` is from a later llama.cpp",
        ),
        (
            with("deepseek2", "deepseek9"),
            "architecture `deepseek9` is from a later llama.cpp",
        ),
        (
            broken(|file| {
                file.without("tokenizer.ggml.model");
                file.text("tokenizer.ggml.model", "gpt5");
            }),
            "tokenizer `gpt5` is from a later llama.cpp",
        ),
        (
            broken(|file| {
                file.without("general.architecture");
                file.text("general.architecture", "gemma3");
            }),
            "architecture `gemma3`",
        ),
        (
            broken(|file| file.tensors[1].kind = 200),
            "type 200, which is from a later llama.cpp",
        ),
        (
            broken(|file| {
                file.tensors.remove(2);
            }),
            "is missing",
        ),
        (
            broken(|file| file.without("qwen2.attention.layer_norm_rms_epsilon")),
            "`qwen2.attention.layer_norm_rms_epsilon` is missing",
        ),
    ];
    for (bytes, words) in cases {
        let server = Hub::default()
            .with("a/b", &["R1-Q4_K_M.gguf", "R1-Q8_0.gguf"], &bytes)
            .start();
        let home = Home::new();
        for arguments in [
            &["pull", "a/b"][..],
            &["fit", "a/b:Q4_K_M"],
            &["pull", "a/b", "--anyway"],
        ] {
            let ran = at(&home, &server, arguments);
            assert_eq!(ran.status, Some(1), "{arguments:?}: {ran:?}");
            let complaint = ran.errors.lines().last().unwrap_or_default();
            assert!(
                complaint.contains(words) && complaint.contains("R1-Q4_K_M.gguf"),
                "{arguments:?}: {complaint}"
            );
            assert!(!complaint.contains("damaged"), "{complaint}");
        }
        let ran = at(&home, &server, &["fit", "a/b", "--json"]);
        assert!(
            lines(&ran)[0]["cannot"].as_str().unwrap().contains(words),
            "{ran:?}"
        );
        // Nothing of it was kept, and nobody asked for all of it: a header's look and its probe.
        assert!(!home.path().join("models/a").exists());
        let ranges = server.requests();
        assert!(
            ranges
                .iter()
                .all(|request| request.range.is_none_or(|(first, _)| first == 0))
        );
        // The same of a file that is here.
        let file = home.path().join("mine.gguf");
        std::fs::write(&file, &*bytes).unwrap();
        let path = file.to_str().unwrap();
        for arguments in [
            &["import", path][..],
            &["fit", path],
            &["ask", "--model", path, "hi"],
        ] {
            let ran = home.run(arguments);
            assert_eq!(ran.status, Some(1), "{arguments:?}: {ran:?}");
            assert!(ran.errors.contains(words), "{arguments:?}: {ran:?}");
        }
    }
}
