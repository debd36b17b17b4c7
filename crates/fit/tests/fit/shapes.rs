//! Two models and a machine to plan with.

use fit::{Cores, Machine, Speed};
use gguf::{Architecture, Attention, Experts, Geometry, LayerWeights, Weights};

pub(crate) const GIB: u64 = 1 << 30;

/// A shape with its weights.
pub(crate) struct Shape {
    pub(crate) geometry: Geometry,
    pub(crate) weights: Weights,
}

impl Shape {
    pub(crate) fn anatomy(&self) -> fit::Anatomy<'_> {
        fit::Anatomy {
            geometry: &self.geometry,
            weights: &self.weights,
        }
    }
}

/// R1-Distill-Qwen-1.5B at `Q4_K_M`, its bytes evenly over the layers.
pub(crate) fn small() -> Shape {
    Shape {
        geometry: Geometry {
            architecture: Architecture::Qwen2,
            layers: 28,
            mtp_layers: 0,
            embedding: 1_536,
            feed_forward: 8_960,
            dense_layers: 0,
            heads: 12,
            kv_heads: 2,
            head_dim_k: 128,
            head_dim_v: 128,
            attention: Attention::Gqa,
            context_trained: 131_072,
            vocabulary: 151_936,
            experts: None,
        },
        weights: Weights {
            embedding_bytes: 131_000_000,
            output_bytes: 191_000_000,
            output_tied: false,
            layers: vec![
                LayerWeights {
                    dense_bytes: 28_000_000,
                    expert_bytes: 0,
                };
                28
            ],
            parameters: 1_777_088_000,
        },
    }
}

/// A mixture of experts of 60 layers, 130 GiB, of which 122 GiB are routed experts.
pub(crate) fn mixture() -> Shape {
    let small = small();
    Shape {
        geometry: Geometry {
            architecture: Architecture::Deepseek2,
            layers: 60,
            embedding: 7_168,
            feed_forward: 18_432,
            heads: 128,
            kv_heads: 1,
            head_dim_k: 576,
            head_dim_v: 512,
            attention: Attention::Mla {
                kv_lora: 512,
                rope: 64,
            },
            experts: Some(Experts {
                count: 256,
                used: 8,
                shared: 1,
                feed_forward: 2_048,
            }),
            ..small.geometry
        },
        weights: Weights {
            embedding_bytes: GIB / 2,
            output_bytes: GIB / 2,
            output_tied: false,
            layers: vec![
                LayerWeights {
                    dense_bytes: GIB / 10,
                    expert_bytes: 122 * GIB / 60,
                };
                60
            ],
            parameters: 671_000_000_000,
        },
    }
}

/// A machine with this much memory free, whose processor was measured.
pub(crate) fn machine(available_bytes: u64) -> Machine {
    Machine {
        cpu: "a potato".to_owned(),
        cores: Cores {
            physical: 2,
            performance: 2,
            usable: 2,
        },
        total_bytes: 2 * available_bytes,
        available_bytes,
        // Never planned with.
        swap_bytes: u64::MAX,
        speed: Some(Speed {
            memory_bytes_per_second: 20_000_000_000,
            weight_bytes_per_second: Some(16_000_000_000),
            operations_per_second: Some(200_000_000_000),
            ..Speed::default()
        }),
        gpus: Vec::new(),
        disk: None,
        on_battery: false,
    }
}
