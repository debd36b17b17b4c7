//! Which of ggml's variants there are, and which one this processor would take. Part of the build script too.
#![cfg_attr(
    not(test),
    allow(dead_code, reason = "the build script's; tested as part of the crate")
)]

/// Code for processors with AMX (Intel's Xeons since 2023), which is left out. ggml takes it before all others, and:
///
/// * GCC before 12.4 and 13.3 drops most of the tiles' configuration (its bug 114098: `_tile_loadconfig` says that it
///   reads 8 bytes of 64), so that the first prompt ends in an illegal instruction;
/// * it takes the three-dimensional weights of R1's latent attention (`attn_k_b`), and then does not compute with them
///   (`ggml-backend.cpp`: `*cur_backend_id != -1`).
///
/// `zen4` is the same code without AMX, and runs there too.
pub(crate) const LEFT_OUT: &str = "sapphirerapids";

/// One set of kernels.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Variant {
    /// The name in the library's: `haswell` of `libggml-cpu-haswell.so`.
    pub(crate) name: String,
    /// What a processor must have to run it, in the words of ggml's CMake: `AVX2`.
    pub(crate) needs: Vec<String>,
}

/// The variants of an architecture (`x86`, `ARM`), for all of its systems, in the text of `ggml/src/CMakeLists.txt`: but
/// those left out. Its lines for them are `ggml_add_cpu_backend_variant(NAME NEED NEED…)`, after one that asks
/// whether `GGML_SYSTEM_ARCH STREQUAL "x86"`.
pub(crate) fn listed(cmake: &str, architecture: &str) -> Vec<Variant> {
    let mut found = Vec::new();
    let mut of_it = false;
    for line in cmake.lines() {
        if let Some((_, asked)) = line.split_once("GGML_SYSTEM_ARCH STREQUAL \"") {
            of_it = asked.split('"').next() == Some(architecture);
        }
        let call = line.trim().strip_prefix("ggml_add_cpu_backend_variant(");
        let Some(call) = call.and_then(|call| call.strip_suffix(')')) else {
            continue;
        };
        let mut words = call.split_whitespace().map(str::to_owned);
        let Some(name) = words.next().filter(|name| of_it && name != LEFT_OUT) else {
            continue;
        };
        let needs = words.collect();
        found.push(Variant { name, needs });
    }
    found
}

/// The one that ggml would take on a processor of which `has` tells what it has: of those whose needs are all
/// there the one with the highest score. `has` answers `None` for what it does not know; then nothing can be said.
///
/// The score is ggml's own (`ggml-cpu/arch/*/cpu-feats.cpp`): one bit for each need, in the order of `weights`.
pub(crate) fn best<'list>(
    variants: impl Iterator<Item = &'list Variant>,
    weights: &[&str],
    has: impl Fn(&str) -> Option<bool>,
) -> Option<&'list Variant> {
    let mut best = None;
    for variant in variants {
        let mut score = 1_u32;
        let mut runs = true;
        for need in &variant.needs {
            runs &= has(need)?;
            score += 1 << weights.iter().position(|weight| weight == need)?;
        }
        if runs && best.is_none_or(|(highest, _)| score > highest) {
            best = Some((score, variant));
        }
    }
    best.map(|(_, variant)| variant)
}

/// What ggml asks of an x86 processor, the least weighty first.
pub(crate) const X86: &[&str] = &[
    "FMA",
    "F16C",
    "SSE42",
    "BMI2",
    "AVX",
    "AVX2",
    "AVX_VNNI",
    "AVX512",
    "AVX512_VBMI",
    "AVX512_BF16",
    "AVX512_VNNI",
];

/// What ggml asks of an ARM processor under Linux, the least weighty first.
pub(crate) const ARM: &[&str] = &[
    "DOTPROD",
    "FP16_VECTOR_ARITHMETIC",
    "SVE",
    "MATMUL_INT8",
    "SVE2",
    "SME",
];

#[cfg(test)]
mod tests {
    use super::{ARM, Variant, X86, best, listed};

    /// In the form of ggml's own list.
    const LIST: &str = "
    if (GGML_SYSTEM_ARCH STREQUAL \"x86\")
        ggml_add_cpu_backend_variant(x64)
        ggml_add_cpu_backend_variant(sse42              SSE42)
        if (NOT MSVC)
            # a word about it
            ggml_add_cpu_backend_variant(piledriver     SSE42 AVX F16C FMA)
        endif()
        ggml_add_cpu_backend_variant(haswell            SSE42 AVX F16C FMA AVX2 BMI2)
        ggml_add_cpu_backend_variant(alderlake          SSE42 AVX F16C FMA AVX2 BMI2 AVX_VNNI)
        ggml_add_cpu_backend_variant(zen4           SSE42 AVX F16C FMA AVX2 BMI2 AVX512 AVX512_VBMI AVX512_VNNI AVX512_BF16)
        ggml_add_cpu_backend_variant(sapphirerapids SSE42 AVX F16C FMA AVX2 BMI2 AVX512 AVX512_VBMI AVX512_VNNI AVX512_BF16 AMX_TILE AMX_INT8)
    elseif(GGML_SYSTEM_ARCH STREQUAL \"ARM\")
        ggml_add_cpu_backend_variant(armv8.0_1)
        ggml_add_cpu_backend_variant(armv8.2_1    DOTPROD)
    elseif (GGML_SYSTEM_ARCH STREQUAL \"s390x\")
        ggml_add_cpu_backend_variant(z16    Z16 VXE2 NNPA)
";

    fn best_of(has: &str) -> Option<String> {
        let has: Vec<&str> = has.split(' ').collect();
        let variants = listed(LIST, "x86");
        best(variants.iter(), X86, |need| Some(has.contains(&need)))
            .map(|variant| variant.name.clone())
    }

    #[test]
    fn the_list_is_read_with_what_each_needs_but_what_is_left_out() {
        let variants = listed(LIST, "x86");
        let names: Vec<&str> = variants
            .iter()
            .map(|variant| variant.name.as_str())
            .collect();
        let all = ["x64", "sse42", "piledriver", "haswell", "alderlake", "zen4"];
        assert_eq!(names, all);
        let needs = ["SSE42", "AVX", "F16C", "FMA"].map(str::to_owned).to_vec();
        let name = "piledriver".to_owned();
        assert_eq!(variants[2], Variant { name, needs });
        assert_eq!(listed(LIST, "ARM").len(), 2);
    }

    /// The right column is what ggml loads on such a processor.
    #[test]
    fn a_processor_gets_the_best_that_it_runs() {
        for (has, name) in [
            ("", "x64"),
            ("SSE42", "sse42"),
            // AVX alone: nothing in this list is made for it.
            ("SSE42 AVX", "sse42"),
            ("SSE42 AVX F16C FMA", "piledriver"),
            ("SSE42 AVX F16C FMA AVX2 BMI2", "haswell"),
            ("SSE42 AVX F16C FMA AVX2 BMI2 AVX_VNNI", "alderlake"),
            // One need less than `zen4` has.
            (
                "SSE42 AVX F16C FMA AVX2 BMI2 AVX512 AVX512_VBMI AVX512_VNNI",
                "haswell",
            ),
            (
                "SSE42 AVX F16C FMA AVX2 BMI2 AVX512 AVX512_VBMI AVX512_VNNI AVX512_BF16 AMX_TILE AMX_INT8",
                "zen4",
            ),
        ] {
            assert_eq!(best_of(has).as_deref(), Some(name), "{has}");
        }
    }

    #[test]
    fn nothing_is_said_where_a_need_is_unknown() {
        let variants = listed(LIST, "s390x");
        assert_eq!(variants.len(), 1);
        assert_eq!(best(variants.iter(), ARM, |_| None), None);
        assert_eq!(best(variants.iter(), ARM, |_| Some(true)), None);
    }
}
