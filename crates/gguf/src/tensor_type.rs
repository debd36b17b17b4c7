//! ggml's tensor types: their numbers, names and block sizes.
//!
//! From `ggml.h`, `ggml.c` (`type_traits`) and `ggml-common.h` of the vendored llama.cpp
//! (llama-cpp-sys-2 0.1.161). Numbers 4, 5, 31–33 and 36–38 belonged to types that were removed;
//! they are unknown here as they are there. Not here: what the bytes in a block mean.

/// A tensor type that the engine can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TensorType {
    /// The name in capitals, as in file names: `Q4_K`.
    pub name: &'static str,
    /// Values in one block.
    pub block_values: u64,
    /// Bytes of one block.
    pub block_bytes: u64,
}

impl TensorType {
    /// Whether the engine multiplies matrices of it. The others are whole numbers, and what values
    /// between operations are stored in (`ggml-cpu.c`, `type_traits_cpu` without `vec_dot`): llama.cpp
    /// reads weights in them without a word, and dies at the first product.
    pub fn multiplies(self) -> bool {
        let values_between = ["Q8_1", "Q8_K"];
        let whole_numbers = ["I8", "I16", "I32", "I64"];
        !values_between.contains(&self.name)
            && !whole_numbers.contains(&self.name)
            && self.name != "F64"
    }

    /// The type with ggml's number `id`, if the engine knows it.
    pub fn from_id(id: u32) -> Option<Self> {
        let (name, block_values, block_bytes) = match id {
            0 => ("F32", 1, 4),
            1 => ("F16", 1, 2),
            2 => ("Q4_0", 32, 18),
            3 => ("Q4_1", 32, 20),
            6 => ("Q5_0", 32, 22),
            7 => ("Q5_1", 32, 24),
            8 => ("Q8_0", 32, 34),
            9 => ("Q8_1", 32, 36),
            10 => ("Q2_K", 256, 84),
            11 => ("Q3_K", 256, 110),
            12 => ("Q4_K", 256, 144),
            13 => ("Q5_K", 256, 176),
            14 => ("Q6_K", 256, 210),
            15 => ("Q8_K", 256, 292),
            16 => ("IQ2_XXS", 256, 66),
            17 => ("IQ2_XS", 256, 74),
            18 => ("IQ3_XXS", 256, 98),
            19 => ("IQ1_S", 256, 50),
            20 => ("IQ4_NL", 32, 18),
            21 => ("IQ3_S", 256, 110),
            22 => ("IQ2_S", 256, 82),
            23 => ("IQ4_XS", 256, 136),
            24 => ("I8", 1, 1),
            25 => ("I16", 1, 2),
            26 => ("I32", 1, 4),
            27 => ("I64", 1, 8),
            28 => ("F64", 1, 8),
            29 => ("IQ1_M", 256, 56),
            30 => ("BF16", 1, 2),
            34 => ("TQ1_0", 256, 54),
            35 => ("TQ2_0", 256, 66),
            39 => ("MXFP4", 32, 17),
            40 => ("NVFP4", 64, 36),
            41 => ("Q1_0", 128, 18),
            42 => ("Q2_0", 64, 18),
            _ => return None,
        };
        Some(Self {
            name,
            block_values,
            block_bytes,
        })
    }
}
