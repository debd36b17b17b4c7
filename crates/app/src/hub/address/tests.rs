//! Names and addresses as people type and paste them.

use super::{Address, MAIN, Url, Which};

fn hubs() -> Vec<Url> {
    ["https://huggingface.co", "http://127.0.0.1:8080/hub/"]
        .map(|hub| Url::parse(hub).unwrap())
        .into()
}

fn read(typed: &str) -> Option<Address> {
    Address::read(typed, &hubs()).unwrap_or_else(|failure| panic!("{typed}: {failure}"))
}

fn usual(repository: &str) -> Address {
    Address {
        hub: None,
        at_mirror: false,
        repository: repository.to_owned(),
        revision: MAIN.to_owned(),
        which: Which::Usual,
    }
}

#[test]
fn a_repository_is_read_however_it_is_named() {
    for typed in [
        "unsloth/R1-GGUF",
        "  unsloth/R1-GGUF \n",
        "unsloth/R1-GGUF:latest",
        "hf.co/unsloth/R1-GGUF",
        "huggingface.co/unsloth/R1-GGUF/",
        "HF.co/unsloth/R1-GGUF",
        "hf://unsloth/R1-GGUF",
        "https://huggingface.co/unsloth/R1-GGUF",
        "http://www.huggingface.co/unsloth/R1-GGUF/tree/main",
        "https://huggingface.co/unsloth/R1-GGUF?library=llama-cpp-python",
        "https://huggingface.co/unsloth/R1-GGUF/discussions/3#abc",
        "https://huggingface.co/models/unsloth/R1-GGUF",
        "https://huggingface.co/api/models/unsloth/R1-GGUF",
        "https://huggingface.co/unsloth/R1-GGUF.git",
        "ollama run hf.co/unsloth/R1-GGUF",
        "llama-server -hf unsloth/R1-GGUF",
        "unsloth/R1-GGUF/",
        "unsloth/R1-GGUF/tree/main",
        "https://huggingface.co/unsloth/R1-GGUF/commits/main",
        "https://huggingface.co/unsloth/R1-GGUF/resolve/main",
        "https://huggingface.co/unsloth/R1-GGUF?local-app=llama.cpp",
        "https://modelscope.cn/models/unsloth/R1-GGUF/files",
        "https://modelscope.cn/models/unsloth/R1-GGUF/summary",
        "https://www.modelscope.cn/unsloth/R1-GGUF.git",
        "https://modelscope.cn/api/v1/models/unsloth/R1-GGUF/repo/files?Revision=master",
    ] {
        let read = read(typed).map(|read| Address {
            at_mirror: false,
            ..read
        });
        assert_eq!(read, Some(usual("unsloth/R1-GGUF")), "{typed}");
    }
}

#[test]
fn what_of_it_is_meant_is_read_too() {
    let quant = |name: &str| Which::Quant(name.to_owned());
    let file = |path: &str| Which::File(path.to_owned());
    for (typed, which) in [
        ("a/b:Q4_K_M", quant("Q4_K_M")),
        ("hf.co/a/b:IQ3_M", quant("IQ3_M")),
        ("ollama pull huggingface.co/a/b:q8_0", quant("q8_0")),
        ("a/b:x.gguf", file("x.gguf")),
        ("a/b:sub/R1 (x).gguf", file("sub/R1 (x).gguf")),
        ("a/b:深度.GGUF", file("深度.GGUF")),
        ("a/b/sub/x.gguf", file("sub/x.gguf")),
        (
            "https://huggingface.co/a/b/blob/main/x.gguf",
            file("x.gguf"),
        ),
        (
            "https://huggingface.co/a/b/resolve/main/R1%20%5Bx%5D+y.gguf?download=true",
            file("R1 [x]+y.gguf"),
        ),
        (
            "https://huggingface.co/a/b?show_file_info=s%2Fx.gguf",
            file("s/x.gguf"),
        ),
        (
            "https://huggingface.co/a/b/tree/main/UD-Q4_K_XL",
            quant("UD-Q4_K_XL"),
        ),
        ("https://huggingface.co/a/b:Q4_0", quant("Q4_0")),
        ("a/b：IQ4_XS", quant("IQ4_XS")),
        ("a/b@q4_k_m", quant("q4_k_m")),
        ("https://huggingface.co/a/b@Q8_0", quant("Q8_0")),
        ("a/b/UD-Q4_K_XL", quant("UD-Q4_K_XL")),
        ("a/b/tree/main/UD-Q4_K_XL", quant("UD-Q4_K_XL")),
        ("a/b/resolve/main/s/x.GGUF", file("s/x.GGUF")),
        (
            "https://huggingface.co/a/b/tree/main/s?show_file_info=s%2Fx.gguf",
            file("s/x.gguf"),
        ),
        (
            "https://huggingface.co/a/b/blob/main/s/R1-00002-of-00003.gguf#L1",
            file("s/R1-00002-of-00003.gguf"),
        ),
        (
            "https://hf-mirror.com/a/b/resolve/main/x.gguf?download=true",
            file("x.gguf"),
        ),
        ("https://hf-mirror.com/a/b/tree/main/Q8_0", quant("Q8_0")),
        (
            "https://modelscope.cn/models/a/b/resolve/master/s/x.gguf",
            file("s/x.gguf"),
        ),
        (
            "https://modelscope.cn/models/a/b/file/view/master?fileName=x.gguf&status=2",
            file("x.gguf"),
        ),
        (
            "https://www.modelscope.cn/api/v1/models/a/b/repo?Revision=master&FilePath=s%2Fx.gguf",
            file("s/x.gguf"),
        ),
        ("hf download a/b --include '*Q4_K_M*'", quant("Q4_K_M")),
        ("hf download a/b s/x.gguf --local-dir m/x", file("s/x.gguf")),
        (
            "lmstudio://open_from_hf?model=a/b&file=x.gguf",
            file("x.gguf"),
        ),
    ] {
        assert_eq!(read(typed).map(|read| read.which), Some(which), "{typed}");
    }
    for (typed, revision) in [
        ("a/b@v1.1", "v1.1"),
        ("a/b@refs/pr/1:Q8_0", "refs/pr/1"),
        ("https://huggingface.co/a/b/tree/0123abcd", "0123abcd"),
        (
            "https://huggingface.co/a/b/resolve/refs%2Fpr%2F1/x.gguf",
            "refs/pr/1",
        ),
    ] {
        let read = read(typed).unwrap();
        assert_eq!(
            (read.revision.as_str(), &read.repository[..]),
            (revision, "a/b"),
            "{typed}"
        );
    }
}

#[test]
fn a_mirror_is_asked_itself_and_strangers_are_not() {
    let hub = |typed: &str| read(typed).unwrap().hub.map(|hub| hub.to_string());
    assert_eq!(
        hub("https://hf-mirror.com/a/b").as_deref(),
        Some("https://hf-mirror.com/")
    );
    assert_eq!(
        hub("hf-mirror.com/a/b:Q8_0").as_deref(),
        Some("https://hf-mirror.com/")
    );
    let own = read("http://127.0.0.1:8080/hub/a/b/blob/main/x.gguf").unwrap();
    assert_eq!(own.hub.unwrap().as_str(), "http://127.0.0.1:8080/hub/");
    assert_eq!(own.repository, "a/b");
    let scope = read("https://www.modelscope.cn/models/a/b/file/view/master/x.gguf").unwrap();
    assert_eq!(scope.which, Which::File("x.gguf".to_owned()));
    assert_eq!((&scope.hub, scope.revision.as_str()), (&None, MAIN));
    assert!(scope.at_mirror && !own.at_mirror);
    // As it is offered there it is named again.
    for which in ["Q4_K_M", "s/R1 x.gguf"] {
        let again = read(&scope.with(which)).unwrap();
        assert!(again.at_mirror, "{}", scope.with(which));
        assert_eq!(again.which.name(), which);
    }
    for typed in [
        "https://evil.example/a/b",
        "https://huggingface.co.evil.example/a/b",
        "http://127.0.0.1:9/a/b",
        "https://huggingface.co/datasets/a/b",
        "https://huggingface.co/spaces/a/b",
        "https://huggingface.co/unsloth",
        "https://huggingface.co/",
        "https://huggingface.co/a/b/blob/main/README.md",
        "ftp://huggingface.co/a/b",
        "file:///etc/passwd",
        "a/b:../x.gguf",
        "a/b/../../x.gguf",
        "a/b@../..",
        "../x",
        "/etc/passwd",
        "a/..",
        "./a",
        "a/b c",
        "hf download a/b ../../x.gguf",
        "lmstudio://open_from_hf?model=..%2F..&file=x.gguf",
        "https://modelscope.cn/datasets/a/b",
    ] {
        let read = Address::read(typed, &hubs());
        assert!(read.is_err(), "{typed}: {read:?}");
    }
    for typed in ["r1-distill-qwen-7b", "", "sprout"] {
        assert_eq!(read(typed), None, "{typed}");
    }
}
